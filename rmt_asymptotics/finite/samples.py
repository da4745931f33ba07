"""Finitely many samples and neurons: cluster expansion.  Note: theory_notes/finite_size.md [fs.1], [fs.6].

One sample X = (kappa, s, noise) is taken exactly, the n - 1 others smoothly.  As X stands on the nodes of the measure,
that is a reweighted grid: one fixed point a node of kappa.  In s and the noise the errors are quadratic forms.
"""

from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.finite.setting import Setting
from rmt_asymptotics.finite.state import (
    Bulk,
    Measure,
    Modes,
    Numbers,
    applied,
    projected,
    smooth_errors,
    solved_bulk,
    transposed,
)


@dataclass(frozen=True)
class Expansion:
    """Changes of the means, and variances between draws, of test error, training error and objective, (3,) each."""

    shift: Array
    variance: Array


def smooth(at: Setting) -> tuple[Bulk, Modes]:
    """The state in which the samples have their mean measure."""
    bulk = solved_bulk(at, Measure(at.mass, np.zeros(()), np.array(at.ridge), at.class_weights))
    return bulk, projected(at, bulk, bulk.den)


def sample_expansion(at: Setting, bulk: Bulk, modes: Modes) -> Expansion:
    """n E_X [f((n-1) nu + delta_X) - f(n nu)], and n E_X [f_X - E f_X]^2.  [fs.1, fs.4]"""
    mean = smooth_errors(at, bulk, modes)
    count, others = len(at.weights), (at.samples - 1) * at.weights
    mass = others + np.eye(count)
    measure = Measure(mass, np.zeros(count), np.full(count, at.ridge), at.class_weights)
    with_one = solved_bulk(at, measure, (bulk.start, bulk.t))
    rest = projected(at, with_one, others / (at.dimension * (1 + with_one.V)))
    each = _with_sample(at, with_one, rest)
    probability = at.weights[:, None, None] * at.s_weights[:, None] * noise_nodes(at.noise)[1]
    averages = np.sum(probability * each, axis=(1, 2, 3))
    spread = np.sum(probability * (each - averages[:, None, None, None]) ** 2, axis=(1, 2, 3))
    smooth_values = np.array([mean.test, mean.training, mean.objective])
    return Expansion(at.samples * (averages - smooth_values), at.samples * spread)


def noise_nodes(variance: float) -> tuple[Array, Array]:
    """Values and probabilities with the first five moments of the noise: errors are quadratic in it."""
    if not variance:
        return np.zeros(1), np.ones(1)
    return np.sqrt(3 * variance) * np.array([-1.0, 0.0, 1.0]), np.array([1.0, 4.0, 1.0]) / 6


def _with_sample(at: Setting, bulk: Bulk, modes: Modes) -> Array:
    """Test error, training error and objective for each X: (3, N, S, 3), or (3, N, S, 1) without noise.

    The sample adds a rank one to the projection: coef stays in the span of `directions`, and all is quadratic there.
    """
    own = np.arange(len(at.weights))
    F0, F1 = at.functions[0].T, at.functions[1].T
    HF0, HF1 = applied(modes.H, F0), applied(modes.H, F1)
    directions = np.stack([modes.coef, HF0, HF1], axis=-2)  # (N, 3, J)
    g, s = 1 / (at.width * (1 + bulk.V[own, own])), at.s
    overlaps = [np.sum(product, axis=-1)[:, None] for product in (F0 * HF0, F0 * HF1, F1 * HF1)]
    square = overlaps[0] + 2 * s * overlaps[1] + s**2 * overlaps[2]
    fit = np.sum(F0 * modes.coef, -1)[:, None] + s * np.sum(F1 * modes.coef, -1)[:, None]
    y = at.labels[..., None] + noise_nodes(at.noise)[0]
    moved = g[:, None, None] * (y - fit[..., None]) / (1 + g[:, None] * square)[..., None]
    parts = np.stack([np.ones_like(moved), moved, moved * s[:, None]], axis=-1)
    residual = (y - fit[..., None]) * (1 - (g[:, None] * square / (1 + g[:, None] * square))[..., None])
    others = (at.samples - 1) * at.weights
    values = []
    for fresh, seen, costs in error_forms(at, bulk):
        quadratic = _quadratic(at, modes, directions, parts, fresh + others * seen, costs)
        values.append(quadratic + seen[own, own][:, None, None] * residual**2)
    return np.array(values)


