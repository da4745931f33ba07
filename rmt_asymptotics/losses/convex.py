"""Convex functions of one number, with their proximal operators.  Note: theory_notes/convex_losses.md [gl.4]."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from rmt_asymptotics._types import Array


class Proximal(NamedTuple):
    """prox(u) = argmin_f l(f) + (f - u)^2/(2V), g = (prox - u)/V and dg/du."""

    prox: Array
    g: Array
    slope: Array


@dataclass(frozen=True)
class ConvexFunction(ABC):
    """l: its values and derivatives, and what its proximal operator makes of them.

    kinks (m,): where l' jumps.
    """

    @property
    def kinks(self) -> Array:
        return np.zeros(0)

    @abstractmethod
    def value(self, u: Array) -> Array:
        """l(u)."""

    @abstractmethod
    def slopes(self, u: Array) -> tuple[Array, Array]:
        """l'(u-) and l'(u+)."""

    @abstractmethod
    def curvature(self, u: Array) -> Array:
        """l''(u), away from kinks."""

    @abstractmethod
    def proximal(self, u: Array, V: Array) -> Proximal:
        """Of rows u (P, M), each with its own V, (P,)."""

    @abstractmethod
    def bends(self, V: Array) -> Array:
        """Where prox is not smooth, or bends sharply, as a function of u: (..., B) for V of shape (...)."""

    def images(self, f: Array, V: Array) -> Array:
        """The u at which prox arrives at f and leaves it: u = f + V l'(f-+), (..., 2B) for f of shape (..., B)."""
        before, after = self.slopes(f)
        return np.concatenate([f + V[..., None] * before, f + V[..., None] * after], axis=-1)
