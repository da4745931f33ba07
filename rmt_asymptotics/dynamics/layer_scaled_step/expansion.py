"""Expansion of the loss along one layer-scaled step, the sharpness that decides about the edge, and soft ranks.

Note: theory_notes/dynamics_layer_scaled.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.dynamics.layer_scaled_step.losses import Loss
from rmt_asymptotics.dynamics.layer_scaled_step.network import (
    ForwardPass,
    forward,
    gradients,
    output_derivatives,
    sensitivities,
)
from rmt_asymptotics.dynamics.layer_scaled_step.scalings import Scaling

FACTORIALS = np.array([1.0, 1.0, 2.0, 6.0])


@dataclass(frozen=True)
class Expansion:
    """psi(eta) = loss of the batch at the weights W_k - eta xi_k G_k, near eta = 0.

    coefficients: of eta^0..eta^3 in psi, that is psi, psi', psi''/2 and psi'''/6 at 0.
    factors: xi_k.  gradients: G_k.  soft_ranks: of H_0..H_{l-1}, what enters each layer (layer.7).
    learning_rate: the eta of which the verdict is asked.
    """

    coefficients: Array
    factors: Array
    gradients: tuple[Array, ...]
    soft_ranks: Array
    learning_rate: float

    @property
    def directions(self) -> tuple[Array, ...]:
        """xi_k G_k: the step subtracts eta times these."""
        return tuple(xi * G for xi, G in zip(self.factors, self.gradients, strict=True))

    @property
    def descent(self) -> Array:
        """xi_k |G_k|^2: what each layer contributes to -psi'(0)."""
        return np.array([xi * np.sum(G**2) for xi, G in zip(self.factors, self.gradients, strict=True)])  # [layer.2]

    @property
    def sharpness(self) -> float:
        """psi''(0)/|psi'(0)|, the curvature along the step; nan where the gradient is 0: there is no direction."""
        _, first, second, _ = self.coefficients
        return float(2 * second / abs(first)) if first else np.nan  # [layer.5]

    @property
    def edge(self) -> float:
        """2/sharpness: beyond this learning rate the loss rises to second order; inf where it never does."""
        return 2 / self.sharpness if self.sharpness > 0 else np.inf

    @property
    def beyond_edge(self) -> bool:
        """Whether learning_rate * psi'' > 2 |psi'|."""
        return self.learning_rate > self.edge  # [layer.5]

    def predicted_loss(self, learning_rate: float) -> float:
        """The cubic in eta; it needs a step that turns the sign of few preactivations."""
        return float(np.polynomial.polynomial.polyval(learning_rate, self.coefficients))


def expand(
    weights: Sequence[Array],
    inputs: Array,
    targets: Array,
    *,
    linear_part: float,
    loss: Loss,
    scaling: Scaling,
    learning_rate: float,
) -> Expansion:
    """The expansion of a network on a batch; `LayerScaledStep.expansion` checks what comes in."""
    passed = forward(weights, inputs, linear_part)
    deltas = sensitivities(weights, passed.slopes, loss.gradient(passed.output, targets))
    slopes, factors = gradients(passed.features, deltas), scaling.factors(passed.features, deltas)
    directions = [xi * G for xi, G in zip(factors, slopes, strict=True)]
    coefficients = _along(loss, weights, passed, directions, targets) / FACTORIALS
    ranks = np.array([soft_rank(H) for H in passed.features])
    return Expansion(coefficients, factors, slopes, ranks, learning_rate)


def _along(
    loss: Loss, weights: Sequence[Array], passed: ForwardPass, directions: Sequence[Array], targets: Array
) -> Array:
    """psi and its first three derivatives at eta = 0."""
    z, u, v, w = output_derivatives(weights, passed, directions)
    e = loss.gradient(z, targets)
    orders = (
        loss.value(z, targets),
        np.sum(e * u, axis=1),
        loss.second(z, u, u) + np.sum(e * v, axis=1),  # [layer.4]
        loss.third(z, u, u, u) + 3 * loss.second(z, u, v) + np.sum(e * w, axis=1),
    )
    return np.mean(orders, axis=1)


def soft_rank(features: Array) -> float:
    """(tr K)^2/tr K^2 of K = H H^T, H of shape (batch, width): between 1 and the rank; nan for H = 0 (layer.7).

    >>> soft_rank(np.eye(3))
    3.0
    """
    batch, width = features.shape
    gram = features @ features.T if batch < width else features.T @ features
    square = np.sum(gram**2)
    return float(np.trace(gram) ** 2 / square) if square > 0 else np.nan  # [layer.7]
