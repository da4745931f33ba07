"""Spectrum of the first layer W, rows sqrt(c_i) omega_i + u_i v.  Note: theory_notes/spectra.md [spec.11]-[spec.12].

W W^T is Phi^T Phi/p of a canonical problem whose samples are the d coordinates: noise only, and one mode.
"""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.canonical.grids import CLASS_COUNTS, LEVELS
from rmt_asymptotics.canonical.modes import Modes
from rmt_asymptotics.canonical.problem import Features
from rmt_asymptotics.checks import real_array
from rmt_asymptotics.errors import numerical_failures
from rmt_asymptotics.models import (
    RidgeModel,
    check_finite_ratio,
    check_isotropic,
    check_one_direction,
)
from rmt_asymptotics.progress import progress_of
from rmt_asymptotics.spectra.bulk_spectrum import BulkSpectrum
from rmt_asymptotics.spectra.mode_form import mode_form
from rmt_asymptotics.spectra.outliers import outliers_of
from rmt_asymptotics.spectra.shown import Spectrum
from rmt_asymptotics.spectra.solve_bulk import resolved_bulk
from rmt_asymptotics.spectra.weight_laws import WeightLaw, weight_law
from rmt_asymptotics.tables import Table, titled
from rmt_asymptotics.threads import one_thread


@dataclass(frozen=True)
class WeightOutlier:
    """An isolated singular value of W; squared overlaps of its right singular vector with v and with the teacher."""

    position: float
    spike_overlap: float
    teacher_overlap: float


@dataclass(frozen=True)
class WeightSpectrum(Spectrum):
    """Limiting singular values of the first layer W, (p, d); min(p, d) of them.

    edges: the intervals (low, high) of the bulk; high is inf where it has a tail.
    strength: length of the rank-one spike, inf if it grows with p.
    threshold: the strength, at the same proportions between classes, above which a singular value leaves the bulk
        upwards; nan if the bulk has a tail.
    outliers: from the largest down.
    error_estimate: last change of the distribution function under refinement of the classes.
    """

    VARIABLE: ClassVar[str] = "singular_value"

    model: RidgeModel
    edges: tuple[tuple[float, float], ...]
    strength: float
    threshold: float
    outliers: tuple[WeightOutlier, ...]
    error_estimate: float
    bulk: BulkSpectrum

    def _table(self) -> Table:
        rows: list[tuple[str, Any, Any, Any]] = [("bulk", edges, None, None) for edges in self.edges]
        rows += [("outlier", o.position, o.spike_overlap, o.teacher_overlap) for o in self.outliers]
        rows += [(name, getattr(self, name), None, None) for name in ("strength", "threshold")]
        heads = ("singular values of W", "", "overlap with spike", "with teacher")
        return Table(heads, rows, titled(self.model), (f"error of the distribution {self.error_estimate:.1e}",))

    def _numbers(self) -> dict[str, float]:
        return {name: getattr(self, name) for name in ("strength", "threshold", "alignment")}

    @property
    def top(self) -> WeightOutlier:
        """The largest singular value: an outlier, or the edge of the bulk, whose vector has overlap 0."""
        low, high = self.edges[-1]
        leads = self.outliers and self.outliers[0].position > low
        return self.outliers[0] if leads else WeightOutlier(high, 0.0, 0.0)

    @property
    def top_singular_value(self) -> float:
        return self.top.position

    @property
    def alignment(self) -> float:
        """Squared overlap of the top right singular vector with the teacher."""
        return self.top.teacher_overlap

    def density(self, x: Array) -> Array:
        """Limiting density at singular values x >= 0; integrates to 1.  Shape of x."""
        x = real_array("x", x)
        with one_thread():
            return 2 * x * self.bulk.density(x**2) / (1 - self.bulk.filling[0])

    def cumulative(self, x: Array) -> Array:
        """Limiting proportion of singular values <= x, for x >= 0.  Shape of x."""
        with one_thread():
            atom = self.bulk.filling[0]
            return (self.bulk.cumulative(real_array("x", x) ** 2) - atom) / (1 - atom)


def weight_features(law: WeightLaw, width_ratio: float) -> Features:
    """W W^T as features of d samples, n/d = 1: m2_k^2 = beta c_k, one mode F = 1, R_k = beta p u_k^2.  [spec.11]"""
    count = len(law.variances)
    mode = Modes.of_classes(np.ones((count, 1)), 0.0, per_width_ratio=law.squared_spikes)
    return Features(
        nodes=np.zeros(1), weights=np.ones(1), class_weights=law.probabilities, linear=np.zeros((count, 1)),
        residual=width_ratio * law.variances[:, None], modes=mode,
        shares=np.ones(1), variances=np.ones((1, count)), exact=law.exact,
    )  # fmt: skip


@checked_arguments
@numerical_failures()
def weight_spectrum(model: RidgeModel, *, progress: bool | None = None) -> WeightSpectrum:
    """Limiting singular values of a model's first layer, and the outlier that its spike makes.

    At p = infinity the spike of `SpikedRandomFeatures` grows with p: its outlier is at inf, with the spike's overlaps.
    progress: as in `spectrum`.
    Raises `OutOfDomain` for a model without a known first layer.  Equations spec.11-spec.13.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.SpikedRandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0, width_ratio=1.0,
    ...                                  ridge=0.1, spike=rmt.ConstantLaw(0.1), alignment=0.6, width=400)
    >>> sp = weight_spectrum(model)   # strength 0.1 sqrt(400) = 2
    >>> round(sp.threshold, 9), round(sp.outliers[0].position, 9), round(sp.outliers[0].teacher_overlap, 9)
    (1.0, 2.5, 0.27)
    """
    check_one_direction(model)
    check_isotropic(model)
    check_finite_ratio(model)
    law, beta = weight_law(model, CLASS_COUNTS[0]), model.width_ratio

    def features_at(level: int) -> Features:
        tick()
        return weight_features(weight_law(model, CLASS_COUNTS[level]), beta)

    with one_thread(), progress_of("weight spectrum", progress) as tick:
        bulk, change = resolved_bulk(features_at, LEVELS, 1.0, 1 / beta)
        found = () if law.growing else outliers_of(bulk)
    outliers = [(np.sqrt(outlier.position), outlier.overlap(np.ones_like)) for outlier in found]
    outliers += [(np.inf, 1.0)] * law.growing
    return WeightSpectrum(
        model=model,
        edges=tuple((float(low), float(high)) for low, high in np.sqrt(bulk.intervals)),
        strength=np.inf if law.growing else float(np.sqrt(_squared_strength(bulk))),
        threshold=_threshold(bulk),
        outliers=tuple(WeightOutlier(float(x), q, law.alignment**2 * q) for x, q in outliers),
        error_estimate=change,
        bulk=bulk,
    )


def _threshold(bulk: BulkSpectrum) -> float:
    """The strength at which the form W is singular at the edge: linear in the squared strength.  [spec.12]"""
    if np.isinf(bulk.intervals[-1, 1]):
        return np.nan
    modes, square = bulk.bulk.features.modes, _squared_strength(bulk)
    shape = modes.strengths / square if square else np.array([[0.0], [1.0]]) + 0 * modes.strengths
    unit = replace(bulk.bulk, features=replace(bulk.bulk.features, modes=replace(modes, strengths=shape)))
    return float(1 / np.sqrt(1 - mode_form(unit, bulk.gaps[-1].left).eigenvalues[0]))


def _squared_strength(bulk: BulkSpectrum) -> float:
    features = bulk.bulk.features
    return float(features.class_weights @ features.modes.strengths[1])
