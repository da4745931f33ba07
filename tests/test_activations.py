"""Activations: values, derivatives, kinks, identity, Hermite coefficients, bad input."""

import pickle

import numpy as np
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.activations import BUILT_IN
from rmt_asymptotics.expressions import parse_activation

NAMES = [*BUILT_IN, "leaky_relu(0.2)", "polynomial(0.3, 1, -0.4)", "hermite_polynomial(4)", "centred(softplus)"]
POINTS = np.linspace(-4.3, 4.1, 57)  # none of them a kink
STEP = 1e-5
DIFFERENCES_AGREE = 1e-8  # of a central difference with this step


@pytest.mark.parametrize("name", NAMES)
def test_derivative_agrees_with_differences(name):
    function = parse_activation(name)
    difference = (function(POINTS + STEP) - function(POINTS - STEP)) / (2 * STEP)
    np.testing.assert_allclose(function.derivative(POINTS), difference, atol=DIFFERENCES_AGREE)


@pytest.mark.parametrize("name", NAMES)
def test_rebuilt_from_its_name(name):
    function = parse_activation(name)
    again = parse_activation(function.name)
    assert again == function and hash(again) == hash(function)
    np.testing.assert_array_equal(again(POINTS), function(POINTS))
    assert pickle.loads(pickle.dumps(function)) == function
    assert str(function) == function.name


def test_values():
    x = np.array([-2.0, 0.0, 1.5])
    np.testing.assert_allclose(rmt.leaky_relu(0.1)(x), [-0.2, 0, 1.5])
    np.testing.assert_allclose(rmt.hermite_polynomial(3)(x), x**3 - 3 * x)
    np.testing.assert_allclose(rmt.hermite_polynomial(0)(x), 1)
    np.testing.assert_allclose(rmt.polynomial(1, 0, 2)(x), 1 + 2 * x**2)
    np.testing.assert_allclose(rmt.softplus(np.array([-800.0, 800.0])), [0, 800])
    np.testing.assert_allclose(rmt.sign(x), [-1, 0, 1])


@pytest.mark.parametrize("name", NAMES)
def test_extreme_arguments_stay_finite(name):
    with np.errstate(over="raise", invalid="raise"):
        assert np.all(np.isfinite(parse_activation(name)(np.array([-700.0, 700.0]))))


def test_hermite_expansion_of_polynomials_is_exact():
    """x^3 = He_3 + 3 He_1, and He_k has one coefficient."""
    np.testing.assert_allclose(rmt.polynomial(0, 0, 0, 1).hermite_coefficients(5), [0, 3, 0, 1, 0, 0], atol=1e-13)
    for k in range(5):
        np.testing.assert_allclose(rmt.hermite_polynomial(k).hermite_coefficients(5), np.eye(6)[k], atol=1e-13)


def test_centred_has_mean_zero_and_the_same_shape():
    for function in (rmt.relu, rmt.softplus, rmt.cos):
        centred = rmt.centred(function)
        assert abs(centred.hermite_coefficients(0)[0]) < 1e-14
        np.testing.assert_allclose(np.diff(centred(POINTS)), np.diff(function(POINTS)), atol=1e-14)
        assert centred.kinks == function.kinks


def test_own_functions_are_told_apart():
    first, second = (rmt.Activation(lambda x, a=a: a * x, name="linear") for a in (1, 2))
    assert first != second and first == first
    assert rmt.Activation(np.tanh, name="tanh") != rmt.tanh
    assert pickle.loads(pickle.dumps(rmt.Activation(np.tanh, kinks=(2, 1)))).kinks == (1.0, 2.0)


@pytest.mark.parametrize(
    ("build", "field"),
    [
        (lambda: rmt.Activation("tanh"), "function"),
        (lambda: rmt.Activation(np.tanh, kinks=(np.nan,)), "kinks"),
        (lambda: rmt.Activation(np.tanh, kinks=("0",)), "kinks"),
        (lambda: rmt.leaky_relu("0.1"), "slope"),
        (lambda: rmt.leaky_relu(np.inf), "slope"),
        (lambda: rmt.polynomial(), "coefficients"),
        (lambda: rmt.polynomial(1, True), "coefficients"),
        (lambda: rmt.hermite_polynomial(-1), "k"),
        (lambda: rmt.hermite_polynomial(1.5), "k"),
        (lambda: rmt.tanh.hermite_coefficients(-1), "degree"),
        (lambda: rmt.centred(rmt.Activation(lambda x: np.exp(x * x), name="fast")), "activation"),
    ],
)
def test_bad_input_names_the_field(build, field):
    with pytest.raises(rmt.OutOfDomain) as caught:
        build()
    assert caught.value.field == field
