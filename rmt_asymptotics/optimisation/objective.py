"""An output of a model as a function of some of its fields, in coordinates that suit a search."""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.asymptotics import control_points, solve, solve_controls
from rmt_asymptotics.canonical.translation import control_fields
from rmt_asymptotics.errors import NotConverged, OutOfDomain, number
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.optimisation.derivatives import gradient
from rmt_asymptotics.optimisation.fields import domain_of
from rmt_asymptotics.progress import Tick, silent
from rmt_asymptotics.state_evolution.refinement import CONVERGED

SIZES = ("sample_complexity", "width_ratio")  # n = p where they are equal
WIDE = 10.0  # a positive interval of a larger ratio is searched in the logarithm


@dataclass(frozen=True)
class Interval:
    """low <= value <= high of one field; the coordinate is log(value) if `logarithmic`, else the value."""

    name: str
    low: float
    high: float
    logarithmic: bool

    def x(self, value: float) -> float:
        return math.log(value) if self.logarithmic else value

    def value(self, x: float) -> float:
        """The value at a coordinate, inside the interval whatever rounding does."""
        return min(max(math.exp(x) if self.logarithmic else x, self.low), self.high)

    def slope(self, value: float) -> float:
        """d value/dx."""
        return value if self.logarithmic else 1.0

    @property
    def ends(self) -> tuple[float, float]:
        return self.x(self.low), self.x(self.high)


def interval(model: RidgeModel, name: str, bounds: tuple[float, float] | None) -> Interval:
    """The interval of a field: `bounds`, checked, or the window of its domain."""
    domain = domain_of(model, name)
    window = domain.window if bounds is None else bounds
    pair = list(window) if isinstance(window, Sequence | np.ndarray) and not isinstance(window, str) else []
    low, high = (number(name, end) for end in pair) if len(pair) == 2 else (0.0, 0.0)
    if low >= high:
        raise OutOfDomain(f"bounds of {name}", bounds, "a pair of numbers (low, high), low < high")
    for end in (low, high):
        model.replace(**{name: end})
    return Interval(name, low, high, domain.low == 0 and low > 0 and high > WIDE * low)


@dataclass
class Objective:
    """sign * output, to be minimised; NaN where a point is not solved, `failure` says why.  Counts evaluations."""

    model: RidgeModel
    quantity: str
    sign: float
    intervals: tuple[Interval, ...]
    tolerance: float | None = None
    evaluations: int = 0
    failure: str = ""
    tick: Tick = silent

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(interval.name for interval in self.intervals)

    def at(self, x: Sequence[float] | Array) -> RidgeModel:
        """The model at coordinates x."""
        return self.model.replace(**{i.name: i.value(float(c)) for i, c in zip(self.intervals, x, strict=True)})

    def line(self, x: Array, axis: int) -> "Objective":
        """The objective as a function of one coordinate, the others as in x; it counts its own evaluations."""
        return Objective(self.at(x), self.quantity, self.sign, (self.intervals[axis],), self.tolerance, tick=self.tick)

    def landmarks(self) -> dict[str, float]:
        """Coordinates at which outputs may have a sharp feature that a scan would miss: n = p.

        Where both ratios are tuned it is a line, of which the middle inside both intervals is taken.
        """
        first, second = SIZES
        by_name = {i.name: i for i in self.intervals}
        if first in by_name and second in by_name:
            low = max(by_name[name].low for name in SIZES)
            high = min(by_name[name].high for name in SIZES)
            values = dict.fromkeys(SIZES, math.sqrt(low * high)) if low < high else {}
        else:
            values = {first: self.model.width_ratio, second: self.model.sample_complexity}
        return {n: i.x(values[n]) for n, i in by_name.items() if n in values and i.low < values[n] < i.high}

    def value(self, x: Sequence[float] | Array) -> float:
        """The objective at coordinates x."""
        self.evaluations += 1
        self.tick()
        try:
            return self.sign * float(getattr(solve(self.at(x), tolerance=self.tolerance), self.quantity))
        except (NotConverged, OutOfDomain) as error:
            self.failure = str(error)
            return math.nan

    def with_slope(self, x: Sequence[float] | Array) -> tuple[float, Array]:
        """The objective and its derivatives in the coordinates, (D,)."""
        self.evaluations += 1
        self.tick()
        model = self.at(x)
        try:
            found = gradient(model, self.quantity, self.names, tolerance=self.tolerance)
        except (NotConverged, OutOfDomain) as error:
            self.failure = str(error)
            return math.nan, np.full(len(self.names), math.nan)
        slopes = [found[i.name] * i.slope(model.value(i.name)) for i in self.intervals]
        return self.sign * found.value, self.sign * np.array(slopes)

    def scan(self, axes: Sequence[Array]) -> Array:
        """The objective on the product grid of coordinates, (len(axis), ...)."""
        shared = control_fields(self.model)
        values = {i.name: [i.value(x) for x in axis] for i, axis in zip(self.intervals, axes, strict=True)}
        inner = {name: v for name, v in values.items() if name in shared}
        outer = {name: v for name, v in values.items() if name not in shared}
        grid = {n: a.ravel() for n, a in zip(inner, np.meshgrid(*inner.values(), indexing="ij"), strict=True)}
        blocks = [self._block(self.model.replace(**dict(zip(outer, v, strict=True))), grid)
                  for v in itertools.product(*outer.values())]  # fmt: skip
        order = [*outer, *inner]
        shaped = np.concatenate(blocks).reshape([len(values[name]) for name in order])
        return shaped.transpose([order.index(name) for name in self.names])

    def _block(self, model: RidgeModel, grid: Mapping[str, Array]) -> Array:
        """The objective at many values of control fields."""
        controls = control_points(model, dict(grid))
        self.evaluations += len(controls.ridge)
        self.tick()
        try:
            solutions = solve_controls(model, controls, self.tolerance)
        except OutOfDomain as error:
            self.failure = str(error)
            return np.full(len(controls.ridge), np.nan)
        values = solutions.output("test_error" if self.quantity == "excess_error" else self.quantity)
        if self.quantity == "excess_error":
            values = values - (model.label_noise - model.noise_variance) - controls.noise_variance
        return np.where(solutions.status == CONVERGED, self.sign * values, np.nan)
