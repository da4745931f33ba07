"""Prediction and simulation of support learning side by side, and what separates descent, its noise and decay."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.dynamics.actions import compare, predict, simulate
from rmt_asymptotics.dynamics.support_learning.measurement import Simulation, fitted_rate
from rmt_asymptotics.dynamics.support_learning.parameters import SupportLearning
from rmt_asymptotics.dynamics.support_learning.sample import Weights, readout_direction
from rmt_asymptotics.dynamics.support_learning.simulation import draw_sample, draw_weights
from rmt_asymptotics.dynamics.support_learning.theory import Prediction
from rmt_asymptotics.estimates import Estimate, estimate, standard_error, z_score
from rmt_asymptotics.tables import Shown, Table

if TYPE_CHECKING:
    import xarray

ROUNDING = 1e-12  # change of log norm over a run that rounding may make; full batches show some 1e-16


@dataclass(frozen=True, eq=False)
class Comparison(Shown):
    """prediction: for the sample and the weights that were simulated.
    law: for Lambda = 1 and the balanced minimum.
    """

    prediction: Prediction
    simulation: Simulation
    law: Prediction

    @cached_property
    def decay_rate(self) -> float:
        """The predicted rate, fitted over the same steps as the simulated one [sup.8]."""
        steps = self.simulation.steps
        return float(fitted_rate(steps, self.prediction.irrelevant_norm(steps)))

    @property
    def ratio(self) -> Estimate:
        """Simulated rate over predicted rate: 1 up to a relative excess of the order of the step [sup.7]."""
        return _scaled(self.simulation.decay_rate, self.decay_rate)

    @property
    def z_scores(self) -> dict[str, float]:
        """Of simulation - prediction (`estimates.z_score`); large where the step, not the runs, limits the agreement.

        0 where neither moves but by rounding: full batches, or no noise.
        """
        rate = self.simulation.decay_rate
        gap = self._unrounded(rate.mean) - self._unrounded(self.decay_rate)
        if not (gap and rate.standard_error):
            return {"decay_rate": math.copysign(math.inf, gap) if gap else 0.0}
        return {"decay_rate": float(z_score(gap, 0.0, rate.standard_error, rate.replicas))}

    @property
    def directions(self) -> list[tuple[float, float, Estimate]]:
        """For each eigenvector of Lambda: its eigenvalue, the predicted and the simulated rate, fitted alike."""
        relevant, steps = self.simulation.parameters.relevant, self.simulation.steps
        values, vectors = np.linalg.eigh(self.prediction.moment[relevant:, relevant:])
        predicted = fitted_rate(steps, self.prediction.direction_norms(steps, vectors).T)
        simulated = self.simulation.direction_rates(vectors)
        return list(zip(values.tolist(), predicted.tolist(), simulated, strict=True))

    def _table(self) -> Table:
        """Rates a step by the law, for the sample and simulated, with the half-lives."""
        law, last = self.law, self.simulation.steps[-1]
        law_rate = float(fitted_rate(self.simulation.steps, law.irrelevant_norm(self.simulation.steps)))
        measured, ratio = self.simulation.decay_rate, self.ratio
        simulated, predicted = self._unrounded(measured.mean), self._unrounded(self.decay_rate)
        half_life = self.simulation.half_life if simulated else math.inf
        rows: list[tuple[Any, ...]] = [
            ("law, Lambda = 1", law_rate, None, law.half_life),
            ("sample, own Lambda and weights", predicted, None, self.prediction.half_life),
            (f"simulation, {measured.replicas} runs", simulated, f"{measured.standard_error:.2g}", half_life),
        ]
        shares = (ratio.mean, f"{ratio.standard_error:.2g}") if predicted else (None, None)
        rows.append(("simulation / sample", *shares, None))
        return Table((f"irrelevant weights, 0 to {last:.0f} steps", "rate a step", "s.e.", "half-life"), rows)

    def to_dataset(self) -> "xarray.Dataset":
        """The law's `irrelevant_norm` along the steps, and `irrelevant_norm_sample`, for the sample's own Lambda.

        `irrelevant_norm_simulation` is the mean of the norms over the runs, `irrelevant_norm_standard_error` its
        standard error.
        """
        simulation = self.simulation
        dataset = self.law.to_dataset(simulation.steps.astype(float))
        curves = {
            "sample": self.prediction.irrelevant_norm(simulation.steps),
            "simulation": simulation.norms.mean(axis=0),
            "standard_error": standard_error(simulation.norms),
        }
        words = dataset.irrelevant_norm.attrs
        for name, values in curves.items():
            dataset[f"irrelevant_norm_{name}"] = ("steps", values, words | {"kind": name.replace("_", " ")})
        rate = simulation.decay_rate
        return dataset.assign_attrs(
            seed=simulation.seed,
            runs=rate.replicas,
            decay_rate_sample=self.decay_rate,
            decay_rate_simulation=rate.mean,
            decay_rate_standard_error=rate.standard_error,
        )

    def _unrounded(self, rate: float) -> float:
        """The rate, or 0 where it is not more than rounding over the run."""
        return rate if abs(rate) * self.simulation.steps[-1] > ROUNDING else 0.0


@compare.register
def _compare(parameters: SupportLearning, **options: Any) -> Comparison:
    """Options and errors: those of `simulate` of the same parameters."""
    simulation = simulate(parameters, **options)
    own = Prediction(parameters, simulation.weights, simulation.sample.gradient_moment)
    return Comparison(own, simulation, predict(parameters))


@dataclass(frozen=True)
class Mechanism:
    """Rates a step of one way of training, off the readout and along it, predicted and simulated."""

    name: str
    parameters: SupportLearning
    off_readout: float
    off_readout_simulated: Estimate
    along_readout: float
    along_readout_simulated: Estimate


DISPLACEMENT = 0.1  # along the readout, relative to the norm of the function
DETERMINISTIC = {"runs": 2, "steps": 200}  # enough where there is no chance


def mechanisms(parameters: SupportLearning, *, steps: int, seed: int = 0, runs: int = 8) -> tuple[Mechanism, ...]:
    """Gradient descent, its noise and weight decay apart: full batches, SGD, and full batches with weight decay.

    Descent removes only what reaches the output; its noise and weight decay remove the rest too [sup.5].  Without
    weight decay in the parameters the last row takes the one whose rate is that of SGD.
    Raises `OutOfDomain` and `Diverged` as `simulate` does.
    """
    s = parameters
    noisy = s.replace(weight_decay=0.0)
    descent = noisy.replace(batch=s.samples, replacement=False, fresh_noise=False)
    decay = s.weight_decay or predict(s).decay_rate / s.step
    ways = {
        "gradient descent": descent,
        "SGD": noisy,
        "gradient descent + weight decay": descent.replace(weight_decay=decay),
    }
    return tuple(_mechanism(name, way, steps, seed, runs) for name, way in ways.items())


def _mechanism(name: str, way: SupportLearning, steps: int, seed: int, runs: int) -> Mechanism:
    if way.batch == way.samples:
        runs, steps = DETERMINISTIC["runs"], min(steps, DETERMINISTIC["steps"])
    both = compare(way, steps=steps, seed=seed, runs=runs)
    along = both.prediction.readout_rate
    simulated = _along_readout(way, max(round(0.5 / along), 2), seed, runs)
    return Mechanism(name, way, both.decay_rate, both.simulation.decay_rate, along, simulated)


def _along_readout(way: SupportLearning, steps: int, seed: int, runs: int) -> Estimate:
    """Rate of v W_1,I from a start displaced along v, over the irrelevant inputs in turn."""
    sample, start = draw_sample(way, seed), draw_weights(way, seed)
    rates = []
    for column in range(way.relevant, way.inputs):
        first, v = start.first.copy(), readout_direction(start)
        first[:, column] += DISPLACEMENT * way.target_norm * v / (way.mean_slope * (v @ v))
        displaced = Weights(first, start.middle, start.readout)
        simulation = simulate(way, steps=steps, seed=seed, runs=runs, records=2, sample=sample, weights=displaced)
        ends = [simulation.at(run, -1) for run in range(runs)]
        left = way.mean_slope * np.array([readout_direction(end) @ end.first[:, column] for end in ends])
        rates.append(1 - (left / (DISPLACEMENT * way.target_norm)))
    gone: Array = np.mean(rates, axis=0)
    return estimate(-np.log1p(-gone) / simulation.steps[-1])


def _scaled(measured: Estimate, unit: float) -> Estimate:
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, error = np.divide([measured.mean, measured.standard_error], unit).tolist()
    return Estimate(mean, error, measured.replicas)
