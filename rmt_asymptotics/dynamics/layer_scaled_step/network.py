"""The homogeneous network of layer.1: forward and backward pass of a batch, and derivatives along a step.

z_k = W_k h_{k-1}, h_k = phi(z_k) with phi(s) = a s + b |s|, a^2 + b^2 = 1; the output is z_l.  Samples are rows.
Note: theory_notes/dynamics_layer_scaled.md.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array

SWITCHED_OFF = 1e-12
ORDERS = np.arange(1, 4)[:, None, None]


@dataclass(frozen=True)
class ForwardPass:
    """features: H_0..H_{l-1}, what enters each layer.  slopes: phi'(Z_1)..phi'(Z_{l-1}), and 1.  output: Z_l."""

    features: tuple[Array, ...]
    slopes: tuple[Array, ...]
    output: Array


def branches(linear_part: float) -> tuple[float, float]:
    """a + b and a - b, the slopes of phi on either side of 0; exactly 0 where they are 0 up to rounding, as for ReLU.

    A norm-cancelling scaling would divide by what rounding leaves of them.
    """
    a, b = linear_part, math.sqrt(1 - linear_part**2)
    above, below = (0.0 if abs(side) < SWITCHED_OFF else side for side in (a + b, a - b))
    return above, below


def slope(preactivations: Array, linear_part: float) -> Array:
    """phi'(z) = a + b sign z; a at the kink, the mean of both sides.  By homogeneity phi(z) = phi'(z) z."""
    above, below = branches(linear_part)
    return 0.5 * (above + below) + 0.5 * (above - below) * np.sign(preactivations)


def forward(weights: Sequence[Array], inputs: Array, linear_part: float) -> ForwardPass:
    """Features, slopes and output of a batch of inputs, shape (batch, m_0)."""
    features, slopes = [inputs], []
    for W in weights[:-1]:
        Z = features[-1] @ W.T  # [layer.1]
        slopes.append(slope(Z, linear_part))
        features.append(slopes[-1] * Z)
    output = features[-1] @ weights[-1].T
    return ForwardPass(tuple(features), (*slopes, np.ones_like(output)), output)


def sensitivities(weights: Sequence[Array], slopes: Sequence[Array], residual: Array) -> tuple[Array, ...]:
    """Delta_k = dl/dz_k of every sample, k = 1..l, from the residual Delta_l = dl/dz_l."""
    deltas = [residual]
    for W, D in zip(reversed(weights[1:]), reversed(slopes[:-1]), strict=True):
        deltas.append(D * (deltas[-1] @ W))
    return tuple(reversed(deltas))


def gradients(features: Sequence[Array], deltas: Sequence[Array]) -> tuple[Array, ...]:
    """G_k = Delta_k^T H_{k-1}/batch: the gradients of the mean loss."""
    return tuple(delta.T @ H / len(H) for H, delta in zip(features, deltas, strict=True))  # [layer.2]


def output_derivatives(weights: Sequence[Array], passed: ForwardPass, directions: Sequence[Array]) -> Array:
    """d^j Z_l/d eta^j, j = 0..3, at eta = 0 with weights W_k - eta V_k; shape (4, batch, outputs).

    Signs of preactivations are those at eta = 0, so the derivatives are exact wherever no preactivation is 0.
    """
    H = np.zeros((4, *passed.features[0].shape))
    H[0] = passed.features[0]
    for W, V, D in zip(weights, directions, passed.slopes, strict=True):
        Z = H @ W.T
        Z[1:] -= ORDERS * (H[:-1] @ V.T)  # [layer.3]
        H = D * Z
    return H
