"""The theory given a measure of the samples: V, t, the modes, the errors.  Note: theory_notes/finite_size.md [fs.1].

The equations of the limit, se.1-se.5 and modes.1-err.2, with the masses of the samples in place of n times their
weights, and with an infinitesimal copy of the population of weight tau, which does not see itself.
All arrays have points as leading axes and may be complex.
"""

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Array
from rmt_asymptotics.equations import bulk as equations
from rmt_asymptotics.equations.bulk import conjugates, respond, variances
from rmt_asymptotics.errors import NotConverged
from rmt_asymptotics.finite.setting import Setting

Numbers: TypeAlias = NDArray[np.inexact[Any]]  # real or complex

SETTLED, STEPS, LARGEST = 1e-12, 60, 0.7  # of Newton: the last step, how many, the largest relative to 1 + V and t
NEAR, PLAIN = 0.05, 500  # plain steps go on until log(1 + V) moves by less, and are at most so many


@dataclass(frozen=True)
class Measure:
    """mass (..., N): of the samples on the nodes.  tau (...): of the population.  ridge (...).  classes (..., K)."""

    mass: Numbers
    tau: Numbers
    ridge: Numbers
    classes: Array


@dataclass(frozen=True)
class Bulk:
    """V on the skeleton (..., r) and on the nodes (..., N), t (..., K), and what se.1-se.5 say of their changes.

    den (..., N): weight of the samples, per input dimension.  X, M, root (..., K, K): X and M of se.4-se.5 and N.
    shrunk (..., K, r): N^T b; gram and kernel (..., r, r), Y (..., K, r), L (..., K, K): of jac.1, on the skeleton.
    slope (..., N): -d den/dV.
    """

    measure: Measure
    start: Numbers
    V: Numbers
    t: Numbers
    den: Numbers
    X: Numbers
    M: Numbers
    root: Numbers
    shrunk: Numbers
    gram: Numbers
    Y: Numbers
    L: Numbers
    kernel: Numbers
    slope: Numbers

    @property
    def answers(self) -> Numbers:
        """How V2 on each class answers to V on the skeleton, (..., K, r)."""
        return np.asarray(self.L @ self.Y)

    def jacobian(self, extension: Array) -> Numbers:
        """I - J on the skeleton."""
        slope = (self.slope[..., None, :] * extension.T) @ extension
        return np.asarray(np.eye(extension.shape[1]) - self.kernel @ slope)


def transposed(matrices: Numbers) -> Numbers:
    return np.swapaxes(matrices, -1, -2)


def applied(matrices: Numbers, vectors: Numbers) -> Numbers:
    """Matrices times vectors, both with leading axes."""
    return np.asarray((matrices @ vectors[..., None])[..., 0])


def diagonal(matrices: Numbers) -> Numbers:
    return np.diagonal(matrices, axis1=-2, axis2=-1)


def solved_bulk(at: Setting, measure: Measure, start: tuple[Numbers, Numbers] | None = None) -> Bulk:
    """Newton in V on the skeleton and t together, from `start` or from where plain steps, which contract, end."""
    shape = np.broadcast_shapes(measure.mass.shape[:-1], measure.ridge.shape)
    if start is None:
        start = _near(at, measure)
    V, t = (np.broadcast_to(x, (*shape, x.shape[-1])) for x in start)
    for _ in range(STEPS):
        bulk, mismatch, psi = _map(at, measure, V, t)
        shift = applied(bulk.L, mismatch)
        gap = psi - V + applied(transposed(bulk.Y), shift)
        dV = np.linalg.solve(bulk.jacobian(at.extension), gap[..., None])[..., 0]
        slope = (bulk.slope[..., None, :] * at.extension.T) @ at.extension
        dt = (at.features * applied(bulk.answers @ slope, dV) + shift) / measure.classes
        size = np.maximum(np.max(np.abs(dV / (1 + V)), axis=-1), np.max(np.abs(dt / t), axis=-1))
        part = 1 / np.maximum(1, size / LARGEST)
        V, t = V + part[..., None] * dV, t + part[..., None] * dt
        if np.max(size) <= SETTLED:
            return _map(at, measure, V, t)[0]
    raise NotConverged("the fixed point of a finite sample was not reached")


def _map(at: Setting, measure: Measure, start: Numbers, t: Numbers) -> tuple[Bulk, Numbers, Numbers]:
    """The equations at V on the skeleton and t: the bulk, the mismatch of se.4, and Psi(V) there."""
    V, den, bulk, features, sums = _sums(at, measure, start)
    answer = respond(bulk, sums, features, t)
    nodes = answer.on(at.linear[:, at.skeleton], at.residual[:, at.skeleton])
    back = answer.inverse[..., 0, :, :]  # N^T: inputs are isotropic
    found = Bulk(
        measure, start, V, t, den,
        X=transposed(back) * (measure.classes * t)[..., None, :],
        M=back @ sums.Phi,
        root=transposed(back),
        shrunk=back @ at.linear[:, at.skeleton],
        gram=transposed(nodes.functions) @ nodes.image[..., 0, :, :],
        Y=nodes.Y,
        L=answer.theta,
        kernel=nodes.kernel,
        slope=measure.mass / (at.dimension * (1 + V) ** 2),
    )  # fmt: skip
    return found, answer.mismatch, nodes.V


