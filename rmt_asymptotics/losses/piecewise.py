"""Convex functions made of linear and quadratic pieces: their proximal operator is piecewise affine."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Array
from rmt_asymptotics.gaussian.quadrature import legendre
from rmt_asymptotics.losses._kernels import piecewise_moments, piecewise_proximal
from rmt_asymptotics.losses.convex import ConvexFunction, Proximal

NODES = 10  # on an interval of half a standard deviation: exact to rounding


@dataclass(frozen=True)
class PiecewiseQuadratic(ConvexFunction):
    """l(u) = constants[i] + rates[i] u + curvatures[i] u^2/2 on the i-th interval between the knots.

    An interval on the left where l is infinite has the rate -inf.

    >>> hinge = PiecewiseQuadratic((1.0,), (1.0, 0.0), (-1.0, 0.0), (0.0, 0.0))
    >>> hinge.value(np.array([-1.0, 2.0])), hinge.proximal(np.array([[-1.0, 0.5, 2.0]]), np.ones(1)).prox
    (array([2., 0.]), array([[0., 1., 2.]]))
    """

    knots: tuple[float, ...]
    constants: tuple[float, ...]
    rates: tuple[float, ...]
    curvatures: tuple[float, ...]

    @property
    def kinks(self) -> Array:
        return np.array(self.knots, float)

    def plus(self, share: float, other: "PiecewiseQuadratic") -> "PiecewiseQuadratic":
        """l + share times a function without knots.

        >>> hinge, square = PiecewiseQuadratic((1.0,), (1.0, 0.0), (-1.0, 0.0), (0.0, 0.0)), PiecewiseQuadratic(
        ...     (), (0.5,), (-1.0,), (1.0,))
        >>> hinge.plus(0.5, square).value(np.array([0.0, 1.0, 2.0]))
        array([1.25, 0.  , 0.25])
        """
        own, added = (self.constants, self.rates, self.curvatures), (other.constants, other.rates, other.curvatures)
        parts = (tuple(x + share * b for x in a) for a, (b,) in zip(own, added, strict=True))
        return PiecewiseQuadratic(self.knots, *parts)

    def _polynomial(self, u: Array, piece: NDArray[np.intp]) -> tuple[Array, Array]:
        rate, curvature = np.array(self.rates)[piece], np.array(self.curvatures)[piece]
        with np.errstate(invalid="ignore"):  # inf - inf on a piece where l is infinite
            value = np.array(self.constants)[piece] + rate * u + 0.5 * curvature * u * u
        return np.where(np.isinf(rate), np.inf, value), rate + curvature * u

    def value(self, u: Array) -> Array:
        return self._polynomial(u, np.searchsorted(self.kinks, u, "right"))[0]

    def slopes(self, u: Array) -> tuple[Array, Array]:
        before, after = (np.searchsorted(self.kinks, u, side) for side in ("left", "right"))
        return self._polynomial(u, before)[1], self._polynomial(u, after)[1]

    def curvature(self, u: Array) -> Array:
        return np.array(self.curvatures)[np.searchsorted(self.kinks, u)]

    def proximal(self, u: Array, V: Array) -> Proximal:
        result = Proximal(*(np.empty_like(u) for _ in range(3)))
        piecewise_proximal(u, V, self.kinks, np.array(self.rates), np.array(self.curvatures), *result)
        return result

    def moments(self, mean: Array, deviation: Array, V: Array) -> Array:
        """E of g, g^2, g', g' h, g' (h^2 - 1), g g', g g' h, g^2 g' for u = mean + deviation h, h ~ N(0, 1); (8, C)."""
        result = np.empty((8, len(mean)))
        piecewise_moments(
            mean, deviation, V, self.kinks, np.array(self.rates), np.array(self.curvatures), *legendre(NODES), result
        )
        return result

    def bends(self, V: Array) -> Array:
        """The images of the knots: prox is affine between them."""
        return self.images(np.broadcast_to(self.kinks, (*V.shape, len(self.knots))), V)
