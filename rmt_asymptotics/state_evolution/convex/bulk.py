"""The bulk at given denominators, and its answer to changes of them.  Note: convex_losses.md [gl.9], [gl.12]."""

from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.problem import Features
from rmt_asymptotics.equations.bulk import Conjugates, conjugates, respond, variances

TINY = 1e-20


@dataclass(frozen=True)
class Bulk:
    """V (N,), t (K,), kernel L = -dV/dden (N, N), Theta = -d(pi t)/dridge (K, K), and Y (K, N) of jac.1."""

    V: Array
    t: Array
    kernel: Array
    theta: Array
    Y: Array


def bulk_at(features: Features, den: Array, t: Array, b: float, ridge: float) -> Bulk:
    """The bulk at den (N,); t (K,): where the inner Newton starts; b: d/p."""
    ratio, z = np.asarray(b, float), np.asarray(ridge, float)
    sums = conjugates(features.plain_bulk, den, ratio, z)
    return _response(features, sums, ratio, variances(features.plain_bulk, sums, ratio, t))


def _response(features: Features, sums: Conjugates, ratio: Array, t: Array) -> Bulk:
    bulk = features.plain_bulk
    at = respond(bulk, sums, ratio, t).on(bulk.functions, bulk.residual)
    return Bulk(at.V, t, at.kernel, at.bulk.theta, at.Y)


def tangent(features: Features, den: Array, at: Bulk, b: float, q: Array, pull: Array) -> tuple[Array, Array]:
    """-dV and dL along den + eps q, ridge_k + eps pull_k: Q and H = dQ/dden, by one complex step.  [gl.11]"""
    t = at.t - 1j * TINY * (at.theta @ (b * (at.Y @ q) + pull)) / features.class_weights
    ratio = np.asarray(b, float)
    sums = conjugates(features.plain_bulk, den + 1j * TINY * q, ratio, np.zeros(()))
    moved = _response(features, sums, ratio, t)
    return -moved.V.imag / TINY, moved.kernel.imag / TINY
