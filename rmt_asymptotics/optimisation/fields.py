"""The numeric fields of models and the errors, by name."""

from typing import Any

from rmt_asymptotics.checks import one_of
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.vocabulary.domains import Number
from rmt_asymptotics.vocabulary.fields import field_of
from rmt_asymptotics.vocabulary.quantities import OUTPUT_NAMES


def domain_of(model: RidgeModel, name: str) -> Number:
    """The domain of a numeric field, also of a record: "step.rate".

    Raises `OutOfDomain` for names that are not fields of the model, and for fields that are not continuous numbers.
    """
    if name == "width":
        raise OutOfDomain("field", name, "a continuous field: width is a whole number (width_ratio is p/d)")
    value = model.value(name)
    field = field_of(name)
    if field is None or not isinstance(field.domain, Number) or not isinstance(value, float):
        raise OutOfDomain("field", name, "a field that holds a number, such as ridge, step.rate or spike.value")
    return field.domain


def checked_model(model: Any) -> RidgeModel:
    """`model`, if it is one."""
    if not isinstance(model, RidgeModel):
        raise OutOfDomain("model", model, "a model, such as RandomFeatures(...)")
    return model


def field_names(argument: str, names: Any) -> tuple[str, ...]:
    """A name, or some, as a tuple; raises `OutOfDomain` for anything else, under the name of the argument."""
    try:
        found = (names,) if isinstance(names, str) else tuple(names)
    except TypeError:  # nothing to iterate over
        found = (None,)
    if not all(isinstance(name, str) for name in found):
        raise OutOfDomain(argument, names, 'names of fields, such as "ridge" or ("ridge", "step.rate")')
    return found


def checked_quantity(quantity: str, model: RidgeModel | None = None) -> str:
    """`quantity`, if it is the name of an output, of the model if there is one."""
    return one_of("quantity", quantity, OUTPUT_NAMES if model is None else model.outputs)
