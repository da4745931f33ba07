"""Losses and labels: proximal operators against minimisation, refusals."""

import math

import numpy as np
import pytest
from scipy import optimize, special

from rmt_asymptotics.activations import Activation, relu, tanh
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.labels import LogisticLabels, MixtureNoise, ProbitLabels, Regression, SignLabels, sign_pattern
from rmt_asymptotics.losses import (
    AbsoluteLoss,
    ConvexLoss,
    EpsilonInsensitiveLoss,
    ExponentialLoss,
    HardMarginLoss,
    HingeLoss,
    HuberLoss,
    LogisticLoss,
    QuantileLoss,
    SquaredHingeLoss,
    SquareLoss,
)
from rmt_asymptotics.state_evolution.convex.panels import panels

OWN = ConvexLoss(
    lambda u: np.abs(u) + u**2 / 4, lambda u: np.sign(u) + u / 2, lambda u: 0.5 + 0 * u, kinks=(0.0,), name="elastic"
)
OWN_LOGISTIC = ConvexLoss(
    lambda u: np.logaddexp(0, -u), lambda u: -special.expit(-u), lambda u: special.expit(u) * special.expit(-u)
)
FUNCTIONS = {
    "square of margins": SquareLoss().function(True),
    "square of residuals": SquareLoss().function(False),
    "logistic": LogisticLoss().function(True),
    "hinge": HingeLoss().function(True),
    "squared hinge": SquaredHingeLoss().function(True),
    "exponential": ExponentialLoss().function(True),
    "Huber": HuberLoss(0.7).function(False),
    "absolute": AbsoluteLoss().function(False),
    "quantile": QuantileLoss(0.3).function(False),
    "epsilon-insensitive": EpsilonInsensitiveLoss(0.4).function(False),
    "own": OWN.function(False),
}
MINIMISER = 1e-7  # what a search for a minimum resolves
ROUNDING = 1e-9


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
@pytest.mark.parametrize("V", [0.03, 1.7, 40.0])
def test_the_proximal_point_is_the_minimiser(function, V):
    u = np.array([[-7.0, -0.45, -0.1, 0.2, 0.9, 1.05, 6.0]])
    found = function.proximal(u, np.array([V]))
    for x, prox in zip(u[0], found.prox[0], strict=True):
        reach = 10 + abs(x) + 3 * V

        def cost(f, x=x):
            return float(function.value(np.array(f))) + (f - x) ** 2 / (2 * V)

        best = optimize.minimize_scalar(cost, bounds=(x - reach, x + reach), method="bounded", options={"xatol": 1e-10})
        assert cost(prox) <= best.fun + MINIMISER * (1 + abs(best.fun))
    assert np.allclose(found.g, (found.prox - u) / V, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_the_slope_of_g_is_its_derivative(function):
    u, h = np.array([[-6.3, -0.47, 0.21, 0.93, 5.2]]), 1e-5
    V = np.array([0.37])
    above, below = (function.proximal(u + side, V).g for side in (h, -h))
    assert np.allclose(function.proximal(u, V).slope, (above - below) / (2 * h), rtol=1e-6, atol=1e-7)


def test_logistic_proximal_at_extremes():
    """Warm starts and brackets at V from 1e-12 to 1e9: prox + V l'(prox) = u."""
    u = np.linspace(-60, 60, 301)[None, :].repeat(5, axis=0)
    V = np.array([1e-12, 1e-3, 1.0, 1e4, 1e9])
    function = LogisticLoss().function(True)
    prox = function.proximal(u, V).prox
    gap = prox + V[:, None] * function.slopes(prox)[0] - u
    assert np.max(np.abs(gap) / (1 + V[:, None])) < ROUNDING
    assert np.all(np.diff(prox, axis=1) >= 0)


def test_logistic_proximal_from_any_neighbour():
    """Rows in both directions, short and long, V up to 1e9: each argument is solved whatever the one before was."""
    generator = np.random.default_rng(0)
    V = 10 ** generator.uniform(-12, 9, 2000)
    u = np.sort(generator.uniform(-1, 1, (2000, 20)) * 10 ** generator.uniform(-1, 3, (2000, 1)), axis=1)
    u[::2] = u[::2, ::-1]
    u -= np.where(generator.random((2000, 1)) < 0.3, V[:, None] * generator.random((2000, 1)), 0.0)
    function, own = LogisticLoss().function(True), OWN_LOGISTIC.function(True)
    prox = function.proximal(u, V).prox
    gap = prox + V[:, None] * function.slopes(prox)[0] - u
    assert np.max(np.abs(gap) / (1 + V[:, None] * function.curvature(prox)) / (1 + np.abs(prox))) < 1e-13
    other = own.proximal(u[:200], V[:200]).prox
    assert np.allclose(other, prox[:200], rtol=1e-12, atol=1e-11)


def test_hard_margin():
    found = HardMarginLoss().function(True).proximal(np.array([[-3.0, 0.5, 1.5]]), np.array([2.0]))
    assert np.array_equal(found.prox, [[1.0, 1.0, 1.5]])
    assert np.array_equal(found.g, [[2.0, 0.25, 0.0]])
    assert np.array_equal(found.slope, [[-0.5, -0.5, 0.0]])


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: QuantileLoss(2.0), "level"),
        (lambda: QuantileLoss(0.0), "level"),
        (lambda: HuberLoss(-1.0), "threshold"),
        (lambda: EpsilonInsensitiveLoss(float("nan")), "threshold"),
        (lambda: ConvexLoss(np.cos, lambda u: -np.sin(u), lambda u: -np.cos(u)), "value"),
        (lambda: ConvexLoss(np.square, lambda u: u, lambda u: 1 + 0 * u), "slope"),
        (lambda: ConvexLoss(np.square, lambda u: 2 * u, lambda u: 1 + 0 * u), "curvature"),
        (lambda: ConvexLoss(np.log, lambda u: 1 / u, lambda u: -1 / u**2), "value"),
        (lambda: ConvexLoss(1.0, np.sin, np.cos), "value"),
        (lambda: ConvexLoss(lambda u: math.log1p(math.exp(u)), special.expit, np.cos), "value"),
        (lambda: ConvexLoss(np.square, lambda u: max(2 * u, 0), lambda u: 2 + 0 * u), "slope"),
        (lambda: ConvexLoss(np.square, lambda u: 2 * u, lambda u: np.float32(2) + u.astype(np.float32)), "curvature"),
        (lambda: ConvexLoss(np.square, lambda u: 2 * u, lambda u: 2 + 0 * u, kinks=0), "kinks"),
        (lambda: ConvexLoss(lambda u: 1e-9 * u**2, lambda u: 1e-9 * u, lambda u: 1e-9 + 0 * u), "slope"),
        (lambda: ConvexLoss(lambda u: 1e-9 * u**2, lambda u: 2e-9 * u, lambda u: 1e-9 + 0 * u), "curvature"),
        (
            lambda: ConvexLoss(lambda u: 1e-9 * np.cos(u), lambda u: -1e-9 * np.sin(u), lambda u: -1e-9 * np.cos(u)),
            "value",
        ),
        (lambda: SignLabels(1.2), "flip_probability"),
        (lambda: ProbitLabels(0.0), "scale"),
        (lambda: Regression(noise=0.3), "noise"),
        (lambda: MixtureNoise((0.5, 0.4), (0.0, 1.0), (1.0, 1.0)), "probabilities"),
        (lambda: MixtureNoise((1.0,), (0.0,), (-1.0,)), "variances"),
        (lambda: sign_pattern(relu), "target"),
    ],
)
def test_refusals_name_the_field(make, field):
    with pytest.raises(OutOfDomain) as refused:
        make()
    assert refused.value.field == field


