"""Prediction and simulation of the two-point ReLU network side by side.

Note: theory_notes/dynamics_two_point.md.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmt_asymptotics.dynamics.actions import compare
from rmt_asymptotics.dynamics.two_point_relu.parameters import TwoPointReLU
from rmt_asymptotics.dynamics.two_point_relu.simulation import Simulation, simulate_two_point
from rmt_asymptotics.dynamics.two_point_relu.theory import (
    QUANTITIES,
    TABLE,
    Prediction,
    curves,
    predict_two_point,
    written,
)
from rmt_asymptotics.tables import Shown, Table, titled

if TYPE_CHECKING:
    import xarray

FRACTIONS = ("living_positive", "living_negative")


@dataclass(frozen=True)
class Comparison(Shown):
    """The prediction of `parameters`, the network, and the prediction at the living fractions of that network."""

    parameters: TwoPointReLU
    prediction: Prediction
    at_measured: Prediction
    simulation: Simulation

    @property
    def z_scores(self) -> dict[str, float]:
        """(simulation - prediction)/standard error of the living fractions, binomial in m/2 neurons."""
        return {name: self._z_score(name) for name in FRACTIONS}

    @property
    def relative_gaps(self) -> dict[str, float | None]:
        """simulation/prediction - 1 at the measured fractions; None where either never comes or the prediction is 0."""
        return {name: self._relative_gap(name) for name in QUANTITIES}

    def _z_score(self, name: str) -> float:
        theory, measured = getattr(self.prediction, name), getattr(self.simulation, name)
        spread = math.sqrt(theory * (1 - theory) / (self.simulation.width / 2))
        gap = measured - theory
        return gap / spread if spread else math.copysign(math.inf, gap) if gap else 0.0

    def _relative_gap(self, name: str) -> float | None:
        theory, measured = getattr(self.at_measured, name), getattr(self.simulation, name)
        return None if measured is None or not theory else measured / theory - 1

    def _table(self) -> Table:
        """Prediction, prediction at the measured fractions, simulation, their gap or z-score."""
        parts = (self.prediction, self.at_measured, self.simulation)
        rows = [(name, *(written(getattr(part, name)) for part in parts), self._gap(name)) for name in TABLE]
        heads = ("quantity", "predicted", "at measured", "simulated", "gap")
        return Table(heads, rows, titled(self.parameters), (f"at measured: {self.at_measured.outcome}",))

    def to_dataset(self) -> "xarray.Dataset":
        """Loss, P/N and phase along time: predicted, at the measured fractions (`..._at_measured`), and simulated."""
        parts = {"": self.prediction, "_at_measured": self.at_measured, "_simulation": self.simulation}
        run = self.simulation
        sizes = {"width": run.width, "dimension": run.dimension, "seed": run.seed}
        return curves(self.parameters, self.at_measured.times(), parts).assign_attrs(sizes)

    def _gap(self, name: str) -> str:
        if name in FRACTIONS:
            return f"z = {self.z_scores[name]:+.2f}"
        gap = self.relative_gaps.get(name)
        return "" if gap is None else f"{gap:+.1e}"


@compare.register
def compare_two_point(
    parameters: TwoPointReLU, *, width: int = 1000, dimension: int = 5, seed: int = 0, horizon: float | None = None
) -> Comparison:
    """Predict, simulate, and predict again at the measured living fractions; options and errors as `simulate`.

    >>> from rmt_asymptotics import dynamics
    >>> compared = dynamics.compare(dynamics.TwoPointReLU(imbalance=3.0, angle=0.4, initial_scale=1e-5), width=400)
    >>> abs(compared.z_scores["living_negative"]) < 4, abs(compared.relative_gaps["escape_time"]) < 1e-5
    (True, True)
    """
    simulation = simulate_two_point(parameters, width=width, dimension=dimension, seed=seed, horizon=horizon)
    at_measured = parameters.replace(**{name: getattr(simulation, name) for name in FRACTIONS})
    return Comparison(parameters, predict_two_point(parameters), predict_two_point(at_measured), simulation)
