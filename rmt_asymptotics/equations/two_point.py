"""Two readouts of one problem: the errors of a pair.  Note: theory_notes/two_readouts.md [two.1]-[two.3].

Where the errors of one readout have a square, those of a pair have a product.  Arrays of any dtype, points first: the
leading axes of two `Readout` records broadcast, and a pair of complex ridges has no complex conjugate in it.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from rmt_asymptotics._types import Array, Numbers
from rmt_asymptotics.decomposition import Shared


@dataclass(frozen=True)
class Latent:
    """What all readouts of a problem share: K classes, J modes, N nodes, of which V is known from r, its skeleton.

    weights (N,).  class_weights (K,).  residual (K, r): m2^2 on the skeleton.  extension (N, r): V = extension V_s.
    target (m, N): h_0, ...; target_residual (N,): what they leave of the label's variance, without noise.
    strengths (..., K, J): R_j of the finite modes of each class, 0 elsewhere.
    """

    weights: Array
    class_weights: Array
    residual: Array
    extension: Array
    target: Array
    target_residual: Array
    strengths: Array


@dataclass(frozen=True)
class Readout:
    """A readout, solved; leading axes are points.

    samples, features, noise (...): n/d, d/p and the variance of the label noise.  V (..., N), t (..., K).
    M (..., K, K), per input dimension: Vh1 N beta.  shrunk (..., K, r) and gram (..., r, r): N^T b and b^T X b on the
    skeleton, per input dimension.  misfit (..., m, N): h - G.  hat (..., J): coef/Cap, 0 on free modes.
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

    def at(self, points: Any) -> "Readout":
        """Some of the points, or new axes."""
        return Readout(*(getattr(self, f.name)[points] for f in fields(self)))

    @property
    def conjugate(self) -> "Readout":
        """The readouts at the conjugate ridges."""
        return Readout(*(np.conj(getattr(self, f.name)) for f in fields(self)))


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
    S: Numbers = first.gram * second.gram
    source: Numbers = np.zeros((*inverse.shape[:-1], E.shape[1]))
    if shared.weights:
        Y, LY, q = _neurons(latent, first, second)
        S = S + first.features[..., None, None] * (np.swapaxes(Y, -1, -2) @ LY)
        source = _rows(q, LY)
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
    """Y12, L12 Y12 and q12: what neurons that both readouts have contribute."""
    Y = first.shrunk * second.shrunk + latent.residual
    variances = latent.class_weights * first.t * second.t
    squares = first.features[..., None, None] * first.M * second.M
    LY = np.linalg.solve(np.eye(variances.shape[-1]) / variances[..., None] - squares, Y)
    return Y, LY, _rows(first.hat * second.hat, np.swapaxes(latent.strengths, -1, -2))


def _rows(vectors: Numbers, matrices: Numbers) -> Numbers:
    return np.asarray((vectors[..., None, :] @ matrices)[..., 0, :])


def label_errors(latent: Latent, readout: Readout) -> PairErrors:
    """E y (y - f): the pair with a readout that does not see the data.  [two.2]"""
    e = latent.target_residual + readout.noise[..., None] + np.sum(latent.target * readout.misfit, axis=-2)
    return PairErrors(e @ latent.weights, (e / (1 + readout.V)) @ latent.weights)
