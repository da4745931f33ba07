"""The loss and the ratio P/N at any time, from the flights between events.

Note: theory_notes/dynamics_two_point.md.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.dynamics.arrays import real_array
from rmt_asymptotics.dynamics.two_point_relu import _kernels as kernels
from rmt_asymptotics.errors import OutOfDomain

PHASES = ("condensation", "saddle to plateau", "plateau", "escaped", "reactivated")


@dataclass(frozen=True)
class Directions:
    """Unit vectors in the plane of the data, as coefficients of (x+, x-), of the neurons of each sign."""

    positive: tuple[float, float]
    negative: tuple[float, float]


def unit_vector(on_plus: float, on_minus: float, cosine: float) -> tuple[float, float]:
    """Coefficients of the unit vector along on_plus x+ + on_minus x-."""
    length = math.sqrt(on_plus**2 + on_minus**2 + 2 * cosine * on_plus * on_minus)
    return on_plus / length, on_minus / length


@dataclass(frozen=True)
class Path:
    """A run of flights: rows as `_kernels` describes them, the rate of the clocks, and the last time they tell of."""

    rows: Array
    rate: float
    imbalance: float
    end: float = math.inf

    def states(self, t: Any) -> Array:
        """P/N, log N and the clocks A, B at times t, shape (size of t, 4).

        Raises `OutOfDomain` for times that are negative, not finite or after the end.
        """
        times = real_array("t", t).ravel()
        outside = ~((times >= 0) & (times <= self.end) & (times < math.inf))
        if outside.any():
            allowed = "finite and >= 0" if self.end == math.inf else f">= 0 and <= {self.end:g}, the end of the run"
            raise OutOfDomain("t", float(times[outside][0]), allowed)
        return kernels.state_at(times, self.rows, self.rate)

    def loss(self, t: Any) -> Any:
        """The loss (P + N)/(1 + p) at times t, of the shape of t."""
        ratio, log_n = self.states(t)[:, :2].T
        loss = np.exp(log_n) * (1 + ratio) / (1 + self.imbalance)
        return loss.reshape(np.shape(t))[()]

    def ratio(self, t: Any) -> Any:
        """P/N at times t, of the shape of t."""
        return self.states(t)[:, 0].reshape(np.shape(t))[()]

    def peak_time(self) -> float:
        """When f(x-) = log N is largest: until then x- is given up for x+, from then on both are learnt [tp.5]."""
        R, g, h = self.rows[:, kernels.RATIO], self.rows[:, kernels.SLOPE_G], self.rows[:, kernels.SLOPE_H]
        turning = np.flatnonzero((g * R > h)[:-1] & (g[:-1] * R[1:] < h[:-1]))
        tops = [self._moved_to(self.rows[j], h[j] / g[j]) for j in turning]
        candidates = np.vstack([self.rows, *tops])
        return float(candidates[np.argmax(candidates[:, kernels.LOG_N]), kernels.TIME])

    def _moved_to(self, row: Array, ratio: float) -> Array:
        """The state where P/N = ratio on the flight that starts at `row`."""
        return kernels.moved(row, kernels.length_to_ratio(row, ratio), self.rate)


def phases(t: Any, starts: Sequence[float | None]) -> Any:
    """The name of the phase at times t >= 0, given when each of `PHASES` after the first begins (None: never).

    >>> phases([0.1, 3.0, 1e9], (1.0, 4.0, None, None)).tolist()
    ['condensation', 'saddle to plateau', 'plateau']
    """
    times = real_array("t", t)
    if not np.all(times >= 0):
        raise OutOfDomain("t", float(times[~(times >= 0)].flat[0]), ">= 0")
    begun = np.maximum.accumulate([math.inf if start is None else start for start in starts])
    return np.asarray(np.array(PHASES)[np.searchsorted(begun, times, side="right")])[()]
