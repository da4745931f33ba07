"""Models with a covariance: reference digits, other derivations, simulation.  Note: structure.md."""

import math
import warnings

import numpy as np
import pytest
from scipy.optimize import brentq

import rmt_asymptotics as rmt
from rmt_asymptotics.gaussian.conditional import conditional_moments
from rmt_asymptotics.montecarlo.networks import network
from tests.structured import REFERENCES, SHARES, TEACHER, TWO_LEVEL, spiked_profiles

PRINTED = 5e-12  # half a unit of the last printed digit, and rounding
EXACT = 1e-12  # another derivation of the same limit
ACTIVATION = rmt.Activation.from_expression("erf(x/sqrt(2))")
SHIFTED = rmt.Activation.from_expression("tanh(x + 0.7) - 0.5")
TARGET = rmt.Activation.from_expression("sin(x) + 0.6*cos(1.5*x)")
TWO = rmt.Covariance.two_level(TWO_LEVEL, SHARES)


def power_law(exponent, decay):
    """j^-a of 200 coordinates, and tau_j ~ s_j j^decay."""
    covariance = rmt.Covariance.power_law(exponent, 200)
    profile = covariance.nodes * np.arange(1, 201.0) ** decay
    return {"covariance": covariance, "teacher": tuple(profile / profile.sum())}


def regression(exponent, sample_complexity, ridge):
    return rmt.RidgeRegression(
        target=rmt.Activation.from_expression("0.8*x"), sample_complexity=sample_complexity, ridge=ridge,
        noise_variance=0.36, **power_law(exponent, -0.5),
    )  # fmt: skip


USUAL = {"target": TARGET, "sample_complexity": 2.0, "width_ratio": 1.5, "ridge": 0.05, "noise_variance": 0.1}
FEATURES = rmt.RandomFeatures(activation=ACTIVATION, **USUAL, **power_law(0.7, -1.0))
PROFILES = spiked_profiles()
SPIKED = rmt.SpikedRandomFeatures(
    activation=ACTIVATION, covariance=TWO, teacher=tuple(TEACHER), spike=rmt.ConstantLaw(1.2), **PROFILES, **USUAL
)
MODELS = {
    "ridge regression, power 1.5": regression(1.5, 0.5, 0.02),
    "ridge regression, power .8": regression(0.8, 2.0, 1e-3),
    "random features": FEATURES,
    "kernel limit": FEATURES.replace(width_ratio=math.inf),
    "one class": SPIKED,
}


def solved(model):
    found = rmt.solve(model)
    return [found.test_error, found.training_error, found.training_objective]


@pytest.mark.parametrize("name", MODELS)
def test_reference_digits(name):
    np.testing.assert_allclose(solved(MODELS[name]), REFERENCES[name][2], rtol=0, atol=PRINTED)


def shrinkage(values, effective):
    return values / (values + effective)


@pytest.mark.parametrize(("exponent", "alpha", "ridge"), [(1.5, 0.5, 0.02), (0.8, 2.0, 1e-3), (0.4, 0.9, 0.3)])
def test_ridge_regression_is_that_of_its_eigenvalues(exponent, alpha, ridge):
    """One effective ridge k: n/d = mean s/(s + k) + ridge/k, and errors in closed form (eigenlearning)."""
    model = regression(exponent, alpha, ridge).replace(target=TARGET, noise_variance=0.2)
    values, tau = model.covariance.nodes, model.teacher_profile
    k = brentq(lambda k: shrinkage(values, k).mean() + ridge / k - alpha, 1e-9, 1e3, xtol=1e-16, rtol=1e-15)
    learnt = shrinkage(values, k)
    label = conditional_moments(TARGET, (), 0.0, 1.0)
    unseen = float(label.mean**2 + label.residual) + 0.2
    test = (float(label.linear) ** 2 * tau @ (1 - learnt) ** 2 + unseen) / (1 - np.mean(learnt**2) / alpha)
    found = rmt.solve(model)
    np.testing.assert_allclose(found.test_error, test, rtol=EXACT)
    np.testing.assert_allclose(found.training_error, test * (ridge / (alpha * k)) ** 2, rtol=10 * EXACT)


@pytest.mark.parametrize("activation", ["x", "erf(x/sqrt(2))", "tanh(2*x)"])
def test_random_features_are_a_kernel_with_a_flat_tail(activation):
    """Two effective ridges of the eigenvalues h1^2 s_j/d and a tail of the trace m2^2 (Defilippis et al.)."""
    model = FEATURES.replace(activation=rmt.Activation.from_expression(activation), sample_complexity=1.3, ridge=0.07)
    values, tau = model.covariance.nodes, model.teacher_profile
    moments = conditional_moments(model.activation, (), 0.0, 1.0)
    line, tail = float(moments.linear) ** 2 * values, float(moments.residual)
    alpha, beta, label = 1.3, 1.5, conditional_moments(TARGET, (), 0.0, 1.0)

    def degrees(second):
        return shrinkage(line, second).mean() + tail / second

    def balance(second):
        first = second * (1 - degrees(second) / beta)  # of the neurons
        return alpha - 0.07 / first - degrees(second)

    full = degrees(1e-9) > beta
    low = brentq(lambda x: degrees(x) - beta, 1e-9, 1e6, xtol=1e-16, rtol=1e-15) if full else 1e-9
    second = brentq(balance, low * (1 + 1e-9), 1e6, xtol=1e-16, rtol=1e-15)
    share = 1 - degrees(second) / beta
    squares = np.mean(shrinkage(line, second) ** 2)
    spread = beta / alpha * ((1 - share) ** 2 + share**2 * squares / (beta - squares))
    chi = (np.mean(line / (line + second) ** 2) + tail / second**2) / (beta - squares)
    missed = tau @ ((1 + chi * line) * (second / (line + second)) ** 2)
    unseen = float(label.mean**2 + label.residual) + 0.1
    test = (float(label.linear) ** 2 * missed + unseen) / (1 - spread)
    np.testing.assert_allclose(rmt.solve(model).test_error, test, rtol=EXACT)


