"""Sweeps: the values of solve(), point by point, in the order asked for; failures are data."""

import copy
import itertools
import json

import numpy as np
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.serialisation import model_from_dict
from tests.problems import CONTINUOUS, GENERIC, ONE_CLASS, PLAIN, TWO_CLASSES, UNRESOLVABLE

NARROW = TWO_CLASSES.replace(bulk_variance=0.05)  # needs several refinements
ERRORS = ("test_error", "training_error", "training_objective", "excess_error")
POINTWISE = 3e-10  # relative; a point of a sweep starts Newton elsewhere, both are stable to 1e-10


def assert_pointwise(model, dataset, axes, tolerance=POINTWISE):
    for index in itertools.product(*(range(len(v)) for v in axes.values())):
        changes = {name: values[i] for (name, values), i in zip(axes.items(), index, strict=True)}
        expected = rmt.solve(model.replace(**changes))
        for error in ERRORS:
            found = float(dataset[error].values[index])
            assert abs(found / getattr(expected, error) - 1) < tolerance, (changes, error)
        assert str(dataset["status"].values[index]) == "converged"
        assert str(dataset["message"].values[index]) == ""


AXES = {
    "unsorted": {"ridge": [1.0, 1e-3, 0.1], "sample_complexity": [3.0, 0.4]},
    "controls around an outer one": {"noise_variance": [0.3, 0.0], "alignment": [0.2, -0.9], "width_ratio": [0.6, 2.0]},
    "laws": {"spike": [rmt.ConstantLaw(0.4), rmt.RademacherLaw(1.1)], "ridge": [0.2]},
    "functions": {"activation": [rmt.relu, rmt.tanh], "target": [rmt.sign, rmt.sin]},
    "widths": {"width": [None, 50, 10**6], "bulk_variance": [1.3, 0.8]},
}


@pytest.mark.parametrize("name", AXES)
def test_every_point_is_solve(name):
    axes = AXES[name]
    dataset = rmt.sweep(ONE_CLASS, **axes)
    assert dataset["test_error"].dims == tuple(axes)
    assert dataset["test_error"].shape == tuple(len(v) for v in axes.values())
    assert_pointwise(ONE_CLASS, dataset, axes)


@pytest.mark.parametrize("name", GENERIC)
def test_learning_curves_across_interpolation(name):
    model = GENERIC[name].replace(ridge=1e-5)
    values = np.array([4.0, 0.2, 1.0, 1.001, 0.999]) * model.width_ratio
    dataset = rmt.learning_curve(model, sample_complexity=values)
    assert dataset["test_error"].dims == ("sample_complexity",)
    np.testing.assert_array_equal(dataset["sample_complexity"].values, values)
    assert_pointwise(model, dataset, {"sample_complexity": values.tolist()}, 4e-6 if name == "continuous" else 1e-8)


def test_failures_are_data():
    """One unresolvable activation beside a good one: no exception, NaN-free, said in status and message."""
    dataset = rmt.sweep(UNRESOLVABLE, activation=[rmt.tanh, UNRESOLVABLE.activation], ridge=[0.1, 1e-6])
    assert dataset["status"].values[:, 1].tolist() == ["converged", "not_resolved"]
    message, estimate = (dataset[name].values[:, 1] for name in ("message", "error_estimate"))
    assert message[0] == "" and "moves the errors" in message[1]
    assert estimate[0] < 1e-10 < estimate[1]


def test_tolerance_reaches_every_point():
    loose, tight = (rmt.sweep(NARROW, ridge=[0.1, 1.0], tolerance=tolerance) for tolerance in (1e-2, 1e-12))
    assert loose.attrs["quadrature_nodes"] < tight.attrs["quadrature_nodes"]
    assert (loose.attrs["tolerance"], tight.attrs["tolerance"]) == (1e-2, 1e-12)


def test_attributes_rebuild_the_model():
    for model in GENERIC.values():
        dataset = rmt.sweep(model, ridge=[0.3])
        assert model_from_dict(json.loads(dataset.attrs["model"])) == model
        assert dataset.attrs["rmt_asymptotics_version"]
        for name in (*ERRORS, "residual", "error_estimate"):
            assert dataset[name].attrs["units"] == "1" and dataset[name].attrs["long_name"]


def test_coordinates_are_readable():
    dataset = rmt.sweep(ONE_CLASS, width=[None, 50], activation=[rmt.tanh], spike=[rmt.ConstantLaw(0.4)])
    assert dataset["width"].values.tolist() == ["limit", "50"]
    assert dataset["activation"].values.tolist() == ["tanh"]
    assert "0.4" in str(dataset["spike"].values[0])


@pytest.mark.parametrize(
    ("axes", "field"),
    [
        ({}, "axes"),
        ({"ridge": []}, "ridge"),
        ({"ridge": np.array([])}, "ridge"),
        ({"ridge": np.ones((2, 2))}, "ridge"),
        ({"ridge": [[0.1, 0.2]]}, "ridge"),
        ({"ridge": 0.1}, "ridge"),
        ({"ridge": "0.1"}, "ridge"),
        ({"ridge": [0.1, -0.1]}, "ridge"),
        ({"ridge": [0.1, np.nan]}, "ridge"),
        ({"ridge": [0.1, True]}, "ridge"),
        ({"ridge": [0.1, None]}, "ridge"),
        ({"width_ratio": [0.0, 1.0]}, "width_ratio"),
        ({"width": [None, 0]}, "width"),
        ({"alignment": [0.1, 1.1]}, "alignment"),
        ({"activation": ["tanh"]}, "activation"),
        ({"rigde": [0.1]}, "field"),
        ({"ridge": [0.1], "tolerance": 0.0}, "tolerance"),
    ],
)
def test_bad_axes_name_the_field(axes, field):
    with pytest.raises(rmt.OutOfDomain) as caught:
        rmt.sweep(ONE_CLASS, **axes)
    assert caught.value.field == field


def test_unknown_fields_of_plain_models():
    with pytest.raises(rmt.OutOfDomain):
        rmt.sweep(PLAIN, alignment=[0.1])


def test_nothing_global_changes():
    """Neither NumPy's error state, nor its random state, nor the model, nor the axes."""
    axes = {"ridge": np.array([1.0, 0.1]), "alignment": [0.3, 0.6]}
    before = np.geterr(), np.random.get_state()[1].tolist(), copy.deepcopy(axes), hash(CONTINUOUS)  # noqa: NPY002
    first = rmt.sweep(CONTINUOUS, **axes, tolerance=1e-3)
    after = np.geterr(), np.random.get_state()[1].tolist(), axes, hash(CONTINUOUS)  # noqa: NPY002
    assert before[0] == after[0] and before[1] == after[1] and before[3] == after[3]
    np.testing.assert_array_equal(before[2]["ridge"], after[2]["ridge"])
    assert before[2]["alignment"] == after[2]["alignment"]
    assert first.identical(rmt.sweep(CONTINUOUS, **axes, tolerance=1e-3))
