"""Bad input of any type, in any argument of any public function, raises what the package raises on purpose."""

import numpy as np
import pandas
import pytest
import xarray

import rmt_asymptotics as rmt
from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.checks import mapping, path_of, real_array, sequence
from rmt_asymptotics.errors import number, shown, whole_number
from tests.problems import ONE_CLASS
from validation.fuzz.surface import Hostile, Valid, arguments_of, find, public_callables

COUNT, SEED = 3000, 7  # wrong values; all of them, some 25,000, in `python -m validation --full`


def test_wrong_values_end_in_deliberate_errors():
    count, found = find(COUNT, SEED)
    assert count == COUNT
    assert not found


def test_the_fuzz_covers_all_public_functions():
    covered = public_callables(Valid())
    entries = {name: getattr(rmt, name) for name in rmt.__all__}
    named = {name for name, entry in entries.items() if callable(entry)}
    named -= {name for name, entry in entries.items() if isinstance(entry, (type, rmt.Activation))}
    assert named <= set(covered) and len(named) > 20
    assert {"dimension", "seed"} <= set(arguments_of(covered["simulate"]))
    assert {"ridge", "activation"} <= set(arguments_of(covered["RandomFeatures"]))


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda: rmt.solve(None), "model"),
        (lambda: rmt.sweep("a", ridge=[0.1]), "model"),
        (lambda: rmt.regime(ONE_CLASS), "model"),
        (lambda: rmt.spectrum(1), "model"),
        (lambda: rmt.gradient(ONE_CLASS, wrt=np.array(0.1)), "wrt"),
        (lambda: rmt.optimal(ONE_CLASS, maximise="yes"), "maximise"),
        (lambda: rmt.DiscreteLaw(np.array(0.1), [1]), "values"),
        (lambda: rmt.DiscreteLaw(b"1", [1]), "values"),
        (lambda: rmt.ConstantLaw(10**400), "value"),
        (lambda: ONE_CLASS.replace(ridge=Hostile()), "ridge"),
        (lambda: rmt.open_sweep(None), "store"),
        (lambda: rmt.tanh.hermite_coefficients(10**400), "degree"),
    ],
)
def test_the_error_names_the_argument(call, field):
    with pytest.raises(rmt.OutOfDomain) as caught:
        call()
    assert caught.value.field == field


@pytest.mark.parametrize("value", [np.array(0.3), np.float32(0.5), xarray.DataArray(0.25), 2, np.int8(3)])
def test_what_is_a_number_to_others_is_one(value):
    assert number("ridge", value) == float(value)


@pytest.mark.parametrize(
    "value", [True, np.bool_(True), "1", None, 1j, np.array([0.1]), np.timedelta64(5, "s"), np.nan, np.inf, 10**400]
)
def test_what_is_none_is_not(value):
    with pytest.raises(rmt.OutOfDomain):
        number("ridge", value)


@pytest.mark.parametrize("value", [300.0, np.float64(300), np.array(300), np.int16(300), pandas.Series([300.0])[0]])
def test_a_whole_number_may_be_written_with_a_point(value):
    assert whole_number("width", value, least=1) == 300
    assert type(whole_number("width", value, least=1)) is int


@pytest.mark.parametrize("value", [300.5, np.nan, np.inf, 0, -3.0, 10**400, True, "300"])
def test_other_numbers_are_not_whole(value):
    with pytest.raises(rmt.OutOfDomain, match="whole number >= 1"):
        whole_number("width", value, least=1)


def test_checks_of_collections():
    assert sequence("x", pandas.Index([1.0, 2.0])) == [1.0, 2.0]
    assert sequence("x", (), empty=True) == []
    assert mapping("x", pandas.DataFrame({"ridge": [1.0]}), "fields").keys() == {"ridge"}
    assert real_array("x", [[1, 2]]).dtype == float
    assert str(path_of("store", "a")) == "a"
    for check, value in ((sequence, {1, 2}), (sequence, ()), (real_array, "a"), (real_array, [np.nan]), (path_of, "")):
        with pytest.raises(rmt.OutOfDomain):
            check("x", value)


def test_any_value_fits_on_one_line():
    for value in (Hostile(), 10**5000, np.ones((50, 50)), "x" * 1000, xarray.Dataset()):
        assert len(shown(value)) <= 120 and "\n" not in shown(value)


def test_annotations_are_what_is_checked():
    @checked_arguments
    def function(model: rmt.RandomFeatures | None, name: str | int = "a", *, axes: "Axes | None" = None):  # noqa: F821
        return model, name, axes

    assert function(None, 2) == (None, 2, None)
    for arguments, words in (((ONE_CLASS,), "RandomFeatures or None"), ((None, "a", 3), None)):
        with pytest.raises(TypeError if words is None else rmt.OutOfDomain, match=words):
            function(*arguments)
    with pytest.raises(rmt.OutOfDomain, match="of type Axes or None"):
        function(None, axes=1)
