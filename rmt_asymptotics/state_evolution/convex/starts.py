"""Solved points, and where the next one starts.  Note: convex_losses.md, section 6."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.state_evolution.convex.bulk import bulk_at
from rmt_asymptotics.state_evolution.convex.channel import Field
from rmt_asymptotics.state_evolution.convex.fixed_point import State, System
from rmt_asymptotics.state_evolution.convex.newton import SOLVED, Iterate

NEARBY = 1.0  # largest change of log V and log Q by extrapolation
FARTHEST = 2.0  # of the step to the next point, in units of the one before
ON_LINE = 1e-9  # relative, of points that lie on one line


@dataclass(frozen=True)
class Solved:
    """A point: the iterate at its solution, its system, and by name the outputs, `norm` = |a|^2/p among them."""

    iterate: Iterate
    system: System
    outputs: dict[str, float]

    @property
    def converged(self) -> bool:
        return self.iterate.size <= SOLVED


def predicted(solved: Sequence[Solved], places: Array) -> Solved | None:
    """A start at the last of `places` (S + 1, C): by the polynomial through S <= 3 points of a line, else the nearest.

    The points belong to one problem on one grid, the nearest last.
    """
    if len(solved) < 2:
        return solved[-1] if solved else None
    last, states, step = solved[-1], [each.iterate.state for each in solved], places[-1] - places[-2]
    back = places[-2] - places[:-1]
    x = -(back @ step) / (step @ step) if np.any(step) else np.zeros(len(solved))
    on_line = np.allclose(back, -x[:, None] * step, rtol=0, atol=ON_LINE)
    if not on_line or np.min(np.diff(x)) < 1 / FARTHEST or len({len(state.y) for state in states}) > 1:
        return last
    weights = np.array([np.prod([(1 - b) / (a - b) for b in x if b != a]) for a in x])
    logs = np.array([np.log([state.V, state.Q]) for state in states])
    change = np.tensordot(weights, logs, 1) - logs[-1]
    if np.max(np.abs(change)) > NEARBY:
        return last
    V, Q = np.exp(logs[-1] + change)
    y = weights @ np.array([each.system.modes.scales * each.iterate.state.y for each in solved])
    moved = State(V, Q, y / last.system.modes.scales, states[-1].t)
    return replace(last, iterate=replace(last.iterate, state=moved))


def carried(near: Solved, system: System) -> State:
    """The solution of a neighbour as a start: its V, Q and field on these nodes, from which the amplitudes follow."""
    state, other, problem, modes = near.iterate.state, near.system, system.problem, system.modes
    kappa, old, w = problem.features.nodes, other.problem.features.nodes, problem.features.weights
    pi, old_pi = problem.features.class_weights, other.problem.features.class_weights
    same_classes = np.array_equal(pi, old_pi) and np.array_equal(modes.classes, other.modes.classes)
    y = other.modes.scales * state.y / modes.scales if same_classes else modes.scales
    if same_classes and np.array_equal(kappa, old):
        return State(state.V, state.Q, y, state.t)
    V, Q = (np.exp(_interpolated(kappa, old, np.log(x))) for x in (state.V, state.Q))
    G0, G1 = (_interpolated(kappa, old, g) for g in other.modes.field(state.y))
    t = state.t
    if not same_classes:
        found = system.channel(Field(G0, G1, Q, V))
        E0, E1, _, v = system.alpha * w * found.values
        t = bulk_at(problem.features, v, np.full(len(pi), float(old_pi @ t)), system.b, system.ridge).t
        y = t[modes.classes] * modes.scales * (modes.functions[0] @ E0 + modes.functions[1] @ E1)
    return State(V, Q, modes.projected(y, w, (G0, G1)), t)


def _interpolated(kappa: Array, old: Array, values: Array) -> Array:
    """By splines, which save Newton steps; a single node says the same everywhere."""
    if len(old) < 4:
        return np.interp(kappa, old, values)
    from scipy import interpolate  # slow to import

    return np.asarray(interpolate.CubicSpline(old, values)(kappa))
