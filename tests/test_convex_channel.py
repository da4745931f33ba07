"""The channel of convex losses: against quadrature in three dimensions, and its derivatives against differences."""

import numpy as np
import pytest

from rmt_asymptotics.activations import Activation, tanh
from rmt_asymptotics.canonical.channels import channel
from rmt_asymptotics.labels import LogisticLabels, MixtureNoise, ProbitLabels, Regression, SignLabels
from rmt_asymptotics.losses import ExponentialLoss, HingeLoss, HuberLoss, LogisticLoss, QuantileLoss, SquaredHingeLoss
from rmt_asymptotics.state_evolution.convex.channel import Field
from rmt_asymptotics.state_evolution.convex.points import expectations_of

KAPPA = np.array([-1.3, 0.4, 2.1])
FIELD = Field(
    np.array([0.3, -0.7, 1.1]), np.array([0.6, 0.5, -0.2]), np.array([0.8, 0.45, 0.3]), np.array([0.7, 1.9, 4.0])
)
GAMMA, RHO = 0.6, 0.8
TWO = Activation(lambda x: x + 0.4 * (x**2 - 1), name="two thresholds")
NOISE = MixtureNoise((0.8, 0.2), (0.1, -0.5), (0.3, 3.0))
CASES = {
    "logistic, flips": (LogisticLoss(), SignLabels(0.07), TWO),
    "hinge, probit": (HingeLoss(), ProbitLabels(0.7), TWO),
    "squared hinge, logistic labels": (SquaredHingeLoss(), LogisticLabels(0.4), tanh),
    "exponential": (ExponentialLoss(), SignLabels(0.03), TWO),
    "exponential, logistic labels": (ExponentialLoss(), LogisticLabels(0.8), TWO),
    "Huber, outliers": (HuberLoss(0.6), Regression(NOISE), TWO),
    "quantile": (QuantileLoss(0.3), Regression(NOISE), tanh),
}
ORDER = 16
DIFFERENCE = 2e-6  # of central differences with h = 1e-4
SMOOTH, ROUGH = 1e-9, 2e-3  # of equally spaced sums: without and with kinks or thresholds


def evaluated(case, field):
    loss, labels, target = CASES[case]
    law = channel(labels, target, 0.05, GAMMA, RHO)
    return expectations_of(law, KAPPA, loss.function(labels.two_values), ORDER)(field)


@pytest.mark.parametrize("case", CASES)
def test_derivatives_against_differences(case):
    h = 1e-4
    found = evaluated(case, FIELD).derivatives
    parts = [FIELD.G0, FIELD.G1, FIELD.Q, FIELD.V]
    for i in range(4):
        moved = [[part + sign * h * (j == i) for j, part in enumerate(parts)] for sign in (1, -1)]
        above, below = (evaluated(case, Field(*fields)).values for fields in moved)
        assert np.allclose(found[:, i], (above - below) / (2 * h), rtol=DIFFERENCE, atol=DIFFERENCE), i


def trapezoid(count):
    """Equally spaced nodes for N(0, 1) on [-8, 8]."""
    x = np.linspace(-8, 8, count)
    w = np.exp(-(x**2) / 2)
    return x, w / w.sum()


def products(case):
    """E g, E[s g], E g^2 by sums over s, z and the components of the noise, without gl.3 and without panels."""
    loss, labels, target = CASES[case]
    (s, ws), (z, wz) = (trapezoid(count) for count in ((4001, 161) if labels.two_values else (161, 81)))
    s, weight = s[:, None], np.outer(ws, wz)
    function, result = loss.function(labels.two_values), np.zeros((3, 3))
    for k in range(3):
        omega = FIELD.G0[k] + FIELD.G1[k] * s + np.sqrt(FIELD.Q[k]) * z
        signal = target(GAMMA * KAPPA[k] + RHO * s)
        if labels.two_values:
            p = labels.probability(signal)
            parts = [(p, 1.0, omega), (1 - p, -1.0, omega)]
        else:
            noise, wn = trapezoid(161)
            parts = [
                (q * we, 1.0, omega - signal - mean - np.sqrt(variance) * e)
                for q, mean, variance in zip(*labels.components(0.05), strict=True)
                for e, we in zip(noise, wn, strict=True)
            ]
        for q, y, u in parts:
            g = y * function.proximal(y * u, np.full(len(u), FIELD.V[k])).g
            result[:, k] += [np.sum(weight * q * term) for term in (g, s * g, g * g)]
    return result


@pytest.mark.parametrize("case", CASES)
def test_values_against_products(case):
    tolerance = SMOOTH if case == "exponential, logistic labels" else ROUGH
    assert np.allclose(evaluated(case, FIELD).values[:3], products(case), rtol=0, atol=tolerance)


def test_probit_of_the_identity_is_a_threshold_with_noise():
    """P(y = 1 | nu) = ndtr(nu/tau) as a smooth function, against the sign of nu' = nu + tau z in closed form."""
    from scipy.special import ndtr

    tau, mean, deviation = 0.7, np.array([-0.4, 0.9]), np.array([0.6, 1.3])
    law = channel(ProbitLabels(tau), Activation(lambda x: x, name="own identity"), 0.0, GAMMA, RHO)
    total = np.hypot(deviation, tau)
    c, slope = -mean / total, deviation / total
    density = np.exp(-(c**2) / 2) / np.sqrt(2 * np.pi)
    expected = [ndtr(-c), slope * density, ndtr(-c) + slope**2 * c * density]
    assert np.allclose(law.moments(mean, deviation), expected, rtol=0, atol=1e-13)
