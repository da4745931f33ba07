"""Ridge regression: den = (n/d) w/(1+V), and the errors of its readout.

Note: canonical_problem.md [se.1], [modes.2], [err.1]-[err.3], [jac.2].
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Array, Numbers
from rmt_asymptotics.equations.directions import Capacity
from rmt_asymptotics.equations.projection import ModeFunctions, project
from rmt_asymptotics.equations.response import NodeResponse


@dataclass(frozen=True)
class Errors:
    """test_error and training_error: means of (y - f)^2.  training_objective: training_error + (ridge/n)|a|^2."""

    test_error: Array
    training_error: Array
    training_objective: Array


@dataclass(frozen=True)
class Fit:
    """The label's fit by the modes, before the fluctuations of the bulk: of each kappa, (..., N).

    base: second moment of the residual.  leak: what the readout adds outside the span of the directions.
    pull (..., K): of the modes on each class, q_k.  penalty (...,): their share of the objective.
    rounding (...,): of base, relative, by nearly collinear free modes.
    """

    base: Numbers
    leak: Numbers
    pull: Numbers
    penalty: Numbers
    rounding: Array

    def source(self, at: NodeResponse) -> Numbers:
        """What the fluctuations of the bulk amplify.  [modes.2, jac.2, cov.6]"""
        return self.base + self.leak + at.by_rates(self.pull)


def denominators(weights: Array, V: Numbers, sample_complexity: Numbers) -> Numbers:
    """(n/d) w/(1+V), (..., N).  [se.2]"""
    return np.asarray(sample_complexity[..., None] * weights / (1 + V))


def fit(
    modes: ModeFunctions,
    classes: NDArray[np.intp],
    strengths: Numbers,
    target: Numbers,
    residual: Numbers,
    den: Numbers,
    at: NodeResponse,
    size: Array,
    sample_complexity: Numbers,
    along: Capacity | None = None,
) -> Fit:
    """Project the label on the modes.

    classes (J,), strengths (..., J): of the finite modes that lie along no direction, in units of one dimension,
    R_j d/p.  target (M, N): moments of the label.  residual (..., N): its variance beyond them, noise included.
    size (...,): of the features under den.  along: the modes along directions of inputs with a spectrum.
    """
    variances = at.bulk.class_weights * at.bulk.t  # pi t
    cap, plain = strengths * variances[..., classes], len(classes)
    penalised = np.sqrt(cap)[..., None] * modes.coordinates[:plain]
    if along is not None:
        penalised = np.concatenate([penalised, along.root() @ modes.coordinates[plain:]], axis=-2)
    projection = project(modes, target, den, penalised, size)
    squares = np.sum(projection.misfit**2, axis=-2)
    costs = cap * projection.hats[..., :plain] ** 2
    membership = (np.arange(variances.shape[-1]) == classes[:, None]).astype(float)
    pull = at.bulk.features[..., None] * (costs @ membership) / variances  # [jac.2]
    cost, leak = np.sum(costs, axis=-1), np.zeros_like(squares)
    if along is not None:
        share = along.share(projection.hats[..., plain:], at.functions)
        pull = pull + at.bulk.features[..., None] * share.pull
        cost, leak = cost + share.cost, share.leak
    base = residual + squares  # [modes.2]
    unexplained = np.maximum(np.abs(np.sum(den * base, axis=-1)), np.finfo(float).tiny)  # a label may be 0
    fitted = np.abs(np.sum(den * squares, axis=-1)) / unexplained
    return Fit(base, leak, pull, cost / sample_complexity, projection.rounding * fitted)


def errors(weights: Array, V: Numbers, e: Numbers, fitted: Fit) -> Errors:
    """The three errors, from e (..., N): the mean squared residual on fresh data given kappa.  [err.2, err.3]"""
    inverse = 1 / (1 + V)
    return Errors(e @ weights, (e * inverse**2) @ weights, (fitted.base * inverse) @ weights + fitted.penalty)
