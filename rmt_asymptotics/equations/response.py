"""How V and pi t answer to changes of den and of the ridge.  Note: canonical_problem.md [jac.1], [jac.2]."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rmt_asymptotics._types import Array, Numbers


@dataclass(frozen=True)
class Response:
    """The bulk at variances t (..., K), leading axes for points.

    features (...,): d/p.  Phi (..., r, r).  strength (..., Y, r, r): H.  inverse (..., Y, r, r): Z = (1 + Phi H)^-1.
    theta (..., K, K): L of jac.1, -d(pi t_k)/d ridge_l.
    mismatch (..., K): of the equation of 1/t; zero where t solves it.
    conditioning (...,): trace of 1 + Phi H, how much rounding its inverse may amplify.
    """

    class_weights: Array
    coordinates: Array
    shares: Array
    variances: Array
    features: Numbers
    t: Numbers
    Phi: Numbers
    strength: Numbers
    inverse: Numbers
    theta: Numbers
    mismatch: Numbers
    conditioning: Array

    def on(self, functions: Numbers, residual: Numbers) -> "NodeResponse":
        """As functions of kappa: at A nodes where b = coordinates @ functions (r, A), m2^2 = residual (K, A)."""
        rho = self.shares[:, None, None]
        linear = np.sum(rho * (self.strength @ self.inverse), axis=-3)
        V = np.sum(functions * (linear @ functions), axis=-2) + _applied(
            residual, self.class_weights * self.t
        )  # [se.1, se.5]
        return NodeResponse(self, functions, V, self._shrunk(functions) + residual)

    def _shrunk(self, functions: Numbers) -> Numbers:
        """sum_y rho c_k (N^T b)_k^2, (..., K, A)."""
        back = self.coordinates @ self.inverse  # (..., Y, K, r)
        if len(self.shares) == 1:
            return np.asarray(self.variances[0][:, None] * (back[..., 0, :, :] @ functions) ** 2)
        weights = self.shares[:, None] * self.variances
        forms = np.sum(weights[..., None, None] * back[..., :, None] * back[..., None, :], axis=-4)
        return np.asarray(np.sum(functions[..., None, :, :] * (forms @ functions[..., None, :, :]), axis=-2))


@dataclass(frozen=True)
class NodeResponse:
    """V (..., A) and Y (..., K, A) on A nodes."""

    bulk: Response
    functions: Numbers
    V: Numbers
    Y: Numbers

    @cached_property
    def image(self) -> Numbers:
        """X b, seen through the coordinates, (..., Y, r, A)."""
        return self.bulk.strength @ (self.bulk.inverse @ self.functions[..., None, :, :])

    @property
    def kernel(self) -> Numbers:
        """S = -dV/dden between the nodes, (..., A, A), symmetric.  [jac.1]"""
        gram = np.swapaxes(self.functions, -1, -2)[..., None, :, :] @ self.image  # b^T X b
        variances = np.swapaxes(self.Y, -1, -2) @ self.bulk.theta @ self.Y
        linear = np.sum(self.bulk.shares[:, None, None] * gram**2, axis=-3)
        return self.bulk.features[..., None, None] * variances + linear

    def along(self, change: Numbers) -> Numbers:
        """S applied to a change (..., A) of den on the same nodes, without S."""
        rates = self.bulk.features[..., None] * (self.Y @ change[..., None])[..., 0]
        tilt = (self.functions * change[..., None, :])[..., None, :, :] @ np.swapaxes(self.image, -1, -2)
        tilted = tilt @ self.functions[..., None, :, :]
        linear = np.sum(self.bulk.shares[:, None, None] * tilted * self.image, axis=(-3, -2))
        return self.by_rates(rates) + linear

    def by_rates(self, change: Numbers) -> Numbers:
        """-dV (..., A) for changes (..., K) of the ridge, one a class.  [jac.2]"""
        return _applied(self.Y, (self.bulk.theta @ change[..., None])[..., 0])


def _applied(functions: Numbers, weights: Numbers) -> Numbers:
    """sum_k weights_k functions_k, (..., A)."""
    return np.asarray((weights[..., None, :] @ functions)[..., 0, :])
