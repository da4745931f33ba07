"""The features of a model, prepared for spectra.  Note: theory_notes/spectra.md [spec.1]-[spec.3].

Tails that hold less than one neuron or sample in 1e9 are left out.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.modes import Modes
from rmt_asymptotics.canonical.problem import Features

TAIL = 1e-9  # probability left out: less than one neuron or sample in a billion
SHORT_TAIL = 1e-5  # what depends on leaving out this much belongs to the tail, not to the bulk
MOVED = 1e-2  # relative: more than that is a move
NOISELESS = 1e-20  # a share of the variance below this is zero


@dataclass(frozen=True)
class FeatureMatrix:
    """Phi^T Phi/p of some features at n/d and d/p: what the spectra are of."""

    features: Features
    sample_complexity: float
    dimension_ratio: float

    @property
    def samples_per_feature(self) -> float:
        """n/p."""
        return self.sample_complexity * self.dimension_ratio

    @property
    def mean(self) -> float:
        """Mean eigenvalue, atom included: (n/p) E sum_k pi_k (b_k^2 + m2_k^2)."""
        features = self.features
        return float(self.samples_per_feature * features.class_weights @ features.power @ features.weights)

    @property
    def bound(self) -> float:
        """Above the largest eigenvalue: norms of the profile and of the Gaussian matrices, in the limit."""
        spread = float(np.max(self.features.variances))
        peak = float(np.max(self.features.linear**2)) * spread + float(np.max(self.features.residual))
        return float(
            2 * peak * (1 + np.sqrt(self.samples_per_feature)) ** 2 * (1 + np.sqrt(1 / self.dimension_ratio)) ** 2
        )

    @property
    def atom_at_zero(self) -> float:
        """1 - rank/p: noise gives full rank, neurons without noise have the rank d of their linear part."""
        features = self.features
        noise, line = features.residual @ features.weights, features.linear**2 @ features.weights
        noisy = noise > NOISELESS * np.max(noise + line)
        linear = ~noisy & (line > NOISELESS * np.max(noise + line))
        rank = float(features.class_weights @ noisy)
        inputs = float(features.shares @ np.any(features.variances > 0, axis=1))
        rank += min(float(features.class_weights @ linear), self.dimension_ratio * inputs)
        return max(0.0, 1 - min(rank, self.samples_per_feature))  # [spec.3]


def body(features: Features, tail: float) -> Features:
    """The features without their lightest nodes and classes, of total weight at most `tail` each.

    Finite modes go with their class.
    """
    nodes, classes = _heavy(features.weights, tail), _heavy(features.class_weights, tail)
    position = np.maximum(np.cumsum(classes) - 1, 0)
    modes = features.modes
    kept = classes[modes.classes] | modes.are_free
    return replace(
        features,
        nodes=features.nodes[nodes],
        weights=features.weights[nodes] / np.sum(features.weights[nodes]),
        class_weights=features.class_weights[classes] / np.sum(features.class_weights[classes]),
        linear=features.linear[classes][:, nodes],
        residual=features.residual[classes][:, nodes],
        modes=Modes(modes.functions[:, kept][:, :, nodes], position[modes.classes[kept]], modes.strengths[:, kept]),
        variances=features.variances[:, classes],
        directions=None if features.directions is None else features.directions.at(nodes, classes),
    )


def _heavy(weights: Array, tail: float) -> NDArray[np.bool_]:
    """All but the smallest weights, those left out adding up to at most `tail`."""
    order = np.argsort(weights)
    light = np.cumsum(weights[order]) <= tail
    result = np.ones(len(weights), bool)
    result[order[light]] = False
    return result
