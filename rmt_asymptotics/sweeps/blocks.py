"""A block of a sweep: some of its points, with all that is needed to compute them anywhere.

What a block contains and where its iterations start follow from the request alone, not from who computes it: the
same request has the same bits on any number of workers.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.asymptotics import control_points, solution_at, solve_controls
from rmt_asymptotics.errors import NotConverged, OutOfDomain
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.montecarlo.plan import SimulationPlan
from rmt_asymptotics.state_evolution.refinement import CONVERGED, NOT_SOLVED, STATUSES
from rmt_asymptotics.sweeps.points import Positions
from rmt_asymptotics.sweeps.simulated import NESTED, SimulatedPoints, simulate_run, simulated_columns
from rmt_asymptotics.threads import one_thread

STATUS_NAMES = (*(status.name.lower() for status in STATUSES), "refused", "pending")
REFUSED, PENDING = len(STATUSES), len(STATUSES) + 1
FAILURES = (OutOfDomain, NotConverged)  # of a point: they are data
MESSAGES = ("message", "simulation_message")


@dataclass(frozen=True)
class Block:
    """columns: by field, the values of the points, as arrays if they are numbers.  controls: the fields that share one
    translated problem.  theory, simulation: what to compute; tolerance: of the theory.
    """

    model: RidgeModel
    columns: dict[str, Any]
    controls: frozenset[str]
    theory: bool
    simulation: SimulationPlan | None
    tolerance: float | None
    outputs: tuple[str, ...]

    @property
    def points(self) -> int:
        return len(next(iter(self.columns.values())))


@dataclass(frozen=True)
class BlockResult:
    """columns: by variable, one number a point.  messages: by kind and point, where there is something to say."""

    columns: dict[str, Array]
    messages: dict[str, dict[int, str]]

    @classmethod
    def empty(cls, points: int, outputs: tuple[str, ...], theory: bool, simulation: bool, status: int) -> "BlockResult":
        """NaN at every point, and `status`."""
        columns: dict[str, Array] = {}
        if theory:
            columns |= {name: np.full(points, np.nan) for name in (*outputs, "residual", "error_estimate")}
            columns |= {"nodes": np.zeros(points), "classes": np.zeros(points)}
            columns["status"] = np.full(points, float(status))
        if simulation:
            columns |= {name: np.full(points, np.nan) for name in simulated_columns(outputs)}
        return cls(columns, {name: {} for name in MESSAGES})


def compute_block(block: Block) -> BlockResult:
    """The errors at the points of a block, on one thread."""
    result = BlockResult.empty(block.points, block.outputs, block.theory, block.simulation is not None, REFUSED)
    with one_thread():
        if block.theory:
            for run in _runs(block.columns, block.controls):
                _solve(block, run, result)
        if block.simulation:
            _simulate(block, block.simulation, result)
    for column in result.columns.values():
        column[np.isnan(column)] = np.nan  # one pattern of bits
    return result


def _simulate(block: Block, plan: SimulationPlan, result: BlockResult) -> None:
    simulated = SimulatedPoints(result.columns, result.messages["simulation_message"])
    for run in _runs(block.columns, NESTED):
        alphas, ridges = (_column(block, name, run).tolist() for name in NESTED)
        model = block.model.replace(**_outer(block, run, NESTED))
        simulate_run(model, list(zip(alphas, ridges, strict=True)), plan, int(run[0]), simulated)


def _runs(columns: dict[str, Any], inner: Container[str]) -> Iterator[Positions]:
    """Successive points at which only `inner` fields change."""
    count = len(next(iter(columns.values())))
    changes = np.zeros(count, bool)
    for name, column in columns.items():
        if name not in inner:
            changes[1:] |= np.fromiter((a != b for a, b in pairwise(column)), bool, count - 1)
    return iter(np.split(np.arange(count), np.flatnonzero(changes)))


def _solve(block: Block, run: Positions, result: BlockResult) -> None:
    """Solve the points of one problem, each started from the last; those that fail together are tried one by one."""
    try:
        model = block.model.replace(**_outer(block, run, block.controls))
        inner = {name: block.columns[name][run] for name in block.columns if name in block.controls}
        controls = control_points(model, inner, len(run))
        solved = solve_controls(model, controls, block.tolerance)
    except FAILURES as error:
        if len(run) > 1:
            for point in run:
                _solve(block, np.array([point]), result)
        else:
            result.messages["message"][int(run[0])] = str(error)
            result.columns["status"][run] = REFUSED if isinstance(error, OutOfDomain) else NOT_SOLVED
        return
    noise = model.label_noise - model.noise_variance + controls.noise_variance
    for name in block.outputs:
        excess = name == "excess_error"
        result.columns[name][run] = solved.output("test_error") - noise if excess else solved.output(name)
    for name in ("residual", "error_estimate", "nodes", "classes", "status"):
        result.columns[name][run] = getattr(solved, name)
    for point in np.flatnonzero(solved.status != CONVERGED).tolist():
        result.messages["message"][int(run[point])] = solution_at(solved, point).message


def _outer(block: Block, run: Positions, inner: Container[str]) -> dict[str, Any]:
    """The values of the fields that stay the same within a run."""
    first = {name: column[run[0]] for name, column in block.columns.items() if name not in inner}
    return {name: value.item() if isinstance(value, np.generic) else value for name, value in first.items()}


def _column(block: Block, name: str, run: Positions) -> Array:
    """The numbers of one field along a run; the model's where the sweep does not change it."""
    if name in block.columns:
        return np.asarray(block.columns[name][run], float)
    return np.full(len(run), getattr(block.model, name))
