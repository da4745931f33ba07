"""Comparison: theory and simulation of one model at several dimensions, as tables and Datasets."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rmt_asymptotics.asymptotics import Asymptotics
from rmt_asymptotics.comparison.corrected import corrected_columns, untrusted
from rmt_asymptotics.comparison.drift import Drift, drift_of
from rmt_asymptotics.comparison.sizes import SizeComparison
from rmt_asymptotics.estimates import FEW, with_error
from rmt_asymptotics.models import RegressionOnData, RidgeModel, RidgeRegression
from rmt_asymptotics.montecarlo import Simulation
from rmt_asymptotics.prediction import doubts
from rmt_asymptotics.serialisation import provenance
from rmt_asymptotics.tables import Shown, Table, titled
from rmt_asymptotics.vocabulary.words import described

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True)
class Comparison(Shown):
    """One model at one or several dimensions, in increasing order, and its limit p = infinity.

    `asymptotics`, `simulation` and `z_scores` are those of the largest dimension.
    """

    model: RidgeModel
    sizes: tuple[SizeComparison, ...]
    limit: Asymptotics

    @property
    def asymptotics(self) -> Asymptotics:
        return self.sizes[-1].asymptotics

    @property
    def simulation(self) -> Simulation:
        return self.sizes[-1].simulation

    @property
    def z_scores(self) -> dict[str, float]:
        return self.sizes[-1].z_scores

    @cached_property
    def drift(self) -> dict[str, Drift]:
        """The finite-size drift of each quantity; empty for a single dimension."""
        return {name: self._drift(name) for name in self.model.outputs} if len(self.sizes) > 1 else {}

    def _drift(self, quantity: str) -> Drift:
        dimensions = [size.simulation.dimension for size in self.sizes]
        return drift_of([size.gap(quantity) for size in self.sizes], dimensions, self.simulation.replicas)

    def _table(self) -> Table:
        """For each error and dimension theory, simulation, standard error and z-score."""
        if isinstance(self.model, RegressionOnData):
            return self._data_table(self.model)
        rows: list[tuple[Any, ...]] = []
        for name in self.model.outputs:
            for size in self.sizes:
                s, estimate, theory = size.simulation, getattr(size.simulation, name), getattr(size.asymptotics, name)
                spread, z = f"{size.standard_error(name):.2g}", f"{size.z_scores[name]:.2f}"
                corrected = "" if size.finite_size is None else getattr(size.finite_size, name).mean
                rows.append((name, s.dimension, s.width, s.samples, theory, corrected, estimate.mean, spread, z))
            if not isinstance(self.model, RidgeRegression):
                rows.append(("  limit p = infinity", "", "", "", getattr(self.limit, name), "", "", "", ""))
        heads = ("quantity", "d", "p", "n", "theory", "corrected", "simulation", "s.e.", "z")
        return Table(heads, rows, titled(self.model), self._notes())

    def _data_table(self, model: RegressionOnData) -> Table:
        """Predicted beside measured, and by how much, relative, data do worse."""
        rows: list[tuple[Any, ...]] = []
        for name in model.outputs:
            measured, theory = getattr(self.simulation, name), getattr(self.asymptotics, name)
            gap = with_error(100 * (measured.mean / theory - 1), abs(100 * measured.standard_error / theory))
            rows.append((name, theory, measured.mean, f"{measured.standard_error:.2g}", f"{gap} %"))
        draws = (
            f"n = {self.simulation.samples} of {len(model.data.rows)} rows, {self.simulation.replicas} choices of them"
        )
        heads = ("quantity", "predicted", "measured", "s.e.", "measured/predicted - 1")
        notes = (draws, *model.data.warnings, *doubts(self.asymptotics))
        return Table(heads, rows, titled(model, ("covariance", "teacher", "sample_complexity")), notes)

    def _notes(self) -> tuple[str, ...]:
        drifts = [f"{name}: simulation - theory = {drift}" for name, drift in self.drift.items()]
        replicas = self.simulation.replicas
        draws = f"{replicas} draws at each size; z is the normal deviate of Student's t"
        if any(size.finite_size for size in self.sizes):
            draws = f"{replicas} draws at each size; s.e. and z from the theoretical spread of one draw"
            doubtful = sorted({name for size in self.sizes for name in untrusted(size.finite_size)})
            if doubtful:
                draws += f"; corrections too large to be trusted: {', '.join(doubtful)}"
        skewed = [
            name for name in self.model.outputs if any(getattr(size.simulation, name).skewed for size in self.sizes)
        ]
        if replicas < FEW:
            draws += "; so few may miss the tail of a skewed law: take 20 or more before you doubt theory"
        if skewed:
            draws += f"; skewed: {', '.join(skewed)}"
        limits = [
            f"d = {size.simulation.dimension}, z from the limit: {size.without}" for size in self.sizes if size.without
        ]
        return (*drifts, draws, *limits)

    def to_dataset(self) -> "xarray.Dataset":
        """Along the dimension: theory, `<error>_simulation`, its standard error and z-score.

        The limit p = infinity and the drift are attributes, as JSON.
        """
        import xarray

        columns: dict[str, list[float]] = {}
        for name in self.model.outputs:
            estimates = [getattr(size.simulation, name) for size in self.sizes]
            columns[name] = [getattr(size.asymptotics, name) for size in self.sizes]
            columns[f"{name}_simulation"] = [estimate.mean for estimate in estimates]
            columns[f"{name}_standard_error"] = [estimate.standard_error for estimate in estimates]
            columns[f"{name}_z_score"] = [size.z_scores[name] for size in self.sizes]
            finite = [size.finite_size for size in self.sizes]
            if any(finite):
                corrected, one_draw = corrected_columns(finite, name)
                columns[f"{name}_corrected"] = corrected.tolist()
                columns[f"{name}_standard_deviation"] = one_draw.tolist()
        simulations = [size.simulation for size in self.sizes]
        sizes = {name: [getattr(s, name) for s in simulations] for name in ("dimension", "width", "samples")}
        attributes = provenance(self.model) | {
            "limit": json.dumps({name: getattr(self.limit, name) for name in self.model.outputs}),
            "drift": json.dumps({name: drift.plain for name, drift in self.drift.items()}),
            "replicas": self.simulation.replicas,
            "seed": self.simulation.seed,
        }
        variables, coordinates = (
            {name: ("dimension", column, described(name)) for name, column in table.items()}
            for table in (columns, sizes)
        )
        return xarray.Dataset(variables, coordinates, attributes)
