"""Predicted decay of the irrelevant weights.  Equations sup.3-sup.7 of theory_notes/dynamics_support.md."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.integrate import solve_ivp

from rmt_asymptotics._types import Array
from rmt_asymptotics.dynamics.actions import predict
from rmt_asymptotics.dynamics.arrays import real_array
from rmt_asymptotics.dynamics.attributes import provenance
from rmt_asymptotics.dynamics.support_learning.parameters import SupportLearning
from rmt_asymptotics.dynamics.support_learning.sample import (
    Sample,
    Weights,
    checked_sample,
    checked_weights,
    minimum,
    off_readout,
)
from rmt_asymptotics.dynamics.support_learning.slow_flow import curvature, velocity
from rmt_asymptotics.errors import NotConverged, OutOfDomain, whole_number
from rmt_asymptotics.tables import Shown, Table, titled

if TYPE_CHECKING:
    import xarray

TOLERANCE = 1e-10  # of the integration, relative
HALF_LIVES, NO_DECAY = 3.0, 1000.0  # how far `steps` reaches: in half-lives, and in steps where there is no decay
HORIZON = 1e4  # decay times at the first rate within which a half-life is looked for


@dataclass(frozen=True, eq=False)
class Prediction(Shown):
    """The slow flow from `weights` on a sample whose E[e^2 x x^T]/sigma^2 is `moment`, (d, d): Lambda where irrelevant.

    All rates are per step.  The theory is the leading order in the step; `relative_excess` is the size of the next.
    """

    parameters: SupportLearning
    weights: Weights
    moment: Array

    def _table(self) -> Table:
        edge, at_start = self.parameters.step * self.sharpness, " at the start" * (self.parameters.depth > 2)
        rows = [
            (f"decay rate a step{at_start}", self.decay_rate),
            ("half-life in steps", self.half_life),
            ("next order in the step, relative", f"{self.relative_excess:.2g}"),
            ("step x sharpness", f"{edge:.3g}"),
        ]
        notes = ["the next order is a size, not a bound"]
        if self.beyond_edge:
            notes.append("step x sharpness > 2: beyond the edge, no prediction applies")
        if self.overfits:
            notes.append("relu fits the fixed noise of so few samples: the irrelevant weights need not decay at all")
        return Table(("irrelevant weights", "predicted"), rows, titled(self.parameters), notes)

    def to_dataset(self, steps: Array | None = None) -> "xarray.Dataset":
        """`irrelevant_norm` along steps, three half-lives by default; rates and parameters are attributes."""
        import xarray

        at = self.steps() if steps is None else np.asarray(steps, float)
        rates = {name: getattr(self, name) for name in ("decay_rate", "half_life", "readout_rate", "sharpness")}
        words = {"long_name": "norm of the irrelevant weights off the readout", "units": "1"}
        return xarray.Dataset(
            {"irrelevant_norm": ("steps", self.irrelevant_norm(at), words)},
            {"steps": ("steps", at, {"long_name": "steps", "units": "1"})},
            provenance(self.parameters) | rates,
        )

    def steps(self, points: int = 201) -> Array:
        """Steps from 0 over three half-lives, or over a thousand where nothing decays."""
        end = HALF_LIVES * self.half_life
        return np.linspace(0, end if math.isfinite(end) else NO_DECAY, whole_number("points", points, least=2))

    @cached_property
    def decay_rate(self) -> float:
        """-d log |W_1,I| / d step at the start, off the readout [sup.3]; at depth 2 and Lambda = 1 it stays so."""
        relevant, motion = self.parameters.relevant, velocity(self.weights.layers, self.moment, self.parameters)[0]
        columns = off_readout(self.weights, relevant)
        return -float(np.sum(columns * motion[:, relevant:]) / np.sum(columns**2)) + 0.0

    @cached_property
    def half_life(self) -> float:
        """Steps after which the norm is half of what it was; inf without decay.  Raises `NotConverged` if not found."""
        if self.decay_rate <= 0:
            return math.inf

        def halved(_: float, state: Array) -> float:
            return math.log(2 * self._norm(state) / self._norm(self._start))

        halved.terminal = True  # type: ignore[attr-defined]
        found = self._integrate(HORIZON / self.decay_rate, None, halved).t_events[0]
        if not len(found):
            raise NotConverged(f"the norm is not halved within {HORIZON:g} times the inverse of its first rate", self)
        return float(found[0])

    @cached_property
    def readout_rate(self) -> float:
        """Decay of a small part of W_1,I along the readout by gradient descent, averaged over the inputs [sup.5].

        The part off the readout has rate 0 there: this is what separates descent from its noise.
        """
        s = self.parameters
        return s.step * (self._irrelevant_curvature + s.weight_decay)

    @cached_property
    def sharpness(self) -> float:
        """Largest eigenvalue of the Hessian at the start, if E x x^T = 1 [sup.5]; with relu, a lower bound of it."""
        return float(np.linalg.eigvalsh(self._curvature)[-1])

    @property
    def beyond_edge(self) -> bool:
        """Whether step * sharpness > 2: the minimum is unstable and nothing here applies [sup.10]."""
        return self.parameters.step * self.sharpness > 2

    @property
    def overfits(self) -> bool:
        """Whether relu fits the fixed noise, n < n* = parameters x b/step: the weights may then grow [sup.9]."""
        s = self.parameters
        fits = s.negative_slope < 1 and s.noise_variance > 0 and not (s.fresh_noise or s.mirrored)
        return fits and s.samples < s.width * (s.inputs + 1) * s.batch / s.step

    @cached_property
    def relative_excess(self) -> float:
        """Size, relative to the rate, of one term of the next order in the step, for Gaussian inputs [sup.7].

        A size, not a bound: the excess measured at n = 60, b = 7 was .020 to .026 against .024 of this (depth 2).
        """
        s = self.parameters
        return s.step / (2 * s.batch) * float(np.trace(self._curvature) + (s.batch + 1) * self._irrelevant_curvature)

    def irrelevant_norm(self, steps: Array | float) -> Array:
        """|W_1,I| off the readout (Frobenius) after `steps` >= 0 steps, of any shape; not rounded to whole steps."""
        return np.sqrt(np.sum(self.direction_norms(steps, np.eye(self._columns)) ** 2, axis=-1))

    def direction_norms(self, steps: Array | float, directions: Array) -> Array:
        """|W_1,I q| for each column q of `directions`, (columns of W_1,I, k); shape of `steps` + (k,)."""
        asked = real_array("steps", steps, "finite numbers >= 0")
        if not (np.isfinite(asked).all() and (asked >= 0).all()):
            raise OutOfDomain("steps", steps, "finite numbers >= 0")
        times, place = np.unique(np.append(asked, 0.0), return_inverse=True)
        states = self._integrate(times[-1], times).y.T if times[-1] > 0 else self._start[None]
        norms = np.array([np.linalg.norm(self._columns_of(state) @ directions, axis=0) for state in states])
        return norms[place[:-1]].reshape(*asked.shape, directions.shape[1])

    @cached_property
    def _curvature(self) -> Array:
        return self.parameters.mean_slope**2 * curvature(self.weights.layers)  # [sup.9]

    @property
    def _irrelevant_curvature(self) -> float:
        return float(np.diagonal(self._curvature)[self.parameters.relevant :].mean())

    @property
    def _columns(self) -> int:
        return self.weights.first.shape[1] - self.parameters.relevant

    @cached_property
    def _start(self) -> Array:
        return np.concatenate([layer.ravel() for layer in self.weights.layers])

    def _layers(self, state: Array) -> list[Array]:
        shapes = [layer.shape for layer in self.weights.layers]
        parts = np.split(state, np.cumsum([math.prod(shape) for shape in shapes])[:-1])
        return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]

    def _columns_of(self, state: Array) -> Array:
        return off_readout(Weights.from_layers(self._layers(state)), self.parameters.relevant)

    def _norm(self, state: Array) -> float:
        return float(np.linalg.norm(self._columns_of(state)))

    def _integrate(self, end: float, times: Array | None, event: Any = None) -> Any:
        def slope(_: float, state: Array) -> Array:
            motion = velocity(self._layers(state), self.moment, self.parameters)
            return np.concatenate([m.ravel() for m in motion])

        result = solve_ivp(
            slope, (0, end), self._start, "DOP853", times, events=event, rtol=TOLERANCE, atol=TOLERANCE**2
        )
        if not result.success:
            raise NotConverged(f"the slow flow could not be integrated: {result.message}", result)
        return result


@predict.register
def _predict(
    parameters: SupportLearning, *, sample: Sample | None = None, weights: Weights | None = None
) -> Prediction:
    """By the law Lambda = 1 from the balanced minimum, or for a sample's own Lambda and given weights.

    Raises `OutOfDomain` for a sample or weights that `simulate` of these parameters would refuse.
    """
    moment = np.eye(parameters.inputs) if sample is None else checked_sample(parameters, sample).gradient_moment
    start = representative(parameters) if weights is None else checked_weights(parameters, weights)
    return Prediction(parameters, start, moment)


def representative(parameters: SupportLearning) -> Weights:
    """The balanced minimum with the irrelevant part in one of two neurons: equivalent for Lambda = 1 [sup.6]."""
    irrelevant = np.vstack([np.zeros(parameters.irrelevant), np.ones(parameters.irrelevant)])
    return minimum(parameters, np.tile([1.0, 0.0], (parameters.depth - 1, 1)), irrelevant)
