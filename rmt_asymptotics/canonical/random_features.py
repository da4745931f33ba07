"""Translation: random features -> canonical problem.  Note: canonical_problem.md (mei22, adlam20).

Without a spike nothing depends on kappa: one class, one node, and the teacher coordinate s = <theta, x>.
The mean of the activation is an intercept, seen by the ridge only at finite width.  Of a target of several directions
the features see the mean and the linear part, which has one direction: only its length counts.
"""

import numpy as np

from rmt_asymptotics.canonical.grids import ClassNodes, Grid
from rmt_asymptotics.canonical.label_moments import labels_given
from rmt_asymptotics.canonical.latent import Latent
from rmt_asymptotics.canonical.problem import Features, Modes, Problem
from rmt_asymptotics.gaussian.conditional import conditional_moments
from rmt_asymptotics.gaussian.quadrature import Rule
from rmt_asymptotics.laws import ConstantLaw
from rmt_asymptotics.models import RandomFeatures


def random_features_grid(model: RandomFeatures, level: int) -> Grid:
    """A single node; `level` changes nothing."""
    return Grid(Rule(np.zeros(1), np.ones(1)), ClassNodes.of(ConstantLaw(0.0), level, 1.0))


def random_features_problem(model: RandomFeatures, grid: Grid) -> Problem:
    """The problem on its single node."""
    bulk = conditional_moments(model.activation, model.activation.kinks, np.zeros((1, 1)), 1.0)
    count = getattr(model.target, "directions", 1)
    labels = labels_given(
        model.target, Latent(np.zeros((1, 1)), np.zeros((count, 1)), np.eye(count)), np.zeros((1, 1))
    ).in_one_direction
    intercept = Modes.of_classes(bulk.mean, 0, strength=np.inf if model.width is None else float(model.width))
    teacher = Modes.of_classes(0, bulk.linear, per_width_ratio=1)
    return Problem(Features.assemble(grid.kappa, np.ones(1), bulk, intercept + teacher), labels)
