"""Theory and simulation at one dimension: gaps and z-scores."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmt_asymptotics.asymptotics import Asymptotics, solve
from rmt_asymptotics.comparison.corrected import finite_size_at
from rmt_asymptotics.estimates import Estimate, z_score
from rmt_asymptotics.models import RegressionOnData, RidgeModel
from rmt_asymptotics.montecarlo import Simulation, SimulationPlan, simulate
from rmt_asymptotics.montecarlo.sizes import network_sizes, rounded_size
from rmt_asymptotics.prediction import predicted

if TYPE_CHECKING:
    from rmt_asymptotics.finite.result import FiniteSize, FiniteValue

TOLERANCE = 1e-5  # relative, of theory beside simulations, which are not as good


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


def compared_at(model: RidgeModel, plan: SimulationPlan) -> SizeComparison:
    simulation = simulate(model, plan)
    if isinstance(model, RegressionOnData):
        return SizeComparison(predicted(model, simulation.samples), simulation)
    limit = solve(at_size(model, plan.dimension))
    return SizeComparison(limit, simulation, *finite_size_at(limit, plan))


def at_size(model: RidgeModel, dimension: int) -> RidgeModel:
    """The model with the width and the ratios that are simulated at a dimension."""
    d, width = network_sizes(model, dimension)
    n = rounded_size("sample_complexity", model.sample_complexity, d)
    return model.at_width(width, d).replace(sample_complexity=n / d)
