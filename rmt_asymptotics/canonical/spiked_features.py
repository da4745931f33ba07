"""Translation: spiked random features -> canonical problem.  Note: canonical_problem.md (cui24, dandi24).

For each class of neurons (each value of the spike coefficient u) there are three modes: the class
mean m0(kappa), the spike direction kappa m1(kappa) and the teacher direction s m1(kappa).
"""

import numpy as np

from rmt_asymptotics.canonical.grids import ClassNodes, Grid, kappa_rule
from rmt_asymptotics.canonical.problem import Features, Labels, Modes, Problem
from rmt_asymptotics.canonical.span import closed_span
from rmt_asymptotics.gaussian.conditional import conditional_moments
from rmt_asymptotics.models import SpikedRandomFeatures


def spiked_grid(model: SpikedRandomFeatures, level: int) -> Grid:
    """The grid of refinement `level` = 0, 1, ...: more nodes, and more classes of a continuous law."""
    # notation: u, pi, c
    c = model.bulk_variance
    classes = ClassNodes.of(model.spike, level, np.sqrt(c))
    u, pi = classes.quadrature(model.spike)
    rule = kappa_rule(
        model.labels.kinks(model.target), model.alignment, u, np.full_like(u, c), pi, model.spike.continuous, level
    )
    return Grid(rule, classes)


def spiked_problem(model: SpikedRandomFeatures, grid: Grid) -> Problem:
    """The functions of kappa on a grid."""
    # notation: u, pi, c, gamma, rho
    c, gamma = model.bulk_variance, model.alignment
    rho = np.sqrt((1 - gamma) * (1 + gamma))
    u, pi = grid.classes.quadrature(model.spike)
    rule, kappa = grid.kappa, grid.kappa.nodes
    bulk = conditional_moments(model.activation, model.activation.kinks, np.outer(u, kappa), np.sqrt(c))
    target = conditional_moments(model.target, model.target.kinks, gamma * kappa, rho, field="target")

    directions = Modes.of_classes(kappa * bulk.linear, 0, per_width_ratio=1)
    directions += Modes.of_classes(0 * kappa, bulk.linear, per_width_ratio=1)
    if model.width is not None:
        means = Modes.of_classes(bulk.mean, 0, strength=float(model.width))
    elif model.spike.continuous:
        means = Modes.free(closed_span(model.activation, c, rule))  # [span.1]
    else:
        means = Modes.free(bulk.mean)
    return Problem(Features.assemble(rule, pi, bulk, means + directions), Labels.of(target))
