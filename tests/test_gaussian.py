"""Quadrature, conditional moments, expectations and Hermite coefficients against closed forms and mpmath."""

from math import factorial

import mpmath as mp
import numpy as np
import pytest
from scipy.stats import norm

import rmt_asymptotics as rmt
from rmt_asymptotics.canonical.translation import translate
from rmt_asymptotics.gaussian.conditional import conditional_moments
from rmt_asymptotics.gaussian.expectations import expectation, hermite_coefficients
from rmt_asymptotics.gaussian.quadrature import panel_rule, sinh_rule
from tests.problems import ONE_CLASS

ACCURACY = 1e-12  # relative to the second moment: what the package promises is 1e-14
SHIFTS = np.array([-6.0, -1.3, -0.02, 0.0, 0.4, 2.7, 9.0])
SCALES = np.array([0.003, 0.11, 0.7, 1.0, 3.2, 10.0])[:, None]


def relu_moments(m, s, low=0):
    """Mean, E[f z] and E f^2 of the leaky ReLU of slope `low` at m + s z."""
    a = m / s
    mean, square = m * mp.ncdf(a) + s * mp.npdf(a), (m * m + s * s) * mp.ncdf(a) + m * s * mp.npdf(a)
    below, square_below = m - mean, m * m + s * s - square
    return mean + low * below, s * mp.ncdf(a) + low * s * mp.ncdf(-a), square + low**2 * square_below


def sign_moments(m, s):
    return mp.erf(m / s / mp.sqrt(2)), 2 * mp.npdf(m / s), 1


def sin_moments(m, s):
    damped = mp.exp(-s * s / 2)
    return damped * mp.sin(m), s * damped * mp.cos(m), (1 - mp.exp(-2 * s * s) * mp.cos(2 * m)) / 2


def square_moments(m, s):
    """He_2."""
    return m * m + s * s - 1, 2 * m * s, (m * m + s * s - 1) ** 2 + 4 * m * m * s * s + 2 * s**4


def tabulated(exact, shifts, scales):
    """Mean, E[f z], the rest of the variance and E f^2 on a grid, from closed forms at 60 digits: nothing cancels."""
    with mp.workdps(60):
        points = [(mp.mpf(float(m)), mp.mpf(float(s))) for s in np.ravel(scales) for m in np.ravel(shifts)]
        rows = [(m0, b, square - m0**2 - b**2, square) for m0, b, square in (exact(*point) for point in points)]
        return np.array(rows, float).T.reshape(4, np.size(scales), np.size(shifts))


CLOSED_FORMS = {
    "relu": (rmt.relu, relu_moments),
    "leaky relu": (rmt.leaky_relu(0.2), lambda m, s: relu_moments(m, s, mp.mpf(0.2))),
    "sign": (rmt.sign, sign_moments),
    "sin": (rmt.sin, sin_moments),
    "He_2": (rmt.hermite_polynomial(2), square_moments),
    "identity": (rmt.identity, lambda m, s: (m, s, m * m + s * s)),
}


@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_closed_forms(name):
    function, exact = CLOSED_FORMS[name]
    mean, linear, residual, square = tabulated(exact, SHIFTS, SCALES)
    found = conditional_moments(function, function.kinks, SHIFTS, SCALES)
    size = np.sqrt(np.maximum(square, 1e-20 * np.max(square)))
    assert np.max(np.abs(found.mean - mean) / size) < ACCURACY
    assert np.max(np.abs(found.linear - linear) / size) < ACCURACY
    assert np.max(np.abs(found.residual - residual) / size**2) < ACCURACY
    assert np.min(found.residual) >= 0


MPMATH = {
    "tanh": (rmt.tanh, mp.tanh),
    "gelu": (rmt.gelu, lambda x: x * mp.ncdf(x)),
    "silu": (rmt.silu, lambda x: x / (1 + mp.exp(-x))),
    "softplus": (rmt.softplus, lambda x: mp.log1p(mp.exp(x))),
    "erf": (rmt.erf, mp.erf),
    "cos": (rmt.cos, mp.cos),
    "Max(x - 1, 0)": (rmt.Activation.from_expression("Max(x - 1, 0)"), lambda x: max(x - 1, mp.mpf(0))),
}


def exact_moments(function, kinks, shift, scale):
    """The three moments by tanh-sinh quadrature between the kinks, at 25 digits."""
    cuts = [(mp.mpf(k) - shift) / scale for k in kinks]
    ends = [mp.mpf(-14), *range(-9, 10, 3), *(c for c in cuts if abs(c) < 12), mp.mpf(14)]

    def mean_of(integrand):
        return mp.quad(lambda z: integrand(function(shift + scale * z), z) * mp.npdf(z), sorted(ends))

    mean, linear = mean_of(lambda f, z: f), mean_of(lambda f, z: f * z)
    return mean, linear, mean_of(lambda f, z: (f - mean - linear * z) ** 2)


