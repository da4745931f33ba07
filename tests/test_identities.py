"""Limits and identities that the three errors must satisfy exactly, at generic points."""

import dataclasses

import numpy as np
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.asymptotics import control_points
from rmt_asymptotics.canonical.translation import translate
from rmt_asymptotics.expressions import parse_activation
from rmt_asymptotics.gaussian.conditional import conditional_moments
from rmt_asymptotics.state_evolution.ridge import solve_points
from tests.problems import CONTINUOUS, DISCRETE, GENERIC, ONE_CLASS, PLAIN, SPIKED, TWO_CLASSES

ERRORS = ("test_error", "training_error", "training_objective")
EXACT = 1e-9  # relative; both sides are stable to 1e-10 under refinement
REFINED = dict.fromkeys(DISCRETE, EXACT) | {"continuous": 4e-6}  # continuous laws are refined to 1e-6
DIFFERENCES = 1e-6  # relative, of a central difference with step 1e-3 and Richardson extrapolation


def errors(model):
    result = rmt.solve(model)
    return np.array([getattr(result, name) for name in ERRORS])


def assert_same(first, second, tolerance=EXACT):
    np.testing.assert_allclose(errors(first), errors(second), rtol=tolerance)


@pytest.mark.parametrize("width", [420, None])
def test_splitting_a_class_changes_nothing(width):
    whole = ONE_CLASS.replace(width=width)
    assert_same(whole, whole.replace(spike=rmt.DiscreteLaw((1.3, 1.3, 1.3), (0.2, 0.5, 0.3))))
    two = TWO_CLASSES.replace(width=width)
    assert_same(two, two.replace(spike=rmt.DiscreteLaw((-1.0, 1.5, -1.0, 1.5), (0.1, 0.45, 0.2, 0.25))))


def test_atoms_without_probability_change_nothing():
    assert_same(TWO_CLASSES, TWO_CLASSES.replace(spike=rmt.DiscreteLaw((-1.0, 9.0, 1.5), (0.3, 0.0, 0.7))), 1e-15)


@pytest.mark.parametrize("width", [420, None])
@pytest.mark.parametrize("spike", [rmt.ConstantLaw(0.0), rmt.DiscreteLaw((0.0, 0.0, 0.0), (0.2, 0.5, 0.3))])
def test_without_spike_it_is_random_features(spike, width):
    """Whatever the alignment and the number of classes."""
    plain = PLAIN.replace(width=width)
    fields = {field.name: getattr(plain, field.name) for field in dataclasses.fields(plain)}
    for alignment in (0.0, -0.6, 1.0):
        assert_same(plain, rmt.SpikedRandomFeatures(**fields, spike=spike, alignment=alignment))


@pytest.mark.parametrize("name", GENERIC)
def test_infinite_ridge_predicts_nothing(name):
    """At finite width no mode is free, and the errors become E y^2."""
    model = GENERIC[name].replace(ridge=1e14)
    moments = conditional_moments(model.target, model.target.kinks, 0.0, 1.0)
    power = float(moments.mean**2 + moments.linear**2 + moments.residual) + model.noise_variance
    np.testing.assert_allclose(errors(model), power, rtol=1e-8)


def degrees_of_freedom(model):
    """df = V/(1 + V) of a problem on a single node, V = A b^2 + T m2^2 from the solver's state (A, T)."""
    problem = translate(model, 0)
    A, T = solve_points(problem, control_points(model, {})).state[0]
    V = A * problem.features.linear[0, 0] ** 2 + T * problem.features.residual[0, 0]
    return V / (1 + V)


@pytest.mark.parametrize("activation", ["relu", "tanh", "cos", "hermite_polynomial(3)", "tanh(x + 0.7)"])
@pytest.mark.parametrize("width", [350, None])
def test_generalised_cross_validation(activation, width):
    """V does not depend on kappa without a spike: test_error = training_error/(1 - df)^2."""
    model = PLAIN.replace(activation=parse_activation(activation), width=width)
    result = rmt.solve(model)
    expected = result.training_error / (1 - degrees_of_freedom(model)) ** 2
    assert abs(result.test_error / expected - 1) < 1e-12


@pytest.mark.parametrize("width", [420, None])
@pytest.mark.parametrize("spike", [rmt.DiscreteLaw((-1.0, 1.5), (0.3, 0.7)), rmt.ConstantLaw(1.5)])
def test_sign_of_the_spike_direction(spike, width):
    """(alignment, u) -> (-alignment, -u) turns v around."""
    values, probabilities = spike.quadrature(0, 1.0)
    turned = rmt.DiscreteLaw(tuple(-values), tuple(probabilities))
    model = TWO_CLASSES.replace(spike=spike, width=width)
    assert_same(model, model.replace(spike=turned, alignment=-model.alignment))


