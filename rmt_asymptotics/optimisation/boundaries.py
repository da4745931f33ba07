"""trace_boundary(): curves in a plane of two fields on which a condition holds.  Note: optimisation.md [bound.1]."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.errors import NotConverged, OutOfDomain, number, numerical_failures, whole_number
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.optimisation.conditions import Condition
from rmt_asymptotics.optimisation.continuation import Curve, curve_through, root_from, spread
from rmt_asymptotics.optimisation.fields import checked_model, field_names
from rmt_asymptotics.optimisation.objective import Interval, interval
from rmt_asymptotics.optimisation.zero_set import scanned, signs, zero_curves
from rmt_asymptotics.progress import Tick, progress_of, silent
from rmt_asymptotics.serialisation import provenance
from rmt_asymptotics.tables import Shown, Table, cell, titled
from rmt_asymptotics.vocabulary.words import described

if TYPE_CHECKING:
    import xarray

SCAN = 13  # points an axis


@dataclass(frozen=True)
class Boundary(Shown):
    """Curves in the plane of two fields.

    fields: their names.
    curves: arrays (P, 2) of values of the two fields, in order along each curve.
    mismatch: of the condition at each of these points, (P,) a curve.
    closed: whether the last point joins the first.
    message: in words, if there is no curve, or one ends inside the window, or points were not solved; else empty.
    evaluations: how often the condition was evaluated.
    """

    model: RidgeModel
    fields: tuple[str, str]
    curves: tuple[Array, ...]
    mismatch: tuple[Array, ...]
    closed: tuple[bool, ...]
    message: str
    evaluations: int

    def _table(self) -> Table:
        x, y = self.fields
        rows = [
            (
                k,
                len(curve),
                closed,
                *(", ".join(map(cell, end.tolist())) for end in curve[[0, -1]]),
                f"{np.abs(mismatch).max():.1e}",
            )
            for k, (curve, closed, mismatch) in enumerate(zip(self.curves, self.closed, self.mismatch, strict=True))
        ]
        heads = ("curve", "points", "closed", f"from ({x}, {y})", f"to ({x}, {y})", "largest mismatch")
        notes = (*filter(None, [self.message]), f"{self.evaluations} evaluations of the condition")
        return Table(heads, rows, titled(self.model, omitted=self.fields), notes)

    def to_dataset(self) -> "xarray.Dataset":
        """One dimension, `point`, with the fields, the number of the curve and the mismatch."""
        import xarray

        points = np.concatenate([*self.curves, np.zeros((0, 2))])
        numbers = np.repeat(np.arange(len(self.curves)), [len(curve) for curve in self.curves])
        variables: dict[str, Any] = {name: ("point", points[:, axis]) for axis, name in enumerate(self.fields)}
        variables |= {"curve": ("point", numbers), "mismatch": ("point", np.concatenate([*self.mismatch, []]))}
        variables = {name: (*variable, described(name)) for name, variable in variables.items()}
        return xarray.Dataset(variables, attrs=provenance(self.model) | {"message": self.message})


@dataclass
class Plane:
    """The mismatch of a condition as a function of the unit square; NaN where it is not known."""

    model: RidgeModel
    condition: Condition
    axes: tuple[Interval, Interval]
    tick: Tick = silent
    evaluations: int = 0
    unknown: int = 0
    failure: str = ""

    def values(self, point: Array) -> tuple[float, float]:
        """The two fields at a point of the square."""
        x, y = (a.value(a.ends[0] + float(c) * (a.ends[1] - a.ends[0])) for a, c in zip(self.axes, point, strict=True))
        return x, y

    def point(self, values: Mapping[str, float]) -> Array:
        """The point of the square at values of the two fields."""
        return np.array([(a.x(values[a.name]) - a.ends[0]) / (a.ends[1] - a.ends[0]) for a in self.axes])

    def __call__(self, point: Array) -> float:
        if not np.all((point >= 0) & (point <= 1)):
            return float("nan")
        self.evaluations += 1
        self.tick()
        model = self.model.replace(**{a.name: v for a, v in zip(self.axes, self.values(point), strict=True)})
        try:
            return self.condition.mismatch(model)
        except (NotConverged, OutOfDomain, ArithmeticError) as error:
            self.unknown += 1
            self.failure = str(error)
            return float("nan")


@checked_arguments
@numerical_failures()
def trace_boundary(
    model: RidgeModel,
    condition: Condition,
    plane: Mapping[str, tuple[float, float]],
    *,
    points: int = 100,
    start: Mapping[str, float] | None = None,
    scan: int = SCAN,
    logarithmic: Collection[str] | None = None,
    progress: bool | None = None,
) -> Boundary:
    """The curves in a plane of two fields on which a condition holds.

    condition: `EqualErrors`, `VanishingDerivative`, `Separable`, `OutlierLeavesBulk`, or any object with their two
        methods.
    plane: two fields, each with its window (low, high).
    points: in total, at equal distances along the curves in the coordinates of the window.
    logarithmic: the fields with a logarithmic coordinate; left out, the positive ones whose window spans more than a
        factor of 10.
    scan: points an axis of the grid whose sign changes start the curves; a component that no line of the grid crosses
        is not seen, nor one across which the mismatch keeps its sign.
    start: values of the two fields near a boundary; then only the curve next to them is traced.
    progress: True for counts of evaluations on stderr, False for none, None for those of long work.

    Curves end at the window or close; one that bends within a few hundredths of the window, or along which the mismatch
    has a multiple root, may end inside it or come in pieces.  Every point is corrected until the mismatch stops
    falling, below 1e-9 where rounding of the models and a simple root allow, and its mismatch is returned.  Places
    where the mismatch jumps through 0 are no boundary.  They, curves that end inside the window, no boundary, and
    points that could not be solved are told in `message`.
    Raises `OutOfDomain` for unknown fields and bad windows.

    >>> import rmt_asymptotics as rmt
    >>> from rmt_asymptotics.optimisation.conditions import VanishingDerivative
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0, width_ratio=1.5,
    ...                            ridge=0.1, noise_variance=0.2)
    >>> best_ridge = trace_boundary(model, VanishingDerivative("ridge"), points=5,
    ...                             plane={"sample_complexity": (0.5, 4.0), "ridge": (0.01, 10.0)})
    >>> best_ridge.curves[0].shape, best_ridge.closed, bool(max(abs(best_ridge.mismatch[0])) < 1e-9)
    ((5, 2), (False,), True)
    """
    axes = _axes(checked_model(model), plane, logarithmic)
    _check_condition(condition, model)
    points, scan = whole_number("points", points, least=2), whole_number("scan", scan, least=2)
    near = None if start is None else _start(start, axes)
    with progress_of("boundary", progress) as tick:
        square = Plane(model, condition, axes, tick)
        curves, message = _curves(square, scan) if near is None else _curve_near(square, near)
        counts = _shares(curves, points)
        found = [spread(square, curve, count) for curve, count in zip(curves, counts, strict=True)]
    return Boundary(
        model,
        (axes[0].name, axes[1].name),
        tuple(np.array([square.values(p) for p in at]) for at, _ in found),
        tuple(value for _, value in found),
        tuple(curve.closed for curve in curves),
        _report(message, curves, square),
        square.evaluations,
    )


def _curves(square: Plane, scan: int) -> tuple[list[Curve], str]:
    """All curves that a scan sees, or in words why there are none."""
    values = scanned(square, scan)
    found = zero_curves(square, values)
    if found.jumps:
        return found.curves, f"the condition jumps through 0 at {found.jumps} places of the scan"
    return found.curves, "" if found.curves else _absence(square.condition, values)


def _curve_near(square: Plane, start: Mapping[str, float]) -> tuple[list[Curve], str]:
    """The curve next to a start."""
    root = root_from(square, square.point(start))
    return ([], "no boundary was reached from the start") if root is None else ([curve_through(square, root)], "")


def _axes(
    model: RidgeModel, plane: Mapping[str, tuple[float, float]], logarithmic: Collection[str] | None
) -> tuple[Interval, Interval]:
    """The two intervals of the window."""
    if not isinstance(plane, Mapping) or len(plane) != 2 or any(window is None for window in plane.values()):
        raise OutOfDomain("plane", plane, "two fields, each with its window (low, high)")
    field_names("plane", plane)
    first, second = (interval(model, name, window) for name, window in plane.items())
    if logarithmic is None:
        return first, second
    chosen = field_names("logarithmic", logarithmic)
    for name in chosen:
        if name not in plane or plane[name][0] <= 0:
            raise OutOfDomain("logarithmic", name, "a field of the plane with a positive window")
    return replace(first, logarithmic=first.name in chosen), replace(second, logarithmic=second.name in chosen)


def _check_condition(condition: Condition, model: RidgeModel) -> None:
    """Raise `OutOfDomain` for what is no condition, and for one that names fields which the model does not have."""
    if not (hasattr(condition, "mismatch") and hasattr(condition, "meaning")):
        raise OutOfDomain("condition", condition, "a condition, such as EqualErrors(...)")
    if hasattr(condition, "check"):
        condition.check(model)


def _start(start: Mapping[str, float], axes: tuple[Interval, Interval]) -> Mapping[str, float]:
    if not isinstance(start, Mapping) or len(start) != len(axes):
        raise OutOfDomain("start", start, "a value of each field of the plane")
    for axis in axes:
        if axis.name not in start or not axis.low <= number(axis.name, start[axis.name]) <= axis.high:
            raise OutOfDomain("start", start, f"a value of {axis.name} in its window [{axis.low:g}, {axis.high:g}]")
    return start


def _shares(curves: list[Curve], points: int) -> list[int]:
    """Points of each curve, in proportion to its length."""
    total = sum(curve.length for curve in curves)
    return [max(2, round(points * curve.length / total)) if len(curve.points) > 1 else 1 for curve in curves]


def _absence(condition: Condition, values: Array) -> str:
    """Why there is no curve."""
    known, sign = values[np.isfinite(values)], signs(values[np.isfinite(values)])
    if not known.size:
        return "the condition could not be evaluated anywhere in the window"
    if not np.any(sign):
        return "the condition holds everywhere in the window: its mismatch is 0 at all points of the scan"
    if np.min(sign) * np.max(sign) < 0:
        return "no boundary was found between points of different signs: the condition is not known in between"
    meaning = condition.meaning(float(known[np.argmax(np.abs(known))]))
    touching = "" if np.all(sign) else ", or the mismatch is 0 without a change of sign,"
    return f"no boundary in the window: {meaning}{touching} at all points of the scan"


def _report(message: str, curves: list[Curve], square: Plane) -> str:
    """All that a reader of the curves should know."""
    parts = [message] if message else []
    stopped = sum(not curve.complete for curve in curves)
    if stopped:
        parts.append(f"{stopped} of {len(curves)} curves end inside the window, where they could not be followed")
    if square.unknown:
        parts.append(f"{square.unknown} of {square.evaluations} evaluations failed, the last with: {square.failure}")
    return "; ".join(parts)
