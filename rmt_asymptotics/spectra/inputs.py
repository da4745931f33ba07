"""Spectrum of the inputs themselves, the features of ridge regression.  Note: spectra.md [spec.14], [spec.15].

Off the bulk an eigenvalue x of X^T X/d is psi(ell), the place to which a direction of the covariance with eigenvalue
ell would move: psi has poles at the eigenvalues, and between two of them at most one interval where it increases.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.optimize import brentq

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.modes import Modes
from rmt_asymptotics.canonical.problem import Features
from rmt_asymptotics.checks import real_array
from rmt_asymptotics.models import RidgeRegression
from rmt_asymptotics.spectra.bulk import FeatureMatrix
from rmt_asymptotics.spectra.bulk_spectrum import BulkSpectrum
from rmt_asymptotics.spectra.shown import Spectrum, proportion
from rmt_asymptotics.spectra.solve_bulk import LOWEST, scan
from rmt_asymptotics.tables import Table, titled
from rmt_asymptotics.threads import one_thread

CLOSE = 1e-9  # to a pole, relative to the distance of two


@dataclass(frozen=True)
class InputOutlier:
    """An isolated eigenvalue of X^T X/d, caused by a direction of the covariance with an `eigenvalue` of share 0.

    overlap, teacher_overlap: squared, of its eigenvector with that direction and with the teacher.
    """

    position: float
    eigenvalue: float
    overlap: float
    teacher_overlap: float


@dataclass(frozen=True)
class InputSpectrum(Spectrum):
    """Limiting spectrum of X^T X/d, the d eigenvalues of n inputs X.

    edges: the intervals (low, high) that the density occupies, increasing.
    atom_at_zero: proportion of eigenvalues 0.
    outliers: of eigenvalues of the covariance with the share 0, from the largest down.
    error_estimate: 0, nothing is refined.
    bulk: that of X X^T/d, which the methods evaluate.
    """

    VARIABLE: ClassVar[str] = "eigenvalue"
    diverging: ClassVar[float] = 0.0

    model: RidgeRegression
    edges: tuple[tuple[float, float], ...]
    atom_at_zero: float
    outliers: tuple[InputOutlier, ...]
    bulk: BulkSpectrum
    error_estimate: float = 0.0

    def _table(self) -> Table:
        rows: list[tuple[str, Any, Any, Any]] = [("atom at 0", proportion(self.atom_at_zero), None, None)]
        rows += [("bulk", edges, None, None) for edges in self.edges]
        rows += [("outlier", o.position, o.overlap, o.teacher_overlap) for o in self.outliers]
        return Table(("eigenvalues of X^T X/d", "", "overlap with spike", "with teacher"), rows, titled(self.model))

    def _numbers(self) -> dict[str, float]:
        return {"atom_at_zero": proportion(self.atom_at_zero)}

    def density(self, x: Array) -> Array:
        """Limiting density at eigenvalues x, per eigenvalue: with the atom it integrates to 1.  Shape of x."""
        with one_thread():
            return self.model.sample_complexity * self.bulk.density(real_array("x", x))

    def cumulative(self, x: Array) -> Array:
        """Limiting proportion of eigenvalues <= x.  Shape of x."""
        x = real_array("x", x)
        with one_thread():
            above = self.model.sample_complexity * (1 - self.bulk.cumulative(x))
        return np.where(x < 0, 0.0, 1 - above)


@dataclass(frozen=True)
class Displacement:
    """psi(ell) = ell (n/d + sum_y rho s/(ell - s)): where a direction with the eigenvalue ell moves.  [spec.14]

    s (Y,): positive, increasing.  rho (Y,): their shares, above 0.  alpha: n/d.
    """

    s: Array
    rho: Array
    alpha: float

    def __call__(self, ell: float) -> float:
        return float(ell * (self.alpha + np.sum(self.rho * self.s / (ell - self.s))))

    def slope(self, ell: float) -> float:
        """psi', positive where psi(ell) lies off the bulk."""
        return float(self.alpha - np.sum(self.rho * (self.s / (ell - self.s)) ** 2))

    def _bend(self, ell: float) -> float:
        """Half of psi'', which decreases between two poles."""
        return float(np.sum(self.rho * self.s**2 / (ell - self.s) ** 3))

    @property
    def rank(self) -> float:
        """Share of the dimensions in which the inputs vary."""
        return float(np.sum(self.rho))

    def components(self) -> tuple[Array, Array]:
        """The components of the bulk, (C, 2), and the proportions of eigenvalues below each and in all, (C + 1,).

        A gap parts as many eigenvalues as those of the covariance at whose poles it lies.
        """
        gaps = self._inner()
        edges = [self._lowest(), *(x for low, high, _ in gaps for x in (low, high)), self._highest()]
        atom = max(1 - self.rank, 1 - self.alpha, 0.0)
        return np.array(edges).reshape(-1, 2), np.array([atom, *(below for _, _, below in gaps), 1.0])

    def _lowest(self) -> float:
        least, largest = self.s[0], self.s[-1]
        if abs(self.alpha - self.rank) <= CLOSE * self.rank:
            return 0.0
        if self.alpha < self.rank:
            return self(_root(self.slope, -largest * np.sqrt(self.rank / self.alpha), 0.0))
        return self(_root(self.slope, 0.0, (1 - 0.5 * min(1.0, np.sqrt(self.rho[0] / self.alpha))) * least))

    def _highest(self) -> float:
        largest = self.s[-1]
        least, most = (np.sqrt(value / self.alpha) for value in (self.rho[-1] * largest**2, self.rho @ self.s**2))
        return self(_root(self.slope, largest + 0.5 * least, largest + 2 * most))

    def _inner(self) -> list[tuple[float, float, float]]:
        """The ends of the gaps, and what lies below each."""
        found, below = [], 1 - self.rank + np.cumsum(self.rho)
        for left, right, share in zip(self.s[:-1], self.s[1:], below[:-1], strict=True):
            first, last = left + CLOSE * (right - left), right - CLOSE * (right - left)
            if not self._bend(first) > 0 > self._bend(last):
                continue
            middle = _root(self._bend, first, last)
            if self.slope(middle) > 0 > max(self.slope(first), self.slope(last)):
                ends = _root(self.slope, first, middle), _root(self.slope, middle, last)
                found.append((self(ends[0]), self(ends[1]), float(share)))
        return found


