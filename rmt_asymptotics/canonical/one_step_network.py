"""Translation: network after one gradient step -> canonical problem.  Note: theory_notes/one_step.md [net.1]-[net.4].

Classes are the values g of the readout; e = eta g/sqrt(p).  Each class has its mean, the spike and teacher
directions of the initial weights, and the same two directions of the gradient noise.
"""

import math

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.gradient_step import GradientStep, gradient_step
from rmt_asymptotics.canonical.grids import ClassNodes, Grid, kappa_rule
from rmt_asymptotics.canonical.length_modes import length_modes
from rmt_asymptotics.canonical.modes import Modes, Spectrum
from rmt_asymptotics.canonical.problem import Features, Labels, Problem
from rmt_asymptotics.canonical.span import closed_span
from rmt_asymptotics.canonical.spectrum import spectrum_of
from rmt_asymptotics.canonical.step_limits import limit_grid, limit_problem
from rmt_asymptotics.canonical.structured_step import StructuredStep
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.gaussian.conditional import ConditionalMoments, conditional_moments
from rmt_asymptotics.gaussian.quadrature import Rule
from rmt_asymptotics.models import OneStepNetwork
from rmt_asymptotics.steps import MaximalStep, Step

WIDEST = 1e12  # resolution of classes whose spikes are smaller than its inverse


def one_step_grid(model: OneStepNetwork, level: int) -> Grid:
    """The grid of refinement `level`."""
    if below_maximal(model):
        return limit_grid(model, level)
    step = _step(model)
    resolution = 1 / max(abs(relative_rate(model) * step.reach), 1 / WIDEST)
    classes = ClassNodes.of(model.readout, level, resolution)
    e, pi = _sizes(model, step, classes)
    u, c = step.spike(e), step.bulk_variance(e)
    return Grid(kappa_rule(model.label_kinks, step.alignment, u, c, pi, model.readout.continuous, level), classes)


def one_step_problem(model: OneStepNetwork, grid: Grid) -> Problem:
    """The functions of kappa on a grid; at p = infinity below the maximal step, `limit_problem`."""
    if below_maximal(model):
        return limit_problem(model, grid)
    step = _step(model)
    gamma, rho = step.alignment, step.complement
    rate = relative_rate(model)
    e, pi = _sizes(model, step, grid.classes)
    u, c = step.spike(e), step.bulk_variance(e)
    rule, kappa = grid.kappa, grid.kappa.nodes
    bulk = conditional_moments(
        model.activation, model.activation.kinks, np.outer(u, kappa), np.sqrt(c)[:, None] + 0 * kappa
    )
    target = conditional_moments(model.target, model.target.kinks, gamma * kappa, rho, field="target")
    if model.width is not None:
        means = Modes.of_classes(bulk.mean, 0, strength=float(model.width))
    elif model.readout.continuous and rate != 0 and step.has_spike:
        means = Modes.free(closed_span(model.activation, 1.0, rule, step.reach, *step.growth))
    else:
        means = Modes.free(bulk.mean)
    if isinstance(step, StructuredStep):
        return _structured(model, step, e, pi, rule, bulk, means, Labels.of(target))
    directions = corrected_directions if model.corrections else plain_directions
    return Problem(Features.assemble(rule, pi, bulk, means + directions(step, e, kappa, bulk)), Labels.of(target))


def _step(model: OneStepNetwork) -> GradientStep | StructuredStep:
    """The moments of the step, with the spectrum of the inputs if they have one."""
    step, spectrum = gradient_step(model), spectrum_of(model)
    if spectrum is None and not model.row_lengths:
        return step
    if spectrum is None:
        return StructuredStep(step, Spectrum(np.ones(1), np.ones(1)), np.ones(1))
    return StructuredStep(step, spectrum, model.teacher_profile)


def _structured(
    model: OneStepNetwork,
    step: StructuredStep,
    e: Array,
    pi: Array,
    rule: Rule,
    bulk: ConditionalMoments,
    means: Modes,
    labels: Labels,
) -> Problem:
    """The problem of inputs with a spectrum: as many coordinates s as the span leaves of them."""
    directions, variances = step.directions(rule.nodes, e, bulk, model.corrections), step.relative(e)
    modes = means + length_modes(model, step, e, rule.nodes, bulk)
    lacking = len(directions.fields) - len(labels.target)
    features = Features.assemble(rule, pi, bulk, modes.padded(lacking), step.spectrum, directions, variances)
    return Problem(features, labels.padded(lacking))


def below_maximal(model: OneStepNetwork) -> bool:
    """Whether the step leaves its limit p = infinity to `limit_problem`, which has no covariance."""
    below = model.width is None and not isinstance(model.step, MaximalStep)
    if below and spectrum_of(model) is not None:
        raise OutOfDomain(
            "step", model.step, "maximal, or width a number: this limit is known for isotropic inputs alone"
        )
    return below


def _sizes(model: OneStepNetwork, step: GradientStep | StructuredStep, classes: ClassNodes) -> tuple[Array, Array]:
    """e = eta g/sqrt(p) of the classes and their weights; raises `OutOfDomain` where a class has no bulk variance."""
    g, pi = classes.quadrature(model.readout)
    e = relative_rate(model) * g
    if np.min(step.bulk_variance(e)) <= 0:
        raise OutOfDomain("step", model.step, "a step that leaves every neuron some bulk variance: c = 0 was reached")
    return e, pi


def relative_rate(model: OneStepNetwork, step: Step | None = None) -> float:
    """eta/sqrt(p) of a step, by default the model's; the rate itself for the maximal step at p = infinity."""
    step = step or model.step
    if model.width is None:
        return step.learning_rate(1.0, 1.0)
    samples = model.sample_complexity * model.width / model.width_ratio
    return step.learning_rate(samples, model.width) / math.sqrt(model.width)


def plain_directions(step: GradientStep, e: Array, kappa: Array, bulk: ConditionalMoments) -> Modes:
    """The spike and teacher directions of spiked random features with the same u and c."""
    spike = Modes.of_classes(kappa * bulk.linear, 0, per_width_ratio=1)
    return spike + Modes.of_classes(0 * kappa, bulk.linear, per_width_ratio=1)


def corrected_directions(step: GradientStep, e: Array, kappa: Array, bulk: ConditionalMoments) -> Modes:
    """The directions with what the third Hermite coefficient and the span part of Yhat add.  [net.3]"""
    # notation: m1, S2, h3, s2, B, A
    e = e[:, None]
    c, common = step.bulk_variance(e), step.common(e)
    m1, S2 = bulk.linear / np.sqrt(c), bulk.quadratic / c
    curved, A = e * step.curvature, step.span
    third = e * step.length * step.third * common * S2
    skew = e**2 * S2
    spike = Modes.of_classes(
        (common + curved * A[0, 0]) * kappa * m1 + third + skew * step.skew[0], curved * A[0, 1] * m1, per_width_ratio=1
    )
    teacher = Modes.of_classes(
        curved * A[0, 1] * kappa * m1 + skew * step.skew[1], (common + curved * A[1, 1]) * m1, per_width_ratio=1
    )
    amplitude = np.sqrt(step.noise(e)) * m1
    root = np.linalg.cholesky(step.noise_span + np.finfo(float).tiny * np.eye(2))
    noise = [
        Modes.of_classes(amplitude * root[0, a] * kappa, amplitude * root[1, a], per_width_ratio=1) for a in range(2)
    ]
    return spike + teacher + noise[0] + noise[1]
