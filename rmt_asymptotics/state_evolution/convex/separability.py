"""The largest n/d at which samples are separable: the margin loss is the indicator of u >= 0, at no ridge.  [gl.16]

V and Q are then free up to a factor each, which two conditions fix, and n/d is an unknown in their place.
"""

from dataclasses import replace

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.losses.piecewise import PiecewiseQuadratic
from rmt_asymptotics.state_evolution.convex.fixed_point import State, System, linearise
from rmt_asymptotics.state_evolution.convex.points import expectations_of
from rmt_asymptotics.state_evolution.convex.starts import Solved

CORRECT = PiecewiseQuadratic((0.0,), (np.inf, 0.0), (-np.inf, 0.0), (0.0, 0.0))  # 0 where u >= 0, else infinite
ENOUGH = 1e-11
LARGEST_STEP = 1.0  # in the logarithms
STEPS = 100


def threshold(hard: Solved, order: int) -> tuple[float, float]:
    """The threshold in n/d and the last step of its logarithm, from a hard margin near it."""
    system, state = hard.system, hard.iterate.state
    channel = expectations_of(system.labels, system.problem.features.nodes, CORRECT, order)
    system = replace(system, ridge=0.0, channel=channel)
    current = _normalised(system, state)
    size = np.inf
    step, length = _step(system, current)
    for _ in range(STEPS):
        share = min(1.0, LARGEST_STEP / float(np.max(np.abs(step))))
        while True:
            moved_system, moved = _moved(system, current, share * step)
            following, after = _step(moved_system, moved)
            if after < length or share < 1e-3:
                break
            share /= 2
        system, current, step, length, size = moved_system, moved, following, after, float(np.max(np.abs(following)))
        if size <= ENOUGH:
            break
    return system.alpha, size


def _step(system: System, state: State) -> tuple[Array, float]:
    """The Gauss-Newton step in (log V, log Q, y, log alpha), and the length of the residual."""
    with np.errstate(all="ignore"):
        at = linearise(system, state)
    w, count = system.problem.features.weights, len(state.y)
    fixed = np.zeros((2, len(at.residual) + 1))
    fixed[0, : len(w)], fixed[1, len(w) : 2 * len(w)] = w, w
    rows = np.concatenate([np.column_stack([at.jacobian, at.growth]), fixed])
    rest = np.concatenate([at.residual, [w @ np.log(state.V), w @ np.log(state.Q)]])
    if not np.all(np.isfinite(rows)) or not np.all(np.isfinite(rest)):
        return np.zeros(2 * len(w) + count + 1), np.inf
    return -np.linalg.lstsq(rows, rest, rcond=None)[0], float(np.linalg.norm(rest))


def _moved(system: System, state: State, step: Array) -> tuple[System, State]:
    nodes = len(state.V)
    V, Q = state.V * np.exp(step[:nodes]), state.Q * np.exp(step[nodes : 2 * nodes])
    moved = replace(state, V=V, Q=Q, y=state.y + step[2 * nodes : -1])
    return replace(system, alpha=system.alpha * float(np.exp(step[-1]))), moved


def _normalised(system: System, state: State) -> State:
    w = system.problem.features.weights
    V, Q = (float(np.exp(w @ np.log(x))) for x in (state.V, state.Q))
    return State(state.V / V, state.Q / Q, state.y / np.sqrt(Q), state.t / V)