def _root(function: Callable[[float], float], first: float, last: float) -> float:
    return float(brentq(function, first, last, xtol=1e-300, rtol=1e-14))


def input_spectrum(model: RidgeRegression) -> InputSpectrum:
    """The spectrum of a model's inputs, in closed form but for the density."""
    covariance = model.covariance
    values, shares = (np.ones(1), np.ones(1)) if covariance is None else (covariance.nodes, covariance.weights)
    in_bulk = (shares > 0) & (values > 0)
    s, place = np.unique(values[in_bulk], return_inverse=True)
    psi = Displacement(s, np.bincount(place, shares[in_bulk]).astype(float), model.sample_complexity)
    gram = _gram(psi)
    edges, below = psi.components()
    states = scan(gram, max(float(edges[0, 0]), LOWEST * gram.mean), float(edges[-1, 1]))
    return InputSpectrum(
        model=model,
        edges=tuple((float(low), float(high)) for low, high in edges),
        atom_at_zero=float(below[0]),
        outliers=_outliers(psi, values[shares == 0], model.teacher_profile[shares == 0]),
        bulk=BulkSpectrum(gram, states, edges, 1 - (1 - below) / psi.alpha, ()),
    )


def _gram(psi: Displacement) -> FeatureMatrix:
    """X X^T/d as features: each coordinate is a sample of n neurons, of the variance (n/d) s.  [spec.14]"""
    none = np.zeros((1, len(psi.s)))
    features = Features(
        nodes=np.zeros(len(psi.s)), weights=psi.rho / psi.rank, class_weights=np.ones(1), linear=none,
        residual=psi.alpha * psi.s[None], modes=Modes.none(2, len(psi.s)), shares=np.ones(1),
        variances=np.ones((1, 1)), exact=True,
    )  # fmt: skip
    return FeatureMatrix(features, psi.rank / psi.alpha, 1.0)


def _outliers(psi: Displacement, spikes: Array, teacher: Array) -> tuple[InputOutlier, ...]:
    """[spec.15]"""
    found = []
    with np.errstate(divide="ignore", invalid="ignore"):
        for ell, share in zip(spikes.tolist(), teacher.tolist(), strict=True):
            slope = psi.slope(ell)
            if ell > 0 and slope > 0:
                overlap = ell * slope / psi(ell)
                found.append(InputOutlier(psi(ell), ell, overlap, overlap * share))
    return tuple(sorted(found, key=lambda outlier: -outlier.position))
