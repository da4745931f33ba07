"""Which translation serves which model, and the fields that a translated problem does not depend on.

A new model registers its translation in `grid_of` and `problem_on`, and may register its `control_fields`.
"""

from collections.abc import Callable, Hashable
from functools import cache, singledispatch
from operator import attrgetter
from typing import Any, cast

import numpy as np

from rmt_asymptotics.canonical.grids import LEVELS, Grid
from rmt_asymptotics.canonical.one_step_network import one_step_grid, one_step_problem
from rmt_asymptotics.canonical.problem import Problem
from rmt_asymptotics.canonical.random_features import random_features_grid, random_features_problem
from rmt_asymptotics.canonical.ridge_regression import ridge_regression_problem
from rmt_asymptotics.canonical.shape import Shape
from rmt_asymptotics.canonical.spiked_features import spiked_grid, spiked_problem
from rmt_asymptotics.canonical.two_steps import two_step_grid, two_step_problem
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.models import (
    OneStepNetwork,
    RandomFeatures,
    RidgeModel,
    RidgeRegression,
    SpikedRandomFeatures,
    TwoStepNetwork,
)
from rmt_asymptotics.remembered import remembered
from rmt_asymptotics.steps import PowerStep

CONTROL_FIELDS = frozenset({"sample_complexity", "width_ratio", "ridge", "noise_variance"})
FIXED_BY_STEP = frozenset({"ridge"})  # what a step that scales with n leaves free


def _unknown(model: object) -> OutOfDomain:
    return OutOfDomain("model", model, "a model whose translation is known, such as RandomFeatures(...)")


@singledispatch
def grid_of(model: RidgeModel, level: int) -> Grid:
    """The grid on which `translate` evaluates a model at refinement `level`."""
    raise _unknown(model)


@singledispatch
def problem_on(model: RidgeModel, grid: Grid) -> Problem:
    """The canonical problem of a model on a given grid, such as that of a model nearby: smooth in its fields."""
    raise _unknown(model)


@singledispatch
def control_fields(model: RidgeModel) -> frozenset[str]:
    """The fields that enter only the fixed point: models that differ in nothing else share one problem."""
    return CONTROL_FIELDS


grid_of.register(RandomFeatures)(random_features_grid)
problem_on.register(RandomFeatures)(random_features_problem)
grid_of.register(RidgeRegression)(random_features_grid)
problem_on.register(RidgeRegression)(ridge_regression_problem)
grid_of.register(SpikedRandomFeatures)(spiked_grid)
problem_on.register(SpikedRandomFeatures)(spiked_problem)


grid_of.register(OneStepNetwork)(one_step_grid)
problem_on.register(OneStepNetwork)(one_step_problem)
grid_of.register(TwoStepNetwork)(two_step_grid)
problem_on.register(TwoStepNetwork)(two_step_problem)


@control_fields.register
def _(model: OneStepNetwork) -> frozenset[str]:
    """The noise shapes a gradient step, and a step that scales with n depends on the ratios."""
    steps = (model.step, getattr(model, "second_step", None))
    return FIXED_BY_STEP if any(isinstance(step, PowerStep) for step in steps) else CONTROL_FIELDS - {"noise_variance"}


@cache
def _shaping(kind: Hashable, controls: frozenset[str]) -> Callable[[RidgeModel], tuple[Any, ...]]:
    return attrgetter("__class__", *(name for name in vars(kind)["__dataclass_fields__"] if name not in controls))


def translations(model: RidgeModel) -> Callable[[int], Problem]:
    """The canonical problem of a model by refinement level < LEVELS; the same for all values of `control_fields`."""
    shape = Shape(_shaping(cast(Hashable, type(model)), control_fields(model))(model), model)
    return lambda level: _translated(shape, level)


def translate(model: RidgeModel, level: int) -> Problem:
    """The problem of `translations` at one refinement level.  Problems are kept, and their arrays read-only."""
    return translations(model)(level)


@remembered(maxsize=32)
def _translated(shape: Shape, level: int) -> Problem:
    problem = problem_on(shape.model, grid_of(shape.model, level))
    for array in (*vars(problem.features).values(), *vars(problem.labels).values()):
        if isinstance(array, np.ndarray):
            array.setflags(write=False)
    return problem


__all__ = ["LEVELS", "control_fields", "grid_of", "problem_on", "translate", "translations"]
