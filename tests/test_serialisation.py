"""Models as dictionaries and back."""

import json

import numpy as np
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.serialisation import model_from_dict, model_to_dict
from tests.problems import GENERIC, ONE_CLASS, PLAIN, random_model


@pytest.mark.parametrize("name", GENERIC)
def test_there_and_back(name):
    assert model_from_dict(model_to_dict(GENERIC[name])) == GENERIC[name]


def test_random_models_through_json():
    rng = np.random.default_rng(8)
    for _ in range(40):
        model = random_model(rng)
        assert model_from_dict(json.loads(json.dumps(model_to_dict(model)))) == model


def test_defaults_may_be_left_out():
    fields = model_to_dict(PLAIN)
    for name in ("width", "noise_variance"):
        del fields[name]
    assert model_from_dict(fields) == PLAIN.replace(width=None, noise_variance=0.0)


def test_dictionary_is_left_alone():
    fields = model_to_dict(ONE_CLASS)
    before = json.dumps(fields)
    model_from_dict(fields)
    assert json.dumps(fields) == before


def changed(**changes):
    return model_to_dict(ONE_CLASS) | changes


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "model"),
        (changed(model="Perceptron"), "model"),
        (changed(model=None), "model"),
        (changed(model=["RandomFeatures"]), "model"),
        (changed(activation="tanhh"), "activation"),
        (changed(target="x+"), "target"),
        (changed(target="__import__('os')"), "target"),
        (changed(activation=3), "activation"),
        (changed(ridge=-1.0), "ridge"),
        (changed(ridge="0.1"), "ridge"),
        (changed(rigde=0.1), "field"),
        (changed(spike={"law": "Cauchy"}), "spike.law"),
        (changed(spike={"law": "ConstantLaw"}), "spike.value"),
        (changed(spike={"law": "ConstantLaw", "value": 1.0, "scale": 2.0}), "field"),
        (changed(spike={"value": 1.0}), "spike.law"),
        (changed(spike=1.0), "spike"),
        ({k: v for k, v in changed().items() if k != "ridge"}, "ridge"),
        ({k: v for k, v in changed().items() if k != "spike"}, "spike"),
    ],
)
def test_bad_dictionaries_name_the_field(fields, field):
    with pytest.raises(rmt.OutOfDomain) as caught:
        model_from_dict(fields)
    assert caught.value.field == field
