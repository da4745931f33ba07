"""Which translation serves which model, and the fields that a translated problem does not depend on."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from rmt_asymptotics.canonical.problem import Problem
from rmt_asymptotics.canonical.random_features import random_features_problem
from rmt_asymptotics.canonical.spiked_features import LEVELS, spiked_problem
from rmt_asymptotics.models import RandomFeatures, RidgeModel, SpikedRandomFeatures

TRANSLATIONS: dict[type[RidgeModel], Callable[[Any, int], Problem]] = {
    RandomFeatures: random_features_problem,
    SpikedRandomFeatures: spiked_problem,
}
CONTROL_FIELDS = {"sample_complexity": 1.0, "width_ratio": 1.0, "ridge": 1.0, "noise_variance": 0.0}


def translate(model: RidgeModel, level: int) -> Problem:
    """The canonical problem of a model at refinement `level` < LEVELS; the same for all values of `CONTROL_FIELDS`."""
    return _translated(model.replace(**CONTROL_FIELDS), level)


@lru_cache(maxsize=32)
def _translated(model: RidgeModel, level: int) -> Problem:
    return TRANSLATIONS[type(model)](model, level)


__all__ = ["CONTROL_FIELDS", "LEVELS", "translate"]
