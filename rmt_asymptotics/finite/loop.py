"""One loop of the bulk, as a function of eps: E F = dGamma/deps.  Note: theory_notes/finite_size.md [fs.2], [fs.3].

V1 (symmetric, K x K) and V2 = pi t stationary are se.1-se.5.  The Hessian in (V1, V2) is A + L^T W L: A of the weights
alone, in closed form, and W of the samples, in V on the skeleton and in V2.
"""

from dataclasses import dataclass

import numpy as np

from rmt_asymptotics.finite.setting import Setting
from rmt_asymptotics.finite.state import Bulk, Errors, Modes, Numbers, applied, by_class, diagonal, transposed


@dataclass(frozen=True)
class Tilted:
    """States (P,) moved along eps (E,): V1 (P, E, K, K), V2 (P, E, K), V (P, E, N), eps (E, 1)."""

    V1: Numbers
    V2: Numbers
    V: Numbers
    eps: Numbers


def responses(at: Setting, bulk: Bulk, modes: Modes, errors: Errors) -> tuple[Numbers, Numbers]:
    """Q1 and Q2 of [q.2]: how V1 and V2 answer to eps."""
    noise = at.mass * (modes.base + errors.excess) / (at.dimension * (1 + bulk.V) ** 2)
    rates = at.features * applied(bulk.Y, noise @ at.extension) + modes.costs
    Q2 = applied(bulk.L, rates)
    Qh1 = (noise[..., None, :] * at.linear) @ at.linear.T
    Q1 = (bulk.root * Q2[..., None, :]) @ transposed(bulk.root) + bulk.X @ Qh1 @ bulk.X
    return Q1, Q2


def tilted(at: Setting, bulk: Bulk, Q: tuple[Numbers, Numbers], eps: Numbers) -> Tilted:
    """V1 + eps Q1, V2 + eps Q2, and V that follows."""
    e, (Q1, Q2) = eps[:, None], Q
    V2 = (at.class_weights * bulk.t)[:, None] + e * Q2[:, None]
    V1 = bulk.X[:, None] + e[..., None] * Q1[:, None]
    V1 = (V1 + transposed(V1)) / 2
    return Tilted(V1, V2, np.sum(at.linear * (V1 @ at.linear), axis=-2) + V2 @ at.residual, e)


def loop(at: Setting, bulk: Bulk, modes: Modes, moved: Tilted) -> Numbers:
    """Gamma without its first two terms, (P, E).  [fs.2]"""
    p, count, V1, V2 = at.width, len(at.class_weights), moved.V1, moved.V2
    root = np.sqrt(V2)
    log_V1 = _log_det(V1 / root[..., :, None] / root[..., None, :]) + np.sum(np.log(V2), axis=-1)
    log_V2, inner = np.sum(np.log(V2), axis=-1), 1 - diagonal(V1) / V2
    weights = _hessian_of_weights(at, moved, inner)
    samples, response = _hessian_of_samples(at, bulk, modes, moved), _response(at, moved, weights)
    hessian = _log_det(weights) - 2 * log_V2 - (count + 1) * log_V1
    hessian = hessian + _log_det(np.eye(response.shape[-1]) + samples @ response)
    measure = (3 + (count - 1) / 2) * log_V1 - log_V2
    P = _weighted(at, bulk, moved)
    cap = np.sqrt(at.strengths * V2[..., at.mode_classes])
    projection = _log_det(np.eye(P.shape[-1]) + P / p * cap[..., :, None] * cap[..., None, :])
    directions = np.arange(P.shape[-1]) >= count  # the class means are no direction of the weights
    pull = by_class(at, directions * modes.coef**2 / at.strengths)[:, None] / V2
    sphere = np.sum((at.features * inner - moved.eps * pull) ** 2 / at.class_weights, axis=-1) / at.features
    return np.asarray(0.5 * hessian + measure + projection + sphere)


def _log_det(matrices: Numbers) -> Numbers:
    """Up to a constant: the phase that all share, so that no branch cut is crossed near it."""
    sign, logarithm = np.linalg.slogdet(matrices)
    return np.asarray(logarithm + np.log(sign / sign.ravel()[0]))


def _hessian_of_weights(at: Setting, moved: Tilted, inner: Numbers) -> Numbers:
    """V2 A V2/p with V1 eliminated, rows and columns in units of sqrt(pi); squares, so that nothing cancels."""
    V1, V2, size = moved.V1, moved.V2, np.sqrt(at.class_weights)
    off = at.features * V1**2 / V2[..., :, None] / V2[..., None, :]
    eye = np.eye(len(size))
    full = eye * (at.class_weights - at.features * inner**2)[..., None] - (1 - eye) * off
    return np.asarray(full / size[:, None] / size)


def _response(at: Setting, moved: Tilted, weights: Numbers) -> Numbers:
    """L A^-1 L^T: how V on the skeleton and V2 answer to sources, the inverse Hessian of the weights.  [jac.1]"""
    d, p, V1, V2 = at.dimension, at.width, moved.V1, moved.V2
    b = at.linear[:, at.skeleton]
    scale = V2 / np.sqrt(at.class_weights)
    L = np.linalg.inv(weights) * scale[..., :, None] * scale[..., None, :]
    Y = (V1 @ b / V2[..., None]) ** 2 + at.residual[:, at.skeleton]
    LY, gram = L @ Y, b.T @ V1 @ b
    kernel = at.features * (transposed(Y) @ LY) + gram**2
    return np.block([[kernel / d, transposed(LY) / p], [LY / p, L / p]])


