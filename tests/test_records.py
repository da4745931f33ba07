"""What models and the parameters of dynamics share: replacing, reading and refusing fields by name."""

import dataclasses

import pytest

from rmt_asymptotics import OutOfDomain, dynamics
from tests import problems

LAYERS = dynamics.LayerScaledStep(
    depth=3, base_width=4, width_exponent=1.5, linear_part=0.3, input_dimension=5, outputs=2, learning_rate=0.07,
    scaling=dynamics.FixedScaling((0.5, 2.0, 3.0)),
)  # fmt: skip
POINTS = dynamics.TwoPointReLU(imbalance=3.3, angle=0.4)
SUPPORT = dynamics.SupportLearning(depth=3, relevant=4, irrelevant=6, samples=70, batch=5, step=0.03)
ALL = [problems.PLAIN, problems.ONE_CLASS, LAYERS, POINTS, SUPPORT]


@pytest.mark.parametrize("record", ALL, ids=lambda r: type(r).__name__)
def test_fields_are_read_replaced_and_refused_by_name(record):
    for field in dataclasses.fields(record):
        value = record.value(field.name)
        assert value == getattr(record, field.name)
        assert record.replace(**{field.name: value}) == record
    for action in (record.value, lambda name: record.replace(**{name: 1.0}), lambda name: record.check_fields([name])):
        with pytest.raises(OutOfDomain, match=type(record).__name__) as refusal:
            action("no_such_field")
        assert (refusal.value.field, refusal.value.value) == ("field", "no_such_field")
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(record, dataclasses.fields(record)[0].name, 1)


def test_fields_of_inner_records_are_named_with_a_dot():
    other = LAYERS.replace(**{"scaling.values": (1.5, 2.5, 3.5)})
    assert other.value("scaling.values") == other.scaling.values == (1.5, 2.5, 3.5)
    assert LAYERS.value("scaling.values") == (0.5, 2.0, 3.0)
    with pytest.raises(OutOfDomain) as refusal:
        LAYERS.replace(**{"scaling.values": (1.5, -2.0, 3.5)})
    assert refusal.value.field.startswith("scaling.values")
    with pytest.raises(OutOfDomain, match=r"scaling\.values"):
        LAYERS.value("scaling.value")
    with pytest.raises(OutOfDomain, match="no fields of its own"):
        LAYERS.value("depth.rate")
