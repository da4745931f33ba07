"""Many points of one problem with a convex loss, each started from the one before.  Note: convex_losses.md."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.channels import BinaryChannel, Channel
from rmt_asymptotics.canonical.problem import Controls, Problem
from rmt_asymptotics.losses import ConvexFunction, Loss, SquareLoss
from rmt_asymptotics.losses.piecewise import PiecewiseQuadratic
from rmt_asymptotics.state_evolution.convex.binary_channel import binary_expectations
from rmt_asymptotics.state_evolution.convex.channel import Expectations, Field
from rmt_asymptotics.state_evolution.convex.fixed_point import State, System
from rmt_asymptotics.state_evolution.convex.modes import amplitudes
from rmt_asymptotics.state_evolution.convex.newton import solve_system
from rmt_asymptotics.state_evolution.convex.outputs import OUTPUTS, outputs
from rmt_asymptotics.state_evolution.convex.real_channel import real_expectations
from rmt_asymptotics.state_evolution.convex.starts import Solved, carried

FAINT = 1e-24  # residual variances below this share of the largest are set to it: V must not vanish


@dataclass(frozen=True)
class Task:
    """A loss, an intercept or none, and the channel of the labels for each variance of the noise."""

    loss: Loss
    channel: Callable[[float], Channel]
    intercept: bool = False

    def function(self, loss: Loss) -> ConvexFunction:
        return loss.function(isinstance(self.channel(0.0), BinaryChannel))


def expectations_of(
    channel: Channel, kappa: Array, loss: ConvexFunction, order: int
) -> Callable[[Field], Expectations]:
    """Field -> the channel's expectations."""
    if isinstance(channel, BinaryChannel):
        return lambda field: binary_expectations(channel, kappa, field, loss, order)
    return lambda field: real_expectations(channel, kappa, field, loss, order)


def solve_point(
    problem: Problem, task: Task, controls: Controls, point: int, order: int, near: "Solved | State | None"
) -> Solved:
    """One point; near: the solution of a neighbour, on this problem or on another grid, or a state of this problem."""
    system = system_at(problem, task, controls, point, order)

    function, square = task.function(task.loss), task.function(SquareLoss())

    def at(loss: ConvexFunction, multiple: float) -> System:
        channel = expectations_of(system.labels, problem.features.nodes, loss, order)
        return replace(system, ridge=system.ridge * multiple, channel=channel)

    def softened(share: float) -> System:
        assert isinstance(function, PiecewiseQuadratic) and isinstance(square, PiecewiseQuadratic)
        return at(function.plus(share, square), 1.0)

    start = carried(near, system) if isinstance(near, Solved) else near
    linear = isinstance(function, PiecewiseQuadratic) and bool(np.all(np.isfinite(function.rates)))
    found = solve_system(partial(at, function), partial(at, square), softened if linear else None, start)
    return Solved(found, system, outputs_at(system, task, found.state, found.at.norm, order))


def system_at(
    problem: Problem, task: Task, controls: Controls, point: int, order: int, combine: Array | None = None
) -> System:
    """The equations of one point; combine: as in `amplitudes`."""
    alpha, b, ridge, noise = (
        float(x[point])
        for x in (controls.sample_complexity, controls.dimension_ratio, controls.ridge, controls.noise_variance)
    )
    problem, labels = _floored(problem), task.channel(noise)
    modes = amplitudes(problem, b, task.intercept, combine)
    channel = expectations_of(labels, problem.features.nodes, task.function(task.loss), order)
    return System(problem, modes, alpha, b, ridge, labels, channel)


def _floored(problem: Problem) -> Problem:
    residual = problem.features.residual
    return replace(problem, features=replace(problem.features, residual=np.maximum(residual, FAINT * np.max(residual))))


def outputs_at(system: System, task: Task, state: State, norm: float, order: int) -> dict[str, float]:
    """The outputs by name at a state, of which |a|^2/p is known; NaN where it is not finite."""
    problem, loss = system.problem, task.function(task.loss)
    if not (np.all(np.isfinite(state.V)) and np.all(np.isfinite(state.Q)) and np.all(np.isfinite(state.y))):
        return dict.fromkeys((*OUTPUTS, "training_objective", "norm"), np.nan)
    conditional = outputs(system.labels, problem.features.nodes, system.field(state), loss, order)
    values = dict(zip(OUTPUTS, (conditional @ problem.features.weights).tolist(), strict=True))
    values["norm"] = (system.b or 1.0) * norm  # over d where p is infinite
    values["training_objective"] = values["training_loss"] + system.ridge * norm / (2 * system.alpha)
    for name in ("test_loss", "training_loss", "training_objective"):
        values[name] *= task.loss.unit
    return values
