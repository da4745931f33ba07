"""Refine nodes and classes until the errors are stable.  Note: numerics.md [refine.1].

The change of the errors from one refinement to the next bounds what quadrature and class count leave;
with it goes what iteration and rounding leave.  Points that are stable are not solved again.
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
        self, at: Points, solution: PointSolutions, change: Array, problem: Problem, tolerance: float, level: int
    ) -> None:
        """Put a solution at the points `at`, where the last refinement moved the errors by `change`, relative."""
        for name in SOLVED_ERRORS:
            getattr(self.errors, name)[at] = getattr(solution.errors, name)
        self.levels[at] = level
        self.residual[at] = solution.residual
        self.error_estimate[at] = change + solution.error_estimate
        self.iterations[at] += solution.iterations
        self.nodes[at], self.classes[at] = len(problem.features.nodes), len(problem.features.class_weights)
        finite = np.all([np.isfinite(getattr(solution.errors, name)) for name in SOLVED_ERRORS], axis=0)
        solved = finite & (solution.residual <= LARGEST_RESIDUAL)
        exact = np.where(solution.error_estimate <= LARGEST_ROUNDING, CONVERGED, ROUNDED)
        stable = np.where(
            change <= np.maximum(tolerance, np.minimum(solution.error_estimate, LARGEST_ROUNDING)), exact, NOT_RESOLVED
        )
        self.status[at] = np.where(solved, stable, NOT_SOLVED)


def solve_refined(
    problem_at: Callable[[int], Problem], levels: int, controls: Controls, tolerance: float
) -> RefinedSolutions:
    """Solve the points on problem_at(0), problem_at(1), ..., each until stable to `tolerance`, relative."""
    points = len(controls.ridge)
    residual, estimate = np.empty((2, points))
    iterations, nodes, classes, status, at_level = np.zeros((5, points), np.intp)
    errors = Errors(*np.empty((len(SOLVED_ERRORS), points)))
    refined = RefinedSolutions(errors, residual, estimate, iterations, nodes, classes, status, at_level, np.empty(0))
    problem, active = problem_at(0), np.arange(points)
    solution = solve_points(problem, controls)
    refined.write(active, solution, np.full(points, 0.0 if problem.features.exact else np.inf), problem, tolerance, 0)
    for level in range(1, levels):
        unstable = refined.status[active] == NOT_RESOLVED
        active = active[unstable]
        if not active.size:
            break
        finer = problem_at(level)
        coarse = Errors(*(getattr(solution.errors, name)[unstable] for name in SOLVED_ERRORS))
        solution = solve_points(finer, controls.at(active), carry_over(problem, finer, solution.state[unstable]))
        label = finer.label_variance + controls.noise_variance[active]
        refined.write(active, solution, _change(coarse, solution.errors, label), finer, tolerance, level)
        problem = finer
    return replace(refined, state=solution.state)


def _change(coarse: Errors, fine: Errors, label: Array) -> Array:
    """The largest relative change of the errors, (P,)."""
    changes = []
    for name in SOLVED_ERRORS:
        value = getattr(fine, name)
        scale = np.maximum(np.abs(value), NEGLIGIBLE * label + TINY)
        changes.append(np.abs(value - getattr(coarse, name)) / scale)
    return np.asarray(np.max(changes, axis=0))
