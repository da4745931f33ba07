"""Density and distribution function of the bulk.  Note: theory_notes/spectra.md [spec.1], [spec.5].

The distribution function is the phase of the potential whose derivative is the trace: no quadrature of the density.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Array
from rmt_asymptotics.equations.bulk import conjugates, damped
from rmt_asymptotics.spectra.bulk import FeatureMatrix
from rmt_asymptotics.spectra.edges import Gap
from rmt_asymptotics.spectra.resolvent import States, interpolate


@dataclass(frozen=True)
class BulkSpectrum:
    """A bulk that is solved.

    bulk: what was solved, without its tails.  states: solutions on a scan of the bulk.
    intervals (C, 2): the components; 0 and inf where the bulk has a tail instead of an edge.
    filling (C + 1,): proportion of eigenvalues below each component, and 1.
    gaps: above an atom, between components, and above all (in a tail: above what was not left out of it).
    """

    bulk: FeatureMatrix
    states: States
    intervals: Array
    filling: Array
    gaps: tuple[Gap, ...]

    def density(self, x: Array) -> Array:
        """(1/pi) Im sum_k pi_k t_k at x + i0, the shape of x; 0 off the bulk."""
        points = np.asarray(x, float).ravel()
        result = np.zeros(points.size)
        inside, _ = self._locate(points)
        if np.any(inside):
            states = interpolate(self.bulk, self.states, points[inside])
            result[inside] = np.maximum(states.trace(self.bulk).imag, 0) / np.pi  # [spec.1]
        return result.reshape(np.shape(x))

    def cumulative(self, x: Array) -> Array:
        """Proportion of eigenvalues <= x, the atom at 0 included; the shape of x."""
        points = np.asarray(x, float).ravel()
        inside, below = self._locate(points)
        result = np.where(points < 0, 0.0, self.filling[below])
        if np.any(inside):
            result[inside] = counting(self.bulk, interpolate(self.bulk, self.states, points[inside]))
        return result.reshape(np.shape(x))

    def _locate(self, x: Array) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
        """Whether each point lies inside a component, and how many components lie below it."""
        low, high = self.intervals.T
        return np.any((x[:, None] > low) & (x[:, None] < high), axis=1), np.sum(x[:, None] >= high, axis=1)


def counting(bulk: FeatureMatrix, states: States) -> Array:
    """-(1/pi) Im of (1/p) log det(Phi^T Phi/p - z): the proportion of eigenvalues below Re z, (P,).  [spec.5]"""
    # notation: pi, Phi, H, alpha, d/p
    features, alpha, ratio = bulk.features, bulk.sample_complexity, bulk.dimension_ratio
    t, one_plus_V = states.t, 1 + states.V @ features.skeleton.extension.T
    den = alpha * features.weights / one_plus_V
    sums = conjugates(features.bulk, den, np.full(len(t), ratio), -states.z)
    H, _ = damped(features.bulk, sums, t)
    eigenvalues = np.linalg.eigvals(np.eye(H.shape[-1]) + sums.Phi[:, None] @ H)
    linear = np.sum(np.log(eigenvalues), axis=2) @ features.shares
    samples = alpha * (np.log(one_plus_V) + 1 / one_plus_V) @ features.weights
    potential = (t * sums.rates - np.log(t)) @ features.class_weights + ratio * (linear + samples)
    return -potential.imag / np.pi
