"""Newton's iteration for the fixed point, and where it starts.  Note: convex_losses.md, sections 3 and 4."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.state_evolution.convex.fixed_point import Linearised, State, System, linearise

ENOUGH = 1e-10  # of the step that is left, and of the residual
SOLVED = 1e-6  # a last step up to here is the iteration's share of the error estimate, not a failure
ROUGHLY = 1e-5
LARGEST_STEP = 2.0  # in log V and log Q
SHORTEST = 2.0**-8  # share of a Newton step
STEPS = 60
PLAIN = 3  # plain steps before Newton: without them V ~ 1e-14 in the tails costs 20 clipped ones
SMALLEST_RIDGE = 1e-3  # of the square loss that comes first
DESCENT = np.exp(-1.0)  # of the ridge, in continuation
HARDER, SOFTEST = 0.3, 1e-4  # of the share of the square loss: from step to step, and the last


@dataclass(frozen=True)
class Iterate:
    """A state and the equations there.  step: of Newton at it, what iteration leaves; inf where there is none."""

    state: State
    at: Linearised
    step: Array
    iterations: int

    @property
    def size(self) -> float:
        return float(np.max(np.abs(self.step)))


def newton(system: System, state: State, enough: float = ENOUGH, *, by_hats: bool = False) -> Iterate:
    """Damped Newton, until a step is at most `enough` or the residual falls no more: then `size` tells.

    by_hats: whether what must fall has hats in place of amplitudes: those of strong modes are large while hats vanish.
    """
    current = _iterate(system, state, 0)
    for _ in range(STEPS):
        if not np.isfinite(current.size) or max(current.size, np.max(np.abs(current.at.residual))) <= enough:
            break
        share, length = 1.0, _length(system, current, by_hats)
        following = _moved(system, current, share)
        while not _length(system, following, by_hats) < length:
            share /= 2
            if share < SHORTEST:
                return current
            following = _moved(system, current, share)
        current = following
    return current


def _length(system: System, iterate: Iterate, by_hats: bool) -> float:
    """Of the residual."""
    modes, residual = system.modes, iterate.at.residual
    lift = np.maximum(1.0, np.where(modes.penalised, modes.scales * iterate.at.image.t[modes.classes], 1.0))
    units = np.concatenate([np.ones(len(residual) - len(lift)), lift]) if by_hats else 1.0
    return float(np.linalg.norm(residual / units))


def _moved(system: System, current: Iterate, share: float) -> Iterate:
    nodes, step = len(current.state.V), share * current.step
    logs = np.clip(step[: 2 * nodes], -LARGEST_STEP, LARGEST_STEP)
    moved = State(
        current.state.V * np.exp(logs[:nodes]), current.state.Q * np.exp(logs[nodes:]),
        current.state.y + step[2 * nodes :], current.at.image.t,
    )  # fmt: skip
    return _iterate(system, moved, current.iterations + 1)


def _iterate(system: System, state: State, iterations: int) -> Iterate:
    with np.errstate(all="ignore"):
        at = linearise(system, state)
    nothing = np.full_like(at.residual, np.inf)
    if not (np.all(np.isfinite(at.residual)) and np.all(np.isfinite(at.jacobian))):
        return Iterate(state, replace(at, residual=nothing), nothing, iterations)
    try:
        step: Array = -np.linalg.solve(at.jacobian, at.residual)
    except np.linalg.LinAlgError:
        step = nothing
    return Iterate(state, at, step, iterations)


def solve_system(
    at: Callable[[float], System], square: Callable[[float], System], softened: Callable[[float], System] | None,
    start: State | None,
) -> Iterate:  # fmt: skip
    """The fixed point at ridge = the argument's own (`at(1.0)`): from `start`, else from the square loss, else from
    softer losses, else from larger ridges.

    at, square: systems at a multiple of the ridge.  softened: with a share of the square loss added; None: not needed.
    """
    spent = 0
    if start is not None:
        found = newton(at(1.0), start)
        if found.size <= SOLVED:
            return found
        spent = found.iterations
    first = _square_loss(square, max(1.0, SMALLEST_RIDGE / square(1.0).ridge))
    found = newton(at(1.0), first.state)
    spent += first.iterations + found.iterations
    if found.size > SOLVED and softened is not None:
        found = _harden(at(1.0), softened, first.state)
        spent += found.iterations
    if found.size > SOLVED:
        found = _descend(at, square)
        spent += found.iterations
    return replace(found, iterations=spent)


def _harden(system: System, softened: Callable[[float], System], state: State) -> Iterate:
    """Continuation in the share of the square loss: on linear pieces free modes have no curvature of their own."""
    share, spent = 1.0, 0
    while share > SOFTEST:  # wherever a stage ends it is nearer
        current = newton(softened(share), state)
        state, spent, share = current.state, spent + current.iterations, share * HARDER
    current = newton(system, state)
    return replace(current, iterations=spent + current.iterations)


def _square_loss(square: Callable[[float], System], multiple: float) -> Iterate:
    """The square loss with the same labels, roughly."""
    system = square(multiple)
    pi, nodes = system.problem.features.class_weights, len(system.problem.features.nodes)
    state = State(
        np.ones(nodes), np.ones(nodes), np.zeros(len(system.modes.scales)), np.full(len(pi), 1 / system.ridge)
    )
    for _ in range(PLAIN):
        image = linearise(system, state).image
        state = replace(image, y=state.y)
    return newton(system, state, ROUGHLY)


def _descend(at: Callable[[float], System], square: Callable[[float], System]) -> Iterate:
    """Continuation in the ridge, from 10 n/p down."""
    system = at(1.0)
    multiple = max(1.0, 10 * system.alpha * system.b / system.ridge)
    current = newton(at(multiple), _square_loss(square, multiple).state, by_hats=True)
    spent = current.iterations
    while multiple > 1 and current.size <= SOLVED:
        multiple = max(1.0, multiple * DESCENT)
        current = newton(at(multiple), current.state, by_hats=True)
        spent += current.iterations
    return replace(current, iterations=spent)
