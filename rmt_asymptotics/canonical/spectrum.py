"""What a covariance of the inputs adds to a translation.  Note: theory_notes/structure.md [cov.5], [var.1]."""

import math

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.modes import Directions, Modes, Spectrum
from rmt_asymptotics.canonical.problem import Features
from rmt_asymptotics.gaussian.conditional import ConditionalMoments
from rmt_asymptotics.models import RidgeModel

DEPENDENT = 1e-10  # squared length of a direction outside the span of those before it, below which it is none
LINEAR = 1e-20  # a share of the variance of features below this is rounding


def spectrum_of(model: RidgeModel) -> Spectrum | None:
    """The spectrum of a model's inputs; None for isotropic ones."""
    covariance = model.covariance
    return None if covariance is None or covariance.is_isotropic else Spectrum(covariance.nodes, covariance.weights)


def effective_rank(features: Features, dimension: float) -> float:
    """d (sum rho c)^2/sum rho c^2 of the rows of the class that has least; inf of features that are linear.

    >>> import rmt_asymptotics as rmt
    >>> from rmt_asymptotics.canonical.translation import translate
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0, width_ratio=1.5,
    ...                            ridge=0.1, covariance=rmt.Covariance.power_law(1.2, 400))
    >>> round(effective_rank(translate(model, 0).features, 400), 1)
    12.1
    """
    line, noise = features.linear**2 @ features.weights, features.residual @ features.weights
    if np.all(noise <= LINEAR * (line + noise)):
        return math.inf
    rho, c = features.shares, features.variances
    return float(dimension * np.min((rho @ c) ** 2 / (rho @ c**2)))


def row_lengths(bulk: ConditionalMoments, spectrum: Spectrum, variances: Array) -> Modes:
    """The mode of the row variances of weights on the sphere, c_k(y) = variances (Y, K).  [var.1]"""
    spread = spectrum.shares @ (variances - spectrum.shares @ variances) ** 2
    return Modes.of_classes(bulk.quadratic / 2, 0, per_width_ratio=2 * spread)


def teacher_alone(profile: Array) -> Directions:
    """The direction of the teacher with a profile (Y,), on the single node of features without a spike."""
    return Directions.of(profile[:, None, None], np.array([[[0.0]], [[1.0]]]))


def frame(gram: Array, fields: Array) -> Directions:
    """Directions from vectors with the products gram (Y, R, R) in each eigenspace, orthonormal in their order.

    fields (M, D, N): of the first D of the vectors, made orthonormal; those that depend on earlier ones are left out.
    """
    turn = orthonormal_turn(gram.sum(axis=0))
    return Directions.of(turn @ gram @ turn.T, fields[:, : len(turn)])


def orthonormal_turn(gram: Array) -> Array:
    """Orthonormal combinations (D, R) of vectors with the products gram (R, R), in their order."""
    turn = np.zeros((0, len(gram)))
    for vector in np.eye(len(gram)):
        rest = vector - (turn @ gram @ vector) @ turn
        rest = rest - (turn @ gram @ rest) @ turn
        square = float(rest @ gram @ rest)
        turn = np.concatenate([turn, [rest / np.sqrt(square)]]) if square > DEPENDENT else turn
    return turn
