"""Which translation serves which model, and the fields that a translated problem does not depend on."""

from collections.abc import Callable
from typing import Any, NamedTuple

from rmt_asymptotics.canonical.grids import LEVELS, Grid
from rmt_asymptotics.canonical.one_step_network import one_step_grid, one_step_problem
from rmt_asymptotics.canonical.problem import Problem
from rmt_asymptotics.canonical.random_features import random_features_grid, random_features_problem
from rmt_asymptotics.canonical.spiked_features import spiked_grid, spiked_problem
from rmt_asymptotics.models import OneStepNetwork, RandomFeatures, RidgeModel, SpikedRandomFeatures
from rmt_asymptotics.remembered import remembered
from rmt_asymptotics.steps import PowerStep


class Translation(NamedTuple):
    """grid: the grid of a model at a refinement level.  problem: the functions of a model on a grid."""

    grid: Callable[[Any, int], Grid]
    problem: Callable[[Any, Grid], Problem]


TRANSLATIONS: dict[type[RidgeModel], Translation] = {
    RandomFeatures: Translation(random_features_grid, random_features_problem),
    SpikedRandomFeatures: Translation(spiked_grid, spiked_problem),
    OneStepNetwork: Translation(one_step_grid, one_step_problem),
}
CONTROL_FIELDS = {"sample_complexity": 1.0, "width_ratio": 1.0, "ridge": 1.0, "noise_variance": 0.0}


def control_fields(model: RidgeModel) -> set[str]:
    """The fields that enter only the fixed point: models that differ in nothing else share one problem.

    The noise shapes a gradient step, and a step that scales with n depends on the ratios.
    """
    if not isinstance(model, OneStepNetwork):
        return set(CONTROL_FIELDS)
    return {"ridge"} if isinstance(model.step, PowerStep) else {"ridge", "sample_complexity", "width_ratio"}


def translate(model: RidgeModel, level: int) -> Problem:
    """The canonical problem of a model at refinement `level` < LEVELS; the same for all values of `control_fields`."""
    return _translated(model.replace(**{name: CONTROL_FIELDS[name] for name in control_fields(model)}), level)


@remembered(maxsize=32)
def _translated(model: RidgeModel, level: int) -> Problem:
    return problem_on(model, grid_of(model, level))


def grid_of(model: RidgeModel, level: int) -> Grid:
    """The grid on which `translate` evaluates a model at refinement `level`."""
    return TRANSLATIONS[type(model)].grid(model, level)


def problem_on(model: RidgeModel, grid: Grid) -> Problem:
    """The canonical problem of a model on a given grid, such as that of a model nearby: smooth in its fields."""
    return TRANSLATIONS[type(model)].problem(model, grid)


__all__ = ["LEVELS", "control_fields", "grid_of", "problem_on", "translate"]
