"""The bulk of a canonical problem, prepared for spectra.  Note: theory_notes/spectra.md [spec.1]-[spec.3].

Tails that hold less than one neuron or sample in 1e9 are left out.  V(kappa) lies in the span of the products
b_k b_l and m2_k^2, which is numerically small: it is known from its values on a *skeleton* of r nodes.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.problem import Problem

TAIL = 1e-9  # probability left out: less than one neuron or sample in a billion
SHORT_TAIL = 1e-5  # what depends on leaving out this much belongs to the tail, not to the bulk
MOVED = 1e-2  # relative: more than that is a move
RANK = 1e-13  # functions shorter than this, relative to the longest, are rounding
NOISELESS = 1e-20  # a share of the variance below this is zero


@dataclass(frozen=True)
class Bulk:
    """K classes on N nodes, at n/p and p/d.  Arrays as in `Problem`; V = extension V[skeleton], (N, r) and (r,)."""

    weights: Array
    class_weights: Array
    linear: Array
    residual: Array
    skeleton: NDArray[np.intp]
    extension: Array
    samples_per_feature: float
    width_ratio: float

    @property
    def mean(self) -> float:
        """Mean eigenvalue, atom included: (n/p) E sum_k pi_k (b_k^2 + m2_k^2)."""
        return float(self.samples_per_feature * self.class_weights @ (self.linear**2 + self.residual) @ self.weights)

    @property
    def bound(self) -> float:
        """Above the largest eigenvalue: norms of the profile and of the Gaussian matrices, in the limit."""
        peak = float(np.max(self.linear**2) + np.max(self.residual))
        return 2 * peak * (1 + np.sqrt(self.samples_per_feature)) ** 2 * (1 + np.sqrt(self.width_ratio)) ** 2

    @property
    def atom_at_zero(self) -> float:
        """1 - rank/p: noise gives full rank, neurons without noise have the rank d of their linear part."""
        noise, line = self.residual @ self.weights, self.linear**2 @ self.weights
        noisy = noise > NOISELESS * np.max(noise + line)
        linear = ~noisy & (line > NOISELESS * np.max(noise + line))
        features = float(self.class_weights @ noisy) + min(float(self.class_weights @ linear), 1 / self.width_ratio)
        return max(0.0, 1 - min(features, self.samples_per_feature))  # [spec.3]


def body(problem: Problem, tail: float) -> Problem:
    """The problem without its lightest nodes and classes, of total weight at most `tail` each.

    Finite modes go with their class.
    """
    nodes, classes = _heavy(problem.weights, tail), _heavy(problem.class_weights, tail)
    position = np.maximum(np.cumsum(classes) - 1, 0)
    kept = classes[problem.mode_classes] | np.isinf(problem.strengths[0])
    return replace(
        problem,
        nodes=problem.nodes[nodes],
        weights=problem.weights[nodes] / np.sum(problem.weights[nodes]),
        class_weights=problem.class_weights[classes] / np.sum(problem.class_weights[classes]),
        linear=problem.linear[classes][:, nodes],
        residual=problem.residual[classes][:, nodes],
        modes=problem.modes[:, kept][:, :, nodes],
        mode_classes=position[problem.mode_classes[kept]],
        strengths=problem.strengths[:, kept],
        target=problem.target[:, nodes],
        target_residual=problem.target_residual[nodes],
    )


def _heavy(weights: Array, tail: float) -> NDArray[np.bool_]:
    """All but the smallest weights, those left out adding up to at most `tail`."""
    order = np.argsort(weights)
    light = np.cumsum(weights[order]) <= tail
    result = np.ones(len(weights), bool)
    result[order[light]] = False
    return result


def bulk_of(problem: Problem, samples_per_feature: float, width_ratio: float) -> Bulk:
    """The bulk with its skeleton, the pivots of a QR factorisation of all products."""
    b, m2 = problem.linear, problem.residual
    first, second = np.triu_indices(len(b))
    functions = np.concatenate([b[first] * b[second], m2])
    _, factor, pivots = linalg.qr(functions, mode="economic", pivoting=True)
    rank = max(1, int(np.sum(np.abs(np.diagonal(factor)) > RANK * abs(factor[0, 0]))))
    extension = np.zeros((b.shape[1], rank))
    extension[pivots] = linalg.solve_triangular(factor[:rank, :rank], factor[:rank]).T  # [spec.2]
    return Bulk(
        problem.weights, problem.class_weights, b, m2, pivots[:rank], extension, samples_per_feature, width_ratio
    )
