"""The limit p = infinity below the maximal step: ba22 for fixed steps, moniri24's staircase for powers of n.

With eta = prefactor n^a the bulk is that of random features; the step leaves polynomial modes M_q(kappa), q = 0, 1, ...
Mode q is free for a > (q-1)/(2q), absent below, and of finite strength at equality.  Note: one_step.md [stair.1].
"""

from dataclasses import dataclass

import numpy as np

from rmt_asymptotics.canonical.expansion import mean_expansion
from rmt_asymptotics.canonical.gradient_step import GradientStep, gradient_step
from rmt_asymptotics.canonical.grids import kappa_rule
from rmt_asymptotics.canonical.problem import Modes, Problem
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.gaussian.conditional import conditional_moments
from rmt_asymptotics.models import OneStepNetwork
from rmt_asymptotics.steps import FixedStep, PowerStep

EQUAL = 1e-12  # exponents closer than this to a critical one are at it
PRESENT = 1e-10  # modes and powers of the readout below this, relative, are rounding
LARGEST_ORDER = (
    12  # of a polynomial mode; exponents above (11/24) want more, where the maximal step is the better model
)


@dataclass(frozen=True)
class StepMode:
    """Mode q: infinite strength if free, else prefactor^(2q) (n/p)^(q-1) Var(g^q given the lower existing powers)."""

    order: int
    strength: float


def step_modes(model: OneStepNetwork, step: GradientStep) -> tuple[StepMode, ...]:
    """The modes that the step leaves at p = infinity, in increasing order."""
    exponent, prefactor = _power(model)
    coefficients = model.activation.hermite_coefficients(2 * LARGEST_ORDER)
    g, pi = model.readout.quadrature(400, 1.0)
    samples_per_feature = model.sample_complexity / model.width_ratio
    probe = np.linspace(-2, 2, 41)
    basis = np.zeros((0, len(g)))
    modes = []
    for q in range(LARGEST_ORDER + 1):
        critical = (q - 1) / (2 * q) if q else -np.inf
        if exponent < critical - EQUAL:
            break
        if q == LARGEST_ORDER:
            raise OutOfDomain("step", model.step, "further below exponent 1/2, or MaximalStep(rate) at its end")
        size = np.max(np.abs(mean_expansion(coefficients, *_growth(step), q, probe)))
        power = np.sqrt(pi) * g**q
        rest = power - (power @ basis.T) @ basis
        rest -= (rest @ basis.T) @ basis
        left = float(rest @ rest)
        if size <= PRESENT or left <= PRESENT * float(power @ power):
            continue
        basis = np.vstack([basis, rest / np.sqrt(left)])
        finite = prefactor ** (2 * q) * samples_per_feature ** (q - 1) * left if q else np.inf
        modes.append(StepMode(q, np.inf if exponent > critical + EQUAL else finite))
    return tuple(modes)


def limit_problem(model: OneStepNetwork, level: int) -> Problem:
    """One class of neurons, the finite directions h1 kappa and h1 s, and the modes of the step."""
    step = gradient_step(model)
    if abs(step.slope) <= PRESENT and _power(model)[1] > 0:
        raise OutOfDomain("activation", model.activation, "with E[z sigma] != 0 for this step; else use MaximalStep")
    modes = step_modes(model, step)
    if isinstance(model.step, PowerStep) and all(mode.order == 0 for mode in modes):
        raise OutOfDomain(
            "readout", model.readout, "of more values, or the activation centred: its spike would be the intercept"
        )
    one = np.ones(1)
    gamma, rho = step.alignment, step.complement
    rule = kappa_rule(model.target, gamma, 0 * one, one, one, False, level)
    kappa = rule.nodes
    bulk = conditional_moments(model.activation, model.activation.kinks, np.zeros((1, len(kappa))), 1.0)
    target = conditional_moments(model.target, model.target.kinks, gamma * kappa, rho, field="target")
    coefficients = model.activation.hermite_coefficients(2 * LARGEST_ORDER)
    directions = Modes.of_classes(kappa * bulk.linear, 0, per_width_ratio=1)
    directions += Modes.of_classes(0 * kappa, bulk.linear, per_width_ratio=1)
    for mode in modes:
        function = mean_expansion(coefficients, *_growth(step), mode.order, kappa)[None]
        if np.isinf(mode.strength):
            directions = Modes.free(function) + directions
        elif mode.strength > 0:
            directions += Modes.of_classes(function, 0, strength=mode.strength)
    return Problem.assemble(rule, one, bulk, directions, target)


def _power(model: OneStepNetwork) -> tuple[float, float]:
    """Exponent and prefactor of eta = prefactor n^exponent."""
    if isinstance(model.step, PowerStep):
        return model.step.exponent, model.step.prefactor
    assert isinstance(model.step, FixedStep)
    return 0.0, model.step.eta


def _growth(step: GradientStep) -> tuple[float, float, float]:
    """slope, linear and quadratic of `mean_expansion`: u = e h1 B and c = (1 + e s2 ybar)^2 + e^2 Y2 vs/alpha0."""
    linear = step.curvature * step.label_mean
    return step.slope * step.length, linear, linear**2 + float(step.noise(np.ones(1))[0])
