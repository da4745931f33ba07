"""Training by layer-scaled steps, recorded as the expansion along every step.

Note: theory_notes/dynamics_layer_scaled.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.dynamics.layer_scaled_step.expansion import Expansion, expand
from rmt_asymptotics.dynamics.layer_scaled_step.parameters import LayerScaledStep

GROWTH = 1e6  # of 1 + loss since the first step, that counts as divergence


class TrainingStatus(Enum):
    """How a run ended; the value says it in words."""

    COMPLETED = "all steps were taken"
    STATIONARY = "all steps were taken, but the last gradient is 0: the network fits its batch, or is dead"
    DIVERGED = "the loss, or its expansion, overflowed or grew a million times: later steps were not taken"


@dataclass(frozen=True)
class Training:
    """A run of training: arrays over the states before each step and, last, after the final one.

    coefficients: (states, 4).  sharpness, beyond_edge: (states,).  soft_ranks, factors: (states, depth).
    weights: of the last state.  With batches, all but the weights refer to the batch of the step.
    """

    parameters: LayerScaledStep
    status: TrainingStatus
    coefficients: Array
    sharpness: Array
    beyond_edge: Array
    soft_ranks: Array
    factors: Array
    weights: tuple[Array, ...]

    @property
    def loss(self) -> Array:
        """Of each state, shape (states,)."""
        return self.coefficients[:, 0]

    @property
    def predicted_loss(self) -> Array:
        """Of the state after each one by the cubic expansion, shape (states,): entry s foretells loss[s + 1]."""
        eta = self.parameters.learning_rate
        return np.asarray(np.polynomial.polynomial.polyval(eta, self.coefficients.T))


def descend(
    parameters: LayerScaledStep, weights: Sequence[Array], inputs: Array, targets: Array, batches: Iterable[Array]
) -> Training:
    """One state for each batch of indices, and a step between successive ones."""
    states: list[Expansion] = []
    reached = following = tuple(weights)
    with np.errstate(over="ignore", invalid="ignore"):
        for batch in batches:
            state = _expansion(parameters, following, inputs[batch], targets[batch])
            if _diverged(state, states):
                return _record(parameters, TrainingStatus.DIVERGED, states, reached)
            states.append(state)
            reached = following
            following = tuple(
                W - parameters.learning_rate * V for W, V in zip(reached, state.directions, strict=True)
            )  # [layer.1]
    stationary = states[-1].coefficients[1] == 0
    status = TrainingStatus.STATIONARY if stationary else TrainingStatus.COMPLETED
    return _record(parameters, status, states, reached)


def _diverged(state: Expansion, earlier: list[Expansion]) -> bool:
    first = earlier[0] if earlier else state
    grown = state.coefficients[0] > GROWTH * (1 + first.coefficients[0])
    return bool(grown) or not np.all(np.isfinite(state.coefficients))


def _expansion(parameters: LayerScaledStep, weights: tuple[Array, ...], inputs: Array, targets: Array) -> Expansion:
    t = parameters
    return expand(
        weights, inputs, targets, linear_part=t.linear_part, loss=t.loss, scaling=t.scaling,
        learning_rate=t.learning_rate,
    )  # fmt: skip


def _record(
    parameters: LayerScaledStep, status: TrainingStatus, states: list[Expansion], weights: tuple[Array, ...]
) -> Training:
    return Training(
        parameters,
        status,
        np.array([state.coefficients for state in states]).reshape(-1, 4),
        np.array([state.sharpness for state in states]),
        np.array([state.beyond_edge for state in states], dtype=bool),
        np.array([state.soft_ranks for state in states]).reshape(-1, parameters.depth),
        np.array([state.factors for state in states]).reshape(-1, parameters.depth),
        weights,
    )
