"""The canonical problem: features (a conditional-Gaussian bulk plus finitely many modes) and labels on one grid.

The one object that the solver sees; every model is a translation into it.  Note: canonical_problem.md.
Functions of the spike coordinate kappa ~ N(0, 1) are arrays over a quadrature grid of N nodes.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from rmt_asymptotics._types import Array, Numbers
from rmt_asymptotics.canonical.modes import Directions, Modes, Spectrum
from rmt_asymptotics.equations.bulk import Bulk
from rmt_asymptotics.equations.projection import ModeFunctions
from rmt_asymptotics.equations.reduction import Skeleton, skeleton_of
from rmt_asymptotics.gaussian.conditional import ConditionalMoments
from rmt_asymptotics.gaussian.quadrature import Rule

FEW = 3  # classes, whose modes are so few that nothing is gained by functions in common
SPAN = 1e-15  # functions shorter than this, relative to the longest, do not count


@dataclass(frozen=True)
class Features:
    """K classes of neurons and J modes on N nodes: what the readout has to work with.

    nodes (N,), of several directions (N, r), and weights (N,): of the quadrature in kappa.
    class_weights (K,): pi_k.  linear (K, N): b_k = E[sigma(u_k kappa + sqrt(c_k) z) z].
    residual (K, N): m2_k^2, what is left of the variance.
    modes: functions of kappa and of the coordinates s.
    shares (Y,), variances (Y, K): of the eigenvalues of the inputs' covariance, and c_k there relative to its mean; one
    node for isotropic inputs.
    exact: no refinement changes the functions' expectations (nothing depends on kappa).
    directions: the modes along directions of inputs with a spectrum; of isotropic inputs they are among the modes.
    """

    nodes: Array
    weights: Array
    class_weights: Array
    linear: Array
    residual: Array
    modes: Modes
    shares: Array
    variances: Array
    exact: bool = False
    directions: Directions | None = None

    @classmethod
    def assemble(
        cls,
        kappa: Rule,
        class_weights: Array,
        bulk: ConditionalMoments,
        modes: Modes,
        spectrum: Spectrum | None = None,
        directions: Directions | None = None,
        variances: Array | None = None,
    ) -> Self:
        """Features from the moments (K, N) of the classes.

        spectrum: None for isotropic inputs.  variances (Y, K): None for those of weights that do not know it.
        """
        inputs = Spectrum(np.ones(1), np.ones(1)) if spectrum is None else spectrum
        rows = inputs.rows(len(class_weights)) if variances is None else variances
        return cls(
            kappa.nodes, kappa.weights, class_weights, bulk.linear, bulk.residual, modes,
            inputs.shares, rows, len(kappa.nodes) == 1, directions,
        )  # fmt: skip

    @property
    def power(self) -> Array:
        """b_k^2 + m2_k^2, (K, N)."""
        return self.linear**2 + self.residual

    def size(self, den: Numbers) -> Array:
        """Root of the power of all features under weights (..., N) of the nodes."""
        return np.asarray(np.sqrt(np.sum((den[..., None, :] * self.power).real, axis=(-2, -1))))

    @cached_property
    def bulk(self) -> Bulk:
        """The bulk for the equations, b in as few orthonormal functions as it needs.  [low.1]"""
        share = np.sqrt(self.class_weights)[:, None]  # neurons count as they weigh
        left, singular, _ = linalg.svd(share * self.linear * np.sqrt(self.weights), full_matrices=False)
        kept = singular > SPAN * singular[0]
        kept[0] = True
        scale = np.where(singular[kept] > 0, singular[kept], 1.0)
        functions = (left[:, kept].T @ (share * self.linear)) / scale[:, None]
        return self._bulk(left[:, kept] * scale / share, functions)

    @cached_property
    def plain_bulk(self) -> Bulk:
        """The same with b as it is: for tangents of b, which leave the span of its functions."""
        return self._bulk(np.eye(len(self.class_weights)), self.linear)

    def _bulk(self, coordinates: Array, functions: Array) -> Bulk:
        return Bulk(
            self.weights, self.class_weights, coordinates, functions, self.residual, self.shares, self.variances
        )

    @cached_property
    def skeleton(self) -> Skeleton:
        """Nodes from which V follows on all."""
        bulk, power = self.bulk, self.class_weights @ self.power
        return skeleton_of(self.class_weights, bulk.coordinates, bulk.functions, self.residual, power)

    @cached_property
    def mode_functions(self) -> ModeFunctions:
        """The modes for the projection, the finite ones in as few functions as they need.

        Modes of other strengths keep functions of their own: strengths may differ by sixteen decades.
        """
        plain = self._class_modes
        if len(self.class_weights) <= FEW or not len(plain.functions):
            return self._with_directions(plain, self.bulk.functions)
        root = np.tile(np.sqrt(self.weights), len(self.modes.functions))
        kinds = np.unique(self.modes.strengths[:, ~self.modes.are_free], axis=1, return_inverse=True)[1].ravel()
        coordinates, functions = [], []
        for kind in range(int(kinds.max()) + 1):
            rows = plain.functions[kinds == kind]
            left, singular, _ = linalg.svd(rows * root, full_matrices=False)
            kept = singular > SPAN * singular[0]
            functions.append((left[:, kept].T @ rows) / singular[kept, None])
            coordinates.append(np.zeros((len(kinds), int(kept.sum()))))
            coordinates[-1][kinds == kind] = left[:, kept] * singular[kept]
        few = ModeFunctions(plain.free, np.concatenate(coordinates, axis=1), np.concatenate(functions))
        return self._with_directions(few, self.bulk.functions)

    @property
    def plain_modes(self) -> ModeFunctions:
        """The same with the finite modes as they are: for tangents."""
        return self._with_directions(self._class_modes, self.linear)

    def _with_directions(self, modes: ModeFunctions, functions: Array) -> ModeFunctions:
        if self.directions is None:
            return modes
        rows = self.directions.rows(functions)
        coordinates = linalg.block_diag(modes.coordinates, np.eye(len(rows)))
        return ModeFunctions(modes.free, coordinates, np.concatenate([modes.functions, rows]))

    @property
    def _class_modes(self) -> ModeFunctions:
        free, rows = self.modes.are_free, self.modes.flat
        return ModeFunctions(rows[free], np.eye(int(np.sum(~free))), rows[~free])


@dataclass(frozen=True)
class Labels:
    """What the readout is to learn, as functions of kappa: given kappa and s, and without noise.

    target (M, N): h_0 = E[y|kappa] and h_a = E[y s_a|kappa].  residual (N,): Var(y|kappa) - sum_a h_a^2.
    """

    target: Array
    residual: Array

    @classmethod
    def of(cls, moments: ConditionalMoments) -> Self:
        """The labels of a target with moments (N,)."""
        return cls(np.array([moments.mean, moments.linear]), moments.residual)

    def padded(self, coordinates: int) -> "Labels":
        """The same beside more coordinates s, on which the label does not depend."""
        return Labels(np.concatenate([self.target, np.zeros((coordinates, self.target.shape[1]))]), self.residual)

    @property
    def in_one_direction(self) -> "Labels":
        """The same at a single node, s along E[y s]."""
        h0, *h = self.target
        return self if len(h) == 1 else Labels(np.array([h0, np.linalg.norm(h, axis=0)]), self.residual)


@dataclass(frozen=True)
class Problem:
    """What does not change along a curve: features and labels on one grid."""

    features: Features
    labels: Labels

    @cached_property
    def label_variance(self) -> float:
        """E y^2 without noise."""
        return float((np.sum(self.labels.target**2, axis=0) + self.labels.residual) @ self.features.weights)


@dataclass(frozen=True)
class Controls:
    """What may change from point to point, each an array of shape (P,): n/d, d/p, ridge, noise variance."""

    sample_complexity: Array
    dimension_ratio: Array
    ridge: Array
    noise_variance: Array

    def at(self, points: NDArray[np.intp]) -> "Controls":
        """The controls of some of the points."""
        return Controls(*[values[points] for values in vars(self).values()])
