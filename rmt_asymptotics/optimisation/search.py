"""Minima of an objective in a box: a scan that sees its valleys, then roots of the exact gradient.

Note: theory_notes/optimisation.md [opt.1].
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from rmt_asymptotics._types import Array
from rmt_asymptotics.optimisation.objective import Objective

SCAN_POINTS = {1: 41, 2: 9, 3: 5}  # an axis; 3 beyond
VALLEYS = 3  # lowest local minima of the scan that are followed
UNSOLVED = 1e300  # stands for the objective where a point was not solved
ZOOMS = 6
ZOOM_POINTS = 9
ROUNDS = 3
SAME = 1e-4  # coordinates of one minimum, reached twice
DIFFERENCE = 1e-3  # of the gradients that make a Hessian, in coordinates
NEWTON_STEPS = 8
ROUNDING = 1e-10  # relative, of an output next to n = p at the smallest ridge: the derivative is the better judge there
LEVEL = 1e-13  # relative changes of the objective that are rounding


@dataclass(frozen=True)
class Minimum:
    """Coordinates (D,), and the objective there."""

    x: Array
    value: float


def global_minimum(objective: Objective, start: Array | None = None) -> Minimum:
    """The lowest of the minima reached from the valleys of a scan, and from `start`; NaN where nothing is solved."""
    dimension = len(objective.intervals)
    axes = _axes(objective)
    values = objective.scan(axes)
    starts = [Minimum(np.array([axis[i] for axis, i in zip(axes, at, strict=True)]), float(values[at]))
              for at in _valleys(values)]  # fmt: skip
    if start is not None:
        starts.append(Minimum(start, objective.value(start)))
    spacing = np.array([np.max(np.diff(axis)) for axis in axes])
    starts = [near for near in starts if math.isfinite(near.value)]
    if dimension == 1:
        found = [_valley_in_one(objective, near, float(spacing[0])) for near in starts]
    else:
        found = []
        for near in sorted((_valley(objective, near) for near in starts), key=lambda minimum: minimum.value):
            if not any(np.allclose(near.x, other.x, rtol=0, atol=SAME) for other in found):
                found.append(_polished(objective, near, spacing))
    nowhere = Minimum(np.array([axis[0] for axis in axes]), math.nan)
    return _to_level_end(objective, min(found, key=lambda minimum: minimum.value, default=nowhere))


def _axes(objective: Objective) -> list[Array]:
    """Coordinates of the scan: equally spaced, and where n = p."""
    marked = objective.landmarks()
    axes = [np.linspace(*i.ends, SCAN_POINTS.get(len(objective.intervals), 3)) for i in objective.intervals]
    return [
        np.unique([*axis, marked[i.name]]) if i.name in marked else axis
        for i, axis in zip(objective.intervals, axes, strict=True)
    ]


def _polished(objective: Objective, minimum: Minimum, spacing: Array) -> Minimum:
    """The minimum after searches along single coordinates: on a plateau all of a gradient may be below rounding."""
    for _ in range(ROUNDS):
        before = minimum
        for axis, tuned in enumerate(objective.intervals):
            if tuned.ends[0] + DIFFERENCE < minimum.x[axis] < tuned.ends[1] - DIFFERENCE:
                line = objective.line(minimum.x, axis)
                near = Minimum(minimum.x[axis : axis + 1], minimum.value)
                along = _valley_in_one(line, near, float(spacing[axis]))
                objective.evaluations += line.evaluations
                minimum = Minimum(np.array([*minimum.x[:axis], *along.x, *minimum.x[axis + 1 :]]), along.value)
        if before.value - minimum.value <= ROUNDING * abs(before.value):
            break
    return _newton(objective, minimum)


def _to_level_end(objective: Objective, minimum: Minimum) -> Minimum:
    """The end of the plateau on which a minimum lies: towards 0 or infinity an output is level up to rounding."""
    for axis in range(len(minimum.x)):
        ends = _at_ends(objective, minimum, [axis])
        level = [end for end in ends if end.value - minimum.value <= LEVEL * abs(minimum.value)]
        if len(ends) == 2 and len(level) == 1:
            minimum = level[0]
    return minimum


def _valleys(values: Array) -> list[tuple[int, ...]]:
    """The lowest local minima of an array, edges included; of a level stretch, its beginning."""
    filled = np.where(np.isnan(values), np.inf, values)
    padded = np.pad(filled, 1, constant_values=np.inf)
    inside = [slice(1, -1)] * filled.ndim
    lowest = np.isfinite(filled)
    for axis in range(filled.ndim):
        before, after = (padded[(*inside[:axis], shift, *inside[axis + 1 :])] for shift in (slice(-2), slice(2, None)))
        lowest &= (filled < before) & (filled <= after)
    candidates = [tuple(at.tolist()) for at in np.argwhere(lowest)]
    return sorted(candidates, key=lambda at: float(filled[at]))[:VALLEYS]


def _valley_in_one(objective: Objective, near: Minimum, spacing: float) -> Minimum:
    """The root of the derivative in the valley of a scanned point, or the point if it is an end of the interval."""
    ends = objective.intervals[0].ends

    def slope(x: float) -> float:
        return float(objective.with_slope([x])[1][0])

    for _ in range(ZOOMS):
        points = sorted({max(ends[0], float(near.x[0]) - spacing), float(near.x[0]), min(ends[1], near.x[0] + spacing)})
        slopes = [slope(x) for x in points]
        for a, b, f, g in zip(points, points[1:], slopes, slopes[1:], strict=False):
            if f < 0 < g:
                x = optimize.brentq(slope, a, b, xtol=1e-13, rtol=1e-14)
                root = Minimum(np.array([x]), objective.value([x]))
                if root.value <= near.value + ROUNDING * abs(near.value):
                    return root
        axis = np.linspace(points[0], points[-1], ZOOM_POINTS)
        values = objective.scan([axis])
        best = int(np.nanargmin(values)) if np.any(np.isfinite(values)) else 0
        near = _lower(near, Minimum(axis[best : best + 1], float(values[best])))
        spacing = float(axis[1] - axis[0])
    return near


def _valley(objective: Objective, near: Minimum) -> Minimum:
    """The minimum near a point: L-BFGS-B, a look at the ends of each coordinate, Newton."""

    def function(x: Array) -> tuple[float, Array]:
        value, slope = objective.with_slope(x)
        return (value, slope) if np.all(np.isfinite([value, *slope])) else (UNSOLVED, np.zeros(len(x)))

    box = [i.ends for i in objective.intervals]
    for _ in range(ROUNDS):
        x, value, _ = optimize.fmin_l_bfgs_b(function, near.x, bounds=box, factr=10.0, pgtol=1e-9 * abs(near.value))
        near = _lower(near, Minimum(np.asarray(x), float(value)))
        pushed = _lower(near, *_at_ends(objective, near, range(len(box))))
        if pushed is near:
            break
        near = pushed
    return _newton(objective, near)


def _at_ends(objective: Objective, near: Minimum, axes: Iterable[int]) -> list[Minimum]:
    """Each coordinate in turn moved to its ends: plateaus towards 0 and infinity have no gradient to follow."""
    found = []
    for axis in axes:
        for end in objective.intervals[axis].ends:
            x = near.x.copy()
            x[axis] = end
            if not np.array_equal(x, near.x):
                found.append(Minimum(x, objective.value(x)))
    return found


def _lower(first: Minimum, *others: Minimum) -> Minimum:
    """The lowest; the first where others are lower by rounding only."""
    best = min((m for m in (first, *others) if math.isfinite(m.value)), key=lambda m: m.value, default=first)
    return best if best.value < first.value - LEVEL * abs(first.value) else first


def _newton(objective: Objective, near: Minimum) -> Minimum:
    """Newton's method for a vanishing gradient in the coordinates not at an end, as long as it comes closer."""
    low, high = np.array([i.ends for i in objective.intervals]).T
    free = (near.x > low + DIFFERENCE) & (near.x < high - DIFFERENCE)
    if not np.any(free):
        return near
    slope = objective.with_slope(near.x)[1][free]
    for _ in range(NEWTON_STEPS):
        x = near.x.copy()
        x[free] -= np.linalg.lstsq(_hessian(objective, near.x, free), slope, rcond=None)[0]
        if not np.all((x >= low) & (x <= high)):
            break
        value, moved = objective.with_slope(x)
        if not np.linalg.norm(moved[free]) < np.linalg.norm(slope) or value > near.value + 1e-9 * abs(near.value):
            break
        near, slope = Minimum(x, value), moved[free]
    return near


def _hessian(objective: Objective, x: Array, free: Array) -> Array:
    """Central differences of the exact gradient in the free coordinates."""
    columns = []
    for axis in np.flatnonzero(free):
        step = DIFFERENCE * (np.arange(len(x)) == axis)
        columns.append((objective.with_slope(x + step)[1] - objective.with_slope(x - step)[1])[free] / (2 * DIFFERENCE))
    return np.array(columns).T
