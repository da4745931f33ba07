"""Spectrum of the features of a model.  Note: theory_notes/spectra.md."""

from dataclasses import dataclass
from functools import singledispatch
from typing import Any, ClassVar

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.canonical.problem import Features
from rmt_asymptotics.canonical.translation import LEVELS, translate
from rmt_asymptotics.checks import real_array
from rmt_asymptotics.errors import OutOfDomain, numerical_failures
from rmt_asymptotics.models import RidgeModel, RidgeRegression, check_finite_ratio, check_one_direction
from rmt_asymptotics.progress import Tick, progress_of
from rmt_asymptotics.spectra.bulk_spectrum import BulkSpectrum
from rmt_asymptotics.spectra.inputs import InputSpectrum, input_spectrum
from rmt_asymptotics.spectra.outliers import Outlier, diverging_modes, outliers_of
from rmt_asymptotics.spectra.shown import Spectrum, proportion
from rmt_asymptotics.spectra.solve_bulk import resolved_bulk
from rmt_asymptotics.tables import Table, titled
from rmt_asymptotics.threads import one_thread


@dataclass(frozen=True)
class FeatureSpectrum(Spectrum):
    """Limiting spectrum of Phi^T Phi/p, Phi (n, p) the features of n samples.

    edges: the intervals (low, high) that the density occupies, increasing.  Where it thins out with the tail of a
        Gaussian or of the spike law, there is no edge: high is inf, or low is 0.
    atom_at_zero: proportion of eigenvalues 0.
    outliers: isolated eigenvalues, from the largest down; where high is inf, those beyond all but 1e-9 of the tail.
    diverging: how many eigenvalues grow like p (at p = infinity only; inf for class means that span infinitely many
        functions).
    error_estimate: last change of the distribution function under refinement of nodes and classes.
    bulk: what the methods evaluate.
    """

    VARIABLE: ClassVar[str] = "eigenvalue"

    model: RidgeModel
    edges: tuple[tuple[float, float], ...]
    atom_at_zero: float
    outliers: tuple[Outlier, ...]
    diverging: float
    error_estimate: float
    bulk: BulkSpectrum

    def _table(self) -> Table:
        rows: list[tuple[str, Any, Any]] = [("atom at 0", proportion(self.atom_at_zero), None)]
        rows += [("bulk", edges, None) for edges in self.edges]
        rows += [("outlier", outlier.position, outlier.total_overlap) for outlier in self.outliers]
        grow = f"{self.diverging:g} eigenvalues grow like p: their positions need a model of finite width"
        notes = [grow] * bool(self.diverging) + [f"error of the distribution {self.error_estimate:.1e}"]
        return Table(("eigenvalues of Phi^T Phi/p", "", "squared overlap"), rows, titled(self.model), notes)

    def _numbers(self) -> dict[str, float]:
        return {"atom_at_zero": proportion(self.atom_at_zero)}

    def density(self, x: Array) -> Array:
        """Limiting density at eigenvalues x, per eigenvalue: with the atom it integrates to 1.  Shape of x."""
        with one_thread():
            return self.bulk.density(real_array("x", x))

    def cumulative(self, x: Array) -> Array:
        """Limiting proportion of eigenvalues <= x; its differences are what a histogram should show.  Shape of x.

        >>> import numpy as np, rmt_asymptotics as rmt
        >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=1.0,
        ...                            width_ratio=2.5, ridge=0.1)
        >>> spectrum(model).cumulative(np.array([-1.0, 0.0, 9.0])).round(9)
        array([0. , 0.6, 1. ])
        """
        with one_thread():
            return self.bulk.cumulative(real_array("x", x))


@checked_arguments
@numerical_failures()
def spectrum(model: RidgeModel, *, progress: bool | None = None) -> FeatureSpectrum | InputSpectrum:
    """The limiting spectrum of the features of a model: density, edges, atom, outliers.

    The eigenvalues of Phi^T Phi/p as n, d, p grow in proportion; ridge and label noise do not matter to features that
    were not trained.  With `width=p` the class means have strength p, and their outliers finite positions.
    Of `RidgeRegression` they are those of X^T X/d, with outliers of directions that the covariance has beside its bulk
    (eigenvalues of share 0).
    progress: True for signs of life on stderr, False for none, None for those of long work.
    Raises `OutOfDomain` for a constant activation, `NotConverged` where no real solution is found outside the bulk.
    Equations spec.1-spec.10, spec.14 and spec.15 of theory_notes/spectra.md.

    >>> import rmt_asymptotics as rmt
    >>> sp = spectrum(rmt.RandomFeatures(activation=rmt.identity, target=rmt.sin, sample_complexity=1e6,
    ...                                  width_ratio=0.25, ridge=0.1))
    >>> [round(x / 4e6, 2) for x in sp.edges[0]]   # n/p times Marchenko-Pastur: (1 - 1/2)^2, (1 + 1/2)^2
    [0.25, 2.25]
    """
    check_one_direction(model)
    shown = progress_of("spectrum", progress)
    with one_thread(), shown as tick:  # the matrices are too small for threads to pay
        return _spectrum(model, tick)


@singledispatch
def _spectrum(model: RidgeModel, tick: Tick) -> FeatureSpectrum | InputSpectrum:
    check_finite_ratio(model)
    if not np.any(translate(model, 0).features.power):
        raise OutOfDomain("activation", model.activation, "a function that varies: constant features have no bulk")

    def features_at(level: int) -> Features:
        tick()
        return translate(model, level).features

    bulk, change = resolved_bulk(features_at, LEVELS, model.sample_complexity, 1 / model.width_ratio)
    return FeatureSpectrum(
        model=model,
        edges=tuple((float(low), float(high)) for low, high in bulk.intervals),
        atom_at_zero=float(bulk.filling[0]),
        outliers=outliers_of(bulk),
        diverging=diverging_modes(bulk.bulk),
        error_estimate=change,
        bulk=bulk,
    )


@_spectrum.register
def _(model: RidgeRegression, tick: Tick) -> InputSpectrum:
    return input_spectrum(model)