def test_callables_of_losses_are_treated_as_those_of_activations():
    """They may write into their arguments, in any units; they cannot always be hashed; they have names."""

    class Unhashable:
        __hash__ = None

        def __call__(self, u):
            return np.square(u, out=u)

    for scale in (1.0, 1e-9, 1e8):
        loss = ConvexLoss(
            lambda u, s=scale: np.multiply(np.square(u, out=u), s, out=u),
            lambda u, s=scale: np.multiply(u, 2 * s, out=u),
            lambda u, s=scale: 2 * s + 0 * u,
        )
        u = np.array([-1.5, 0.2])
        np.testing.assert_allclose(loss.function(False).value(u), scale * np.array([2.25, 0.04]))
        np.testing.assert_array_equal(u, [-1.5, 0.2])
    own = ConvexLoss(Unhashable(), lambda u: 2 * u, lambda u: 2 + 0 * u)
    assert own == own and hash(own) == hash(own) and own.name == "Unhashable"
    assert ConvexLoss(np.square, lambda u: 2 * u, lambda u: 2 + 0 * u).name == "square"


def test_sign_patterns():
    found = sign_pattern(Activation.from_expression("x + 0.4*(x**2 - 1)"))
    roots = np.sort(np.roots([0.4, 1, -0.4]))
    assert np.allclose(found.thresholds, roots, rtol=0, atol=1e-14)
    assert (found.jumps, found.positive_first) == ((-1, 1), True)
    jump = Activation(lambda x: np.where(x > 0.3, 2.0, -1.0), kinks=(0.3,))
    assert sign_pattern(jump).thresholds == (0.3,)


def test_samples_of_labels_have_their_means():
    generator, signal = np.random.default_rng(5), np.full(40_000, 0.35)
    noise = MixtureNoise((0.7, 0.3), (0.2, -1.0), (0.3, 2.0))
    for labels in (SignLabels(0.2), ProbitLabels(0.8), LogisticLabels(0.6), Regression(noise)):
        drawn = labels.sample(signal, generator)
        expected = float(labels.mean(signal)[0])
        assert abs(drawn.mean() - expected) < 4 * drawn.std() / 200
    assert abs(drawn.var() - noise.variance) < 0.1


def test_conditional_probabilities_are_increasing():
    x = np.linspace(-3, 3, 7)
    for labels in (ProbitLabels(0.8), LogisticLabels(0.6)):
        assert np.all(np.diff(labels.probability(tanh(x))) > 0)


@pytest.mark.parametrize("V", [1e-5, 1e-3, 0.3, 20.0])
def test_moments_in_closed_form(V):
    """Against panels cut at the bends, on means and deviations of all sizes; steep and flat g."""
    generator = np.random.default_rng(2)
    mean, deviation = generator.normal(0, 2, 60), 10 ** generator.uniform(-1, 1, 60)
    for name in ("square of residuals", "Huber", "absolute", "quantile", "epsilon-insensitive"):
        function, widths = FUNCTIONS[name], np.full(60, V)
        rule = panels((function.bends(widths) - mean[:, None]) / deviation[:, None], 40)
        h = rule.nodes
        found = function.proximal(mean[rule.owner][:, None] + deviation[rule.owner][:, None] * h, widths[rule.owner])
        g, slope = found.g, found.slope
        terms = [g, g * g, slope, slope * h, slope * (h * h - 1), g * slope, g * slope * h, g * g * slope]
        expected = rule.sums(np.array(terms) * rule.weights)
        scale = 1e-3 + np.max(np.abs(expected), axis=1, keepdims=True)
        assert np.max(np.abs(function.moments(mean, deviation, widths) - expected) / scale) < 1e-8, name
