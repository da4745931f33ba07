"""Quantities on finer and finer grids, until they are stable.  Note: theory_notes/numerics.md [refine.1]."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.asymptotics import TOLERANCE, TOLERANCE_CONTINUOUS
from rmt_asymptotics.canonical.problem import Problem
from rmt_asymptotics.canonical.translation import LEVELS, translate
from rmt_asymptotics.errors import NotConverged
from rmt_asymptotics.models import RidgeModel, check_ridge_regression
from rmt_asymptotics.state_evolution.refinement import CLOSE, remaining
from rmt_asymptotics.vocabulary.fields import FIELDS

FAINT = 1e-9  # share of the largest value below which a value is compared with that share


@dataclass(frozen=True)
class Rounded:
    """Values of any shape, and what rounding leaves of each, absolute."""

    values: Array
    rounding: Array


def refined(
    model: RidgeModel, compute: Callable[[Problem], Array], tolerance: float | None = None
) -> tuple[Array, float]:
    """Values of any shape, and what refinement of nodes and classes leaves of them, relative; see `refined_rounded`."""
    found, left = refined_rounded(model, lambda problem: _exact(compute(problem)), tolerance, FAINT)
    return found.values, left


def _exact(values: Array) -> Rounded:
    return Rounded(values, np.zeros_like(values))


def refined_rounded(
    model: RidgeModel, compute: Callable[[Problem], Rounded], tolerance: float | None, faint: float
) -> tuple[Rounded, float]:
    """Values with their rounding, and what refinement of nodes and classes leaves of them, relative.  [refine.1]

    tolerance: as in `solve`.  faint: share of the largest value below which a value is compared with that share.
    Changes by as much as rounding tell nothing.  Raises `NotConverged` where the finest grid still moves the values by
    more.
    """
    check_ridge_regression(model)
    continuous = model.has_continuous_law
    default = TOLERANCE_CONTINUOUS if continuous else TOLERANCE
    tolerance = default if tolerance is None else FIELDS["tolerance"].checked(tolerance)
    problem = translate(model, 0)
    found, changes = compute(problem), []
    if problem.features.exact:
        return found, 0.0
    for level in range(1, LEVELS):
        coarse, found = found, compute(translate(model, level))
        sizes = np.abs(found.values)
        change = np.maximum(np.abs(found.values - coarse.values) - coarse.rounding - found.rounding, 0)
        changes.append(float(np.max(change / np.maximum(sizes, faint * np.max(sizes) + np.finfo(float).tiny))))
        left = float(remaining(np.array(changes)))
        if left <= (tolerance if level == LEVELS - 1 else min(tolerance, CLOSE)):
            return found, left
    raise NotConverged(f"the finest quadrature or class count still moves the results by {changes[-1]:.1e}, relative")
