"""Translation: network after one gradient step -> canonical problem.  Notes: one_step.md [net.1]-[net.4],
several_directions.md [multi.3]-[multi.5], structure.md [step.1]-[step.4].

Classes are the values g of the readout, of one output or several; e = eta g/sqrt(p).  Each class has its mean, and all
axes of the step's frame are directions, of the weights and of the gradient's noise.
"""

import math

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.grids import ClassNodes, Grid, kappa_rule
from rmt_asymptotics.canonical.label_moments import labels_given
from rmt_asymptotics.canonical.latent import several_rule
from rmt_asymptotics.canonical.length_modes import length_modes
from rmt_asymptotics.canonical.modes import Modes
from rmt_asymptotics.canonical.problem import Features, Problem
from rmt_asymptotics.canonical.span import closed_span
from rmt_asymptotics.canonical.step_limits import limit_grid, limit_problem
from rmt_asymptotics.canonical.structured_step import StructuredStep, step_of
from rmt_asymptotics.canonical.updated_rows import GradientStep
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
    step = step_of(model)
    classes = ClassNodes.of(model.readout, level, 1 / max(abs(relative_rate(model) * step.reach), 1 / WIDEST))
    e, pi = _sizes(model, step, classes)
    latent, c = step.latent(e), step.bulk_variance(e)
    if latent.spikes.shape[1] > 1:
        return Grid(several_rule(latent.spikes, c, level), classes)
    gamma, u = float(np.linalg.norm(latent.inside)), latent.spikes[:, 0]
    return Grid(kappa_rule(model.label_kinks, gamma, u, c, pi, model.readout.continuous, level), classes)


def one_step_problem(model: OneStepNetwork, grid: Grid) -> Problem:
    """The functions of kappa on a grid; at p = infinity below the maximal step, `limit_problem`."""
    if below_maximal(model):
        return limit_problem(model, grid)
    step, rule = step_of(model), grid.kappa
    e, pi = _sizes(model, step, grid.classes)
    latent, c = step.latent(e), step.bulk_variance(e)
    kappa = rule.nodes.reshape(len(rule.weights), -1)
    shifts = latent.spikes @ kappa.T
    bulk = conditional_moments(model.activation, model.activation.kinks, shifts, np.sqrt(c)[:, None] + 0 * shifts)
    labels = labels_given(model.target, latent, kappa)
    means = _means(model, step, bulk, rule, len(labels.target) - 1)
    if isinstance(step, GradientStep):
        modes = means + step.modes(e, kappa.T, bulk, model.corrections)
        if model.row_lengths:
            lengths = length_modes(model, StructuredStep.isotropic(step), e, rule.nodes, bulk)
            modes += lengths.padded(len(labels.target) - 2)
        return Problem(Features.assemble(rule, pi, bulk, modes), labels)
    directions = step.directions(rule.nodes, e, bulk, model.corrections)
    modes = means + length_modes(model, step, e, rule.nodes, bulk)
    lacking = len(directions.fields) - len(labels.target)  # coordinates s on which no label depends
    features = Features.assemble(rule, pi, bulk, modes.padded(lacking), step.spectrum, directions, step.relative(e))
    return Problem(features, labels.padded(lacking))


def _means(
    model: OneStepNetwork, step: GradientStep | StructuredStep, bulk: ConditionalMoments, rule: Rule, count: int
) -> Modes:
    """The class means, beside so many coordinates s."""
    if model.width is not None:
        return Modes.of_classes(bulk.mean, *[0.0] * count, strength=float(model.width))
    if model.readout.continuous and relative_rate(model) != 0 and step.has_spike:
        return Modes.free(closed_span(model.activation, 1.0, rule, step.reach, *step.growth), count)
    return Modes.free(bulk.mean, count)


def below_maximal(model: OneStepNetwork) -> bool:
    """Whether the step leaves its limit p = infinity to `limit_problem`."""
    return model.width is None and not isinstance(model.step, MaximalStep)


def _sizes(model: OneStepNetwork, step: GradientStep | StructuredStep, classes: ClassNodes) -> tuple[Array, Array]:
    """e = eta g/sqrt(p) of the classes, (K, q), and their weights; raises `OutOfDomain` where bulk variance is lost."""
    g, pi = classes.quadrature(model.readout)
    e = relative_rate(model) * g.reshape(len(pi), -1)
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
