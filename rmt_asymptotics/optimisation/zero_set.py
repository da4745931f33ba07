"""All curves on which a function on the unit square vanishes.  Note: theory_notes/optimisation.md [bound.1].

Sign changes along the lines of a grid start the curves; `continuation` follows them.
"""

import math
from itertools import pairwise

import numpy as np
from scipy.optimize import brentq

from rmt_asymptotics._types import Array
from rmt_asymptotics.optimisation.continuation import Curve, Function, curve_through

NEAR = 2e-3  # a crossing closer than this to a curve lies on it


def scanned(function: Function, count: int) -> Array:
    """Values (count, count) on a regular grid; the first index belongs to the first coordinate."""
    axis = np.linspace(0, 1, count)
    return np.array([[function(np.array([x, y])) for y in axis] for x in axis])


def zero_curves(function: Function, values: Array) -> list[Curve]:
    """All curves that cross the lines of the grid on which `values` was scanned."""
    curves: list[Curve] = []
    for p, q in _crossings(values):
        if any(_cuts(curve, p, q) for curve in curves):
            continue
        root = _root_between(function, p, q)
        if root is not None and not any(_distance(curve, root) < NEAR for curve in curves):
            curves.append(curve_through(function, root))
    return curves


def _crossings(values: Array) -> list[tuple[Array, Array]]:
    """Edges of the grid at whose ends the signs differ, those on the border of the square first."""
    count = len(values)
    found: list[tuple[bool, Array, Array]] = []
    for i, j in np.ndindex(values.shape):
        for k, m in ((i + 1, j), (i, j + 1)):
            if k < count and m < count and _differ(float(values[i, j]), float(values[k, m])):
                inside = (0 < i < count - 1 or i != k) and (0 < j < count - 1 or j != m)
                found.append((inside, np.array([i, j]) / (count - 1), np.array([k, m]) / (count - 1)))
    return [(p, q) for _, p, q in sorted(found, key=lambda edge: edge[0])]


def _differ(first: float, second: float) -> bool:
    """Whether two known values have different signs; 0 counts as positive."""
    return math.isfinite(first + second) and (first >= 0) != (second >= 0)


def _root_between(function: Function, p: Array, q: Array) -> Array | None:
    """The root on a segment, None where the function is not known on it."""

    def along(r: float) -> float:
        value = function(p + r * (q - p))
        if math.isnan(value):
            raise ArithmeticError
        return value

    try:
        return np.asarray(p + brentq(along, 0.0, 1.0, xtol=1e-14) * (q - p))
    except ArithmeticError:
        return None


def _cuts(curve: Curve, p: Array, q: Array) -> bool:
    """Whether the polyline of a curve crosses the segment pq."""
    for a, b in pairwise(curve.points):
        matrix = np.array([b - a, p - q]).T
        if abs(np.linalg.det(matrix)) > 1e-300:
            s, r = np.linalg.solve(matrix, p - a)
            if 0 <= s <= 1 and 0 <= r <= 1:
                return True
    return False


def _distance(curve: Curve, point: Array) -> float:
    """From a point to the polyline of a curve."""
    a, b = curve.points[:-1], curve.points[1:]
    if not len(a):
        return float(np.linalg.norm(curve.points[0] - point))
    share = np.clip(np.sum((point - a) * (b - a), axis=1) / np.maximum(np.sum((b - a) ** 2, axis=1), 1e-300), 0, 1)
    return float(np.min(np.linalg.norm(a + share[:, None] * (b - a) - point, axis=1)))
