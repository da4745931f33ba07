"""Theory and simulation side by side: z-scores, finite-size drift and its extrapolation."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.asymptotics import Asymptotics, solve
from rmt_asymptotics.checks import sequence
from rmt_asymptotics.errors import NotConverged, OutOfDomain
from rmt_asymptotics.estimates import FEW, Estimate, with_error, z_score
from rmt_asymptotics.models import OneStepNetwork, RegressionOnData, RidgeModel, RidgeRegression
from rmt_asymptotics.montecarlo import Simulation, SimulationPlan, simulate, simulation_curve
from rmt_asymptotics.montecarlo.ensemble import default_test_samples
from rmt_asymptotics.montecarlo.plan import PlanChoices, PlanOptions, planned
from rmt_asymptotics.prediction import doubts, intercept_factors, predicted
from rmt_asymptotics.serialisation import provenance
from rmt_asymptotics.sweeps.sweep import learning_curve
from rmt_asymptotics.tables import Shown, Table, titled
from rmt_asymptotics.vocabulary.quantities import ERRORS
from rmt_asymptotics.vocabulary.words import described

if TYPE_CHECKING:
    import xarray

    from rmt_asymptotics.finite.result import FiniteSize, FiniteValue


@dataclass(frozen=True)
class SizeComparison:
    """Theory at the simulated width, sample size and dimension, beside the simulation.

    finite_size: None where there is no corrected theory, or where it cannot be solved; without: why.
    """

    asymptotics: Asymptotics
    simulation: Simulation
    finite_size: "FiniteSize | None" = None
    without: str = ""

    @property
    def z_scores(self) -> dict[str, float]:
        """How far the simulation is from the theory, in standard deviations of a normal law.

        From the mean of the finite network, in units of its theoretical standard error, where there is a theory of
        both (`finite_size`); else from the limit, in units of the simulated one (`z_score`).
        """
        return {name: self._z_score(name) for name in self.simulation.model.outputs}

    def gap(self, quantity: str) -> Estimate:
        """simulation - theory, with the standard error of the simulation."""
        simulated, theory = self._pair(quantity)
        values = tuple(value - theory for value in simulated.values)
        return Estimate(simulated.mean - theory, simulated.standard_error, simulated.replicas, values)

    def _z_score(self, quantity: str) -> float:
        simulated, theory = self._pair(quantity)
        if self.finite_size is not None:
            corrected: FiniteValue = getattr(self.finite_size, quantity)
            return float((simulated.mean - corrected.mean) / self.standard_error(quantity))
        return float(z_score(simulated.mean, theory, simulated.standard_error, simulated.replicas))

    def standard_error(self, quantity: str) -> float:
        """Of the simulated mean: theoretical, where there is one, else from the draws."""
        simulated: Estimate = getattr(self.simulation, quantity)
        if self.finite_size is None:
            return simulated.standard_error
        corrected: FiniteValue = getattr(self.finite_size, quantity)
        return corrected.standard_deviation / math.sqrt(simulated.replicas)

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
            doubtful = sorted({name for size in self.sizes for name in _untrusted(size.finite_size)})
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
                corrected, one_draw = _columns(finite, name)
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
    p = infinity at the model's own.  Beside it `finite_size` gives the mean and spread of finite networks, from which
    z-scores follow, but for networks after a gradient step and for other losses.  With several dimensions the drift of
    the gap is fitted in 1/d.
    plan, dimension: as in `simulate`, where several dimensions take the place of the plan's.  z-scores allow for the
    number of replicas (`z_score`).  Errors raised: see `simulate` and `solve`.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0,
    ...                            width_ratio=1.5, ridge=0.1)
    >>> abs(rmt.compare(model, dimension=60, replicas=10).z_scores["test_error"]) < 4
    True
    """
    sizes = tuple(_sized(model, each) for each in _plans(plan, dimension, options, model.own_dimension))
    return Comparison(model, sizes, solve(model.at_width(None)))


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
    status and message are those of `sweep`.  Where there is a theory of the finite network (see `compare`),
    `<error>_corrected` is its mean, `<error>_standard_deviation` that of one draw, and z-scores follow from them; NaN
    at points where it cannot be solved, whose z-scores follow from the limit.
    """
    plan = planned(plan, options, model.own_dimension)
    dataset = simulation_curve(model, plan, sample_complexity=sample_complexity)
    width = int(dataset.attrs["width"])
    fitted = dataset.samples.values - isinstance(model, RegressionOnData)  # an intercept takes one sample
    theory = learning_curve(model.at_width(width, plan.dimension), sample_complexity=fitted / plan.dimension)
    if isinstance(model, RegressionOnData):
        for name, factor in intercept_factors(dataset.samples.values).items():
            theory[name] = theory[name].copy(data=theory[name].values * factor)
        theory["excess_error"] = theory.excess_error.copy(data=theory.test_error.values - model.noise_variance)
    finite = _finite_curve(model.at_width(width), plan, dataset.samples.values)
    for name in model.outputs:
        mean, spread = (dataset[f"{name}_{kind}"].values for kind in ("simulation", "standard_error"))
        z = z_score(mean, theory[name].values, spread, plan.replicas)
        columns = {"z_score": z}
        if any(finite):
            corrected, one_draw = _columns(finite, name)
            z = np.where(np.isnan(corrected), z, (mean - corrected) / (one_draw / np.sqrt(plan.replicas)))
            columns = {"corrected": corrected, "standard_deviation": one_draw, "z_score": z}
        for kind, column in columns.items():
            dataset[f"{name}_{kind}"] = ("sample_complexity", column, described(f"{name}_{kind}"))
    for name in (*model.outputs, "status", "message"):
        dataset[name] = ("sample_complexity", theory[name].values, theory[name].attrs)
    return dataset


def _plans(
    plan: SimulationPlan | None, dimension: int | Sequence[int] | None, options: Mapping[str, Any], own: int | None
) -> list[SimulationPlan]:
    """One for each dimension, increasing."""
    if dimension is None:
        return [planned(plan, options, own)]
    one = not isinstance(dimension, (list, tuple, range)) and getattr(dimension, "ndim", 0) == 0
    several = [dimension] if one else sequence("dimension", dimension, "whole numbers")
    plans = {each.dimension: each for d in several for each in [planned(plan, {**options, "dimension": d})]}
    return [plans[d] for d in sorted(plans)]


def _sized(model: RidgeModel, plan: SimulationPlan) -> SizeComparison:
    simulation = simulate(model, plan)
    if isinstance(model, RegressionOnData):
        return SizeComparison(predicted(model, simulation.samples), simulation)
    limit = solve(_at_size(model, simulation))
    return SizeComparison(limit, simulation, *_finite_size(limit, plan))


def _finite_size(limit: Asymptotics, plan: SimulationPlan) -> "tuple[FiniteSize | None, str]":
    """The corrected theory for the test samples of a plan, or None and, where one might expect it, why."""
    from rmt_asymptotics.finite.result import finite_size_of  # what it needs is slow to import

    d = plan.dimension
    if not _has_finite_theory(limit.model):
        return None, ""
    try:
        return finite_size_of(limit, d, plan.test_samples or default_test_samples(d)), ""
    except (NotConverged, OutOfDomain) as reason:
        return None, f"no corrected theory, {reason}"


def _finite_curve(model: RidgeModel, plan: SimulationPlan, samples: np.ndarray) -> "list[FiniteSize | None]":
    """The corrected theory at each number of samples, none where there is none for the model."""
    if not _has_finite_theory(model):
        return []
    d = plan.dimension
    sized = [model.at_width(model.width, d).replace(sample_complexity=n / d) for n in samples.tolist()]
    return [_solved_finite_size(each, plan) for each in sized]


def _has_finite_theory(model: RidgeModel) -> bool:
    drawn = not isinstance(model, (OneStepNetwork, RidgeRegression)) and not model.has_several_directions
    return drawn and model.is_ridge_regression and model.covariance is None


def _solved_finite_size(model: RidgeModel, plan: SimulationPlan) -> "FiniteSize | None":
    try:
        return _finite_size(solve(model), plan)[0]
    except NotConverged:
        return None


def _columns(finite: "Sequence[FiniteSize | None]", name: str) -> tuple[np.ndarray, np.ndarray]:
    """Means and standard deviations of an error, NaN where there is no corrected theory."""
    values = [None if each is None else getattr(each, name) for each in finite]
    pairs = [(np.nan, np.nan) if value is None else (value.mean, value.standard_deviation) for value in values]
    mean, one_draw = np.array(pairs).T
    return mean, one_draw


def _untrusted(finite: "FiniteSize | None") -> list[str]:
    return [name for name in ERRORS if finite is not None and not getattr(finite, name).trusted]


def _at_size(model: RidgeModel, simulation: Simulation) -> RidgeModel:
    """The model with the width and the ratios that were simulated."""
    d = simulation.dimension
    return model.at_width(simulation.width, d).replace(sample_complexity=simulation.samples / d)
