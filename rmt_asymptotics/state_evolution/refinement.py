"""Refine nodes and classes until the errors are stable.  Note: numerics.md [refine.1].

What quadrature and class count leave is estimated from the last three changes of the errors, since one or two may be
small by accident; with it goes what iteration and rounding leave.  Points that are stable are not solved again.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.problem import Controls, Problem
from rmt_asymptotics.equations.square_loss import Errors
from rmt_asymptotics.state_evolution.ridge import NEGLIGIBLE, TINY, PointSolutions, carry_over, solve_points
from rmt_asymptotics.vocabulary.quantities import SOLVED_ERRORS

Points = NDArray[np.intp]
LOSSES = {"test_loss": "test_error", "training_loss": "training_error"}
LARGEST_RESIDUAL = 1e-11
CLOSE = 1e-6  # larger changes are no measure of what is left: refinement goes on below it, whatever the tolerance
FIRST = 100  # by which a first change is raised, which has none before it
RATE = 1.3  # a change e is followed by e^1.45 where convergence is exponential in the nodes; less is an accident
SLOWEST = 0.95  # other changes are the terms of a geometric series, of this ratio at most
PLATEAU, DRIFT = 1e-10, 10  # changes that stay below this are rounding, whose sum may be this many times as large
LARGEST_ROUNDING = 1e-6  # relative; below it the tolerance governs quadrature and classes, and rounding is reported


class Status(Enum):
    """How a point ended; the value says it in words, the remedy what to try next."""

    remedy: str

    def __new__(cls, words: str, remedy: str) -> "Status":
        status = object.__new__(cls)
        status._value_, status.remedy = words, remedy
        return status

    CONVERGED = "stable to the tolerance under refinement, residual at rounding", ""
    NOT_RESOLVED = (
        "the finest quadrature or class count still moves the errors by more than the tolerance",
        "a larger `tolerance`, an activation and a target of fewer oscillations, a narrower law or a larger ridge",
    )
    NOT_SOLVED = "the fixed point was not reached", "a larger ridge, or n/p farther from 1"
    ROUNDED = (
        "solved, but rounding may have changed the errors by more than 1e-6",
        "a larger ridge, or n/p farther from 1; solve(model, digits=30) has the digits that are missing",
    )


STATUSES = tuple(Status)
CONVERGED, NOT_RESOLVED, NOT_SOLVED, ROUNDED = range(len(STATUSES))


@dataclass(frozen=True)
class RefinedSolutions:
    """Arrays over P points, each from its own last refinement.

    status holds positions in `STATUSES`.  levels (P,): the last refinement of each point.  state: of the points that
    were solved on the last of all refinements, where `solve_points` ended.
    """

    errors: Errors
    residual: Array
    error_estimate: Array
    iterations: Points
    nodes: Points
    classes: Points
    status: Points
    levels: Points
    state: Array

    def output(self, name: str) -> Array:
        """An output of the square loss by name, (P,); its losses are its errors, and it has no others."""
        values = getattr(self.errors, LOSSES.get(name, name), None)
        return np.full(len(self.residual), np.nan) if values is None else np.asarray(values)

    def write(
        self, at: Points, solution: PointSolutions, left: Array, problem: Problem, tolerance: float, level: int
    ) -> None:
        """Put a solution at the points `at`, where nodes and classes leave `left` of the errors, relative."""
        for name in SOLVED_ERRORS:
            getattr(self.errors, name)[at] = getattr(solution.errors, name)
        self.levels[at] = level
        self.residual[at] = solution.residual
        self.error_estimate[at] = left + solution.error_estimate
        self.iterations[at] += solution.iterations
        self.nodes[at], self.classes[at] = len(problem.features.nodes), len(problem.features.class_weights)
        finite = np.all([np.isfinite(getattr(solution.errors, name)) for name in SOLVED_ERRORS], axis=0)
        solved = finite & (solution.residual <= LARGEST_RESIDUAL)
        exact = np.where(solution.error_estimate <= LARGEST_ROUNDING, CONVERGED, ROUNDED)
        stable = np.where(
            left <= np.maximum(tolerance, np.minimum(solution.error_estimate, LARGEST_ROUNDING)), exact, NOT_RESOLVED
        )
        self.status[at] = np.where(solved, stable, NOT_SOLVED)


def solve_refined(
    problem_at: Callable[[int], Problem], levels: int, controls: Controls, tolerance: float
) -> RefinedSolutions:
    """Solve the points on problem_at(0), problem_at(1), ..., each until stable to `tolerance`, relative.  [refine.1]"""
    points = len(controls.ridge)
    residual, estimate = np.empty((2, points))
    iterations, nodes, classes, status, at_level = np.zeros((5, points), np.intp)
    errors = Errors(*np.empty((len(SOLVED_ERRORS), points)))
    refined = RefinedSolutions(errors, residual, estimate, iterations, nodes, classes, status, at_level, np.empty(0))
    problem, active = problem_at(0), np.arange(points)
    solution = solve_points(problem, controls)
    refined.write(active, solution, np.full(points, 0.0 if problem.features.exact else np.inf), problem, tolerance, 0)
    changes = np.empty((levels - 1, points))
    for level in range(1, levels):
        unstable = refined.status[active] == NOT_RESOLVED
        active = active[unstable]
        if not active.size:
            break
        finer = problem_at(level)
        coarse = Errors(*(getattr(solution.errors, name)[unstable] for name in SOLVED_ERRORS))
        solution = solve_points(finer, controls.at(active), carry_over(problem, finer, solution.state[unstable]))
        label = finer.label_variance + controls.noise_variance[active]
        changes[level - 1, active] = _change(coarse, solution.errors, label)
        asked = tolerance if level == levels - 1 else min(tolerance, CLOSE)
        refined.write(
            active, solution, remaining(changes[:level, active], solution.error_estimate), finer, asked, level
        )
        problem = finer
    return replace(refined, state=solution.state)


def remaining(changes: Array, rounding: Array | float = 0.0) -> Array:
    """What refinement leaves after changes (L, ...), relative, from the last three of them.

    rounding: what is known to be rounding; changes that stay below it tell nothing.

    >>> remaining(np.array([[1e-9]])), remaining(np.array([[1e-5, 1e-8], [1e-9, 1e-9]]))
    (array([1.e-07]), array([3.16227766e-07, 1.00000000e-08]))
    >>> remaining(np.array([6e-5, 4e-8, 3e-5, 6.6e-7, 6.4e-7]))   # all of a rule that does not resolve the functions
    array(1.28e-05)
    """
    if len(changes) == 1:
        return np.asarray(FIRST * changes[0])
    change, before = changes[-1], changes[-2]
    expected = np.minimum(before, 1) ** RATE
    in_a_row = before <= np.minimum(changes[-3], 1) ** RATE if len(changes) > 2 else True
    fallen = np.where(in_a_row, np.maximum(change, expected), before)  # the first fall after a stall may be an accident
    ratio = np.minimum(change / np.maximum(before, np.finfo(float).tiny), SLOWEST)
    stalled = np.maximum(before * np.where(before < PLATEAU, DRIFT, 1), change / (1 - ratio))
    stalled = np.where(np.maximum(change, before) <= rounding, change, stalled)
    return np.asarray(np.where(change <= expected, fallen, stalled))


def _change(coarse: Errors, fine: Errors, label: Array) -> Array:
    """The largest relative change of the errors, (P,)."""
    changes = []
    for name in SOLVED_ERRORS:
        value = getattr(fine, name)
        scale = np.maximum(np.abs(value), NEGLIGIBLE * label + TINY)
        changes.append(np.abs(value - getattr(coarse, name)) / scale)
    return np.asarray(np.max(changes, axis=0))
