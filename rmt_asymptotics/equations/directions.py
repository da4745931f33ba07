"""Directions of inputs with a spectrum: the capacity of the modes along them, and what leaks out of their span.

Note: theory_notes/structure.md [cov.5], [cov.6].  A direction e_a of whitened space is no eigenvector of the
covariance: its neurons' vectors <w_i, e_a> share eigenvalues with the bulk and with those of other directions.  In
coordinates of the bulk, in which b = coordinates @ functions, a class is one of r functions.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Numbers
from rmt_asymptotics.equations.response import Response
from rmt_asymptotics.equations.stacked import solved


@dataclass(frozen=True)
class Vectors:
    """E vectors of neurons besides those of the span: <w_i, tau(Sigma) e_a> of some share of the rows.

    classes, basis (E,): k and a, a direction of the span or one beside it.  profiles (E, Y): tau, averaged over the
    independent parts of a row as they weigh.  contrasts (E, Y): its deviation between two parts, so that profiles^2 +
    contrasts^2 is the mean of tau^2.
    """

    classes: NDArray[np.intp]
    basis: NDArray[np.intp]
    profiles: Numbers
    contrasts: Numbers

    @classmethod
    def none(cls, eigenvalues: int) -> "Vectors":
        """No vectors."""
        empty = np.zeros(0, np.intp)
        return cls(empty, empty, np.zeros((0, eigenvalues)), np.zeros((0, eigenvalues)))

    def of(self, kept: NDArray[np.bool_], positions: NDArray[np.intp]) -> "Vectors":
        """Some of the vectors, of classes that are at new positions."""
        places = positions[self.classes[kept]]
        return Vectors(places, self.basis[kept], self.profiles[kept], self.contrasts[kept])

    def into(self, values: Numbers, classes: int, directions: int) -> Numbers:
        """Sums of values (..., E, Y) over the vectors of each direction and class, (..., Y, D, K)."""
        member = np.zeros((len(self.classes), directions * classes))
        member[np.arange(len(self.classes)), self.basis * classes + self.classes] = 1
        summed = np.swapaxes(values, -1, -2) @ member
        return summed.reshape(*summed.shape[:-1], directions, classes)


@dataclass(frozen=True)
class Capacity:
    """The modes along directions, J = r D of the span (r-major) and E others, at the variances of a bulk.

    overlaps (Y, D', D'): mu_ab(y), the product of e_a and e_b in each eigenspace; those of the first D, which are the
    span, sum to 1.
    matrix (..., J, J): Cap, with coef = Cap hat.
    span (..., Y, r, r): X seen through the coordinates.
    """

    bulk: Response
    overlaps: Numbers
    vectors: Vectors
    matrix: Numbers
    span: Numbers
    directions: int

    def root(self) -> Numbers:
        """A matrix with root^T root = Cap: the symmetric root, with its tangents."""
        values, basis = np.linalg.eigh(self.matrix.real)
        size = np.sqrt(np.maximum(values, 0))
        turned = np.swapaxes(basis, -1, -2)
        root = (basis * size[..., None, :]) @ turned
        if not np.iscomplexobj(self.matrix):
            return np.asarray(root)
        sums = size[..., :, None] + size[..., None, :]
        tangent = turned @ self.matrix.imag @ basis / np.where(sums > 0, sums, np.inf)
        return np.asarray(root + 1j * (basis @ tangent @ turned))

    def reach(self, hat: Numbers) -> "Reach":
        """How far hats (..., J) of the modes lead the readout out of the span, and what they ask of each neuron."""
        at, T = self.bulk, self.bulk.coordinates
        r, D = T.shape[1], self.directions
        beside = [(0, 0)] * hat.ndim + [(0, self.overlaps.shape[-1] - D)]  # of the directions beside the span
        coef = (self.matrix @ hat[..., None])[..., 0]
        kept = np.pad(coef[..., : r * D].reshape(*coef.shape[:-1], r, D), beside)
        held = np.pad(hat[..., : r * D].reshape(*hat.shape[:-1], r, D), beside)
        g = held + at.Phi @ kept  # of the vectors with their bulk
        extra = hat[..., r * D :, None] * self.vectors.profiles
        count = len(at.class_weights)
        total = self.overlaps.shape[-1]
        members = self.vectors.into(extra, count, total)  # (..., Y, D', K)
        contrasts = self.vectors.into(hat[..., r * D :, None] * self.vectors.contrasts, count, total)
        pushed = self.span @ g[..., None, :, :]  # (..., Y, r, D')
        pushed = pushed + np.swapaxes(members @ _by_class(at), -1, -2)
        drive = np.swapaxes(T @ (g[..., None, :, :] - at.Phi[..., None, :, :] @ pushed), -1, -2) + members
        return Reach(pushed - kept[..., None, :, :], drive, contrasts)

    def share(self, hat: Numbers, functions: Numbers) -> "Share":
        """The part of the readout that hats (..., J) of the modes cause; functions (..., r, N): those of the bulk."""
        reach, coef = self.reach(hat), (self.matrix @ hat[..., None])[..., 0]
        leak, pull = reach.leak(reach, self.overlaps), reach.pull(reach, self.overlaps, self.bulk.variances)
        return Share(np.sum(functions * (leak @ functions), axis=-2), pull, np.sum(hat * coef, axis=-1))


@dataclass(frozen=True)
class Reach:
    """What the modes along directions do to a readout in each eigenspace; products of two are errors.  [cov.6]

    strayed (..., Y, r, D'): u_a - coef_a.  drive (..., Y, D', K): (tau g - Vh1 u)_ka.  contrasts (..., Y, D', K):
    delta_ka g, between two parts of a row.
    """

    strayed: Numbers
    drive: Numbers
    contrasts: Numbers

    @classmethod
    def none(cls, shape: tuple[int, ...]) -> "Reach":
        """Of features without directions; shape: (..., Y, K, r)."""
        rows = np.zeros((*shape[:-2], 0, shape[-2]))
        return cls(np.zeros((*shape[:-2], shape[-1], 0)), rows, rows)

    def leak(self, other: "Reach", overlaps: Numbers) -> Numbers:
        """Leak of a pair, (..., r, r), of which quadratic forms see the symmetric part.  [cov.6, two.1]"""
        return np.asarray(np.sum((self.strayed @ overlaps) @ np.swapaxes(other.strayed, -1, -2), axis=-3))

    def pull(self, other: "Reach", overlaps: Numbers, variances: Numbers) -> Numbers:
        """q of a pair over d/p, (..., K); variances (Y, K): c_k(y).  [cov.6, two.1]"""
        rows = self.drive * (overlaps @ other.drive) + self.contrasts * (overlaps @ other.contrasts)
        return np.asarray(np.sum(variances * np.sum(rows, axis=-2), axis=-2))


@dataclass(frozen=True)
class Share:
    """leak (..., N): mean square of what the readout adds outside the span.  pull (..., K): q_k over d/p.

    cost (...,): coef.hat.
    """

    leak: Numbers
    pull: Numbers
    cost: Numbers


def _by_class(at: Response) -> Numbers:
    """X coordinates of each class, (..., Y, K, r)."""
    D = (at.class_weights * at.t)[..., None, :] * at.variances
    return np.asarray(D[..., None] * (at.coordinates @ at.inverse))


def capacity(overlaps: Numbers, vectors: Vectors, directions: int, at: Response) -> Capacity:
    """Cap of all modes along directions, the first D of them the span: (XX^-1 - Vh1 on the span)^-1.  [cov.5]"""
    T, k, a = at.coordinates, vectors.classes, vectors.basis
    r, D = T.shape[1], directions
    span, others = at.strength @ at.inverse, _by_class(at)[..., k, :]
    tau = np.swapaxes(vectors.profiles, -1, -2)[..., None]
    inner = overlaps[..., :D, :D]
    ss = _spread(inner, span)
    free = _spread(inner, np.swapaxes(at.inverse, -1, -2))  # 1 - XX Vh1
    se = np.sum(np.swapaxes(tau * others, -1, -2)[..., :, None, :] * overlaps[..., :D, a][:, None], axis=-4)
    se = se.reshape(*se.shape[:-3], r * D, len(k))
    ee = _others(overlaps, vectors, at)
    first = solved(free, np.concatenate([np.broadcast_to(ss, (*se.shape[:-1], r * D)), se], axis=-1))
    tilt = np.swapaxes(se, -1, -2) @ _unit_blocks(at.Phi, D)
    second = np.concatenate([np.swapaxes(se, -1, -2), ee], axis=-1) + tilt @ first
    matrix = np.concatenate([first, second], axis=-2)
    return Capacity(at, overlaps, vectors, 0.5 * (matrix + np.swapaxes(matrix, -1, -2)), span, D)


def _others(overlaps: Numbers, vectors: Vectors, at: Response) -> Numbers:
    """XX of the vectors outside the span, (..., E, E)."""
    k, a = vectors.classes, vectors.basis
    D = (at.class_weights * at.t)[..., None, :] * at.variances
    M = at.coordinates @ (at.inverse @ at.Phi[..., None, :, :]) @ at.coordinates.T
    D_k = D[..., k]
    tau, delta = (np.swapaxes(x, -1, -2) for x in (vectors.profiles, vectors.contrasts))
    same = (k[:, None] == k) * D_k[..., None]
    tilted = tau * D_k
    products = tau[..., None] * same * tau[..., None, :] + delta[..., None] * same * delta[..., None, :]
    products = products - tilted[..., None] * M[..., k[:, None], k] * tilted[..., None, :]
    return np.asarray(np.sum(overlaps[..., a[:, None], a] * products, axis=-3))


def _spread(overlaps: Numbers, matrices: Numbers) -> Numbers:
    """sum_y of matrices (..., Y, r, r) (x) overlaps (Y, D, D): (..., r D, r D)."""
    r, D = matrices.shape[-1], overlaps.shape[-1]
    flat = np.swapaxes(matrices, -3, -1).swapaxes(-3, -2).reshape(*matrices.shape[:-3], r * r, -1)
    return _interleaved(flat @ overlaps.reshape(-1, D * D), r, D)


def _unit_blocks(matrix: Numbers, D: int) -> Numbers:
    """matrix (..., r, r) (x) 1 of D directions."""
    flat = matrix.reshape(*matrix.shape[:-2], -1, 1) * np.eye(D).ravel()
    return _interleaved(flat, matrix.shape[-1], D)


def _interleaved(flat: Numbers, r: int, D: int) -> Numbers:
    blocks = flat.reshape(*flat.shape[:-2], r, r, D, D)
    return np.asarray(np.swapaxes(blocks, -3, -2).reshape(*flat.shape[:-2], r * D, r * D))
