"""Edges of the bulk: folds of the real branches of the fixed point.  Note: theory_notes/spectra.md [spec.4].

Off the bulk the trace tau = sum_k pi_k t_k increases with x, so that a real branch is a curve x(tau); at an edge
dx/dtau = 0.  In tau the curve is smooth there, and the edge is a root of its slope.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from rmt_asymptotics._types import Array
from rmt_asymptotics.equations.stacked import solved
from rmt_asymptotics.spectra.bulk import FeatureMatrix
from rmt_asymptotics.spectra.resolvent import States, linearise, resolvent

ORIGIN = 1e-10  # relative to the mean eigenvalue: what is closer to 0 is at 0
REAL = 1e-6  # density times x below which a point may be off the bulk
NEWTON_STEPS = 12
CONVERGED = 1e-11
FIRST_STEP = 0.05
SHORTEST_STEP = 1e-13  # relative: a branch that cannot be followed farther ends there
LONGEST_PATH = 100
DIP_POINTS = 8  # with which a minimum of the density between scanned points is searched for a gap


@dataclass(frozen=True)
class BranchPoint:
    """A real solution: x, tau, V on the skeleton (r,), t (K,) and dx/dtau."""

    x: float
    tau: float
    V: Array
    t: Array
    slope: float


@dataclass(frozen=True)
class Gap:
    """An interval of the real axis without bulk, from the edge `left` (or a point off the bulk) to the edge `right`."""

    left: BranchPoint
    right: BranchPoint


@dataclass
class RealBranch:
    """Points known on one real branch; new ones start from the nearest."""

    bulk: FeatureMatrix
    known: list[BranchPoint]

    def nearest(self, tau: float) -> BranchPoint:
        return min(self.known, key=lambda p: abs(p.tau - tau))

    def at(self, tau: float) -> BranchPoint:
        """The point with trace tau, through points between where Newton does not reach it at once."""
        for _ in range(LONGEST_PATH):
            near, target = self.nearest(tau), tau
            if near.tau == tau:
                return near
            while (found := at_trace(self.bulk, near, target)) is None or _turned_back(found):
                target = 0.5 * (target + near.tau)
                if abs(target - near.tau) <= SHORTEST_STEP * abs(near.tau):
                    raise ArithmeticError(f"the real solution at x = {near.x:g} could not be continued")
            self.known.append(found)
        raise ArithmeticError(f"the trace {tau:g} was not reached on the real axis")

    def solve(self, function: Callable[[BranchPoint], float], first: float, last: float) -> BranchPoint:
        """The point between two traces where a function changes sign."""
        return self.at(brentq(lambda tau: function(self.at(tau)), first, last, xtol=1e-300, rtol=1e-14))


def _turned_back(point: BranchPoint) -> bool:
    return point.slope * abs(point.tau) < -REAL * abs(point.x)


def at_trace(bulk: FeatureMatrix, near: BranchPoint, tau: float) -> BranchPoint | None:
    """The point of a real branch with trace tau, by Newton in (V, t, x) from a point nearby; None where it fails.

    On the physical branch every t_k increases with x, and 1 + V(kappa) has one sign for all kappa and in all of a gap.
    """
    pi, count = bulk.features.class_weights, len(bulk.features.skeleton.nodes)
    x, V, t = near.x, near.V, near.t
    matrix, unit = np.empty((count + 1, count + 1)), np.append(np.zeros(count), 1.0)
    settled = False
    for _ in range(NEWTON_STEPS):
        with np.errstate(all="ignore"):
            at = linearise(bulk, np.array([x]), V[None], t[None])
        matrix[:count, :count] = np.eye(count) - at.jacobian[0]
        matrix[:count, count] = -at.source[0]
        matrix[count, :count] = np.sum(at.back[0], axis=0)
        matrix[count, count] = np.sum(at.drift)
        right = np.append(at.gap[0], tau - pi @ t - np.sum(at.shift))
        if not (np.isfinite(matrix).all() and np.isfinite(right).all()):
            return None
        change, tangent = solved(matrix, np.array([right, unit]).T).T
        if not np.isfinite(change).all():
            return None
        dV, dx = change[:count], float(change[-1])
        t = t + (at.back[0] @ dV + at.shift[0] + at.drift[0] * dx) / pi
        V, x = V + dV, x + dx
        if settled:
            growth = at.back[0] @ tangent[:count] + at.drift[0] * tangent[-1]  # pi dt/dtau: of one sign where physical
            extension = bulk.features.skeleton.extension
            same_side = (1 + extension @ V) * (1 + extension @ near.V)[0] > 0
            physical = np.all(same_side) and np.min(growth) >= -SHORTEST_STEP
            return BranchPoint(x, tau, V, t, float(tangent[-1])) if physical else None
        settled = bool(np.max(np.abs(dV) / (1 + np.abs(V))) <= CONVERGED)
    return None


def branch_point(bulk: FeatureMatrix, states: States, index: int) -> BranchPoint | None:
    """A point of `states` as one of a real branch; None if it lies in the bulk."""
    x, t, V = float(states.z[index].real), states.t[index], states.V[index]
    tau = bulk.features.class_weights @ t
    if abs(tau.imag) * abs(x) > REAL:
        return None
    start = BranchPoint(x, float(tau.real), V.real.copy(), t.real.copy(), 1.0)
    found = at_trace(bulk, start, start.tau)
    if found is None or found.slope <= 0 or abs(found.x - x) > REAL * abs(x):
        return None
    return found


def edge(bulk: FeatureMatrix, start: BranchPoint, direction: int) -> BranchPoint:
    """Where the bulk begins, from a point off it: to the right (direction 1) or to the left (-1).  [spec.4]"""
    point, step = start, FIRST_STEP * abs(start.x) / start.slope
    while step > SHORTEST_STEP * abs(point.tau) and abs(point.x) > SHORTEST_STEP * bulk.mean:
        new = at_trace(bulk, point, point.tau + direction * step)
        if new is None or not -0.5 * point.slope < new.slope < 2 * point.slope:
            step *= 0.5
        elif new.slope > 0:
            point, step = new, 1.5 * step
        else:
            return _fold(bulk, point, new)
    return point


def _fold(bulk: FeatureMatrix, before: BranchPoint, after: BranchPoint) -> BranchPoint:
    """The edge between two points of one branch, where dx/dtau changes sign."""
    known = [before, after]

    def slope(tau: float) -> float:
        new = at_trace(bulk, min(known, key=lambda p: abs(p.tau - tau)), tau)
        if new is None:
            return -1.0  # where the branch breaks off, it has left the axis
        known.append(new)
        return new.slope

    root = brentq(slope, before.tau, after.tau, xtol=1e-14 * abs(before.tau), rtol=1e-14)
    return min(known, key=lambda p: abs(p.tau - root))


def outer_gaps(bulk: FeatureMatrix) -> tuple[Gap | None, Gap]:
    """The gap above the atom or the origin, None where the bulk comes too close to it, and the gap above all."""
    high, origin = bulk.bound, ORIGIN * bulk.mean
    states = resolvent(bulk, np.array([origin if bulk.atom_at_zero else -bulk.mean, high]))
    below, above = branch_point(bulk, states, 0), branch_point(bulk, states, 1)
    if above is None:
        raise ArithmeticError(f"no real solution at x = {high:g}, which lies above all eigenvalues")
    top = Gap(edge(bulk, above, -1), above)
    if below is None:
        return None, top
    low = edge(bulk, below, 1)
    return (Gap(below, low) if low.x > origin else None), top


def inner_gaps(bulk: FeatureMatrix, states: States) -> list[Gap]:
    """Gaps between the components of the bulk, from minima of the density on a scan.

    A minimum that is not zero on the scan is searched between its neighbours.
    """
    x, size = states.z.real, np.abs(states.trace(bulk).imag * states.z.real)
    dips = np.flatnonzero((size[1:-1] < size[:-2]) & (size[1:-1] <= size[2:])) + 1
    between = np.linspace(x[dips - 1], x[dips + 1], DIP_POINTS + 2)[1:-1].ravel(order="F")
    finer = resolvent(bulk, between)
    lowest = np.argmin(np.abs(finer.trace(bulk).imag).reshape(len(dips), DIP_POINTS), axis=1)
    gaps: list[Gap] = []
    for number, dip in enumerate(dips.tolist()):
        start = branch_point(bulk, states, dip)
        if start is None:
            start = branch_point(bulk, finer, number * DIP_POINTS + int(lowest[number]))
        if start is not None and not (gaps and start.x <= gaps[-1].right.x):
            gaps.append(Gap(edge(bulk, start, -1), edge(bulk, start, 1)))
    return gaps
