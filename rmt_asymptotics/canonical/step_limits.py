"""The limit p = infinity below the maximal step: ba22 for fixed steps, moniri24's staircase for powers of n.

With eta = prefactor n^a the bulk is that of random features; the step leaves polynomial modes M_q(kappa), q = 0, 1, ...
Mode q is free for a > (q-1)/(2q), absent below, and of finite strength at equality; for a < 0 random features are left.
Note: one_step.md [stair.1].
"""

from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.activations import Activation
from rmt_asymptotics.canonical.expansion import mean_expansion
from rmt_asymptotics.canonical.grids import ClassNodes, Grid, kappa_rule
from rmt_asymptotics.canonical.label_moments import labels_given
from rmt_asymptotics.canonical.modes import Modes
from rmt_asymptotics.canonical.problem import Features, Problem
from rmt_asymptotics.canonical.spectrum import row_lengths
from rmt_asymptotics.canonical.spiked_features import directions
from rmt_asymptotics.canonical.structured_step import StructuredStep, step_of
from rmt_asymptotics.canonical.updated_rows import GradientStep
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.gaussian.conditional import conditional_moments
from rmt_asymptotics.gaussian.quadrature import sinh_rule
from rmt_asymptotics.models import OneStepNetwork
from rmt_asymptotics.steps import FixedStep, PowerStep

EQUAL = 1e-12  # exponents closer than this to a critical one are at it
PRESENT = 1e-10  # parts of modes, of powers of the readout and of activations below this, relative, are rounding
REST = np.zeros((1, 1))  # e of neurons that have not moved
LARGEST_ORDER = 12  # of a polynomial mode; exponents above 11/24 want more, where the maximal step is the better model


@dataclass(frozen=True)
class StepMode:
    """Mode q, with the function `mode_function`: infinite strength if free, else
    (prefactor h1 B)^(2q) (n/p)^(q-1) times what the lower existing powers leave of E g^(2q).
    """

    order: int
    strength: float


def step_modes(model: OneStepNetwork, step: GradientStep | StructuredStep) -> tuple[StepMode, ...]:
    """The modes that the step leaves at p = infinity, in increasing order.

    Mode q exists if neither its vector g^q nor its function lies in the span of those of the lower existing modes.
    """
    exponent, prefactor = _power(model)
    g, pi = model.readout.quadrature(400, 1.0)
    g = g.reshape(len(pi))
    size = np.sqrt(float(conditional_moments(model.activation, model.activation.kinks, 0.0, 1.0).second))
    coefficients, lost = mode_coefficients(model.activation)
    if not leaves_spikes(model):
        return (StepMode(0, np.inf),) if coefficients[0] else ()
    last = LARGEST_ORDER if np.any(np.isfinite(lost)) else int(np.max(np.flatnonzero(coefficients), initial=0))
    rule = sinh_rule(200)
    powers: Array = np.zeros((0, len(g)))
    functions: Array = np.zeros((0, len(rule.nodes)))
    modes: list[StepMode] = []
    for q in range(last + 1):
        critical = (q - 1) / (2 * q) if q else -np.inf
        if exponent < critical - EQUAL or len(powers) == len(np.unique(g)):
            break
        if q == LARGEST_ORDER:
            raise OutOfDomain("step", model.step, "further below exponent 1/2, or MaximalStep(rate) at its end")
        power = np.sqrt(pi) * g**q
        power_left = _less(power, powers)
        if _negligible(power_left, np.linalg.norm(power)):
            continue
        if q >= lost[q % 2]:
            allowed = f"an activation whose Hermite coefficient of degree {q} is more than rounding, for this step"
            raise OutOfDomain("activation", model.activation.name, allowed)
        function = np.sqrt(rule.weights) * mode_function(model, step, q, rule.nodes)
        function_left = _less(function, functions)
        if _negligible(function_left, max(np.linalg.norm(function), size)):
            continue
        powers, functions = _extended(powers, power_left), _extended(functions, function_left)
        unit = prefactor * step.reach
        ratio = model.sample_complexity / model.width_ratio
        finite = unit ** (2 * q) * ratio ** (q - 1) * float(power_left @ power_left)
        modes.append(StepMode(q, np.inf if exponent > critical + EQUAL else finite))
    return tuple(modes)


def mode_coefficients(activation: Activation) -> tuple[Array, Array]:
    """c_0..c_24, zero where they vanish, and the degrees, one a parity, from which on they are lost in rounding.

    A parity part that is a polynomial has exact coefficients, none above its degree [span.2].  Of another part a
    coefficient that is all rounding vanishes where a later one is visible; where none is, it is small and not zero.

    >>> from rmt_asymptotics.activations import relu
    >>> coefficients, lost = mode_coefficients(relu)
    >>> coefficients[:4].round(3), lost
    (array([0.399, 0.5  , 0.199, 0.   ]), array([26., inf]))
    """
    coefficients = activation.hermite_coefficients(2 * LARGEST_ORDER)
    degrees, lost = np.arange(len(coefficients)), np.full(2, np.inf)
    sizes = np.abs(coefficients) * np.sqrt(np.cumprod([1.0, *degrees[1:]]))
    coefficients[sizes <= PRESENT * np.linalg.norm(sizes)] = 0
    parts = activation.parity_parts()
    for parity in (0, 1):
        exact = parts.hermite(parity, 1.0)
        if exact is None:
            visible = degrees[parity::2][coefficients[parity::2] != 0]
            lost[parity] = 2 + np.max(visible, initial=parity - 2)
        else:
            coefficients[parity::2] = 0
            coefficients[: len(exact)] += exact[: len(coefficients)]
    return coefficients, lost


