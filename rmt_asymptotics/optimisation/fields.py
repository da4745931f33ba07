"""The numeric fields of models: their domains, and coordinates in which models are smooth on a scale of order one."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.models import RidgeModel


class Coordinate(Enum):
    """x(value): the value itself, its logarithm, or its inverse hyperbolic tangent."""

    LINEAR = "x = value"
    LOGARITHM = "x = log(value)"
    ANGLE = "x = atanh(value)"


@dataclass(frozen=True)
class Domain:
    """low < value < high; low itself belongs to it if `closed`.  window: where an optimum is looked for."""

    low: float = -math.inf
    high: float = math.inf
    closed: bool = False
    coordinate: Coordinate = Coordinate.LINEAR
    window: tuple[float, float] = (-20.0, 20.0)

    def x(self, value: float) -> float:
        """The coordinate of a value."""
        if self.coordinate is Coordinate.LOGARITHM:
            return math.log(value) if value > 0 else -math.inf
        return math.atanh(value) if self.coordinate is Coordinate.ANGLE else value

    def value(self, x: float) -> float:
        """The value at a coordinate."""
        if self.coordinate is Coordinate.LOGARITHM:
            return math.exp(x)
        return math.tanh(x) if self.coordinate is Coordinate.ANGLE else x

    def slope(self, value: float) -> float:
        """d value/dx."""
        if self.coordinate is Coordinate.LOGARITHM:
            return value
        return (1 - value) * (1 + value) if self.coordinate is Coordinate.ANGLE else 1.0


def _positive(low: float, high: float) -> Domain:
    return Domain(low=0.0, coordinate=Coordinate.LOGARITHM, window=(low, high))


def _not_negative(low: float, high: float) -> Domain:
    return Domain(low=0.0, closed=True, window=(low, high))


DOMAINS = {
    "sample_complexity": _positive(1e-3, 1e3),
    "width_ratio": _positive(1e-3, 1e3),
    "ridge": _positive(1e-10, 1e10),
    "step_sample_complexity": _positive(1e-3, 1e4),
    "bulk_variance": _positive(1e-3, 1e3),
    "scale": _positive(1e-3, 1e2),
    "prefactor": _positive(1e-3, 1e2),
    "noise_variance": _not_negative(1e-8, 1e4),
    "rate": _not_negative(1e-3, 1e2),
    "eta": _not_negative(1e-3, 1e4),
    "exponent": Domain(low=0.0, high=0.5, closed=True, window=(0.0, 0.49)),
    "alignment": Domain(low=-1.0, high=1.0, coordinate=Coordinate.ANGLE, window=(-1.0, 1.0)),
    "value": Domain(),
}


def domain_of(model: RidgeModel, name: str) -> Domain:
    """The domain of a numeric field, also of a record: "step.rate".

    Raises `OutOfDomain` for names that are not fields of the model, and for fields that are not continuous numbers.
    """
    if name == "width":
        raise OutOfDomain("field", name, "a continuous field: width is a whole number (width_ratio is p/d)")
    value = model.value(name)
    domain = DOMAINS.get(name.rpartition(".")[2])
    if domain is None or not isinstance(value, float):
        raise OutOfDomain("field", name, "a field that holds a number, such as ridge, step.rate or spike.value")
    return domain


def checked_model(model: Any) -> RidgeModel:
    """`model`, if it is one."""
    if not isinstance(model, RidgeModel):
        raise OutOfDomain("model", model, "a model, such as RandomFeatures(...)")
    return model


def field_names(argument: str, names: Any) -> tuple[str, ...]:
    """A name, or some, as a tuple; raises `OutOfDomain` for anything else, under the name of the argument."""
    found = (names,) if isinstance(names, str) else tuple(names) if isinstance(names, Iterable) else (None,)
    if not all(isinstance(name, str) for name in found):
        raise OutOfDomain(argument, names, 'names of fields, such as "ridge" or ("ridge", "step.rate")')
    return found