def error_forms(at: Setting, bulk: Bulk) -> list[tuple[Numbers, Numbers, Numbers]]:
    """Each error as weights of (y - G)^2 for the population (N,), a sample on each node (..., N), and of q (..., K).

    These are adjoints of err.1.
    """
    n, inverse = at.samples, 1 / (1 + bulk.V)
    matrix = transposed(bulk.jacobian(at.extension))

    def adjoint(row: Numbers) -> tuple[Numbers, Numbers]:
        z = np.linalg.solve(matrix, row[..., None])[..., 0]
        return (applied(bulk.kernel, z) @ at.extension.T) * inverse**2 / at.dimension, applied(bulk.answers, z)

    test, q_test = adjoint(np.broadcast_to(at.weights @ at.extension, bulk.start.shape))
    training, q_training = adjoint((bulk.measure.mass * inverse**2) @ at.extension / n)
    of_training: Numbers = training + inverse**2 / n
    objective, q_objective = inverse / n, at.width * at.class_weights * bulk.t / n
    none = np.zeros_like(at.weights)
    return [(at.weights, test, q_test), (none, of_training, q_training), (none, objective, q_objective)]


def quadratic_form(
    at: Setting, modes: Modes, directions: Numbers, weights: Numbers, costs: Numbers
) -> tuple[Numbers, Numbers, Numbers]:
    """Weighted sums of (y - G)^2 over the smooth samples, and of R hat^2, where coef = parts . directions.

    c, l (..., D) and M (..., D, D) of c - 2 l.parts + parts.M parts.
    """
    fits, twice = directions @ at.rows, np.concatenate([weights, weights], axis=-1)
    constant = np.sum(weights * at.second, axis=-1)
    linear = applied(fits, twice * at.target.ravel())
    matrix = (fits * twice[..., None, :]) @ transposed(fits)
    penalty = costs[..., at.mode_classes] * at.strengths / modes.cap**2
    return constant, linear, matrix + (directions * penalty[..., None, :]) @ transposed(directions)


def _quadratic(
    at: Setting, modes: Modes, directions: Numbers, parts: Numbers, weights: Numbers, costs: Numbers
) -> Array:
    constant, linear, matrix = quadratic_form(at, modes, directions, weights, costs)
    mixed = np.einsum("nsea,nab->nseb", parts, matrix)
    return np.asarray(
        constant[:, None, None] - 2 * np.einsum("na,nsea->nse", linear, parts) + np.sum(mixed * parts, axis=-1)
    )


def class_expansion(at: Setting, bulk: Bulk, modes: Modes) -> Expansion:
    """p sum_k pi_k [f(pi (1 - 1/p) + e_k/p) - f(pi)], and the variance: p neurons draw their classes.  [fs.6]"""
    if not at.sampled:
        return Expansion(np.zeros(3), np.zeros(3))
    p, count = at.width, len(at.class_weights)
    classes = at.class_weights * (1 - 1 / p) + np.eye(count) / p
    mass = np.broadcast_to(at.mass, (count, len(at.mass)))
    measure = Measure(mass, np.zeros(count), np.full(count, at.ridge), classes)
    drawn = solved_bulk(at, measure, (bulk.start, bulk.t))
    errors, mean = smooth_errors(at, drawn, projected(at, drawn, drawn.den)), smooth_errors(at, bulk, modes)
    each = np.array([errors.test, errors.training, errors.objective])
    average = each @ at.class_weights
    shift = p * (average - np.array([mean.test, mean.training, mean.objective]))
    return Expansion(shift, p * (each - average[:, None]) ** 2 @ at.class_weights)
