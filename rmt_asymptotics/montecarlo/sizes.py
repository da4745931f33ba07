"""Whole sizes p, n, n0 of a finite network from the ratios of a model and the dimension d."""

import math

from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.models import A_MODEL, RidgeModel, RidgeRegression
from rmt_asymptotics.vocabulary.fields import FIELDS


def rounded_size(ratio_name: str, ratio: float, dimension: int) -> int:
    """round(ratio * d); raises `OutOfDomain` where it is 0 or infinite.

    >>> rounded_size("width_ratio", 1.5, 21)
    32
    """
    if math.isinf(ratio):
        raise OutOfDomain(ratio_name, ratio, "finite: there is no such network to simulate")
    size = round(ratio * dimension)
    if size < 1:
        allowed = f"above {0.5 / ratio:g}, so that {ratio_name} = {ratio:g} times it rounds to 1 or more"
        raise OutOfDomain("dimension", dimension, allowed)
    return size


def network_sizes(model: RidgeModel, dimension: int) -> tuple[int, int]:
    """Dimension and width of the finite network of `model`.

    Raises `OutOfDomain` for what is not a model or not a dimension, and for one at which p is 0 or not the width
    that the model resolves.

    >>> from rmt_asymptotics.activations import sin, tanh
    >>> from rmt_asymptotics.models import RandomFeatures
    >>> model = RandomFeatures(activation=tanh, target=sin, sample_complexity=2.0, width_ratio=1.5, ridge=0.1)
    >>> network_sizes(model, 20)
    (20, 30)
    """
    if not isinstance(model, RidgeModel):
        raise OutOfDomain("model", model, A_MODEL)
    dimension = FIELDS["dimension"].checked(dimension)
    if model.own_dimension not in (None, dimension):
        raise OutOfDomain("dimension", dimension, f"left out, or {model.own_dimension}, the rank of the data")
    if isinstance(model, RidgeRegression):
        return dimension, dimension
    width = rounded_size("width_ratio", model.width_ratio, dimension)
    if model.width is not None and width != model.width:
        _refuse_width(model.width, model.width_ratio, dimension, width)
    return dimension, width


def _refuse_width(resolved: int, width_ratio: float, dimension: int, width: int) -> None:
    nearest = round(resolved / width_ratio)
    found = nearest >= 1 and round(width_ratio * nearest) == resolved
    remedy = f"take dimension={nearest}" if found else f"no dimension has it at width_ratio={width_ratio:g}"
    allowed = f"one of width p = {resolved}, which the model resolves, not {width}: {remedy}"
    raise OutOfDomain("dimension", dimension, allowed)