def _hessian_of_samples(at: Setting, bulk: Bulk, modes: Modes, moved: Tilted) -> Numbers:
    """Of sum ln(1+V) + eps Phi, in V on the skeleton and V2: explicit, and through the modes that follow."""
    p, eps, V2, E = at.width, moved.eps, moved.V2, at.extension
    first, second = -at.mass / (1 + moved.V) ** 2, 2 * at.mass / (1 + moved.V) ** 3
    h0, h1 = at.target
    residual = at.functions[0] * (h0 - modes.fit[..., 0, :])[..., None, :]
    residual = residual + at.functions[1] * (h1 - modes.fit[..., 1, :])[..., None, :]
    member = at.mode_classes == np.arange(len(at.class_weights))[:, None]
    pull = p * member * (modes.coef / at.strengths)[:, None, None] / V2[..., None] ** 2
    through = np.concatenate([transposed(first[..., None, :] * residual[:, None] @ E), pull], axis=-2)
    cap = at.strengths * V2[..., at.mode_classes]
    H = np.linalg.inv(_weighted(at, bulk, moved) / p + np.eye(len(at.strengths)) / cap[..., None])
    of_V = ((first + eps * second * modes.base[:, None])[..., None, :] * E.T) @ E
    penalty = 2 * p * by_class(at, modes.coef**2 / at.strengths)[:, None] / V2**3
    size, count = E.shape[1], V2.shape[-1]
    explicit = np.zeros((*V2.shape[:-1], size + count, size + count), complex)
    explicit[..., :size, :size] = of_V
    explicit[..., size:, size:] = np.eye(count) * (eps * penalty)[..., None]
    return np.asarray(explicit - eps[..., None] * (2 / p) * (through @ H @ transposed(through)))


def _weighted(at: Setting, bulk: Bulk, moved: Tilted) -> Numbers:
    """p P: sums of F F over the samples, divided by 1+V, and over the population."""
    den = at.mass / (1 + moved.V) + bulk.measure.tau[:, None, None] * at.weights
    return np.asarray((at.rows * np.concatenate([den, den], axis=-1)[..., None, :]) @ at.rows.T)


def nongaussian(at: Setting, modes: Modes, tau: Numbers, moved: Tilted) -> Numbers:
    """What the real features add to the loop of their Gaussian equivalent, of the same order: (P, E).  [fs.3]

    Means over s of a polynomial in s, y and y s^2, at each node of kappa.
    """
    d, V1, V2, eps = at.dimension, moved.V1, moved.V2, moved.eps
    b, slope, mean, square = at.linear, at.linear_slope, at.mean_slope, at.nodes**2
    bent = 2 * np.sum(b * (V1 @ slope), axis=-2) + V2 @ at.residual_slope
    radial = np.sum(b * (V1 @ b), axis=-2)  # dV/d|x|^2 of the equivalent; the features' is radial + bent
    cross = (2 / d) * (np.sum(slope * (V1 @ slope), axis=-2) - V2 @ (slope**2 + mean**2))
    of_means, of_spike, of_teacher = (part[:, None] for part in np.split(modes.coef, 3, axis=-1))
    shift, tilt, steep = of_means @ mean, of_spike @ slope * at.nodes, of_teacher @ slope  # G' = shift + tilt + steep s
    r = _residual_moments(at, modes)
    along = (shift + tilt) * r[0] + steep * r[1]  # E (y - G) G'
    moving = shift * ((square - 2) * r[0] + r[2]) + tilt * ((square - 4) * r[0] + r[2])
    moving = (moving + steep * ((square - 4) * r[1] + r[3])) / d  # E (y - G) dG, dG of the variance given kappa and s
    own, scalar = modes.base[:, None], (square - 1) / d
    weighted = ((square - 2) * own + _second_moment(at, modes)) / d  # E (y - G)^2 times that variance
    squared, i = (shift + tilt) ** 2 + steep**2, 1 / (1 + moved.V)

    def second(dV: Numbers, along: Numbers, squared: Numbers) -> Numbers:
        curve = 2 * squared * i + 4 * along * dV * i**2 + 2 * own * dV**2 * i**3
        return np.asarray((eps * curve - (dV * i) ** 2) / d)

    seen = second(radial + bent, along, squared) - second(radial, 0 * along, 0 * squared)
    seen = seen + (scalar * bent + cross) * i - eps * (2 * moving * i + (weighted * bent + own * cross) * i**2)
    fresh = scalar * bent + cross + eps * (2 * squared / d - 2 * moving)
    return np.asarray((at.samples * seen + tau[:, None, None] * fresh) @ at.weights)


def _residual_moments(at: Setting, modes: Modes) -> list[Numbers]:
    """E (y - G) s^k given kappa, k = 0 to 3: (P, 1, N) each."""
    G0, G1 = modes.fit[:, None, 0], modes.fit[:, None, 1]
    y = [at.labels @ (at.s_weights * at.s**k) for k in range(4)]
    fourth = at.s_weights @ at.s**4
    return [y[0] - G0, y[1] - G1, y[2] - G0, y[3] - G1 * fourth]


def _second_moment(at: Setting, modes: Modes) -> Numbers:
    """E (y - G)^2 s^2 given kappa, noise included: (P, 1, N)."""
    G0, G1 = modes.fit[:, None, 0], modes.fit[:, None, 1]
    y2, y3, yy = (at.labels**k @ (at.s_weights * at.s**j) for k, j in ((1, 2), (1, 3), (2, 2)))
    return np.asarray(yy + at.noise - 2 * G0 * y2 - 2 * G1 * y3 + G0**2 + G1**2 * (at.s_weights @ at.s**4))
