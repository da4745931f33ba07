"""Which translation serves which model, and what none of them knows."""

import dataclasses
import math
from collections.abc import Callable
from typing import Any

from rmt_asymptotics.digits.one_step import one_step
from rmt_asymptotics.digits.setting import Resolution, Setting
from rmt_asymptotics.digits.spiked import random_features, spiked
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.models import OneStepNetwork, RandomFeatures, RidgeModel, SpikedRandomFeatures, check_one_direction

TRANSLATIONS: dict[type[RidgeModel], Callable[[Any, Resolution], Setting]] = {
    RandomFeatures: random_features,
    SpikedRandomFeatures: spiked,
    OneStepNetwork: one_step,
}
KNOWN = {
    "activation", "target", "sample_complexity", "width_ratio", "ridge", "noise_variance", "width", "spike",
    "alignment", "bulk_variance", "step", "step_sample_complexity", "readout", "corrections",
}  # fmt: skip


def setting_of(model: RidgeModel, resolution: Resolution) -> Setting:
    """The functions of a model at a resolution.

    Raises `OutOfDomain`, by name, for models and for fields which have no translation here.
    """
    check_one_direction(model)
    if type(model) not in TRANSLATIONS:
        known = ", ".join(kind.__name__ for kind in TRANSLATIONS)
        raise OutOfDomain("model", model, f"with digits, one of {known}")
    for f in dataclasses.fields(model):
        value = getattr(model, f.name)
        if f.name not in KNOWN and value != f.default:
            raise OutOfDomain(f.name, value, "with digits, left out: it has no translation into digits")
    if math.isinf(model.width_ratio):
        raise OutOfDomain("width_ratio", model.width_ratio, "with digits, finite")
    return TRANSLATIONS[type(model)](model, resolution)
