"""The bulk: from the weights that the samples have, `den`, to the variances t of the neurons.

A loss decides what `den` is (for ridge regression `den = (n/d) w/(1+V)`); everything here holds for any.
Notes: canonical_problem.md [se.1]-[se.5], [jac.1]; a spectrum of the inputs is an axis from the start.
Units are those of one input dimension: sums over samples are n/d times means, and d/p = 0 is the kernel limit.
Arrays may be complex (ridges off the real axis, tangents); leading axes are points.
"""

from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array, Numbers
from rmt_asymptotics.equations.response import Response
from rmt_asymptotics.equations.stacked import inverse, solved

LARGEST_STEP = 3.0  # of Newton, in the logarithm of an unknown
QUADRATIC = 1e-8  # after a Newton step this small the next would be rounding
ROUNDING = 1e-15  # relative, of one application of the map
INNER_STEPS = 60  # of Newton in log t, which needs 2 to 6


@dataclass(frozen=True)
class Bulk:
    """K classes of neurons on N nodes, inputs with Y eigenvalues.

    weights (N,): of the nodes.  class_weights (K,): pi_k.  residual (..., K, N): m2_k^2.
    coordinates (K, r), functions (..., r, N): b = coordinates @ functions.  Where b has a low rank, r < K saves
    work, and what Vh1 lacks in rank does no harm: orthonormal functions leave well-conditioned r x r matrices.
    shares (Y,), variances (Y, K): rho_y and c_k(y), relative to the mean c_k, which b contains.
    """

    weights: Array
    class_weights: Array
    coordinates: Array
    functions: Numbers
    residual: Numbers
    shares: Array
    variances: Array


@dataclass(frozen=True)
class Conjugates:
    """Sums over samples: Phi (..., r, r), with Vh1 = coordinates Phi coordinates^T, and s (..., K)."""

    Phi: Numbers
    rates: Numbers


def conjugates(bulk: Bulk, den: Numbers, features: Numbers, ridge: Numbers) -> Conjugates:
    """Phi and s_k = ridge + (d/p) Vh2_k at den (..., N); features: d/p, with the shape of the ridge.  [se.2]"""
    q = bulk.functions
    Vh2 = (bulk.residual @ den[..., None])[..., 0]
    return Conjugates((q * den[..., None, :]) @ np.swapaxes(q, -1, -2), ridge[..., None] + features[..., None] * Vh2)


def variances(bulk: Bulk, at: Conjugates, features: Numbers, t: Numbers) -> Numbers:
    """Solve se.3-se.4 for t (..., K), by Newton in log t from `t`: an M-matrix wherever it stands [uniq.1]."""
    pi, b = bulk.class_weights, features[..., None]
    for _ in range(INNER_STEPS):
        M, squares = neurons(bulk, at, damped(bulk, at, t)[1])
        mapped = 1 / (at.rates + b * M)  # [se.4, cov.1]
        slope = (b * mapped)[..., None] * squares * (pi * t)[..., None, :]
        right = np.stack([np.log(mapped / t), np.ones_like(t)], axis=-1)
        step, amplified = np.moveaxis(solved(np.eye(len(pi)) - slope, right), -1, 0)
        t = t * np.exp(step / np.maximum(1, np.abs(step) / LARGEST_STEP))
        enough = np.maximum(QUADRATIC, 4 * ROUNDING * np.max(np.abs(amplified), axis=-1, keepdims=True))
        if np.all(np.abs(step) <= enough):
            break
    return t


def neurons(bulk: Bulk, at: Conjugates, Z: Numbers) -> tuple[Numbers, Numbers]:
    """sum_y rho c_k M_kk, (..., K), and sum_y rho c_k c_l M_kl^2, (..., K, K), from Z of `damped`.  [se.4, jac.1]"""
    T, rho, c = bulk.coordinates, bulk.shares[:, None], bulk.variances
    M = T @ (Z @ at.Phi[..., None, :, :]) @ T.T  # Vh1 N
    diagonal = np.sum(rho * c * np.diagonal(M, axis1=-2, axis2=-1), axis=-2)
    return diagonal, np.sum((rho * c)[..., None] * c[:, None, :] * M**2, axis=-3)


def damped(bulk: Bulk, at: Conjugates, t: Numbers) -> tuple[Numbers, Numbers]:
    """H = coordinates^T D coordinates, D_y = diag(pi t c(y)), and (1 + Phi H)^-1, (..., Y, r, r) each.  [se.3]"""
    T = bulk.coordinates
    D = (bulk.class_weights * t)[..., None, :] * bulk.variances
    H = (T.T * D[..., None, :]) @ T
    return H, inverse(np.eye(T.shape[1]) + at.Phi[..., None, :, :] @ H)


def respond(bulk: Bulk, at: Conjugates, features: Numbers, t: Numbers) -> Response:
    """V and the derivatives of V and pi t at variances t, which need not solve se.4.  [se.5, jac.1]"""
    H, Z = damped(bulk, at, t)
    M, squares = neurons(bulk, at, Z)
    b, scale = features[..., None], np.sqrt(bulk.class_weights) * t
    middle = np.eye(t.shape[-1]) - b[..., None] * scale[..., None] * squares * scale[..., None, :]
    return Response(
        class_weights=bulk.class_weights,
        coordinates=bulk.coordinates,
        shares=bulk.shares,
        variances=bulk.variances,
        features=features,
        t=t,
        Phi=at.Phi,
        inverse=Z,
        strength=H,
        theta=scale[..., None] * inverse(middle) * scale[..., None, :],
        mismatch=1 / t - at.rates - b * M,
        conditioning=np.max(np.abs(np.trace(at.Phi[..., None, :, :] @ H, axis1=-2, axis2=-1)), axis=-1) + t.shape[-1],
    )
