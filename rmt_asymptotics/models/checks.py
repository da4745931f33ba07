"""Refusals of models that a theory does not serve."""

import math
from typing import TYPE_CHECKING

from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.labels import Regression
from rmt_asymptotics.losses import SquareLoss
from rmt_asymptotics.targets import MultiIndexTarget

if TYPE_CHECKING:
    from rmt_asymptotics.models.base import RidgeModel

SQUARE, REAL = SquareLoss(), Regression()
ONE_DIRECTION = "of one direction here: several are known to `solve`, sweeps, gradients, optima and `simulate`"


def check_one_direction(model: "RidgeModel") -> None:
    """Raise `OutOfDomain` for targets and spikes of several directions, and networks of several outputs."""
    if not model.has_several_directions:
        return
    for name, value in vars(model).items():
        steps = name == "step_targets" and value
        if steps or isinstance(value, MultiIndexTarget) or getattr(value, "directions", None) is not None:
            raise OutOfDomain(name, value, ONE_DIRECTION)
    raise OutOfDomain("model", type(model).__name__, ONE_DIRECTION)


def check_square_loss(model: "RidgeModel") -> None:
    """Raise `OutOfDomain` for another loss, labels of two values and an intercept."""
    if not model.is_ridge_regression:
        field = "loss" if model.loss != SQUARE else "labels" if model.labels != REAL else "intercept"
        raise OutOfDomain(
            field, getattr(model, field), "that of ridge regression: square loss, real labels, no intercept"
        )


def check_isotropic(model: "RidgeModel") -> None:
    """Raise `OutOfDomain` for a covariance: what is asked for is known for isotropic inputs alone."""
    if model.covariance is not None:
        raise OutOfDomain("covariance", model.covariance, "left out here: this theory is for isotropic inputs")


def check_finite_ratio(model: "RidgeModel") -> None:
    """Raise `OutOfDomain` for infinitely many features: what is asked for counts them."""
    if math.isinf(model.width_ratio):
        raise OutOfDomain("width_ratio", model.width_ratio, "finite here: this theory counts the features")
