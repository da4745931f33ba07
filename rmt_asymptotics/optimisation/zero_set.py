"""All curves on which a function on the unit square vanishes.  Note: theory_notes/optimisation.md [bound.1].

Sign changes along the lines of a grid start the curves; `continuation` follows them.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.optimize import brentq

from rmt_asymptotics._types import Array
from rmt_asymptotics.optimisation.continuation import (
    DIFFERENCE,
    FINE,
    Curve,
    Function,
    curve_through,
    gradient_at,
    ring,
)

NEAR = 2e-3  # a crossing closer than this to a curve lies on it
SMALL = 1e-6  # |function| at a root, relative to the ends of its bracket; where it is larger the function jumps
LEAST = 1e-9  # a jump smaller than this is rounding
ITERATIONS = 200  # of a bracket, which bisection alone shrinks to rounding in 50


@dataclass(frozen=True)
class ZeroSet:
    """curves: on which the function vanishes.  jumps: edges of the grid on which it changes its sign without a root."""

    curves: list[Curve]
    jumps: int


def scanned(function: Function, count: int) -> Array:
    """Values (count, count) on a regular grid; the first index belongs to the first coordinate."""
    axis = np.linspace(0, 1, count)
    return np.array([[function(np.array([x, y])) for y in axis] for x in axis])


def zero_curves(function: Function, values: Array) -> ZeroSet:
    """All curves that cross the lines of the grid on which `values` was scanned."""
    curves: list[Curve] = []
    jumps = 0
    for edge in _crossings(values):
        if any(_cuts(curve, edge.p, edge.q) for curve in curves):
            continue
        root = _root_between(function, edge)
        if root is None:
            continue
        if not _vanishes(root, edge):
            jumps += 1
        elif not any(_distance(curve, root.point) < NEAR for curve in curves):
            curves.append(curve_through(function, root.point))
    for node in _zeros(values):
        on_curve = any(_distance(curve, node) < NEAR for curve in curves)
        if not on_curve and np.linalg.norm(gradient_at(function, node)) * DIFFERENCE > FINE:
            curves.append(curve_through(function, node))
    return ZeroSet(curves, jumps)


@dataclass(frozen=True)
class Edge:
    """A segment of the grid, and the function at its ends."""

    p: Array
    q: Array
    at_p: float
    at_q: float


@dataclass(frozen=True)
class Root:
    """Where a sign changes, and the function there."""

    point: Array
    value: float


def signs(values: Array) -> Array:
    """-1, 0 and 1; 0 up to what the corrector of curves calls a root; NaN where a value is not known."""
    known = np.where(np.isfinite(values), values, np.nan)
    return np.where(np.abs(known) <= FINE, 0.0, np.sign(known))


def _crossings(values: Array) -> list[Edge]:
    """Edges of the grid at whose ends the signs are opposite, those on the border of the square first."""
    count, sign = len(values), signs(values)
    found: list[tuple[bool, Edge]] = []
    for i, j in np.ndindex(values.shape):
        for k, m in ((i + 1, j), (i, j + 1)):
            if k < count and m < count and sign[i, j] * sign[k, m] == -1:
                inside = (0 < i < count - 1 or i != k) and (0 < j < count - 1 or j != m)
                p, q = np.array([i, j]) / (count - 1), np.array([k, m]) / (count - 1)
                found.append((inside, Edge(p, q, float(values[i, j]), float(values[k, m]))))
    return [edge for _, edge in sorted(found, key=lambda pair: pair[0])]


def _zeros(values: Array) -> list[Array]:
    """Nodes of the grid on which the function vanishes, but not on all neighbours; those on the border first."""
    zero, last = signs(values) == 0, len(values) - 1
    padded = np.pad(zero, 1, constant_values=True)
    level = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    nodes = np.argwhere(zero & ~level)
    return [node / last for node in sorted(nodes, key=lambda node: bool(np.all((node > 0) & (node < last))))]


def _root_between(function: Function, edge: Edge) -> Root | None:
    """Where the sign changes on an edge, None where the function is not known on it."""
    ends = {0.0: edge.at_p, 1.0: edge.at_q}
    known = dict(ends)

    def along(r: float) -> float:
        value = known[r] = ends[r] if r in ends else function(edge.p + r * (edge.q - edge.p))
        if np.isnan(value):
            raise ArithmeticError
        return value

    try:
        brentq(along, 0.0, 1.0, xtol=1e-14, maxiter=ITERATIONS, disp=False)
    except ArithmeticError:
        return None
    r = min(known, key=lambda r: abs(known[r]))
    return Root(edge.p + r * (edge.q - edge.p), known[r])


def _vanishes(root: Root, edge: Edge) -> bool:
    """Whether the function is small where its sign changes: otherwise it jumps or has a pole."""
    return abs(root.value) <= max(LEAST, SMALL * min(abs(edge.at_p), abs(edge.at_q)))


def _cuts(curve: Curve, p: Array, q: Array) -> bool:
    """Whether the polyline of a curve crosses the segment pq."""
    for a, b in pairwise(ring(curve)):
        matrix = np.array([b - a, p - q]).T
        if abs(np.linalg.det(matrix)) > 1e-300:
            s, r = np.linalg.solve(matrix, p - a)
            if 0 <= s <= 1 and 0 <= r <= 1:
                return True
    return False


def _distance(curve: Curve, point: Array) -> float:
    """From a point to the polyline of a curve."""
    points = ring(curve)
    a, b = points[:-1], points[1:]
    if not len(a):
        return float(np.linalg.norm(curve.points[0] - point))
    share = np.clip(np.sum((point - a) * (b - a), axis=1) / np.maximum(np.sum((b - a) ** 2, axis=1), 1e-300), 0, 1)
    return float(np.min(np.linalg.norm(a + share[:, None] * (b - a) - point, axis=1)))
