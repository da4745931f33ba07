"""The form that is singular where modes pull an eigenvalue out of the bulk.  Note: theory_notes/spectra.md [spec.8]."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from rmt_asymptotics._types import Array, Numbers
from rmt_asymptotics.canonical.problem import Features
from rmt_asymptotics.equations.bulk import conjugates, respond
from rmt_asymptotics.equations.directions import capacity
from rmt_asymptotics.equations.projection import orthonormal
from rmt_asymptotics.spectra.bulk import FeatureMatrix
from rmt_asymptotics.spectra.edges import BranchPoint


@dataclass(frozen=True)
class ModeForm:
    """The symmetric form W = sign + coordinates^T Cap coordinates of one real point, singular at an outlier.  [spec.8]

    coordinates (J, r): finite modes, orthogonal to the free ones, in orthonormal directions weighted by (n/p)/|1+V|.
    functions (2, J, N): those modes.  classes, strengths, cap: of those that lie along no direction, which come first.
    along: Cap of those that do, where inputs have a spectrum.
    """

    sign: float
    coordinates: Array
    functions: Array
    classes: NDArray[np.intp]
    strengths: Array
    cap: Array
    along: Array

    @property
    def eigenvalues(self) -> Array:
        """Of W, increasing."""
        return linalg.eigvalsh(self._matrix())

    def _matrix(self) -> Array:
        rank = self.coordinates.shape[1]
        return self.sign * np.eye(rank) + self.coordinates.T @ self.capped(self.coordinates)

    def capped(self, rows: Array) -> Array:
        """Cap applied to rows (J, ...)."""
        plain = len(self.cap)
        return np.concatenate([(self.cap * rows[:plain].T).T, self.along @ rows[plain:]])

    def singular_vector(self, index: int) -> Array:
        """h = coordinates w for the eigenvector w of number `index`; Cap h solves (Cap^-1 + P) c = 0."""
        return self.coordinates @ linalg.eigh(self._matrix())[1][:, index]


def mode_form(bulk: FeatureMatrix, point: BranchPoint) -> ModeForm:
    """Cap and P at ridge = -x, with the free modes projected out."""
    features, modes = bulk.features, bulk.features.modes
    one_plus_V = 1 + features.skeleton.extension @ point.V
    den = bulk.sample_complexity * features.weights / np.abs(one_plus_V)
    root = np.tile(np.sqrt(den), len(modes.functions))
    free = modes.are_free
    basis, _, _ = orthonormal(modes.flat[free] * root, features.size(den))
    finite = np.concatenate([modes.flat[~free], _rowscapacity_along(features)]) * root
    rest = finite - (finite @ basis.T) @ basis
    left, singular, _ = linalg.svd(rest, full_matrices=False)
    functions = (rest / root).reshape(len(rest), len(modes.functions), -1).transpose(1, 0, 2)
    classes = modes.classes[~free]
    strengths = modes.strengths[0, ~free] * bulk.dimension_ratio + modes.strengths[1, ~free]
    cap = strengths * (features.class_weights * point.t)[classes]
    capacities = capacity_along(bulk, point.x, one_plus_V, point.t)
    return ModeForm(float(np.sign(one_plus_V[0])), left * singular, functions, classes, strengths, cap, capacities)


def _rowscapacity_along(features: Features) -> Array:
    """The modes along directions, (J, M N)."""
    if features.directions is None:
        return np.zeros((0, features.modes.flat.shape[1]))
    return features.directions.rows(features.bulk.functions)


def capacity_along(bulk: FeatureMatrix, x: complex, one_plus_V: Numbers, t: Numbers) -> Numbers:
    """Cap of the modes along directions at ridge = -x, where 1 + V (N,) and t (K,) are known."""
    features, directions = bulk.features, bulk.features.directions
    if directions is None:
        return np.zeros((0, 0))
    den, ratio = bulk.sample_complexity * features.weights / one_plus_V, np.asarray(bulk.dimension_ratio)
    sums = conjugates(features.bulk, den, ratio, -np.asarray(x))
    at = respond(features.bulk, sums, ratio, t)
    return np.asarray(capacity(directions.overlaps, directions.vectors, directions.count, at).matrix)
