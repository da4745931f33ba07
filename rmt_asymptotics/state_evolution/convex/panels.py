"""Gauss-Legendre panels in a standard normal variable, with edges of their own for each of many integrals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Array
from rmt_asymptotics.gaussian.quadrature import gaussian_density, legendre

EDGES = np.array([-9.0, -4.0, -1.5, 1.5, 4.0, 9.0])  # P(|h| > 9) = 2e-19
SHORTEST = 1e-13


@dataclass(frozen=True)
class Panels:
    """The panels of C integrals one after the other: whose they are (P,), nodes and weights (P, M)."""

    owner: NDArray[np.intp]
    nodes: Array
    weights: Array

    def sums(self, values: Array) -> Array:
        """The integrals (..., C) of weighted values (..., P, M)."""
        starts = np.flatnonzero(np.diff(self.owner, prepend=-1))
        return np.add.reduceat(values.sum(axis=-1), starts, axis=-1)


def panels(cuts: Array, order: int) -> Panels:
    """Panels of `order` nodes between EDGES and `cuts` (C, B) of each integral; cuts beyond the ends do nothing."""
    ends = np.broadcast_to(EDGES, (len(cuts), len(EDGES)))
    edges = np.sort(np.concatenate([ends, np.clip(cuts, EDGES[0], EDGES[-1])], axis=1), axis=1)
    lengths = np.diff(edges, axis=1)
    owner, place = np.nonzero(lengths > SHORTEST)
    unit, weights = legendre(order)
    length = lengths[owner, place][:, None]
    nodes = edges[owner, place][:, None] + length * unit
    return Panels(owner, nodes, length * weights * gaussian_density(nodes))  # [quad.2]
