"""Errors as derivatives of the minimum F(ridge, tau), by Cauchy: means over small circles, where all is analytic.

Test error dF/dtau, training error (F - ridge dF/dridge)/n, objective F/n.  Note: theory_notes/finite_size.md.
"""

from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array, Numbers

POINTS = 4  # on a circle: the error is of this order in its radius
RADIUS = 1e-2  # in units of the ridge and of the samples' weight


@dataclass(frozen=True)
class Circles:
    """Points (P,) of ridge and tau, the first of them the centre, and the weights (3, P) of F in each error."""

    ridge: Numbers
    tau: Numbers
    weights: Numbers

    def errors(self, minima: Numbers) -> Array:
        """The three errors from F (P,)."""
        return np.asarray((self.weights @ minima).real)

    def variances(self, covariance: Numbers) -> Array:
        """Those of the three errors from Cov(F, F'), (P, P)."""
        return np.asarray(np.einsum("ep,pq,eq->e", self.weights, covariance, self.weights).real)


def circles(ridge: float, weight: float, samples: int) -> Circles:
    """weight: sum of 1/(1+V) over the n samples."""
    circle = np.exp(2j * np.pi * np.arange(POINTS) / POINTS)
    ridges = ridge * np.concatenate([[1], 1 + RADIUS * circle, np.ones(POINTS)])
    tau = RADIUS * weight * np.concatenate([np.zeros(1 + POINTS), circle])
    cauchy = circle.conj() / (POINTS * RADIUS)
    test = np.concatenate([np.zeros(1 + POINTS), cauchy / weight])
    training = np.concatenate([[1], -cauchy, np.zeros(POINTS)]) / samples
    objective = np.concatenate([[1], np.zeros(2 * POINTS)]) / samples
    return Circles(ridges, tau, np.array([test, training, objective]))