def mode_function(model: OneStepNetwork, step: GradientStep | StructuredStep, order: int, kappa: Array) -> Array:
    """M_q(kappa)/(h1 B)^q, the coefficient of (e h1 B)^q in the class mean: c_q kappa^q + lower powers.  [exp.1]"""
    unit, (linear, quadratic) = step.reach, step.growth
    coefficients, _ = mode_coefficients(model.activation)
    return mean_expansion(coefficients, 1.0, linear / unit, quadratic / unit**2, order, kappa)


def _less(vector: Array, basis: Array) -> Array:
    """What the orthonormal rows of `basis` leave of a vector."""
    rest = vector - (vector @ basis.T) @ basis
    return np.asarray(rest - (rest @ basis.T) @ basis)


def _negligible(rest: Array, size: float | np.floating) -> bool:
    return bool(np.linalg.norm(rest) <= PRESENT * size)


def _extended(basis: Array, rest: Array) -> Array:
    return np.vstack([basis, rest / np.linalg.norm(rest)])


def limit_grid(model: OneStepNetwork, level: int) -> Grid:
    """The grid of refinement `level`: one class of neurons without a spike."""
    one, gamma = np.ones(1), float(np.linalg.norm(single_step(model).latent(REST).inside))
    rule = kappa_rule(model.label_kinks, gamma, 0 * one, one, one, False, level)
    return Grid(rule, ClassNodes.of(model.readout, level, 1.0))


def limit_problem(model: OneStepNetwork, grid: Grid) -> Problem:
    """One class of neurons, the finite directions h1 kappa and h1 s, and the modes of the step."""
    step = single_step(model)
    rule, kappa = grid.kappa, grid.kappa.nodes
    bulk = conditional_moments(model.activation, model.activation.kinks, np.zeros((1, len(kappa))), 1.0)
    labels = labels_given(model.target, step.latent(REST), kappa[:, None])
    count = len(labels.target) - 1
    if isinstance(step, GradientStep):
        spectrum, along, modes = None, None, directions(kappa[None], bulk.linear, count)
    else:
        spectrum, along = step.spectrum, step.directions(kappa, REST, bulk, False)
        modes = row_lengths(bulk, spectrum, spectrum.rows(1))
    for mode in _checked_modes(model, step):
        function = mode_function(model, step, mode.order, kappa)[None] if mode.order else bulk.mean
        if np.isinf(mode.strength):
            modes = Modes.free(function, count) + modes
        else:
            modes += Modes.of_classes(function, *[0.0] * count, strength=mode.strength)
    lacking = 0 if along is None else len(along.fields) - len(labels.target)
    features = Features.assemble(rule, np.ones(1), bulk, modes.padded(lacking), spectrum, along)
    return Problem(features, labels.padded(lacking))


def single_step(model: OneStepNetwork) -> GradientStep | StructuredStep:
    """The step of one output; raises `OutOfDomain` for several outputs."""
    if model.readout.directions not in (None, 1):
        raise OutOfDomain("step", model.step, "MaximalStep(rate), or a finite width, for a network of several outputs")
    return step_of(model)


def _checked_modes(model: OneStepNetwork, step: GradientStep | StructuredStep) -> tuple[StepMode, ...]:
    """`step_modes`, or `OutOfDomain` where the step should leave a spike and cannot."""
    if not leaves_spikes(model):
        return step_modes(model, step)
    if not step.has_spike:
        raise OutOfDomain("activation", model.activation, "with E[z sigma] != 0 for this step; else use MaximalStep")
    modes = step_modes(model, step)
    if isinstance(model.step, PowerStep) and all(mode.order == 0 for mode in modes):
        raise OutOfDomain(
            "readout", model.readout, "of more values, or the activation centred: its spike would be the intercept"
        )
    return modes


def leaves_spikes(model: OneStepNetwork) -> bool:
    """Whether the step stays when n grows: below exponent 0, and at size 0, it does not."""
    exponent, prefactor = _power(model)
    return prefactor > 0 and exponent > -EQUAL


def _power(model: OneStepNetwork) -> tuple[float, float]:
    """Exponent and prefactor of eta = prefactor n^exponent."""
    if isinstance(model.step, PowerStep):
        return model.step.exponent, model.step.prefactor
    assert isinstance(model.step, FixedStep)
    return 0.0, model.step.eta
