"""The parameters of a theory, read back from the attributes of a Dataset (`attributes.provenance`)."""

import json
from typing import Any

from rmt_asymptotics.activations import identity, relu
from rmt_asymptotics.dynamics.layer_scaled_step import LayerScaledStep, losses, scalings
from rmt_asymptotics.dynamics.support_learning.parameters import SupportLearning
from rmt_asymptotics.dynamics.two_point_relu.parameters import TwoPointReLU
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.records import Record

THEORIES: dict[str, type[Record]] = {t.__name__: t for t in (LayerScaledStep, SupportLearning, TwoPointReLU)}
PARTS: dict[str, Any] = {
    part.__name__: part
    for part in (
        losses.CrossEntropyLoss, losses.SquaredLoss, scalings.FixedScaling, scalings.NormCancellingScaling,
        scalings.UniformScaling,
    )
}  # fmt: skip
FUNCTIONS = {function.name: function for function in (identity, relu)}


def parameters_from(dataset: Any) -> Record:
    """The parameters of the theory that a Dataset of dynamics was made with; raises `OutOfDomain` if it has none.

    >>> from rmt_asymptotics import dynamics
    >>> two_points = dynamics.TwoPointReLU(imbalance=4.0, angle=0.2)
    >>> parameters_from(dynamics.predict(two_points).to_dataset()) == two_points
    True
    """
    text = getattr(dataset, "attrs", {}).get("parameters")
    try:
        content = dict(json.loads(str(text)))
        theory = THEORIES[content.pop("theory")]
        return theory(**{name: _built(value) for name, value in content.items()})
    except (TypeError, ValueError, KeyError) as error:
        if isinstance(error, OutOfDomain):
            raise
        raise OutOfDomain("dataset", type(dataset).__name__, "a Dataset of dynamics, with its parameters") from None


def _built(value: Any) -> Any:
    if isinstance(value, dict):
        fields = dict(value)
        return PARTS[fields.pop("type")](**fields)
    return FUNCTIONS.get(value, value) if isinstance(value, str) else value