def test_equal_eigenvalues_are_isotropic_inputs():
    model = SPIKED.replace(covariance=None, teacher=None, spike_profile=None, alignment_profile=None)
    equal = model.replace(covariance=rmt.Covariance((1.0, 1.0), (0.3, 0.7)))
    assert solved(equal) == solved(model)


def test_nearly_equal_eigenvalues_are_near():
    """The general path of a covariance where it becomes the isotropic one."""
    plain = {"covariance": None, "teacher": None, "spike_profile": None, "alignment_profile": None}
    model = SPIKED.replace(**plain, spike=rmt.DiscreteLaw((-1.0, 1.4), (0.3, 0.7)), activation=SHIFTED, width=300)
    near = model.replace(covariance=rmt.Covariance((1 + 1e-9, 1 - 1e-9)))
    np.testing.assert_allclose(solved(near), solved(model), rtol=1e-8)


SIMULATED = {
    "spiked": SPIKED.replace(activation=SHIFTED),
    "two classes": SPIKED.replace(
        activation=SHIFTED, spike=rmt.DiscreteLaw((-1.0, 1.4), (0.3, 0.7)), alignment=0.7, alignment_profile=None,
        spike_profile=(0.5, 0.5),
    ),
    "random features": FEATURES.replace(activation=SHIFTED, **power_law(0.5, 0.0)),
    "ridge regression": regression(1.2, 0.7, 0.03).replace(target=TARGET),
}  # fmt: skip


@pytest.mark.parametrize("name", SIMULATED)
def test_simulation(name):
    model = SIMULATED[name]
    found = rmt.simulate(model, dimension=200, replicas=12, seed=4)
    theory = rmt.solve(model.at_width(found.width, 200))
    for quantity in ("test_error", "training_error"):
        estimate = getattr(found, quantity)
        assert abs(estimate.mean - getattr(theory, quantity)) < 4 * estimate.standard_error, quantity


@pytest.mark.parametrize("field", ["alignment", "ridge", "width_ratio"])
def test_gradients(field):
    model = SIMULATED["two classes"]
    slope = rmt.gradient(model, wrt=(field,))[field]
    value, step = getattr(model, field), 1e-4
    up, down = (rmt.solve(model.replace(**{field: value + sign * step})).test_error for sign in (1, -1))
    np.testing.assert_allclose(slope, (up - down) / (2 * step), rtol=1e-5)


def test_spectrum():
    """Distribution and largest eigenvalue against finite networks of d = 300."""
    model = SIMULATED["random features"].replace(width=450)
    spectrum, rng, eigenvalues = rmt.spectrum(model), np.random.default_rng(2), []
    for _ in range(6):
        weights = network(model, 300, 450, rng).weights
        features = model.activation(rng.standard_normal((600, 300)) @ weights.T)
        eigenvalues.append(np.linalg.eigvalsh(features.T @ features / 450))
    x = np.quantile(eigenvalues, [0.1, 0.4, 0.7, 0.95])
    np.testing.assert_allclose(spectrum.cumulative(x), [0.1, 0.4, 0.7, 0.95], atol=0.005)  # of order 1/d
    top = np.array(eigenvalues)[:, -1]
    outlier = spectrum.outliers[0].position
    assert outlier > 1.1 * spectrum.edges[-1][1] and abs(top.mean() - outlier) < 4 * top.std(ddof=1) / np.sqrt(6)


def test_the_leading_direction_in_kappa():
    """At an effective rank of 10 it heals half of the gap; where the spectrum is flat it changes little."""
    model = rmt.RandomFeatures(
        activation=rmt.tanh, target=rmt.sin, sample_complexity=2.3, width_ratio=1.5, ridge=0.05, width=300,
        covariance=rmt.Covariance.power_law(1.2, 200),
    )  # fmt: skip
    simulated = 0.1024  # (16), which tests/test_known_limits.py simulates
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rmt.LowEffectiveRank)
        limit, moved = (
            rmt.solve(model).test_error,
            rmt.solve(rmt.with_leading_direction(model), tolerance=1e-4).test_error,
        )
    assert 0.3 < (moved - simulated) / (limit - simulated) < 0.5
    flat = model.replace(covariance=rmt.Covariance.power_law(0.1, 200))
    near = rmt.solve(rmt.with_leading_direction(flat), tolerance=1e-4).test_error
    np.testing.assert_allclose(near, rmt.solve(flat).test_error, rtol=0.01)
    for wrong, name in ((flat.replace(width=None), "width"), (flat.replace(covariance=None), "covariance")):
        with pytest.raises(rmt.OutOfDomain, match=name):
            rmt.with_leading_direction(wrong)


def test_few_directions_are_warned_of():
    steep = FEATURES.replace(covariance=rmt.Covariance.power_law(1.2, 400), teacher=None, width=600)
    with pytest.warns(rmt.LowEffectiveRank, match="12 of 400 dimensions"):
        rmt.solve(steep)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rmt.solve(steep.replace(width=None))
        rmt.solve(steep.replace(activation=rmt.identity))
        rmt.solve(FEATURES.replace(covariance=rmt.Covariance.power_law(0.3, 400), teacher=None, width=600))


def test_what_knows_no_covariance_says_so():
    for call in (rmt.weight_spectrum, lambda model: rmt.finite_size(model, 100)):
        with pytest.raises(rmt.OutOfDomain, match="covariance"):
            call(FEATURES)
