"""Theory and simulation side by side: z-scores, finite-size drift and its extrapolation."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from rmt_asymptotics.asymptotics import Asymptotics, solve
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.montecarlo import Estimate, Simulation, simulate, simulation_curve
from rmt_asymptotics.montecarlo.simulation import z_score
from rmt_asymptotics.serialisation import provenance
from rmt_asymptotics.sweeps.sweep import learning_curve

if TYPE_CHECKING:
    import xarray

QUANTITIES = ("test_error", "training_error", "training_objective", "excess_error")


@dataclass(frozen=True)
class SizeComparison:
    """Theory at the simulated width, sample size and dimension, beside the simulation."""

    asymptotics: Asymptotics
    simulation: Simulation

    @property
    def z_scores(self) -> dict[str, float]:
        """(simulation - theory)/standard error of each quantity."""
        return {
            name: float(z_score(*self._pair(name), getattr(self.simulation, name).standard_error))
            for name in QUANTITIES
        }

    def gap(self, quantity: str) -> Estimate:
        """simulation - theory, with the standard error of the simulation."""
        mean, theory = self._pair(quantity)
        return Estimate(mean - theory, getattr(self.simulation, quantity).standard_error, self.simulation.replicas)

    def _pair(self, quantity: str) -> tuple[float, float]:
        return getattr(self.simulation, quantity).mean, getattr(self.asymptotics, quantity)


@dataclass(frozen=True)
class Drift:
    """Weighted fit of simulation - theory = extrapolated + slope/d over the simulated dimensions d."""

    slope: Estimate
    extrapolated: Estimate


@dataclass(frozen=True)
class Comparison:
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
        return {name: self._drift(name) for name in QUANTITIES} if len(self.sizes) > 1 else {}

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

    def table(self) -> str:
        """A text table: for each quantity and dimension theory, simulation, standard error and z-score."""
        lines = [f"{'quantity':<20}{'d':>7}{'p':>7}{'n':>7}{'theory':>14}{'simulation':>14}{'s.e.':>10}{'z':>8}"]
        for name in QUANTITIES:
            for size in self.sizes:
                s, estimate = size.simulation, getattr(size.simulation, name)
                lines.append(
                    f"{name:<20}{s.dimension:>7}{s.width:>7}{s.samples:>7}{getattr(size.asymptotics, name):>14.6g}"
                    f"{estimate.mean:>14.6g}{estimate.standard_error:>10.2g}{size.z_scores[name]:>8.2f}"
                )
            lines.append(f"{'':<20}{'limit p = infinity':>21}{getattr(self.limit, name):>14.6g}")
            if name in self.drift:
                d = self.drift[name]
                lines.append(
                    f"{'':<20}simulation - theory = {d.extrapolated.mean:.2g}({d.extrapolated.standard_error:.1g})"
                    f" + {d.slope.mean:.3g}({d.slope.standard_error:.1g})/d"
                )
        return "\n".join(lines)


def compare(
    model: RidgeModel,
    *,
    dimension: int | Sequence[int],
    replicas: int = 20,
    seed: int = 0,
    workers: int | None = None,
    progress: bool | None = None,
) -> Comparison:
    """Simulate a model at one or several dimensions and put the theory at the simulated sizes beside it.

    The theory is evaluated at the width p and at the ratios n/d and p/d that were simulated, the limit
    p = infinity at the model's own.  With several dimensions the drift of the gap is fitted in 1/d.
    Parameters and errors raised: see `simulate` and `solve`.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0,
    ...                            width_ratio=1.5, ridge=0.1)
    >>> abs(rmt.compare(model, dimension=60, replicas=10).z_scores["test_error"]) < 4
    True
    """
    dimensions = [dimension] if np.ndim(dimension) == 0 else sorted(set(dimension))  # type: ignore[arg-type]
    if not dimensions:
        raise OutOfDomain("dimension", dimension, "a whole number or a non-empty sequence of them")
    options = {"replicas": replicas, "seed": seed, "workers": workers, "progress": progress}
    simulations = [simulate(model, dimension=d, **options) for d in dimensions]  # type: ignore[arg-type]
    sizes = tuple(SizeComparison(solve(_at_size(model, s)), s) for s in simulations)
    return Comparison(model, sizes, solve(model.replace(width=None)))


def compare_curve(
    model: RidgeModel,
    *,
    sample_complexity: Sequence[float] | np.ndarray,
    dimension: int,
    replicas: int = 20,
    seed: int = 0,
    workers: int | None = None,
    progress: bool | None = None,
) -> "xarray.Dataset":
    """`simulation_curve` over sample_complexity with, for each error, `<error>_theory` and `<error>_z_score`.

    The theory is taken at the simulated width and at n/d as rounded to whole samples; its status and message
    are those of `sweep`.
    """
    dataset = simulation_curve(
        model, sample_complexity=sample_complexity, dimension=dimension, replicas=replicas, seed=seed,
        workers=workers, progress=progress,
    )  # fmt: skip
    width = int(dataset.attrs["width"])
    theory = learning_curve(
        model.replace(width=width, width_ratio=width / dimension), sample_complexity=dataset.samples.values / dimension
    )
    for name in QUANTITIES:
        limits = theory[name].values
        z = z_score(dataset[name].values, limits, dataset[f"{name}_standard_error"].values)
        dataset[f"{name}_theory"] = ("sample_complexity", limits, theory[name].attrs)
        dataset[f"{name}_z_score"] = ("sample_complexity", z, {"long_name": f"z-score of the {name}", "units": "1"})
    for name in ("status", "message"):
        dataset[name] = ("sample_complexity", theory[name].values, theory[name].attrs)
    return dataset.assign_attrs(provenance(model))


def _at_size(model: RidgeModel, simulation: Simulation) -> RidgeModel:
    """The model with the width and the ratios that were simulated."""
    d = simulation.dimension
    return model.replace(
        width=simulation.width, width_ratio=simulation.width / d, sample_complexity=simulation.samples / d
    )
