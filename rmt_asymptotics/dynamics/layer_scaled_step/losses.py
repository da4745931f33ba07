"""Losses of one sample, with directional derivatives up to third order in the network's output.

Outputs and targets are arrays (batch, outputs), directions likewise; values and derivatives are arrays (batch,).
Note: theory_notes/dynamics_layer_scaled.md.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rmt_asymptotics._types import Array

ROUNDING = 1e-9  # by which the sum of probabilities may miss 1


@dataclass(frozen=True)
class Loss(ABC):
    """A loss l(z, y) of the output z and the target y of each sample."""

    LEAST_OUTPUTS: ClassVar[int] = 1
    TARGETS: ClassVar[str] = "finite"

    @abstractmethod
    def value(self, output: Array, target: Array) -> Array:
        """l(z, y), shape (batch,)."""

    @abstractmethod
    def gradient(self, output: Array, target: Array) -> Array:
        """dl/dz, shape (batch, outputs)."""

    @abstractmethod
    def second(self, output: Array, u: Array, v: Array) -> Array:
        """l''[u, v], shape (batch,); it does not depend on the target."""

    @abstractmethod
    def third(self, output: Array, u: Array, v: Array, w: Array) -> Array:
        """l'''[u, v, w], shape (batch,)."""

    def admits(self, target: Array) -> bool:
        """Whether the targets are `TARGETS`, as the loss demands."""
        return True


@dataclass(frozen=True)
class SquaredLoss(Loss):
    """l(z, y) = |z - y|^2/2.

    >>> SquaredLoss().value(np.array([[1.0, 3.0]]), np.array([[0.0, 1.0]])).tolist()
    [2.5]
    """

    def value(self, output: Array, target: Array) -> Array:
        return 0.5 * _dot(output - target, output - target)

    def gradient(self, output: Array, target: Array) -> Array:
        return output - target

    def second(self, output: Array, u: Array, v: Array) -> Array:
        return _dot(u, v)

    def third(self, output: Array, u: Array, v: Array, w: Array) -> Array:
        return np.zeros(len(output))


@dataclass(frozen=True)
class CrossEntropyLoss(Loss):
    """l(z, y) = -<y, log p(z)>, p = softmax(z); targets are probabilities: each row is >= 0 and sums to 1.

    log sum exp z is the cumulant generating function of p: its derivatives are joint cumulants (layer.4).

    >>> CrossEntropyLoss().gradient(np.array([[0.3, 0.3]]), np.array([[1.0, 0.0]])).tolist()
    [[-0.5, 0.5]]
    """

    LEAST_OUTPUTS: ClassVar[int] = 2
    TARGETS: ClassVar[str] = "rows of probabilities, >= 0 with the sum 1"

    def value(self, output: Array, target: Array) -> Array:
        return -_dot(target, _log_softmax(output))

    def gradient(self, output: Array, target: Array) -> Array:
        return np.exp(_log_softmax(output)) - target

    def second(self, output: Array, u: Array, v: Array) -> Array:
        p = np.exp(_log_softmax(output))
        return _dot(p * _centred(p, u), _centred(p, v))  # [layer.4]

    def third(self, output: Array, u: Array, v: Array, w: Array) -> Array:
        p = np.exp(_log_softmax(output))
        return _dot(p * _centred(p, u) * _centred(p, v), _centred(p, w))  # [layer.4]

    def admits(self, target: Array) -> bool:
        return bool(np.all(target >= 0) and np.all(np.abs(target.sum(axis=1) - 1) <= ROUNDING))


def _dot(u: Array, v: Array) -> Array:
    return np.sum(u * v, axis=1)


def _centred(p: Array, u: Array) -> Array:
    return u - _dot(p, u)[:, None]


def _log_softmax(output: Array) -> Array:
    shifted = output - output.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
