"""What is measured on simulated weights: norms off the readout direction, and the rates at which they decay."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.dynamics.arrays import real_array
from rmt_asymptotics.dynamics.support_learning.parameters import SupportLearning
from rmt_asymptotics.dynamics.support_learning.sample import Sample, Weights, off_readout
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.estimates import Estimate, estimate
from rmt_asymptotics.tables import Shown, Table, titled


@dataclass(frozen=True, eq=False)
class Simulation(Shown):
    """Runs of the network of `parameters` on one sample from one start, independent in their batches.

    steps (R + 1,): those at which weights were kept, from 0.
    kept: for each run, weights along a first axis R + 1.
    """

    parameters: SupportLearning
    seed: int
    sample: Sample
    steps: Array
    kept: tuple[Weights, ...]

    def _table(self) -> Table:
        rows = [("decay rate a step", self.decay_rate), ("half-life in steps", self.half_life)]
        last = f"{len(self.kept)} runs of {self.steps[-1]:.0f} steps, seed {self.seed}"
        return Table(("irrelevant weights", "simulated"), rows, titled(self.parameters), (last,))

    @property
    def weights(self) -> Weights:
        """At the start."""
        return self.at(0, 0)

    def at(self, run: int, record: int) -> Weights:
        """The weights of one run when they were kept for the `record`-th time."""
        kept = self.kept[run]
        return Weights(kept.first[record], kept.middle[record], kept.readout[record])

    @cached_property
    def off_readout(self) -> Array:
        """The irrelevant columns of W_1 off the readout direction, (runs, R + 1, h, irrelevant) [sup.1]."""
        relevant = self.parameters.relevant
        indices = range(len(self.kept)), range(len(self.steps))
        return np.array([[off_readout(self.at(run, record), relevant) for record in indices[1]] for run in indices[0]])

    @cached_property
    def norms(self) -> Array:
        """Their Frobenius norm, (runs, R + 1)."""
        return np.sqrt(np.sum(self.off_readout**2, axis=(2, 3)))

    @property
    def decay_rate(self) -> Estimate:
        """Fitted rate of exponential decay of the norm a step, over the whole run [sup.8]."""
        return estimate(fitted_rate(self.steps, self.norms))

    @property
    def half_life(self) -> float:
        """log 2/rate in steps; inf if the norm does not decay."""
        rate = self.decay_rate.mean
        return math.log(2) / rate if rate > 0 else math.inf

    def irrelevant_norm(self, steps: Array | float) -> Array:
        """Mean over the runs of log norm, interpolated to `steps` and back; raises `OutOfDomain` beyond the run."""
        allowed = f"within the run, 0 to {self.steps[-1]}"
        asked = real_array("steps", steps, allowed)
        if not ((asked >= 0) & (asked <= self.steps[-1])).all():
            raise OutOfDomain("steps", steps, allowed)
        return np.exp(np.interp(asked, self.steps, np.log(self.norms).mean(0)))

    def direction_rates(self, directions: Array) -> list[Estimate]:
        """Fitted rates of |W_1,I q| off the readout, for each column q of `directions` [sup.8]."""
        lengths = np.linalg.norm(self.off_readout @ directions, axis=2)
        return [estimate(fitted_rate(self.steps, lengths[..., k])) for k in range(directions.shape[1])]


def fitted_rate(steps: Array, norms: Array) -> Array:
    """-slope of log norm against steps by least squares, over the last axis [sup.8].

    >>> steps = np.arange(5.0)
    >>> float(fitted_rate(steps, 3 * np.exp(-0.25 * steps)))
    0.25
    """
    centred, norms = steps - np.mean(steps), np.asarray(norms)
    logs = np.log(norms / norms[..., :1])  # exactly 0 where nothing moves
    return np.asarray(-(logs @ centred) / (centred @ centred)) + 0.0