@pytest.mark.parametrize("name", GENERIC)
def test_scale_of_the_activation(name):
    """sigma -> 3 sigma, ridge -> 9 ridge: the same predictor, at any width."""
    for width in (GENERIC[name].width, None):
        model = GENERIC[name].replace(activation=rmt.relu, width=width)
        scaled = model.replace(activation=parse_activation("3*Max(x, 0)"), ridge=9 * model.ridge)
        assert_same(model, scaled, REFINED[name])


@pytest.mark.parametrize("name", GENERIC)
def test_scale_of_the_labels(name):
    model = GENERIC[name].replace(target=rmt.polynomial(0.2, 1.0, -0.4))
    scaled = model.replace(target=rmt.polynomial(-0.4, -2.0, 0.8), noise_variance=4 * model.noise_variance)
    np.testing.assert_allclose(4 * errors(model), errors(scaled), rtol=REFINED[name])


@pytest.mark.parametrize("name", SPIKED)
def test_scale_of_spike_and_bulk(name):
    """sigma(2x) with (u, c) is sigma(x) with (2u, 4c)."""
    narrow = SPIKED[name].replace(activation=parse_activation("tanh(2*x + 0.7)"), spike=rmt.ConstantLaw(0.8))
    wide = narrow.replace(
        activation=parse_activation("tanh(x + 0.7)"), spike=rmt.ConstantLaw(1.6), bulk_variance=4 * narrow.bulk_variance
    )
    assert_same(narrow, wide)


@pytest.mark.parametrize("name", GENERIC)
def test_errors_are_affine_and_increasing_in_the_noise(name):
    at = [errors(GENERIC[name].replace(noise_variance=noise)) for noise in (0.0, 0.3, 0.6)]
    assert np.all(at[0] < at[1])
    np.testing.assert_allclose(at[2] - at[1], at[1] - at[0], rtol=100 * REFINED[name])


@pytest.mark.parametrize("name", GENERIC)
def test_envelope_theorem(name):
    """d objective/d ridge = |a|^2/n = (objective - training error)/ridge."""
    model = GENERIC[name]

    def slope(step):
        plus, minus = (rmt.solve(model.replace(ridge=model.ridge * (1 + s * step))) for s in (1, -1))
        return (plus.training_objective - minus.training_objective) / (2 * step)

    result = rmt.solve(model)
    expected = result.training_objective - result.training_error
    assert abs((4 * slope(1e-3) - slope(2e-3)) / 3 / expected - 1) < DIFFERENCES


def test_large_width_reaches_the_limit():
    """Finitely many classes: the penalty on their means decays like 1/p."""
    for name in DISCRETE:
        limit = errors(DISCRETE[name].replace(width=None))
        gaps = [np.abs(errors(DISCRETE[name].replace(width=10**k)) / limit - 1) for k in (5, 6, 12)]
        np.testing.assert_allclose(gaps[0], 10 * gaps[1], rtol=1e-2)
        assert np.all(gaps[2] < 1e-8)


def test_continuous_law_reaches_its_closed_span():
    """Plain ReLU: the class means approach their closed span by p = 1e12, within the tolerance of 1e-6."""
    model = CONTINUOUS.replace(activation=rmt.relu)
    assert_same(model.replace(width=10**14), model.replace(width=None), 1e-5)


@pytest.mark.parametrize("activation", ["identity", "tanh", "sign", "centred(relu)"])
def test_without_a_mean_the_width_does_not_matter(activation):
    """The rounding of a mean that is zero must not be fitted, however weak its penalty."""
    model = PLAIN.replace(activation=parse_activation(activation), ridge=1e-8, sample_complexity=0.9)
    assert_same(model.replace(width=1), model.replace(width=10**16), 1e-12)
    assert_same(model.replace(width=1), model.replace(width=None), 1e-12)


def test_intercept_fits_constants():
    """A constant target is fitted by the intercept at p = infinity, and not at finite width."""
    model = PLAIN.replace(target=rmt.polynomial(1.7), noise_variance=0.0)
    assert rmt.solve(model.replace(width=None)).test_error < 1e-25
    assert rmt.solve(model).test_error > 1e-6
