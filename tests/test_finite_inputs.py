"""Finite size of ridge regression on inputs: exact laws of least squares, features without end, and many draws."""

import numpy as np
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.finite.by_model import corrections_of
from rmt_asymptotics.finite.inputs import (
    _beyond_gaussian,
    covariance,
    inputs_of,
    loop,
    of_whole_dimensions,
    solved,
)
from tests.test_finite_size import SMOOTH_TARGET

TWO = rmt.Covariance.two_level((2.6, 0.4), (0.3, 0.7))
WAVE = rmt.Activation.from_expression("sin(x) + 0.6*cos(1.5*x)")
MODEL = rmt.RidgeRegression(target=WAVE, covariance=TWO, sample_complexity=0.8, ridge=0.1, noise_variance=0.1)
STEEP = rmt.Activation.from_expression("tanh(2*x) + 0.3*(x**2 - 1)")
SIMULATED = [  # model, d; test error, training error and their standard errors; standard deviations of a draw
    (MODEL.replace(teacher=(0.3, 0.7)), 50, (0.77322, 0.06244), (0.00070, 0.00015), (0.0990, 0.0212)),
    (MODEL.replace(target=STEEP, covariance=rmt.Covariance.power_law(0.8, 50), sample_complexity=1.7, ridge=0.05), 50,
     (0.74911, 0.15892), (0.00101, 0.00040), (0.1428, 0.0566)),
]  # fmt: skip
LEAST_SQUARES = 1e-9  # ridge


@pytest.mark.parametrize("covariance", [None, TWO])
def test_least_squares(covariance):
    """n > d: residuals are chi squared of n - d, and the test error is that of an inverse Wishart matrix."""
    noise, d, n = 0.3, 60, 150
    model = rmt.RidgeRegression(
        target=rmt.polynomial(0, 0.8), covariance=covariance, sample_complexity=n / d, ridge=LEAST_SQUARES,
        noise_variance=noise,
    )  # fmt: skip
    found = rmt.finite_size(model, d)
    limit, exact = (noise * (1 + d / free) for free in (n - d, n - d - 1))
    assert found.test_error.limit == pytest.approx(limit, rel=1e-7)
    assert found.test_error.mean == pytest.approx(exact, abs=(exact - limit) / 50)  # a factor of 1/(n - d) to the next
    assert found.training_error.mean == pytest.approx(noise * (1 - d / n), rel=1e-7)
    assert found.training_error.standard_deviation == pytest.approx(noise * np.sqrt(2 * (n - d)) / n, rel=1e-6)
    trace = d * (n - 1) / ((n - d) * (n - d - 1) * (n - d - 3))  # of the square of the inverse, about
    variance = 2 * noise**2 * trace
    assert found.test_error.standard_deviation == pytest.approx(np.sqrt(variance), rel=0.1)


@pytest.mark.parametrize("target", [WAVE, rmt.sign, SMOOTH_TARGET], ids=str)
def test_features_without_end(target):
    """Linear features of isotropic inputs, of p = 200 d neurons: another derivation of all terms, 1/d and d/p apart."""
    common, d, ratio = {"target": target, "sample_complexity": 0.9, "ridge": 0.5, "noise_variance": 0.05}, 10_000, 200
    n, features = round(0.9 * d), rmt.RandomFeatures(activation=rmt.identity, width_ratio=ratio, **common)
    found = corrections_of(rmt.RidgeRegression(**common), n, d, d)
    expected = corrections_of(features, n, d, ratio * d)
    np.testing.assert_allclose(d * found.shift, d * expected.shift, rtol=0.01, atol=2e-4)
    np.testing.assert_allclose(found.variance, expected.variance, rtol=2 / ratio)
    np.testing.assert_allclose(found.fresh, expected.fresh, rtol=2 / ratio)


