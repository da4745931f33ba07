"""Models: frozen, validated, replaceable; every error names its field."""

import dataclasses
import pickle

import numpy as np
import pytest

import rmt_asymptotics as rmt
from tests.problems import GENERIC, ONE_CLASS, PLAIN, UNRESOLVABLE

NETWORK = rmt.OneStepNetwork(
    activation=rmt.tanh,
    target=rmt.sin,
    sample_complexity=2.0,
    width_ratio=1.3,
    ridge=0.1,
    step=rmt.MaximalStep(1.0),
    step_sample_complexity=4.0,
)
BAD = {
    "sample_complexity": [0, -1.0, np.nan, np.inf, "2", None, True, [1.0], 1j],
    "width_ratio": [0.0, -2, np.nan, "x", False],
    "ridge": [0.0, -1e-3, np.nan, np.inf, None, "0.1", True],
    "noise_variance": [-1e-9, np.nan, np.inf, "0", True],
    "width": [0, -5, 1.5, "300", True, np.nan],
    "activation": ["tanh", None, np.tanh],
    "target": ["sin", np.sin],
}
BAD_SPIKED = {
    "alignment": [1.0000001, -1.1, np.nan, "1", True, None],
    "bulk_variance": [0.0, -1, np.nan, np.inf, "1"],
    "spike": [1.3, None, rmt.ConstantLaw],
}


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, vs in (BAD | BAD_SPIKED).items() for v in vs])
def test_bad_input_names_field_value_and_range(name, value):
    with pytest.raises(rmt.OutOfDomain) as caught:
        ONE_CLASS.replace(**{name: value})
    error = caught.value
    assert error.field == name
    assert error.value is value
    assert name in str(error) and repr(value) in str(error) and error.allowed in str(error)


@pytest.mark.parametrize("field", ["activation", "target"])
@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.exp(x**2 / 3), lambda x: np.exp(x**2), lambda x: np.sqrt(x), lambda x: x * np.nan,
        lambda x: 1 / (x - x), lambda x: np.where(np.abs(x) > 3, np.nan, x),
    ],
)  # fmt: skip
def test_functions_without_a_second_moment_are_refused(field, function):
    with pytest.raises(rmt.OutOfDomain) as caught:
        PLAIN.replace(**{field: rmt.Activation(function, name="bad")})
    assert caught.value.field == field


def test_unknown_fields_are_refused():
    with pytest.raises(rmt.OutOfDomain, match="rigde"):
        PLAIN.replace(rigde=0.1)
    with pytest.raises(rmt.OutOfDomain, match="alignment"):
        PLAIN.replace(alignment=0.1)
    with pytest.raises(TypeError):
        rmt.RandomFeatures(rmt.tanh, rmt.sin, 1.0, 1.0, 0.1)


@pytest.mark.parametrize("name", GENERIC)
def test_models_are_frozen_values(name):
    model = GENERIC[name]
    with pytest.raises(dataclasses.FrozenInstanceError):
        model.ridge = 1.0
    again = pickle.loads(pickle.dumps(model))
    assert again == model and hash(again) == hash(model)
    assert model.replace(ridge=0.5).ridge == 0.5 and model.ridge != 0.5
    assert model.replace() == model


def test_numbers_of_numpy_are_numbers():
    model = PLAIN.replace(
        ridge=np.float32(0.5), width=np.int64(20), sample_complexity=np.array(2.0)[()], noise_variance=0
    )
    assert (model.ridge, model.width, model.sample_complexity) == (0.5, 20, 2.0)
    assert type(model.ridge) is float and type(model.width) is int


def test_errors_pickle():
    error = rmt.OutOfDomain("ridge", -1.0, "a positive number")
    again = pickle.loads(pickle.dumps(error))
    assert (again.field, again.value, again.allowed, str(again)) == ("ridge", -1.0, "a positive number", str(error))
    assert isinstance(again, ValueError)
    with pytest.raises(rmt.NotConverged) as caught:
        rmt.solve(UNRESOLVABLE)
    failed = pickle.loads(pickle.dumps(caught.value))
    assert str(failed) == str(caught.value)
    assert failed.asymptotics == caught.value.asymptotics


def test_fields_of_records_change_by_their_dotted_names():
    network = NETWORK.replace(**{"step.rate": 2.5, "ridge": 3.0})
    assert (network.step, network.ridge) == (rmt.MaximalStep(2.5), 3.0)
    assert network.value("step.rate") == 2.5 and network.value("ridge") == 3.0
    both = NETWORK.replace(**{"readout": rmt.DiscreteLaw((1, 2), (0.5, 0.5)), "readout.values": (3, 4)})
    assert both.readout == rmt.DiscreteLaw((3, 4), (0.5, 0.5))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"step.eta": 1.0}, "step.eta' is out of domain: it must be step.rate"),
        ({"step.rate": -1.0}, "step.rate = -1.0 is out of domain"),
        ({"ridge.x": 1.0}, "ridge, which has no fields of its own"),
        ({"bogus.rate": 1.0}, "a field of OneStepNetwork"),
    ],
)
def test_unknown_fields_of_records_are_refused(changes, words):
    with pytest.raises(rmt.OutOfDomain, match=words):
        NETWORK.replace(**changes)
