"""Two readouts of one problem: the errors of a pair.  Note: theory_notes/two_readouts.md [two.1]-[two.3].

Where the errors of one readout have a square, those of a pair have a product.  Arrays of any dtype, points first: the
leading axes of two `Readout` records broadcast, and a pair of complex ridges has no complex conjugate in it.
Inputs have Y eigenvalues, isotropic ones a single one.  Units are those of one input dimension.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rmt_asymptotics._types import Array, Numbers
from rmt_asymptotics.decomposition import Shared
from rmt_asymptotics.equations.directions import Reach


@dataclass(frozen=True)
class Latent:
    """What all readouts of a problem share: K classes, J modes, N nodes, of which V is known from r, its skeleton.

    weights (N,).  class_weights (K,).  shares (Y,), variances (Y, K): rho_y and c_k(y).
    functions (R, r), residual (K, r): of b and m2^2 on the skeleton.  extension (N, r): V = extension V_s.
    target (m, N): h_0, ...; target_residual (N,): what they leave of the label's variance, without noise.
    strengths (..., K, J): R_j d/p of the finite modes of each class, 0 elsewhere; overlaps (Y, D, D): of directions.
    """

    weights: Array
    class_weights: Array
    shares: Array
    variances: Array
    functions: Array
    residual: Array
    extension: Array
    target: Array
    target_residual: Array
    strengths: Array
    overlaps: Array


@dataclass(frozen=True)
class Readout:
    """A readout, solved; leading axes are points.

    samples, features, noise (...): n/d, d/p and the variance of the label noise.  V (..., N), t (..., K).
    M (..., Y, K, K): Vh1 N.  shrunk (..., Y, K, r) and gram (..., Y, r, r): N^T b and b^T X b on the skeleton.
    misfit (..., m, N): h - G.  hat (..., J): coef/Cap, 0 on free modes.  reach: of the modes along directions.
    """

    samples: Array
    features: Array
    noise: Array
    V: Numbers
    t: Numbers
    M: Numbers
    shrunk: Numbers
    gram: Numbers
    misfit: Numbers
    hat: Numbers
    reach: Reach

    def at(self, points: Any) -> "Readout":
        """Some of the points, or new axes."""
        return self._each(lambda values: values[points])

    @property
    def conjugate(self) -> "Readout":
        """The readouts at the conjugate ridges."""
        return self._each(np.conj)

    def _each(self, change: Callable[[Any], Any]) -> "Readout":
        arrays = {name: change(values) for name, values in vars(self).items() if name != "reach"}
        return replace(self, reach=Reach(*map(change, vars(self.reach).values())), **arrays)


@dataclass(frozen=True)
class PairErrors:
    """E (y - f1)(y - f2) on fresh data, and on the training set, where there is a common one."""

    test: Numbers
    training: Numbers


def pair_errors(latent: Latent, first: Readout, second: Readout, shared: Shared) -> PairErrors:
    """The errors of pairs, whose samples, features and noise are those of the first; see [two.1]-[two.3].

    Without common samples `training` is what a pair would leave of samples that both had seen alone: no error.
    """
    w, E = latent.weights, latent.extension
    inverse = 1 / ((1 + first.V) * (1 + second.V))
    base = latent.target_residual + np.sum(first.misfit * second.misfit, axis=-2)
    if shared.noise:
        base = base + first.noise[..., None]
    S = np.einsum("y,...yrs,...yrs->...rs", latent.shares, first.gram, second.gram)
    source = _leaked(latent, first, second)
    if shared.weights:
        Y, LY, q = _neurons(latent, first, second)
        S = S + first.features[..., None, None] * (np.swapaxes(Y, -1, -2) @ LY)
        source = source + first.features[..., None] * _rows(q, LY)
    x = source
    if shared.samples:
        g = first.samples[..., None] * w * inverse
        slope = _weighted(g, E)
        source = source + _rows((g * base) @ E, np.swapaxes(S, -1, -2))
        x = np.linalg.solve(np.eye(E.shape[1]) - S @ slope, source[..., None])[..., 0]  # e12 = base + E x  [two.1]
    test = base @ w + x @ (w @ E)
    trained = w * inverse
    training = np.sum(trained * base, axis=-1) + np.sum((trained @ E) * x, axis=-1)  # [two.2]
    return PairErrors(test if shared.noise else test + first.noise, training)  # [two.3]


def _weighted(g: Numbers, extension: Array) -> Numbers:
    """extension^T diag(g) extension for many g (..., N): as one product of real matrices, half of it by symmetry."""
    count = extension.shape[1]
    first, second = np.triu_indices(count)
    products = extension[:, first] * extension[:, second]
    half: Numbers = g.real @ products
    if np.iscomplexobj(g):
        half = half + 1j * (g.imag @ products)
    matrix = np.empty((*g.shape[:-1], count, count), half.dtype)
    matrix[..., first, second] = half
    matrix[..., second, first] = half
    return matrix


def _neurons(latent: Latent, first: Readout, second: Readout) -> tuple[Numbers, Numbers, Numbers]:
    """Y12, L12 Y12 and q12 over d/p: what neurons that both readouts have contribute."""
    seen = latent.shares[:, None] * latent.variances
    Y = np.einsum("yk,...ykr,...ykr->...kr", seen, first.shrunk, second.shrunk) + latent.residual
    squares = np.einsum("yk,yl,...ykl,...ykl->...kl", seen, latent.variances, first.M, second.M)
    t = latent.class_weights * first.t * second.t
    LY = np.linalg.solve(np.eye(t.shape[-1]) / t[..., None] - first.features[..., None, None] * squares, Y)
    q = _rows(first.hat * second.hat, np.swapaxes(latent.strengths, -1, -2))
    return Y, LY, q + first.reach.pull(second.reach, latent.overlaps, latent.variances)


def _leaked(latent: Latent, first: Readout, second: Readout) -> Numbers:
    """What both readouts add outside the span, which their weights decide in the mean alone, on the skeleton."""
    leak = first.reach.leak(second.reach, latent.overlaps)
    return np.asarray(np.sum(latent.functions * (leak @ latent.functions), axis=-2))


def _rows(vectors: Numbers, matrices: Numbers) -> Numbers:
    return np.asarray((vectors[..., None, :] @ matrices)[..., 0, :])


def label_errors(latent: Latent, readout: Readout) -> PairErrors:
    """E y (y - f): the pair with a readout that does not see the data.  [two.2]"""
    e = latent.target_residual + readout.noise[..., None] + np.sum(latent.target * readout.misfit, axis=-2)
    return PairErrors(e @ latent.weights, (e / (1 + readout.V)) @ latent.weights)