def test_derivatives_of_the_logarithm_of_a_determinant():
    """fs.7 and fs.9 by differences in the weight of the label, with its row and column in explicit matrices."""
    model = MODEL.replace(target=rmt.polynomial(0, 0.8), teacher=(0.65, 0.35))
    n, d, slope = 7, 10, 0.8
    at = inputs_of(model, n, d)
    c, tau = np.repeat(at.eigenvalues, [3, 7]), np.repeat(at.teacher / [3, 7], [3, 7])
    beside = slope * np.sqrt(c * tau)
    joint = np.block([[np.diag(c), beside[:, None]], [beside, np.array(slope**2 + model.noise_variance)]])
    ridges, tau = at.ridge * np.array([1.0, 1.7]), np.array([0.0, 0.4])

    def resolved(point, weight):
        penalty, g = np.diag(np.append(np.full(d, ridges[point]), 1 / weight)), 1.0
        for _ in range(200):
            G = np.linalg.inv(penalty + (g + tau[point]) * joint)
            g = n / (1 + np.trace(joint @ G))
        return g, joint @ G

    def overlap(first, second):
        (g1, one), (g2, two) = resolved(0, first), resolved(1, second)
        return g1 * g2 * np.trace(one @ two) / n

    def own(weight):
        g, G = resolved(0, weight)
        return 0.5 * np.log(1 - g**2 * np.trace(G @ G) / n)

    state, step = solved(at, ridges, tau), 1e-3 / d
    eps, sign = step * np.array([1.0, 2.0, 3.0, 4.0]), np.array([-13 / 3, 19 / 2, -7, 11 / 6])  # of the slope at 0
    assert loop(state)[0] == pytest.approx(sign @ [own(e) for e in eps] / step, rel=1e-5)
    values = [[-2 * np.log(1 - overlap(e, f)) for f in eps] for e in eps]
    gaussian = covariance(state) - np.outer(state.g, state.g) / n * _beyond_gaussian(state)
    assert gaussian[0, 1] == pytest.approx(sign @ values @ sign / step**2, rel=1e-4)


def test_eigenvalues_in_parts_are_one():
    split = rmt.Covariance((2.6, 2.6, 0.4), (0.1, 0.2, 0.7))
    one, other = (
        corrections_of(MODEL.replace(covariance=covariance, teacher=teacher), 40, 50, 50)
        for covariance, teacher in ((TWO, (0.65, 0.35)), (split, (0.15, 0.5, 0.35)))
    )
    np.testing.assert_allclose(one.shift, other.shift, rtol=1e-9)
    np.testing.assert_allclose(one.variance, other.variance, rtol=1e-9)


@pytest.mark.parametrize(("model", "dimension", "means", "errors", "spreads"), SIMULATED)
def test_many_draws(model, dimension, means, errors, spreads):
    """20000 draws of an independent code."""
    found = rmt.finite_size(model, dimension)
    for value, mean, error, spread in zip(
        (found.test_error, found.training_error), means, errors, spreads, strict=True
    ):
        assert abs(value.mean - mean) < 4 * error
        assert abs(value.limit - mean) > 1.2 * error
        assert value.standard_deviation == pytest.approx(spread, rel=0.05)


def test_sizes_that_the_shares_do_not_divide():
    """Simulations have whole dimensions; the limit has shares: what lies between is in the mean."""
    model = MODEL.replace(target=rmt.identity, covariance=rmt.Covariance((2.5, 0.5), (0.25, 0.75)), teacher=(0.7, 0.3))
    limit = inputs_of(model, 40, 50)
    whole = of_whole_dimensions(limit, model, 50)
    assert np.sum(whole.counts * whole.eigenvalues) == pytest.approx(np.sum(limit.counts * limit.eigenvalues))
    one, none = np.array([limit.ridge]), np.zeros(1)
    moved = float((solved(whole, one, none).leading - solved(limit, one, none).leading)[0]) / 40
    assert 1e-6 < abs(moved) < 1e-2
    assert corrections_of(model, 40, 50, 50).samples[2] == pytest.approx(moved, rel=1e-6)


def test_compared_with_its_own_spread():
    compared = rmt.compare(MODEL, dimension=50, replicas=60)
    assert "corrected" in str(compared)


@pytest.mark.parametrize("name", ["data", "features"])
def test_refused(name):
    rows = np.random.default_rng(0).standard_normal((60, 5))
    model = {
        "data": rmt.RidgeRegression.from_data(rows, rows[:, 0], penalty=1.0, samples=20),
        "features": rmt.RandomFeatures(
            activation=rmt.tanh, target=WAVE, sample_complexity=2.0, width_ratio=1.5, ridge=0.1, covariance=TWO
        ),
    }[name]
    with pytest.raises(rmt.OutOfDomain, match=r"model|covariance"):
        rmt.finite_size(model, 50)