@pytest.mark.parametrize("name", MPMATH)
def test_against_mpmath(name):
    (function, slow), shift, scale = MPMATH[name], 0.7, 1.3
    with mp.workdps(25):
        exact = exact_moments(slow, function.kinks, mp.mpf(shift), mp.mpf(scale))
        found = conditional_moments(function, function.kinks, shift, scale)
        size = float(mp.sqrt(exact[0] ** 2 + exact[1] ** 2 + exact[2]))
        assert abs(float(found.mean - exact[0])) < ACCURACY * size
        assert abs(float(found.linear - exact[1])) < ACCURACY * size
        assert abs(float(found.residual - exact[2])) < ACCURACY * size**2


def test_nearly_linear_functions_keep_their_small_residual():
    """m2^2 of tanh at scale 1e-3 is 1e-18 of nothing that was subtracted: a relative accuracy of its own."""
    scale = 1e-3
    expected = 6 * scale**6 / 9 * (1 - 12 * scale**2)  # tanh = x - x^3/3 + 2 x^5/15: He_3 part, then its correction
    assert abs(float(conditional_moments(np.tanh, (), 0.0, scale).residual) / expected - 1) < 1e-4


@pytest.mark.parametrize("alignment", [0.3, -0.97, 0.9999, 1.0, -1.0])
def test_targets_with_jumps(alignment):
    """h_0, h_1 and Var(y|kappa) - h_1^2 of sign: exact at alignment 1, sharp near it."""
    problem = translate(ONE_CLASS.replace(target=rmt.sign, alignment=alignment), 3)
    rho = np.sqrt((1 - alignment) * (1 + alignment))
    kappa = problem.features.nodes
    if rho == 0:
        h0, h1, rest = np.sign(alignment * kappa), 0 * kappa, 0 * kappa
    else:
        h0, h1, rest, _ = tabulated(sign_moments, alignment * kappa, rho)[:, 0]
    assert np.max(np.abs(problem.labels.target[0] - h0)) < ACCURACY
    assert np.max(np.abs(problem.labels.target[1] - h1)) < ACCURACY
    assert np.max(np.abs(problem.labels.residual - rest)) < ACCURACY
    assert abs(problem.label_variance - 1) < ACCURACY
    first = problem.features.weights @ (problem.labels.target[0] * kappa)
    assert abs(first - alignment * np.sqrt(2 / np.pi)) < 1e-10  # E[y kappa] = gamma E|z|: the rule sees the jump


def test_rules_integrate_polynomials():
    for rule in (sinh_rule(120), sinh_rule(300, 0.01), panel_rule(20, [(0.3, 0.0), (-0.1, 0.001)])):
        for power, exact in enumerate((1, 0, 1, 0, 3, 0, 15)):
            assert abs(rule.weights @ rule.nodes**power - exact) < ACCURACY


def test_panels_end_at_kinks_and_are_fine_at_features():
    rule = panel_rule(8, [(0.3, 0.0), (-1.0, 0.01)])
    assert abs(rule.weights @ np.abs(rule.nodes - 0.3) - 2 * (norm.pdf(0.3) + 0.3 * (norm.cdf(0.3) - 0.5))) < 1e-10
    assert np.min(np.diff(rule.nodes)) < 0.005


def test_expectation():
    assert abs(expectation(np.abs, (0.0,)) - np.sqrt(2 / np.pi)) < ACCURACY
    assert abs(expectation(np.exp) - np.exp(0.5)) < ACCURACY


@pytest.mark.parametrize("kinks", [(), (0.0,)])
def test_hermite_coefficients_of_known_functions(kinks):
    """exp(x) has c_k = sqrt(e)/k!, with and without a declared kink that is none."""
    expected = np.exp(0.5) / np.array([factorial(k) for k in range(13)])
    np.testing.assert_allclose(hermite_coefficients(np.exp, kinks, 12), expected, rtol=1e-9, atol=1e-15)


def test_hermite_coefficients_of_relu():
    found = rmt.relu.hermite_coefficients(6)
    peak = norm.pdf(0.0)
    np.testing.assert_allclose(found, [peak, 0.5, peak / 2, 0, -peak / 24, 0, peak * 3 / 720], atol=ACCURACY)


@pytest.mark.parametrize("function", [lambda x: np.exp(x * x / 3), lambda x: np.exp(x * x), lambda x: x / 0 * x])
def test_infinite_moments_are_refused(function):
    with pytest.raises(rmt.OutOfDomain, match="activation"), np.errstate(all="ignore"):
        conditional_moments(function, (), 0.0, 1.0)


def test_undeclared_kinks_are_noticed():
    with pytest.raises(rmt.OutOfDomain, match="kinks"):
        conditional_moments(np.sign, (), 0.3, 1.0)


@pytest.mark.parametrize("target", ["sign(x - 1)", "Max(x - 1, 0)", "Abs(x + 0.5)"])
@pytest.mark.parametrize("alignment", [0.99, 0.9999, -1.0])
def test_rule_in_kappa_sees_kinks_away_from_zero(target, alignment):
    """E[y kappa] = gamma c_1 of a nearly aligned target."""
    function = rmt.Activation.from_expression(target)
    problem = translate(ONE_CLASS.replace(target=function, alignment=alignment), 4)
    first = problem.features.weights @ (problem.labels.target[0] * problem.features.nodes)
    assert abs(first - alignment * function.hermite_coefficients(1)[1]) < ACCURACY
