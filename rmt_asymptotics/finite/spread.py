"""The spread of one draw: the bulk and the test sample.  Note: theory_notes/finite_size.md [fs.4], [fs.5]."""

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.finite.setting import Setting
from rmt_asymptotics.finite.state import Bulk, Modes, Numbers, applied, by_class, transposed


def bulk_covariance(at: Setting, bulk: Bulk, modes: Modes) -> Numbers:
    """Cov(F, F') = 2 p Qh12.Q12 of the minima F at all pairs of P states, (P, P).  [fs.4]"""
    one, other = (slice(None), None), (None, slice(None))
    E, b = at.extension, at.features
    inverse = 1 / ((1 + bulk.V[one]) * (1 + bulk.V[other]))
    h0, h1 = at.target
    base = at.second - h0**2 - h1**2 + np.sum((at.target - modes.fit[one]) * (at.target - modes.fit[other]), axis=-2)
    q = by_class(at, at.strengths * modes.hat[one] * modes.hat[other])
    Y = bulk.shrunk[one] * bulk.shrunk[other] + at.residual[:, at.skeleton]
    variances = at.class_weights * bulk.t[one] * bulk.t[other]
    L = np.linalg.inv(np.eye(len(at.class_weights)) / variances[..., None] - b * bulk.M[one] * bulk.M[other])
    kernel = b * (transposed(Y) @ L @ Y) + bulk.gram[one] * bulk.gram[other]
    g = at.mass * inverse / at.dimension
    noise = (g * base) @ E
    source = applied(kernel, noise) + applied(transposed(L @ Y), q)
    slope = (g[..., None, :] * E.T) @ E
    x = np.linalg.solve(np.eye(E.shape[1]) - kernel @ slope, source[..., None])[..., 0]
    Q2 = applied(L, q + b * applied(Y, noise + applied(slope, x)))
    return np.asarray(2 * (at.dimension * np.sum(noise * x, axis=-1) + at.width * np.sum(q * Q2, axis=-1)))


def of_test_sample(at: Setting, modes: Modes, excess: Numbers, noisy: bool) -> float:
    """Variance of (y - f)^2 on one fresh sample, labels with their noise or without.  [fs.5]"""
    residual = at.labels - modes.fit[0][:, None] - modes.fit[1][:, None] * at.s
    variance = excess[:, None] + (at.noise if noisy else 0.0)
    probability = at.weights[:, None] * at.s_weights
    return variance_of_square(probability, residual, variance)


def variance_of_square(probability: Array, residual: Numbers, variance: Numbers | float) -> float:
    """Of r^2, where r is Gaussian of a variance about a residual that varies.  [fs.5]"""
    second = np.sum(probability * (residual**2 + variance))
    fourth = np.sum(probability * (residual**4 + 6 * residual**2 * variance + 3 * variance**2))
    return float(fourth - second**2)
