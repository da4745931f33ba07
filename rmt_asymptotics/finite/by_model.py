"""The corrections for each kind of model."""

from functools import singledispatch

from rmt_asymptotics.finite.corrections import Corrections, corrections
from rmt_asymptotics.finite.inputs import input_corrections
from rmt_asymptotics.finite.setting import setting_of
from rmt_asymptotics.models import RidgeModel, RidgeRegression


@singledispatch
def corrections_of(model: RidgeModel, samples: int, dimension: int, width: int) -> Corrections:
    """The corrections for a model at these sizes."""
    return corrections(setting_of(model, samples, dimension, width))


@corrections_of.register
def _(model: RidgeRegression, samples: int, dimension: int, width: int) -> Corrections:
    return input_corrections(model, samples, dimension)
