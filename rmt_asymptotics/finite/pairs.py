"""The next order of finitely many samples: two of them exactly.  Note: theory_notes/finite_size.md [fs.10].

Two samples stand on two nodes of kappa: one fixed point for each pair of nodes.  In their s and noise they add a matrix
of rank two to the projection, and errors are quadratic in how far they move the coefficients.
"""

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.finite.samples import error_forms, quadratic_form, sample_expansion, smooth
from rmt_asymptotics.finite.setting import Setting
from rmt_asymptotics.finite.state import Bulk, Measure, Numbers, applied, projected, smooth_errors, solved_bulk

SIGNS = np.array([[1.0, 1.0, -1.0, -1.0], [1.0, -1.0, 1.0, -1.0]])  # of two noises: exact for means
LIGHT = 1e-12  # probability of a pair of nodes that is left out


def pair_corrections(at: Setting) -> Array:
    """n(n-1)/2 E_XY [f(X, Y) - f(X) - f(Y) + f] of test error, training error and objective, (3,).  [fs.10]"""
    bulk, modes = smooth(at)
    mean, n = smooth_errors(at, bulk, modes), at.samples
    none = np.array([mean.test, mean.training, mean.objective])
    one = sample_expansion(at, bulk, modes).shift / n  # E_X f(X) - f
    two = np.zeros(3)
    for first in range(len(at.weights)):
        second = np.arange(first, len(at.weights))
        weights = at.weights[first] * at.weights[second] * np.where(second > first, 2, 1)
        kept = weights > LIGHT
        if np.any(kept):
            values = _with_pairs(at, bulk, first, second[kept]) - none[:, None] - 2 * one[:, None]
            two += values @ weights[kept]
    return n * (n - 1) / 2 * two


def _with_pairs(at: Setting, bulk: Bulk, first: int, second: Array) -> Array:
    """Means of the three errors with a sample on a node and one on each of others (B,), (3, B)."""
    own, count = np.arange(len(second)), len(second)
    others = (at.samples - 2) * at.weights
    mass = np.tile(others, (count, 1))
    mass[:, first] += 1
    mass[own, second] += 1
    measure = Measure(mass, np.zeros(count), np.full(count, at.ridge), at.class_weights)
    state = solved_bulk(at, measure, (bulk.start, bulk.t))
    modes = projected(at, state, others / (at.dimension * (1 + state.V)))
    F = np.concatenate([np.broadcast_to(at.functions[:, :, [first]], (2, len(at.strengths), count)),
                        at.functions[:, :, second]]).transpose(2, 0, 1)  # fmt: skip
    HF = F @ modes.H
    directions = np.concatenate([modes.coef[:, None], HF], axis=1)  # (B, 5, J)
    g = 1 / (at.width * (1 + state.V[own[:, None], np.stack([np.full(count, first), second], axis=1)]))
    first_moments, second_moments = _moments(at, first, second, applied(F, modes.coef), F @ HF.swapaxes(-1, -2), g)
    values = []
    for fresh, seen, costs in error_forms(at, state):
        constant, linear, matrix = quadratic_form(at, modes, directions, fresh + others * seen, costs)
        value = constant - 2 * np.sum(linear * first_moments, axis=-1) + np.sum(matrix * second_moments, axis=(-2, -1))
        residual = second_moments[:, [1, 3], [1, 3]] / g**2  # mean squares of those of the two
        values.append(value + np.sum(np.stack([seen[:, first], seen[own, second]], axis=1) * residual, axis=1))
    return np.array(values)


def _moments(at: Setting, first: int, second: Array, fit: Numbers, overlap: Numbers, g: Numbers) -> tuple[Array, Array]:
    """E p (B, 5) and E p p^T (B, 5, 5) of p = (1, m, m s, m', m' s'), by which coef moves along the directions.

    fit (B, 4): of F0, F1 of the one and the other; overlap (B, 4, 4): of these through H; g (B, 2): their weights.
    """
    s, t = at.s[:, None, None], at.s[:, None]
    noise = np.sqrt(at.noise) * SIGNS if at.noise else np.zeros((2, 1))
    ones = np.ones((len(at.s), len(at.s), noise.shape[1]))
    probability = (at.s_weights[:, None, None] * at.s_weights[:, None] * ones).ravel() / noise.shape[1]
    means, squares = [], []
    for k, node in enumerate(second):
        H, f = overlap[k], fit[k]
        xx = H[0, 0] + 2 * s * H[0, 1] + s**2 * H[1, 1] + 1 / g[k, 0]
        yy = H[2, 2] + 2 * t * H[2, 3] + t**2 * H[3, 3] + 1 / g[k, 1]
        xy = H[0, 2] + s * H[1, 2] + t * H[0, 3] + s * t * H[1, 3]
        x = at.labels[first][:, None, None] + noise[0] - f[0] - s * f[1]
        y = at.labels[node][:, None] + noise[1] - f[2] - t * f[3]
        determinant = xx * yy - xy**2
        m, q = (yy * x - xy * y) / determinant, (xx * y - xy * x) / determinant
        p = np.stack([ones, m * ones, m * s * ones, q * ones, q * t * ones]).reshape(5, -1)
        means.append(p @ probability)
        squares.append((p * probability) @ p.T)
    return np.array(means), np.array(squares)
