"""Translation: network after one gradient step, of several directions or outputs -> canonical problem.

Classes are the values of the readout, and all axes of the frame are directions.
Note: several_directions.md [multi.3]-[multi.5].
"""

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.grids import ClassNodes, Grid, kappa_rule
from rmt_asymptotics.canonical.label_moments import labels_given
from rmt_asymptotics.canonical.latent import several_rule
from rmt_asymptotics.canonical.modes import Modes
from rmt_asymptotics.canonical.one_step_network import WIDEST, relative_rate
from rmt_asymptotics.canonical.problem import Features, Problem
from rmt_asymptotics.canonical.several_step import SeveralStep, several_step
from rmt_asymptotics.canonical.span import closed_span
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.gaussian.conditional import ConditionalMoments, conditional_moments
from rmt_asymptotics.gaussian.quadrature import Rule
from rmt_asymptotics.models import OneStepNetwork


def several_grid(model: OneStepNetwork, level: int) -> Grid:
    """The grid of refinement `level`."""
    step, rate = several_step(model), relative_rate(model)
    size = abs(rate * step.slope) * float(np.max(np.linalg.norm(step.averages, axis=1)))
    classes = ClassNodes.of(model.readout, level, 1 / max(size, 1 / WIDEST))
    e, pi = _sizes(model, step, classes)
    latent, c = step.latent(e), step.bulk_variance(e)
    if step.rank > 1:
        return Grid(several_rule(latent.spikes, c, level), classes)
    gamma = float(np.linalg.norm(latent.inside))
    return Grid(
        kappa_rule(model.label_kinks, gamma, latent.spikes[:, 0], c, pi, model.readout.continuous, level), classes
    )


def several_problem(model: OneStepNetwork, grid: Grid) -> Problem:
    """The functions of kappa on a grid."""
    step, rule = several_step(model), grid.kappa
    e, pi = _sizes(model, step, grid.classes)
    latent, c = step.latent(e), step.bulk_variance(e)
    kappa = rule.nodes.reshape(len(rule.weights), -1)
    shifts = latent.spikes @ kappa.T
    bulk = conditional_moments(model.activation, model.activation.kinks, shifts, np.sqrt(c)[:, None] + 0 * shifts)
    modes = _means(model, step, bulk, rule) + step.directions(e, kappa.T, bulk, model.corrections)
    return Problem(Features.assemble(rule, pi, bulk, modes), labels_given(model.target, latent, kappa))


def _sizes(model: OneStepNetwork, step: SeveralStep, classes: ClassNodes) -> tuple[Array, Array]:
    """e (K, q) of the classes and their weights; raises `OutOfDomain` where a class has no bulk variance."""
    g, pi = classes.quadrature(model.readout)
    e = relative_rate(model) * g.reshape(len(pi), -1)
    if np.min(step.bulk_variance(e)) <= 0:
        raise OutOfDomain("step", model.step, "a step that leaves every neuron some bulk variance: c = 0 was reached")
    return e, pi


def _means(model: OneStepNetwork, step: SeveralStep, bulk: ConditionalMoments, rule: Rule) -> Modes:
    """The class means, beside the coordinates s."""
    count = len(step.frame) - step.rank
    if model.width is not None:
        return Modes.of_classes(bulk.mean, *[0.0] * count, strength=float(model.width))
    single = step.single
    if model.readout.continuous and relative_rate(model) != 0 and single.has_spike:
        growth, noise = single.curvature * single.label_mean, float(single.noise(np.ones(1))[0])
        span = closed_span(model.activation, 1.0, rule, single.slope * single.length, growth, growth**2 + noise)
        return Modes.free(span, count)
    return Modes.free(bulk.mean, count)
