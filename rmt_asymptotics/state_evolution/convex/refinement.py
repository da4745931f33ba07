"""Refine quadratures and classes until the outputs of a convex loss are stable.  Note: numerics.md [refine.1]."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.problem import Controls, Problem
from rmt_asymptotics.state_evolution.convex.points import Task, solve_point
from rmt_asymptotics.state_evolution.convex.starts import Solved, predicted
from rmt_asymptotics.state_evolution.refinement import CLOSE, CONVERGED, NOT_RESOLVED, NOT_SOLVED, remaining

ORDERS = (10, 12, 14, 16, 18, 20, 22, 24, 26)  # Gauss-Legendre nodes a panel at each level
LARGEST_RESIDUAL = 1e-9
BEFORE = 3  # points through which the next is predicted
SMALLEST = 1e-12  # of what is seen of a vanishing control
NEGLIGIBLE = 1e-3  # outputs below this are compared with it: shares and losses in units of one label


@dataclass(frozen=True)
class ConvexErrors:
    """Outputs by name, (P,) each; NaN where the labels have none."""

    test_error: Array
    training_error: Array
    training_objective: Array
    test_loss: Array
    training_loss: Array
    norm: Array
    misclassification: Array
    training_misclassification: Array


NAMES = tuple(field.name for field in fields(ConvexErrors))


@dataclass(frozen=True)
class ConvexSolutions:
    """Arrays over P points, as in `RefinedSolutions`; solved: the solution of each, None where there is none."""

    errors: ConvexErrors
    residual: Array
    error_estimate: Array
    iterations: NDArray[np.intp]
    nodes: NDArray[np.intp]
    classes: NDArray[np.intp]
    status: NDArray[np.intp]
    levels: NDArray[np.intp]
    solved: tuple[Solved, ...]

    def output(self, name: str) -> Array:
        """An output by name, (P,)."""
        return np.asarray(getattr(self.errors, name))


def solve_convex(
    problem_at: Callable[[int], Problem], levels: int, controls: Controls, task: Task, tolerance: float
) -> ConvexSolutions:
    """Each point on level 0, started from the point before, then on finer levels until stable to `tolerance`."""
    count = len(controls.ridge)
    places = np.column_stack([np.log(np.maximum(x, SMALLEST)) for x in vars(controls).values()])
    found: list[list[Solved]] = []
    for point in range(count):
        first = point
        while first > max(0, point - BEFORE) and found[first - 1][0].converged:
            first -= 1
        near = predicted([records[0] for records in found[first:]], places[first : point + 1])
        found.append(_refined(problem_at, levels, controls, point, task, tolerance, near))
    last = [records[-1] for records in found]
    changes = np.array([_left(records) for records in found])
    residual = np.array([float(np.max(np.abs(each.iterate.at.residual))) for each in last])
    estimate = changes + np.array([each.iterate.size for each in last])
    solved = np.array([each.converged for each in last]) & (residual <= LARGEST_RESIDUAL)
    stable = np.where(estimate <= tolerance, CONVERGED, NOT_RESOLVED)
    return ConvexSolutions(
        ConvexErrors(*np.array([[each.outputs[name] for name in NAMES] for each in last]).T),
        residual,
        estimate,
        np.array([sum(each.iterate.iterations for each in records) for records in found]),
        np.array([len(each.system.problem.features.nodes) for each in last]),
        np.array([len(each.system.problem.features.class_weights) for each in last]),
        np.where(solved, stable, NOT_SOLVED),
        np.array([len(records) - 1 for records in found]),
        tuple(last),
    )


def _refined(
    problem_at: Callable[[int], Problem], levels: int, controls: Controls, point: int, task: Task, tolerance: float,
    near: Solved | None,
) -> list[Solved]:  # fmt: skip
    """The solutions of one point on successive levels."""
    records = [solve_point(problem_at(0), task, controls, point, ORDERS[0], near)]
    for level in range(1, levels):
        if not records[-1].converged:
            break
        records.append(solve_point(problem_at(level), task, controls, point, ORDERS[level], records[-1]))
        asked = tolerance if level == levels - 1 else min(tolerance, CLOSE)
        if _left(records) + records[-1].iterate.size <= asked:
            break
    return records


def _left(records: list[Solved]) -> float:
    """What refinement leaves after these levels, relative; infinite after one."""
    changes = [_change(*pair) for pair in pairwise(records)]
    return float(remaining(np.array(changes))) if changes else np.inf


def _change(coarse: Solved, fine: Solved) -> float:
    """The largest relative change of the outputs; those that are infinite on both do not change."""
    changes = [0.0]
    for name, value in fine.outputs.items():
        other = coarse.outputs[name]
        if np.isfinite(value) or np.isfinite(other):
            changes.append(abs(value - other) / max(abs(value), NEGLIGIBLE))
    return float(np.max(changes))
