"""Pseudo-arclength continuation of a curve on which a function on the unit square vanishes.

A step along the tangent, then the root on the normal.  Values of NaN are points where the function is not known.
Note: theory_notes/optimisation.md [bound.1].
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array

FIRST_STEP, LONGEST_STEP, SHORTEST_STEP = 0.02, 0.05, 1e-4
MOST_POINTS = 2000
COARSE, FINE = 1e-5, 1e-12  # |function| at which the corrector stops, while following and in the end
CORRECTIONS = 12
BEND = 0.3  # largest correction, relative to the step
DIFFERENCE = 1e-5
GRAZING = 1e-6  # a step that leaves the square by this share of its length runs along the border
AT_BORDER = 1e-3  # a curve that touches the border ends there

Function = Callable[[Array], float]


@dataclass(frozen=True)
class Curve:
    """points (P, 2).  slopes (P,): of the function along the left normal.  closed: the last joins the first.

    complete: ends where it must, at its beginning or at the border of the square.
    """

    points: Array
    slopes: Array
    closed: bool
    complete: bool

    @property
    def length(self) -> float:
        return float(_lengths(self)[-1])


@dataclass(frozen=True)
class Correction:
    """A root on a normal, the function there, its slope along the normal, and how far the root was."""

    point: Array
    value: float
    slope: float
    moved: float


def root_from(function: Function, point: Array) -> Array | None:
    """A root near a point, along gradients."""
    for _ in range(CORRECTIONS):
        slope = gradient_at(function, point)
        size = float(np.linalg.norm(slope))
        if not (size > 0 and math.isfinite(size)):
            return None
        found = corrected(function, point, np.array([slope[1], -slope[0]]) / size, size, LONGEST_STEP, FINE)
        if found is not None:
            return found.point
        point = np.clip(point - np.sign(function(point)) * LONGEST_STEP * slope / size, 0, 1)
    return None


def curve_through(function: Function, start: Array) -> Curve:
    """The curve through a root, followed in both directions."""
    slope = gradient_at(function, start)
    size = float(np.linalg.norm(slope))
    if not size > 0:
        return Curve(start[None], np.array([size]), closed=False, complete=False)
    tangent = np.array([slope[1], -slope[0]]) / size  # the function increases to its left
    forward = _branch(function, start, tangent, size)
    if forward.closed:
        return forward
    backward = _branch(function, start, -tangent, -size)
    points = np.concatenate([backward.points[:0:-1], forward.points])
    slopes = np.concatenate([-backward.slopes[:0:-1], forward.slopes])
    return Curve(points, slopes, closed=False, complete=forward.complete and backward.complete)


def _branch(function: Function, start: Array, tangent: Array, slope: float) -> Curve:
    """From a root along a tangent, to the border of the square or back to the start."""
    points, slopes, step = [start], [slope], FIRST_STEP
    while len(points) < MOST_POINTS and step >= SHORTEST_STEP:
        predicted = points[-1] + step * tangent
        if np.linalg.norm(np.clip(predicted, 0, 1) - predicted) < GRAZING * step:  # rounding, on a side of the square
            predicted = np.clip(predicted, 0, 1)
        if not _inside(predicted):
            end = _border(function, points[-1], tangent, slopes[-1], step)
            if end is not None:
                kept = slice(None) if np.linalg.norm(end.point - points[-1]) > DIFFERENCE else slice(-1)
                return _curve([*points[kept], end.point], [*slopes[kept], slopes[-1]], complete=True)
            step *= 0.5
            continue
        found = corrected(function, predicted, tangent, slopes[-1], BEND * step, COARSE)
        if found is None:
            step *= 0.5
            continue
        chord = found.point - points[-1]
        points.append(found.point)
        slopes.append(found.slope)
        tangent = chord / np.linalg.norm(chord)
        back = start - found.point
        if len(points) > 3 and np.linalg.norm(back) <= step and back @ tangent > 0:
            return _curve(points, slopes, closed=True, complete=True)
        step = min(LONGEST_STEP, step * (1.4 if abs(found.moved) < 0.3 * BEND * step else 0.8))
    at_border = float(np.min([points[-1], 1 - points[-1]])) < AT_BORDER
    return _curve(points, slopes, complete=at_border)


def _curve(points: list[Array], slopes: list[float], *, closed: bool = False, complete: bool) -> Curve:
    return Curve(np.array(points), np.array(slopes), closed, complete)


def corrected(
    function: Function, point: Array, tangent: Array, slope: float, reach: float, tolerance: float
) -> Correction | None:
    """The root on the left normal of a tangent through a point, by the secant method; None beyond `reach`."""
    normal = np.array([-tangent[1], tangent[0]])
    r, best = 0.0, Correction(point, function(point), slope, 0.0)
    value = best.value
    for _ in range(CORRECTIONS):
        if abs(best.value) <= tolerance or not math.isfinite(value) or slope == 0:
            break
        moved = r - value / slope
        if abs(moved) > reach:
            break
        new = function(point + moved * normal)
        if moved == r or new == value:
            break
        slope, r, value = (new - value) / (moved - r), moved, new
        if abs(value) < abs(best.value):
            best = Correction(point + r * normal, value, slope, r)
    return best if abs(best.value) <= max(tolerance, COARSE) else None


def _border(function: Function, point: Array, tangent: Array, slope: float, step: float) -> Correction | None:
    """The root on the side of the square that the tangent meets first."""
    with np.errstate(divide="ignore", invalid="ignore"):
        times = np.where(tangent > 0, (1 - point) / tangent, np.where(tangent < 0, -point / tangent, np.inf))
    side = int(np.argmin(times))
    met = np.clip(point + times[side] * tangent, 0, 1)
    along = np.eye(2)[1 - side]
    across = slope * float(np.array([-tangent[1], tangent[0]]) @ along)
    if abs(across) < 1e-3 * abs(slope):
        return None
    return corrected(function, met, np.array([along[1], -along[0]]), across, 2 * step, FINE)


def spread(function: Function, curve: Curve, count: int) -> tuple[Array, Array]:
    """`count` points at equal distances along a curve, each corrected, (count, 2), and the function there, (count,)."""
    if len(curve.points) == 1:
        return curve.points, np.array([function(curve.points[0])])
    lengths, vertices = _lengths(curve), ring(curve)
    wanted = np.linspace(0, lengths[-1], count + 1)[:-1] if curve.closed else np.linspace(0, lengths[-1], count)
    points, values = np.empty((count, 2)), np.empty(count)
    for i, s in enumerate(wanted.tolist()):
        segment = min(int(np.searchsorted(lengths, s, side="right")) - 1, len(vertices) - 2)
        chord = vertices[segment + 1] - vertices[segment]
        size = float(np.linalg.norm(chord))
        point = np.clip(vertices[segment] + (s - lengths[segment]) / size * chord, 0, 1)
        on_border = not curve.closed and i in (0, count - 1)
        slope = float(curve.slopes[segment])
        found = None if on_border else corrected(function, point, chord / size, slope, LONGEST_STEP, FINE)
        points[i], values[i] = (point, function(point)) if found is None else (found.point, found.value)
    return points, values


def _lengths(curve: Curve) -> Array:
    """Length from the first point to each, and to the first again if closed."""
    return np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(ring(curve), axis=0), axis=1))])


def ring(curve: Curve) -> Array:
    """The points of a curve, and the first once more if it is closed."""
    return np.concatenate([curve.points, curve.points[:1]]) if curve.closed else curve.points


def gradient_at(function: Function, point: Array) -> Array:
    """By differences that stay inside the square: it only steers."""
    result = np.zeros(2)
    for axis in range(2):
        ends = [np.clip(point + sign * DIFFERENCE * np.eye(2)[axis], 0, 1) for sign in (-1, 1)]
        result[axis] = (function(ends[1]) - function(ends[0])) / (ends[1] - ends[0])[axis]
    return result


def _inside(point: Array) -> bool:
    return bool(np.all((point >= 0) & (point <= 1)))
