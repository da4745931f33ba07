"""The errors of a model at any number of digits, with an error estimate.  Note: numerics.md [refine.2]."""

import dataclasses
import math
from typing import Any

import numpy as np
from mpmath import mp

from rmt_asymptotics.digits.algebra import Unreached, dot, numbers
from rmt_asymptotics.digits.projection import Errors, errors_at
from rmt_asymptotics.digits.setting import Resolution, Setting
from rmt_asymptotics.digits.state_evolution import Bulk, State, fixed_point, from_above
from rmt_asymptotics.digits.translations import setting_of
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.progress import Tick, silent

GROWTH = 1.25  # of the nodes, from one resolution to the next
LARGEST_GROWTH = 4.0
GUARD = 12  # working digits beyond those asked for
MORE_DIGITS = 1.5  # times as many, where digits decide what is free
ATTEMPTS = 12
ABOVE = 1e-6  # by which the solution in floats is raised to start from above the solution


@dataclasses.dataclass(frozen=True)
class PreciseErrors:
    """The errors as mpf, and how they were reached, as in `Solution`; converged: to all digits."""

    errors: Errors
    residual: float
    error_estimate: float
    iterations: int
    nodes: int
    classes: int
    converged: bool


def precise_errors(model: RidgeModel, digits: int, classes: int, tick: Tick = silent) -> PreciseErrors:
    """The errors to `digits` digits: refined until the last refinement changes none of them.  [refine.2]

    classes: of a continuous law.  tick: called after each refinement.
    The error estimate is that change, relative, and by how much two expressions of the objective differ.
    Raises `OutOfDomain` for models without a translation, `Unreached` where nothing was solved.
    """
    goal = 10.0**-digits
    guard = GUARD + 2 * max(0.0, -math.log10(model.ridge)) + math.log10(model.width or 1)
    resolution = Resolution(digits + int(guard), 8 + digits + int(guard), 30 + 4 * digits, classes)
    solved: list[PreciseErrors] = []
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with mp.workdps(resolution.digits + 5):
                solved.append(_solved(model, resolution, solved[-1] if solved else None, goal))
                tick()
        except Unreached:
            if attempt == ATTEMPTS:
                raise
            solved.clear()
            resolution = dataclasses.replace(resolution, digits=int(MORE_DIGITS * resolution.digits))
            continue
        if solved[-1].converged:
            break
        resolution = _finer(resolution, solved[-1].error_estimate, goal)
    return solved[-1]


def _finer(resolution: Resolution, change: float, goal: float) -> Resolution:
    """The next resolution: 1/4 more nodes, or as many as geometric convergence wants."""
    wanted = math.log(goal) / math.log(change) / GROWTH if 0 < change < 1 else GROWTH
    growth = min(max(GROWTH, wanted), LARGEST_GROWTH)
    nodes = int(growth * resolution.nodes)
    return dataclasses.replace(resolution, digits=resolution.digits + 3, order=resolution.order + 4, nodes=nodes)


def _solved(model: RidgeModel, resolution: Resolution, coarser: PreciseErrors | None, goal: float) -> PreciseErrors:
    setting = setting_of(model, resolution)
    beta, noise = mp.mpf(model.width_ratio), mp.mpf(model.noise_variance)
    ratio = mp.mpf(model.sample_complexity) / beta
    moments = setting.bulk
    bulk = Bulk(setting.weight, setting.shares, moments.linear, moments.residual, ratio, beta, mp.mpf(model.ridge))
    tolerance = mp.mpf(10) ** -resolution.digits
    state, residual, steps = _solution(bulk, tolerance)
    errors = errors_at(setting, bulk, state, noise, tolerance)
    estimate = math.inf if coarser is None else _change(errors, coarser.errors, goal * _label(setting, noise))
    return PreciseErrors(
        errors, float(residual), estimate, steps + (coarser.iterations if coarser else 0), len(setting.kappa),
        len(setting.shares), estimate <= goal,
    )  # fmt: skip


def _solution(bulk: Bulk, tolerance: Any) -> tuple[State, Any, int]:
    """The fixed point, from the one in floats where that is close enough."""
    try:
        with np.errstate(all="ignore"):
            coarse, _, _ = fixed_point(bulk.floats(), from_above(bulk.floats()), 1e-8)
        return fixed_point(bulk, (numbers(coarse.V * (1 + ABOVE)), numbers(coarse.t)), tolerance)
    except (Unreached, np.linalg.LinAlgError, OverflowError, ZeroDivisionError):
        return fixed_point(bulk, from_above(bulk), tolerance)


def _label(setting: Setting, noise: Any) -> Any:
    """E y^2."""
    return dot(setting.weight, setting.labels.second) + noise


def _change(errors: Errors, coarser: Errors, negligible: Any) -> float:
    """The largest relative change of an error, and what two expressions of the objective differ by."""
    names = ("test_error", "training_error", "training_objective")
    changes = [abs(getattr(errors, name) - getattr(coarser, name)) for name in names]
    sizes = [max(abs(getattr(errors, name)), negligible) for name in names]
    pairs = zip([*changes, errors.discrepancy], [*sizes, sizes[-1]], strict=True)
    return max((float(change / size) for change, size in pairs if change), default=0.0)