def _sums(
    at: Setting, measure: Measure, start: Numbers
) -> tuple[Numbers, Numbers, equations.Bulk, Numbers, equations.Conjugates]:
    """V and den on the nodes, the bulk with the classes of the measure, d/p, and the sums over samples."""
    V = start @ at.extension.T
    den = (measure.mass / (1 + V) + measure.tau[..., None] * at.weights) / at.dimension
    features, ridge = (np.broadcast_to(x, den.shape[:-1]) for x in (np.array(at.features), measure.ridge))
    bulk = replace(at.bulk, class_weights=measure.classes)
    return V, den, bulk, features, conjugates(bulk, den, features, ridge)


def _near(at: Setting, measure: Measure) -> tuple[Numbers, Numbers]:
    """V on the skeleton and t after plain steps from V = 1, t solved at each [uniq.1]."""
    shape = np.broadcast_shapes(measure.mass.shape[:-1], measure.ridge.shape)
    V = np.ones((*shape, len(at.skeleton)))
    power = float(at.class_weights @ (at.linear**2 + at.residual) @ at.weights)
    t: Numbers = np.full((*shape, len(at.class_weights)), 1 / power)
    for _ in range(PLAIN):
        _, _, bulk, features, sums = _sums(at, measure, V)
        t = variances(bulk, sums, features, t)
        psi = respond(bulk, sums, features, t).on(at.linear[:, at.skeleton], at.residual[:, at.skeleton]).V
        moved = np.max(np.abs(np.log((1 + psi) / (1 + V))))
        V = psi
        if moved < NEAR:
            break
    return V, t


@dataclass(frozen=True)
class Modes:
    """The projection on the modes: H = (P + 1/Cap)^-1 and P (..., J, J), Cap, coef and hat (..., J).  [modes.1]

    fit (..., 2, N): G.  base (..., N): E (y - G)^2 on the nodes.  costs (..., K): q_k = R hat^2.
    """

    P: Numbers
    H: Numbers
    cap: Numbers
    coef: Numbers
    hat: Numbers
    fit: Numbers
    base: Numbers
    costs: Numbers


def projected(at: Setting, bulk: Bulk, den: Numbers) -> Modes:
    """The modes under a weight of the samples `den` (..., N), which may leave some of them out."""
    g = np.concatenate([den, den], axis=-1) * at.features
    P, r = (at.rows * g[..., None, :]) @ at.rows.T, (g * at.target.ravel()) @ at.rows.T
    cap = at.strengths * (bulk.measure.classes * bulk.t)[..., at.mode_classes]
    root = np.sqrt(cap)
    scale = root[..., :, None] * root[..., None, :]
    H = np.linalg.inv(np.eye(len(at.strengths)) + P * scale) * scale
    coef = applied(H, r)
    hat = coef / cap
    fit = (coef @ at.rows).reshape(*coef.shape[:-1], 2, -1)
    h0, h1 = at.target
    base = at.second - h0**2 - h1**2 + (h0 - fit[..., 0, :]) ** 2 + (h1 - fit[..., 1, :]) ** 2
    return Modes(P, H, cap, coef, hat, fit, base, by_class(at, at.strengths * hat**2))


def by_class(at: Setting, values: Numbers) -> Numbers:
    """Sums over the modes of each class, (..., K)."""
    member = (at.mode_classes[:, None] == np.arange(len(at.class_weights))).astype(float)
    return np.asarray(values @ member)


@dataclass(frozen=True)
class Errors:
    """test, training, objective (...): under a measure.  excess (..., N): e - base on the nodes.  [err.1]-[err.3]"""

    test: Numbers
    training: Numbers
    objective: Numbers
    excess: Numbers


def smooth_errors(at: Setting, bulk: Bulk, modes: Modes) -> Errors:
    """The errors where the labels on each node have the moments of the population."""
    source = applied(bulk.kernel, (bulk.slope * modes.base) @ at.extension)
    source = source + (modes.costs[..., None, :] @ bulk.answers)[..., 0, :]
    x = np.linalg.solve(bulk.jacobian(at.extension), source[..., None])[..., 0] @ at.extension.T
    e, mass, inverse = modes.base + x, bulk.measure.mass, 1 / (1 + bulk.V)
    count = np.sum(mass, axis=-1)
    penalty = at.width * np.sum(modes.coef**2 / modes.cap, axis=-1)
    objective = (np.sum(mass * modes.base * inverse, axis=-1) + penalty) / count
    return Errors(e @ at.weights, np.sum(mass * e * inverse**2, axis=-1) / count, objective, x)
