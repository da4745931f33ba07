"""Layer scalings: the factors xi_k that multiply the learning rate of each layer.

Note: theory_notes/dynamics_layer_scaled.md.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.errors import OutOfDomain, number


@dataclass(frozen=True)
class Scaling(ABC):
    """How the step of layer k is scaled: W_k <- W_k - eta xi_k G_k."""

    @abstractmethod
    def factors(self, features: Sequence[Array], sensitivities: Sequence[Array]) -> Array:
        """xi_1..xi_l, from what enters each layer, H_0..H_{l-1}, and the derivatives Delta_1..Delta_l of the loss."""

    def fits(self, depth: int) -> bool:
        """Whether a network of this depth can be scaled so."""
        return True


@dataclass(frozen=True)
class UniformScaling(Scaling):
    """xi_k = 1: gradient descent.

    >>> UniformScaling().factors([np.ones((2, 3))], [np.ones((2, 1))]).tolist()
    [1.0]
    """

    def factors(self, features: Sequence[Array], sensitivities: Sequence[Array]) -> Array:
        return np.ones(len(features))


@dataclass(frozen=True)
class NormCancellingScaling(Scaling):
    """xi_k = 1/(alpha_k^2 beta_k^2), alpha_k^2 = |H_{k-1}|^2/batch, beta_k^2 = |Delta_k|^2/|Delta_l|^2 (layer.8).

    The steps of a network and of the same network with layers rescaled by c_k, prod c_k = 1, are then the same
    up to the c_k.  A layer that no gradient reaches (alpha_k beta_k = 0) has xi_k = 0: it does not move.

    >>> NormCancellingScaling().factors([np.full((2, 3), 2.0)], [np.ones((2, 1))]).round(6).tolist()
    [0.083333]
    """

    def factors(self, features: Sequence[Array], sensitivities: Sequence[Array]) -> Array:
        alpha2 = np.array([np.mean(np.sum(h**2, axis=1)) for h in features])
        delta2 = np.array([np.sum(delta**2) for delta in sensitivities])
        return _ratio(_ratio(delta2[-1], delta2), alpha2)  # [layer.8]


@dataclass(frozen=True)
class FixedScaling(Scaling):
    """xi_k = values[k-1] >= 0, not all 0; one value a layer.

    >>> FixedScaling((0.0, 2.0)).factors([np.ones((1, 1))] * 2, [np.ones((1, 1))] * 2).tolist()
    [0.0, 2.0]
    """

    values: tuple[float, ...]

    def __post_init__(self) -> None:
        given = tuple(self.values) if np.iterable(self.values) else (self.values,)
        values = tuple(number("scaling.values", value, least=0) for value in given)
        if not any(values):
            raise OutOfDomain("scaling.values", self.values, "at least one positive number")
        object.__setattr__(self, "values", values)

    def factors(self, features: Sequence[Array], sensitivities: Sequence[Array]) -> Array:
        return np.array(self.values)

    def fits(self, depth: int) -> bool:
        return len(self.values) == depth


def _ratio(above: Array, below: Array) -> Array:
    """above/below, and 0 where below is 0; nan where both overflowed."""
    return np.divide(above, below, out=np.zeros(len(below)), where=below != 0)
