"""Derivatives of the outputs of convex losses, by the implicit function theorem.  Note: convex_losses.md [gl.17].

Along a field the solution moves by dX = -J^-1 dF, with the exact Jacobian J of the fixed point; dF, the change of its
residual at fixed X, and the change of the outputs along (dX, field) are differences of eighth order of closed
functions: no solution of equations enters a difference.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg

from rmt_asymptotics._types import Array
from rmt_asymptotics.asymptotics import Asymptotics, control_points, convex_solution, convex_task
from rmt_asymptotics.canonical.translation import grid_of, problem_on
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.optimisation.fields import domain_of
from rmt_asymptotics.state_evolution.convex.fixed_point import State, System, linearise
from rmt_asymptotics.state_evolution.convex.points import outputs_at, system_at
from rmt_asymptotics.state_evolution.convex.starts import Solved
from rmt_asymptotics.vocabulary.domains import Coordinate, Number

HALF = 4  # points on each side of a stencil
STEP = 0.02  # in the coordinate of the field: truncation is then 1e-14 of the scale of the outputs
ORDER = 18  # nodes a panel: differences divide the error of a quadrature by the step


@dataclass(frozen=True)
class ConvexPoint:
    """A model at its solution, on the grid of its last refinement."""

    model: RidgeModel
    asymptotics: Asymptotics
    level: int
    solved: Solved


def convex_point(model: RidgeModel, tolerance: float | None) -> ConvexPoint:
    """The solution of a model; raises `NotConverged` as `solve` does."""
    asymptotics, solutions = convex_solution(model, tolerance)
    return ConvexPoint(model, asymptotics, int(solutions.levels[0]), solutions.solved[0])


def convex_derivative(at: ConvexPoint, name: str, quantity: str) -> tuple[float, float]:
    """The derivative of an output with respect to one field, and its error estimate.

    Raises `OutOfDomain` where the stencil leaves the domain of the field.
    """
    model, state = at.model, at.solved.iterate.state
    domain, value = domain_of(model, name), float(model.value(name))
    if domain.coordinate is Coordinate.ANGLE and abs(value) == 1:
        raise OutOfDomain(name, value, "inside (-1, 1): at its ends it has no derivative, as a direction is lost there")
    step, offsets = _offsets(domain, value)
    grid, combine = grid_of(model, at.level), at.solved.system.modes.combine

    def system(offset: float) -> tuple[RidgeModel, System]:
        moved = model.replace(**{name: domain.value(domain.x(value) + step * offset)}) if offset else model
        problem = problem_on(moved, grid)
        return moved, system_at(problem, convex_task(moved), control_points(moved, {}), 0, ORDER, combine)

    systems = [system(offset) for offset in offsets.tolist()]
    residuals = np.array([linearise(each, state).residual for _, each in systems])
    jacobian = linearise(systems[int(np.flatnonzero(offsets == 0)[0])][1], state).jacobian
    weights, lower = _weights(offsets), _weights(offsets[1:-1])
    rate = -linalg.solve(jacobian, weights @ residuals)
    values = []
    for offset, (moved, each) in zip(offsets.tolist(), systems, strict=True):
        there = _along(state, offset * rate)
        found = outputs_at(each, convex_task(moved), there, linearise(each, there).norm, ORDER)
        values.append(found["test_error"] - moved.label_noise if quantity == "excess_error" else found[quantity])
    scale = step * domain.slope(value)
    result, doubt = float(weights @ values) / scale, float(weights @ values - lower @ values[1:-1]) / scale
    return result, abs(doubt) + at.asymptotics.solution.error_estimate * abs(result)


def _along(state: State, change: Array) -> State:
    nodes = len(state.V)
    V, Q = state.V * np.exp(change[:nodes]), state.Q * np.exp(change[nodes : 2 * nodes])
    return replace(state, V=V, Q=Q, y=state.y + change[2 * nodes :])


def _offsets(domain: Number, value: float) -> tuple[float, Array]:
    """The step in the coordinate and the offsets of the stencil, inside the domain."""
    linear = domain.coordinate is Coordinate.LINEAR
    step = STEP * max(1.0, abs(value)) if linear else STEP
    if linear and domain.high < np.inf:
        step = min(step, (domain.high - domain.low) / (16 * HALF))
    first = -HALF
    if linear and value - HALF * step < domain.low:
        first = 0 if value == domain.low else max(first, -int((value - domain.low) / step))
    if linear and value + (first + 2 * HALF) * step >= domain.high:
        first = -2 * HALF
    return step, np.arange(first, first + 2 * HALF + 1).astype(float)


def _weights(offsets: Array) -> Array:
    """Of the derivative at 0 of the polynomial through values at the offsets."""
    powers = np.vander(offsets, increasing=True).T
    return np.asarray(np.linalg.solve(powers, np.eye(len(offsets))[1]))
