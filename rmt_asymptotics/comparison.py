"""Theory and simulation side by side: z-scores, finite-size drift and its extrapolation."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.asymptotics import Asymptotics, solve
from rmt_asymptotics.checks import sequence
from rmt_asymptotics.estimates import FEW, Estimate, with_error, z_score
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.montecarlo import Simulation, SimulationPlan, simulate, simulation_curve
from rmt_asymptotics.montecarlo.plan import PlanChoices, PlanOptions, planned
from rmt_asymptotics.serialisation import provenance
from rmt_asymptotics.sweeps.sweep import learning_curve
from rmt_asymptotics.tables import Shown, Table, titled
from rmt_asymptotics.vocabulary.words import described

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True)
class SizeComparison:
    """Theory at the simulated width, sample size and dimension, beside the simulation."""

    asymptotics: Asymptotics
    simulation: Simulation

    @property
    def z_scores(self) -> dict[str, float]:
        """How far the simulation is from the theory in standard deviations of a normal law (`z_score`)."""
        return {name: self._z_score(name) for name in self.simulation.model.outputs}

    def gap(self, quantity: str) -> Estimate:
        """simulation - theory, with the standard error of the simulation."""
        simulated, theory = self._pair(quantity)
        values = tuple(value - theory for value in simulated.values)
        return Estimate(simulated.mean - theory, simulated.standard_error, simulated.replicas, values)

    def _z_score(self, quantity: str) -> float:
        simulated, theory = self._pair(quantity)
        return float(z_score(simulated.mean, theory, simulated.standard_error, simulated.replicas))

    def _pair(self, quantity: str) -> tuple[Estimate, float]:
        return getattr(self.simulation, quantity), getattr(self.asymptotics, quantity)


@dataclass(frozen=True)
class Drift:
    """Weighted fit of simulation - theory = extrapolated + slope/d over the simulated dimensions d."""

    slope: Estimate
    extrapolated: Estimate

    def __str__(self) -> str:
        sign = "-" if self.slope.mean < 0 else "+"
        return f"{self.extrapolated} {sign} {with_error(abs(self.slope.mean), self.slope.standard_error)}/d"

    @property
    def plain(self) -> dict[str, dict[str, float]]:
        """Means and standard errors by name."""
        return {name: {"mean": e.mean, "standard_error": e.standard_error} for name, e in vars(self).items()}


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
        gaps = [size.gap(quantity) for size in self.sizes]
        errors = np.array([max(gap.standard_error, np.finfo(float).tiny) for gap in gaps])
        design = np.array([[1.0, 1.0 / size.simulation.dimension] for size in self.sizes]) / errors[:, None]
        covariance = np.linalg.inv(design.T @ design)
        extrapolated, slope = covariance @ design.T @ (np.array([gap.mean for gap in gaps]) / errors)
        spread, replicas = np.sqrt(np.diagonal(covariance)), self.simulation.replicas
        return Drift(
            Estimate(float(slope), float(spread[1]), replicas),
            Estimate(float(extrapolated), float(spread[0]), replicas),
        )

    def _table(self) -> Table:
        """For each error and dimension theory, simulation, standard error and z-score."""
        rows: list[tuple[Any, ...]] = []
        for name in self.model.outputs:
            for size in self.sizes:
                s, estimate, theory = size.simulation, getattr(size.simulation, name), getattr(size.asymptotics, name)
                spread, z = f"{estimate.standard_error:.2g}", f"{size.z_scores[name]:.2f}"
                rows.append((name, s.dimension, s.width, s.samples, theory, estimate.mean, spread, z))
            rows.append(("  limit p = infinity", "", "", "", getattr(self.limit, name), "", "", ""))
        heads = ("quantity", "d", "p", "n", "theory", "simulation", "s.e.", "z")
        return Table(heads, rows, titled(self.model), self._notes())

    def _notes(self) -> tuple[str, ...]:
        drifts = [f"{name}: simulation - theory = {drift}" for name, drift in self.drift.items()]
        replicas = self.simulation.replicas
        draws = f"{replicas} draws at each size; z is the normal deviate of Student's t"
        skewed = [
            name for name in self.model.outputs if any(getattr(size.simulation, name).skewed for size in self.sizes)
        ]
        if replicas < FEW:
            draws += "; so few may miss the tail of a skewed law: take 20 or more before you doubt theory"
        if skewed:
            draws += f"; skewed: {', '.join(skewed)}"
        return (*drifts, draws)

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


@checked_arguments
def compare(
    model: RidgeModel,
    plan: SimulationPlan | None = None,
    *,
    dimension: int | Sequence[int] | None = None,
    **options: Unpack[PlanChoices],
) -> Comparison:
    """Simulate a model at one or several dimensions and put the theory at the simulated sizes beside it.

    The theory is evaluated at the width p and at the ratios n/d and p/d that were simulated, the limit
    p = infinity at the model's own.  With several dimensions the drift of the gap is fitted in 1/d.
    plan, dimension: as in `simulate`, where several dimensions take the place of the plan's.  z-scores allow for the
    number of replicas (`z_score`).  Errors raised: see `simulate` and `solve`.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0,
    ...                            width_ratio=1.5, ridge=0.1)
    >>> abs(rmt.compare(model, dimension=60, replicas=10).z_scores["test_error"]) < 4
    True
    """
    simulations = [simulate(model, each) for each in _plans(plan, dimension, options)]
    sizes = tuple(SizeComparison(solve(_at_size(model, s)), s) for s in simulations)
    return Comparison(model, sizes, solve(model.replace(width=None)))


@checked_arguments
def compare_curve(
    model: RidgeModel,
    plan: SimulationPlan | None = None,
    *,
    sample_complexity: Sequence[float] | np.ndarray,
    **options: Unpack[PlanOptions],
) -> "xarray.Dataset":
    """`simulation_curve` over sample_complexity with, for each error, the theory, `<error>`, and `<error>_z_score`.

    plan: as in `simulate`.  The theory is taken at the simulated width and at n/d as rounded to whole samples; its
    status and message are those of `sweep`.
    """
    plan = planned(plan, options)
    dataset = simulation_curve(model, plan, sample_complexity=sample_complexity)
    width = int(dataset.attrs["width"])
    theory = learning_curve(
        model.replace(width=width, width_ratio=width / plan.dimension),
        sample_complexity=dataset.samples.values / plan.dimension,
    )
    for name in model.outputs:
        mean, spread = (dataset[f"{name}_{kind}"].values for kind in ("simulation", "standard_error"))
        z = z_score(mean, theory[name].values, spread, plan.replicas)
        dataset[f"{name}_z_score"] = ("sample_complexity", z, described(f"{name}_z_score"))
    for name in (*model.outputs, "status", "message"):
        dataset[name] = ("sample_complexity", theory[name].values, theory[name].attrs)
    return dataset


def _plans(
    plan: SimulationPlan | None, dimension: int | Sequence[int] | None, options: Mapping[str, Any]
) -> list[SimulationPlan]:
    """One for each dimension, increasing."""
    if dimension is None:
        return [planned(plan, options)]
    one = not isinstance(dimension, (list, tuple, range)) and getattr(dimension, "ndim", 0) == 0
    several = [dimension] if one else sequence("dimension", dimension, "whole numbers")
    plans = {each.dimension: each for d in several for each in [planned(plan, {**options, "dimension": d})]}
    return [plans[d] for d in sorted(plans)]


def _at_size(model: RidgeModel, simulation: Simulation) -> RidgeModel:
    """The model with the width and the ratios that were simulated."""
    d = simulation.dimension
    return model.replace(
        width=simulation.width, width_ratio=simulation.width / d, sample_complexity=simulation.samples / d
    )
