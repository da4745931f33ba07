"""Eigenvalues that modes pull out of the bulk, and their singular vectors.

Note: theory_notes/spectra.md [spec.8]-[spec.10].
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy import linalg

from rmt_asymptotics._types import Array
from rmt_asymptotics.equations.projection import orthonormal
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.spectra.bulk import MOVED, SHORT_TAIL, FeatureMatrix, body
from rmt_asymptotics.spectra.bulk_spectrum import BulkSpectrum
from rmt_asymptotics.spectra.edges import BranchPoint, Gap, RealBranch, outer_gaps
from rmt_asymptotics.spectra.mode_form import capacity_along, mode_form
from rmt_asymptotics.spectra.resolvent import linearise

TINY = 1e-80  # of a complex step


@dataclass(frozen=True)
class Outlier:
    """An isolated eigenvalue of Phi^T Phi/p.

    position: in the limit.  profile (M, N): psi_0, psi_1, ... on the nodes of kappa, such that the left
    singular vector, of length 1, has the limiting product E[g psi] with the vector of the g(kappa_mu, s_mu)/sqrt(n).
    """

    position: float
    profile: Array
    nodes: Array
    weights: Array

    def overlap(
        self, function: Callable[[Array], Array], teacher_function: Callable[[Array], Array] | None = None
    ) -> float:
        """Squared overlap of the left singular vector with g = function(kappa) + teacher_function(kappa) s.  [spec.10]

        In [0, 1]; kappa and s are the standard normal coordinates along the spike and along the rest of the teacher.
        Functions are vectorised; without a spike (`RandomFeatures`) kappa is 0 and s is the teacher's coordinate.
        Raises `OutOfDomain` for a function that is zero, or not finite, on the nodes.
        """
        kappa = self.nodes
        other = np.zeros_like if teacher_function is None else teacher_function
        g = np.array([function(kappa) + 0 * kappa, other(kappa) + 0 * kappa])
        length = float(np.sum(g**2 @ self.weights))
        if not (np.isfinite(length) and length > 0):
            raise OutOfDomain("function", function, "finite and not zero on the nodes of kappa")
        return float(np.sum(g * self.profile[:2] @ self.weights) ** 2 / length)

    @property
    def total_overlap(self) -> float:
        """Squared length of the left singular vector's part that is a function of kappa plus a multiple of s."""
        return float(np.sum(self.profile**2 @ self.weights))


def diverging_modes(bulk: FeatureMatrix) -> float:
    """Number of eigenvalues that grow with p: the rank of the free modes, inf where it grows with the grid."""
    features, modes = bulk.features, bulk.features.modes
    rows = modes.flat[modes.are_free] * np.tile(np.sqrt(features.weights), len(modes.functions))
    basis, _, _ = orthonormal(rows, features.size(features.weights))
    rank = int(np.sum(np.any(basis != 0, axis=1)))
    return np.inf if rank > 1 and rank >= len(features.weights) // 2 else rank


def outliers_of(spectrum: BulkSpectrum) -> tuple[Outlier, ...]:
    """All outliers, from the largest down; beyond a tail, those that do not depend on how much of it is left out."""
    bulk = spectrum.bulk
    found = [outlier for gap in spectrum.gaps[:-1] for outlier in outliers_in(bulk, gap)]
    above = outliers_in(bulk, spectrum.gaps[-1], open_end=True)
    if np.isinf(spectrum.intervals[-1, 1]):
        shorter = replace(bulk, features=body(bulk.features, SHORT_TAIL))
        again = [outlier.position for outlier in outliers_in(shorter, outer_gaps(shorter)[1], open_end=True)]
        above = [outlier for outlier in above if np.any(np.isclose(outlier.position, again, rtol=MOVED))]
    return tuple(sorted(found + above, key=lambda outlier: -outlier.position))


def outliers_in(bulk: FeatureMatrix, gap: Gap, *, open_end: bool = False) -> list[Outlier]:
    """The outliers in a gap, or to the right of its left edge: eigenvalues of W that change sign.  [spec.9]"""
    branch = RealBranch(bulk, [gap.left, gap.right])
    far = _beyond_all(branch) if open_end else gap.right
    left, right = (mode_form(bulk, p).eigenvalues for p in (gap.left, far))
    found = []
    for index in np.flatnonzero((left < 0) & (right > 0)):
        value = partial(_eigenvalue, bulk, int(index))
        found.append(outlier_at(bulk, branch.solve(value, gap.left.tau, far.tau), int(index)))
    return found


def _eigenvalue(bulk: FeatureMatrix, index: int, point: BranchPoint) -> float:
    return float(mode_form(bulk, point).eigenvalues[index])


def _beyond_all(branch: RealBranch) -> BranchPoint:
    """A point above all outliers."""
    point = max(branch.known, key=lambda p: p.x)
    while np.any(mode_form(branch.bulk, point).eigenvalues <= 0):
        point = branch.at(0.5 * point.tau)
    return point


def outlier_at(bulk: FeatureMatrix, point: BranchPoint, index: int) -> Outlier:
    """The outlier at a point where eigenvalue `index` of W vanishes, with the residue of the resolvent there."""
    form = mode_form(bulk, point)
    at = linearise(bulk, np.array([point.x]), point.V[None], point.t[None])
    dV = linalg.solve(np.eye(len(point.V)) - at.jacobian[0], at.source[0])
    growth = at.back[0] @ dV + at.drift[0]  # d(pi t)/dx
    features = bulk.features
    extension = features.skeleton.extension
    one_plus_V = 1 + extension @ point.V
    h = form.singular_vector(index)
    C = np.tensordot(form.capped(h), form.functions, (0, 1))
    ratio, weights = bulk.sample_complexity, features.weights
    plain, rest = h[: len(form.cap)], h[len(form.cap) :]
    step = 1j * TINY
    moved = capacity_along(
        bulk, point.x + step, one_plus_V + step * (extension @ dV), point.t + step * growth / features.class_weights
    )
    neurons = plain**2 @ (form.strengths * growth[form.classes]) + rest @ (moved.imag / TINY) @ rest
    samples = ratio * weights @ (np.sum(C**2, axis=0) * (extension @ dV) / one_plus_V**2)
    norm = neurons + samples  # [spec.10]
    profile = np.sqrt(ratio / (point.x * norm)) * C / one_plus_V
    return Outlier(point.x, profile, features.nodes, weights)
