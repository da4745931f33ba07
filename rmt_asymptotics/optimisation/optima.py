"""optimal(): the fields at which an output is least or largest.  Note: theory_notes/optimisation.md [opt.1]."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.errors import OutOfDomain, numerical_failures
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.optimisation.fields import checked_model, checked_quantity, domain_of, field_names
from rmt_asymptotics.optimisation.objective import Interval, Objective, interval
from rmt_asymptotics.optimisation.search import Minimum, global_minimum
from rmt_asymptotics.progress import Tick, progress_of, silent
from rmt_asymptotics.tables import Shown, Table, cell, titled

AT_END = 1e-9  # of the length of an interval
STATIONARY = 1e-7  # largest derivative in the coordinates of the search, relative to the output

Bounds = Mapping[str, tuple[float, float]]


class OptimumStatus(Enum):
    """Where an optimum lies; the value says it in words, the remedy what to try next."""

    remedy: str

    def __new__(cls, words: str, remedy: str) -> "OptimumStatus":
        status = object.__new__(cls)
        status._value_, status.remedy = words, remedy
        return status

    INTERIOR = "the gradient vanishes inside the bounds", ""
    AT_BOUND = "at a bound of a field", "wider `bounds`, if they are not meant"
    AT_ZERO = "as a field tends to 0", "`bounds` for that field, if 0 is no choice"
    AT_INFINITY = "as a field tends to infinity", "`bounds` for that field, if infinity is no choice"
    NOT_CONVERGED = (
        "the search ended at a point that is not an optimum",
        "narrower `bounds` where the points can be solved, a larger `tolerance`, or fewer fields at once",
    )


@dataclass(frozen=True)
class Optimum(Shown):
    """The best model found.

    model: with the optimal fields.
    value: of the output there.
    status, message: where it lies; at a limit, 0 or infinity, `model` and `value` are those at the end of the search,
        and the message names the field.
    gradient: derivatives by field, NaN where there is none.
    evaluations: models solved.
    """

    model: RidgeModel
    value: float
    status: OptimumStatus
    message: str
    gradient: Mapping[str, float]
    evaluations: int

    def _table(self) -> Table:
        rows = [(name, self.model.value(name), slope) for name, slope in self.gradient.items()]
        found = ("value", self.value, None)
        remedy = f"; try {self.status.remedy}" * bool(self.status.remedy)
        note = f"{cell(self.status)}: {self.message}{remedy} ({self.evaluations} models solved)"
        return Table(("optimum", "", "derivative"), [*rows, found], titled(self.model), (note,))


@checked_arguments
@numerical_failures()
def optimal(
    model: RidgeModel,
    over: Sequence[str] = ("ridge",),
    quantity: str = "test_error",
    *,
    maximise: bool = False,
    bounds: Bounds | None = None,
    tolerance: float | None = None,
    progress: bool | None = None,
) -> Optimum:
    """The values of some fields at which an output is least, or largest.

    over: names of numeric fields, "ridge", "step.rate".
    quantity: as in `gradient`.
    bounds: (low, high) by field; left out, the search goes far enough (ridge: 1e-10 to 1e10) to tell an optimum at 0 or
        at infinity, which is then the status.  The model's own values of these fields do not matter: a scan of the
        whole box finds the valleys, of which the lowest three are followed.
    tolerance: of `solve`.
    progress: True for signs of life on stderr, False for none, None for those of long searches.
    Raises `OutOfDomain` for unknown or discrete fields and bad bounds.  Equation opt.1 of theory_notes/optimisation.md.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.identity, target=rmt.identity, sample_complexity=2.0, width_ratio=1e6,
    ...                            ridge=7.0, noise_variance=0.5)
    >>> best = optimal(model, over=("ridge",))   # a linear model and target: the noise variance over that of a slope
    >>> round(best.model.ridge, 4), best.status.name
    (0.5, 'INTERIOR')
    """
    names, given = distinct_names(over), {} if bounds is None else bounds
    with progress_of("optimum", progress) as tick:
        return best_over(model, names, quantity, maximise, given, tolerance, None, tick)


def distinct_names(over: Sequence[str]) -> tuple[str, ...]:
    """The names of the tuned fields; raises `OutOfDomain` for none and for repeated ones."""
    names = field_names("over", over)
    if not names or len(set(names)) < len(names):
        raise OutOfDomain("over", names, "at least one field, each once")
    return names


def best_over(
    model: RidgeModel,
    names: tuple[str, ...],
    quantity: str,
    maximise: bool,
    bounds: Bounds,
    tolerance: float | None,
    start: RidgeModel | None,
    tick: Tick = silent,
) -> Optimum:
    """The optimum over the intervals, and over the fields that may be 0 at 0 exactly."""
    checked_model(model)
    if not isinstance(bounds, Mapping):
        raise OutOfDomain("bounds", bounds, "a pair (low, high) by the name of the field")
    for name in bounds:
        if name not in names:
            raise OutOfDomain("bounds", name, f"given for fields of `over`: {', '.join(names)}")
    intervals = tuple(interval(model, name, bounds.get(name)) for name in names)
    sign = -1.0 if maximise else 1.0
    objective = Objective(model, checked_quantity(quantity, model), sign, intervals, tolerance, tick=tick)
    x = None if start is None else np.array([i.x(max(start.value(i.name), i.low)) for i in intervals])
    best = _optimum(objective, global_minimum(objective, x), bounds)
    for tuned in intervals:
        if 0 in domain_of(model, tuned.name) and tuned.low > 0 and tuned.name not in bounds:
            others = tuple(name for name in names if name != tuned.name)
            at_zero = _at_zero(model, tuned.name, others, quantity, maximise, bounds, tolerance, tick)
            if not sign * at_zero.value > sign * best.value:
                best = dataclasses.replace(at_zero, evaluations=best.evaluations + at_zero.evaluations)
    return best


def _at_zero(
    model: RidgeModel,
    name: str,
    others: tuple[str, ...],
    quantity: str,
    maximise: bool,
    bounds: Bounds,
    tolerance: float | None,
    tick: Tick,
) -> Optimum:
    """The optimum over the other fields where one field is 0."""
    at = model.replace(**{name: 0.0})
    if others:
        kept = {field: pair for field, pair in bounds.items() if field in others}
        found = best_over(at, others, quantity, maximise, kept, tolerance, None, tick)
        gradient = {**found.gradient, name: math.nan}
        return dataclasses.replace(found, status=OptimumStatus.AT_ZERO, message=f"at {name} = 0", gradient=gradient)
    objective = Objective(at, quantity, 1.0, (), tolerance, tick=tick)
    value = objective.value([])
    return Optimum(at, value, OptimumStatus.AT_ZERO, f"at {name} = 0", {name: math.nan}, objective.evaluations)


def _optimum(objective: Objective, minimum: Minimum, bounds: Bounds) -> Optimum:
    """The record of a minimum of the objective."""
    best = objective.at(minimum.x)
    ends = {i: end for i, x in zip(objective.intervals, minimum.x, strict=True) if (end := _end(i, float(x)))}
    slopes = objective.with_slope(minimum.x)[1] if math.isfinite(minimum.value) else np.full(len(minimum.x), math.nan)
    by_interval = dict(zip(objective.intervals, slopes.tolist(), strict=True))
    gradient = {i.name: objective.sign * s / i.slope(best.value(i.name)) for i, s in by_interval.items()}
    if not math.isfinite(minimum.value):
        status, message = OptimumStatus.NOT_CONVERGED, f"no point of the scan was solved: {objective.failure}"
    elif not all(abs(s) <= STATIONARY * abs(minimum.value) for i, s in by_interval.items() if i not in ends):
        status, message = OptimumStatus.NOT_CONVERGED, OptimumStatus.NOT_CONVERGED.value
    else:
        status, message = _where(objective, ends, bounds)
    return Optimum(best, objective.sign * minimum.value, status, message, gradient, objective.evaluations)


def _end(tuned: Interval, x: float) -> str:
    """ "lower" or "upper" at an end of the interval, else nothing."""
    low, high = tuned.ends
    slack = AT_END * (high - low)
    return "lower" if x <= low + slack else "upper" if x >= high - slack else ""


def _where(objective: Objective, ends: Mapping[Interval, str], bounds: Bounds) -> tuple[OptimumStatus, str]:
    """Status and message of an optimum at some ends; of several, the status of the first."""
    if not ends:
        return OptimumStatus.INTERIOR, OptimumStatus.INTERIOR.value
    found = []
    for tuned, end in ends.items():
        domain, reached = domain_of(objective.model, tuned.name), tuned.low if end == "lower" else tuned.high
        status = OptimumStatus.AT_BOUND
        if tuned.name not in bounds and end == "upper" and domain.high == math.inf:
            status = OptimumStatus.AT_INFINITY
        elif tuned.name not in bounds and end == "lower" and tuned.logarithmic:
            status = OptimumStatus.AT_ZERO
        limit = {OptimumStatus.AT_ZERO: "0", OptimumStatus.AT_INFINITY: "infinity"}.get(status)
        text = f"the best {objective.quantity} is approached as {tuned.name} -> {limit}; searched up to {reached:g}"
        found.append((status, text if limit else f"{tuned.name} is at its {end} bound {reached:g}"))
    return found[0][0], "; ".join(text for _, text in found)
