"""Smooth convex functions: logistic, exponential, and those of a user."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from rmt_asymptotics._types import Array
from rmt_asymptotics.callables import evaluated
from rmt_asymptotics.losses._kernels import logistic_proximal
from rmt_asymptotics.losses.convex import ConvexFunction, Proximal

BENDS = (-3.0, 0.0, 3.0)  # in f: where smooth losses of unit scale bend
BEYOND = (-2.0, 0.0, 2.0, 6.0)  # about f = log(1 + V), where an exponential tail is left
CLOSE = 1e-13
STEPS = 200
SIDE = 1e-9  # of a kink, relative: where the slopes on its two sides are taken


@dataclass(frozen=True)
class Logistic(ConvexFunction):
    """log(1 + exp(-u)).

    >>> float(Logistic().value(np.array(0.0)).round(6))
    0.693147
    """

    def value(self, u: Array) -> Array:
        return np.logaddexp(0, -u)

    def slopes(self, u: Array) -> tuple[Array, Array]:
        slope = -special.expit(-u)
        return slope, slope

    def curvature(self, u: Array) -> Array:
        return special.expit(u) * special.expit(-u)

    def proximal(self, u: Array, V: Array) -> Proximal:
        result = Proximal(*(np.empty_like(u) for _ in range(3)))
        logistic_proximal(u, V, *result)
        return result

    def bends(self, V: Array) -> Array:
        return _tail_bends(self, V)


@dataclass(frozen=True)
class Exponential(ConvexFunction):
    """exp(-u)."""

    def value(self, u: Array) -> Array:
        return np.exp(-u)

    def slopes(self, u: Array) -> tuple[Array, Array]:
        return -np.exp(-u), -np.exp(-u)

    def curvature(self, u: Array) -> Array:
        return np.exp(-u)

    def proximal(self, u: Array, V: Array) -> Proximal:
        """prox = u + W, W + log W = log V - u."""
        W = special.wrightomega(np.log(V)[:, None] - u)
        g = W / V[:, None]
        return Proximal(u + W, g, -g / (1 + W))

    def bends(self, V: Array) -> Array:
        return _tail_bends(self, V)


def _tail_bends(function: ConvexFunction, V: Array) -> Array:
    tail = np.log1p(V)[..., None] + np.array(BEYOND)
    f = np.concatenate([np.broadcast_to(np.array(BENDS), (*V.shape, len(BENDS))), tail], axis=-1)
    return f + V[..., None] * function.slopes(f)[0]


@dataclass(frozen=True)
class Smooth(ConvexFunction):
    """A function given by callables for l, l' and l''; at its corners l' jumps."""

    function: Callable[[Array], Array]
    derivative: Callable[[Array], Array]
    second: Callable[[Array], Array]
    corners: tuple[float, ...] = ()

    @property
    def kinks(self) -> Array:
        return np.array(self.corners, float)

    def value(self, u: Array) -> Array:
        return evaluated(self.function, np.array(u, float), "value")

    def slopes(self, u: Array) -> tuple[Array, Array]:
        side = SIDE * (1 + np.abs(u)) * np.isin(u, self.kinks)
        return self._slope(u - side), self._slope(u + side)

    def _slope(self, u: Array) -> Array:
        return evaluated(self.derivative, np.array(u, float), "slope")

    def curvature(self, u: Array) -> Array:
        return evaluated(self.second, np.array(u, float), "curvature")

    def proximal(self, u: Array, V: Array) -> Proximal:
        """Newton in the bracket [u, u - V l'(u)], corners first."""
        v = np.broadcast_to(V[:, None], u.shape)
        low = np.minimum(u, u - v * self._slope(u))
        high = np.maximum(u, u - v * self._slope(u))
        on_corner = np.zeros(u.shape, bool)
        for corner in self.kinks:
            before, after = (corner + V * slope for slope in self.slopes(corner))
            inside = (u >= before[:, None]) & (u <= after[:, None])
            on_corner |= inside
            low = np.where(inside, corner, np.where(u > after[:, None], np.maximum(low, corner), low))
            high = np.where(inside, corner, np.where(u < before[:, None], np.minimum(high, corner), high))
        f = 0.5 * (low + high)
        for step in range(STEPS):
            gap = f - u + v * self._slope(f)
            low, high = np.where(gap <= 0, f, low), np.where(gap > 0, f, high)
            following = f - gap / (1 + v * self.curvature(f))
            strict = (following > low) & (following < high) & (step % 4 < 3)  # Newton alone may cycle in its bracket
            following = np.where(on_corner, f, np.where(strict, following, 0.5 * (low + high)))
            moved = np.abs(following - f) > CLOSE * (1 + np.abs(f))
            f = following
            if not np.any(moved):
                break
        curvature = self.curvature(f)
        g = np.where(on_corner, (f - u) / v, -self._slope(f))
        return Proximal(f, g, np.where(on_corner, -1 / v, -curvature / (1 + v * curvature)))

    def bends(self, V: Array) -> Array:
        smooth = _tail_bends(self, V)
        corners = self.images(np.broadcast_to(self.kinks, (*V.shape, len(self.corners))), V)
        return np.concatenate([smooth, corners], axis=-1)
