"""Linear systems with the Jacobian of the map, in as many unknowns as V has degrees of freedom.

V(kappa) lies in the span of the products b_k b_l and m2_k^2, which is small whatever the grid: it is known from its
values on a *skeleton* of nodes, V = extension V[skeleton], and S = extension S[skeleton] extension^T.  [spec.2]
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from rmt_asymptotics._types import Array, Numbers
from rmt_asymptotics.equations.stacked import solved

SHORTEST = 1e-13  # products shorter than this, relative to the longest, are rounding
FLOOR = 1e-6  # of the power of the features, relative to the largest


@dataclass(frozen=True)
class Skeleton:
    """nodes (r,): positions on the grid.  extension (N, r).  functions (R, r), residual (K, r): of the bulk there."""

    nodes: NDArray[np.intp]
    extension: Array
    functions: Array
    residual: Array


def skeleton_of(class_weights: Array, coordinates: Array, functions: Array, residual: Array, power: Array) -> Skeleton:
    """The pivots of a QR factorisation of all products of two functions (R, N), and of the residual (K, N).

    class_weights (K,), coordinates (K, R): functions count as much as their share in b = coordinates @ functions, and
    classes as much as they weigh.  power (N,): the size of V at each node, relative to which it has to be known, but
    not where it is far below 1: there 1 + V counts.
    """
    power = np.maximum(power, FLOOR * np.max(power) + np.finfo(float).tiny)
    sized = np.sqrt(class_weights @ coordinates**2)[:, None] * functions
    first, second = np.triu_indices(len(functions))
    products = np.concatenate([sized[first] * sized[second], class_weights[:, None] * residual]) / power
    _, factor, pivots = linalg.qr(products, mode="economic", pivoting=True)
    rank = int(np.sum(np.abs(np.diagonal(factor)) > SHORTEST * abs(factor[0, 0])))  # 0 without features
    extension = np.zeros((functions.shape[1], rank))
    extension[pivots] = linalg.solve_triangular(factor[:rank, :rank], factor[:rank]).T
    nodes = pivots[:rank].astype(np.intp)
    extension = power[:, None] * extension / power[nodes]
    return Skeleton(nodes, extension, functions[:, nodes], residual[:, nodes])


@dataclass(frozen=True)
class ReducedJacobian:
    """I - diag(left) S diag(right) on N nodes: kernel (..., r, r) is S on the skeleton, left and right (..., N)."""

    skeleton: Skeleton
    kernel: Numbers
    left: Numbers
    right: Numbers

    def solve(self, rhs: Numbers) -> Numbers:
        """Solutions for right-hand sides (..., N, m)."""
        E = self.skeleton.extension
        slope = (E.T * (self.left * self.right)[..., None, :]) @ E
        matrix = np.eye(E.shape[1]) - self.kernel @ slope
        x = solved(matrix, self.kernel @ (E.T @ (self.right[..., None] * rhs)))
        return rhs + self.left[..., None] * (E @ x)
