"""Translation: random features -> canonical problem.  Note: canonical_problem.md (mei22, adlam20).

Without a spike nothing depends on kappa: one class, one node, and the teacher coordinate s = <theta, x>.
The mean of the activation is an intercept, seen by the ridge only at finite width.  Of a target of several directions
the features see the mean and the linear part, which has one direction: only its length counts.
"""

import numpy as np

from rmt_asymptotics.canonical.grids import ClassNodes, Grid
from rmt_asymptotics.canonical.label_moments import labels_given
from rmt_asymptotics.canonical.latent import Latent
from rmt_asymptotics.canonical.modes import Modes
from rmt_asymptotics.canonical.problem import Features, Labels, Problem
from rmt_asymptotics.canonical.spectrum import row_lengths, spectrum_of, teacher_alone
from rmt_asymptotics.gaussian.conditional import conditional_moments
from rmt_asymptotics.gaussian.quadrature import Rule
from rmt_asymptotics.laws import ConstantLaw
from rmt_asymptotics.models import RandomFeatures
from rmt_asymptotics.targets import Target


def random_features_grid(model: RandomFeatures, level: int) -> Grid:
    """A single node; `level` changes nothing."""
    return Grid(Rule(np.zeros(1), np.ones(1)), ClassNodes.of(ConstantLaw(0.0), level, 1.0))


def random_features_problem(model: RandomFeatures, grid: Grid) -> Problem:
    """The problem on its single node."""
    bulk = conditional_moments(model.activation, model.activation.kinks, np.zeros((1, 1)), 1.0)
    intercept = Modes.of_classes(bulk.mean, 0, strength=np.inf if model.width is None else float(model.width))
    spectrum = spectrum_of(model)
    if spectrum is None:
        teacher, directions = Modes.of_classes(0, bulk.linear, per_width_ratio=1), None
    else:
        teacher = row_lengths(bulk, spectrum, spectrum.rows(1))
        directions = teacher_alone(model.teacher_profile)
    features = Features.assemble(grid.kappa, np.ones(1), bulk, intercept + teacher, spectrum, directions)
    return Problem(features, labels_alone(model.target))


def labels_alone(target: Target) -> Labels:
    """The labels beside features without a spike, on the single node."""
    count = getattr(target, "directions", 1)
    latent = Latent(np.zeros((1, 1)), np.zeros((count, 1)), np.eye(count))
    return labels_given(target, latent, np.zeros((1, 1))).in_one_direction
