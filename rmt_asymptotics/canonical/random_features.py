"""Translation: random features -> canonical problem.  Note: canonical_problem.md (mei22, adlam20).

Without a spike nothing depends on kappa: one class, one node, and the teacher coordinate s = <theta, x>.
The mean of the activation is an intercept, seen by the ridge only at finite width.
"""

import numpy as np

from rmt_asymptotics.canonical.problem import Problem
from rmt_asymptotics.gaussian.conditional import conditional_moments
from rmt_asymptotics.models import RandomFeatures


def random_features_problem(model: RandomFeatures, level: int) -> Problem:
    """The problem on its single node; `level` changes nothing."""
    bulk = conditional_moments(model.activation, model.activation.kinks, np.zeros((1, 1)), 1.0)
    target = conditional_moments(model.target, model.target.kinks, np.zeros(1), 1.0, field="target")
    intercept = np.inf if model.width is None else model.width
    return Problem(
        nodes=np.zeros(1),
        weights=np.ones(1),
        class_weights=np.ones(1),
        linear=bulk.linear,
        residual=bulk.residual,
        modes=np.array([[bulk.mean[0], [0.0]], [[0.0], bulk.linear[0]]]),
        mode_classes=np.zeros(2, int),
        strengths=np.array([[intercept, 0.0], [0.0, 1.0]]),
        target=np.array([target.mean, target.linear]),
        target_residual=target.residual,
        exact=True,
    )
