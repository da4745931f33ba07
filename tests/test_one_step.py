"""The network after one gradient step: published values, two independent evaluations, sampled batches, corners."""

import math
from itertools import pairwise

import numpy as np
import pytest
from mpmath import mp

import rmt_asymptotics as rmt
from rmt_asymptotics.canonical.gradient_step import gradient_step
from rmt_asymptotics.digits.gradient_step import gradient_step as precise_step
from rmt_asymptotics.digits.setting import Resolution
from rmt_asymptotics.expressions import parse_activation
from tests import naive
from theory_notes.checks import first_batch, one_step

PUBLISHED = rmt.OneStepNetwork(
    activation=rmt.tanh, target=rmt.sin, sample_complexity=0.2, width_ratio=1.0, ridge=0.1,
    step=rmt.MaximalStep(3.0), step_sample_complexity=20.0,
)  # fmt: skip
GENERIC = rmt.OneStepNetwork(
    activation=parse_activation("tanh(x + 0.7) - 0.45"), target=parse_activation("tanh(x) + 0.3*(x**2 - 1) + 0.2"),
    sample_complexity=2.6, width_ratio=1.4, ridge=0.06, noise_variance=0.11, width=420, step=rmt.MaximalStep(1.7),
    step_sample_complexity=3.2, readout=rmt.DiscreteLaw((-1.0, 1.5), (0.3, 0.7)),
)  # fmt: skip
ERRORS = ("test_error", "training_error", "training_objective")
PRINTED = 2e-5  # of values printed to four significant digits
NAIVE = 1e-8  # what the twin's damped iteration and fixed panels leave
GAUSS_HERMITE = 1e-5  # 80 nodes leave 4e-7 of tanh(x + .7)
TWENTY_DIGITS = 1e-10  # the package's own tolerance; the reference has 12 digits


@pytest.mark.parametrize(
    ("alpha", "corrected", "plain"),
    [(0.2, 0.04812, 0.0484829019195), (0.9, 0.04161, 0.0425039287213), (1.6, 0.03633, 0.0373113280789),
     (3.0, 0.03151, 0.0325182080146)],
)  # fmt: skip
def test_published_setting(alpha, corrected, plain):
    network = PUBLISHED.replace(sample_complexity=alpha)
    assert rmt.solve(network).test_error == pytest.approx(corrected, rel=0, abs=PRINTED)
    assert rmt.solve(network.replace(corrections=False)).test_error == pytest.approx(plain, rel=0, abs=5e-14)


def spike_and_variance(network):
    """u_k, c_k and gamma of net.1-net.2, from their definitions by Gauss-Legendre panels."""
    z, w = naive.gaussian_grid((*network.activation.kinks, *network.target.kinks))
    g, pi = np.array(network.readout.values), np.array(network.readout.probabilities)
    slope = network.activation.derivative(z)
    y = network.target(z) - (pi @ g) * (w @ network.activation(z))
    h1, s2 = w @ slope, w @ (slope * z)
    second = w @ y**2 + network.noise_variance
    B = np.sqrt((w @ (y * z)) ** 2 + second / network.step_sample_complexity)
    samples = network.sample_complexity * network.width / network.width_ratio
    e = network.step.learning_rate(samples, network.width) / np.sqrt(network.width) * g
    noise = e**2 * second * (w @ (slope - h1) ** 2) / network.step_sample_complexity
    return e * h1 * B, (1 + e * s2 * (w @ y)) ** 2 + noise, (w @ (y * z)) / B


@pytest.mark.parametrize("step", [rmt.FixedStep(9.0), rmt.PowerStep(0.31, 1.6), rmt.MaximalStep(1.7)])
@pytest.mark.parametrize("activation", [GENERIC.activation, rmt.relu])
def test_plain_theory_is_the_spiked_model(step, activation):
    network = GENERIC.replace(step=step, activation=activation, corrections=False)
    spikes, variances, alignment = spike_and_variance(network)
    twin = naive.solve(
        activation, network.target, spikes=spikes, probabilities=network.readout.probabilities, alignment=alignment,
        bulk_variance=variances, sample_complexity=2.6, width_ratio=1.4, ridge=0.06, noise_variance=0.11, width=420,
        activation_kinks=activation.kinks,
    )  # fmt: skip
    result = rmt.solve(network)
    for error in ERRORS:
        assert getattr(result, error) == pytest.approx(getattr(twin, error), rel=NAIVE)


@pytest.mark.parametrize("width", [None, 700])
def test_plain_theory_with_one_variance_has_a_name(width):
    """Readouts +-g and s2 = 0: all neurons have the same c."""
    network = PUBLISHED.replace(readout=rmt.RademacherLaw(1.3), corrections=False, width=width)
    step = gradient_step(network)
    e = np.array([3.0 * 1.3])
    spiked = rmt.SpikedRandomFeatures(
        activation=rmt.tanh, target=rmt.sin, sample_complexity=0.2, width_ratio=1.0, ridge=0.1, width=width,
        spike=rmt.RademacherLaw(float(e[0] * step.reach)), alignment=step.alignment,
        bulk_variance=float(step.bulk_variance(e[:, None])[0]),
    )  # fmt: skip
    assert rmt.solve(network).test_error == pytest.approx(rmt.solve(spiked).test_error, rel=1e-13)


INITIAL_OUTPUT = {"readout": rmt.DiscreteLaw((0.8,), (1.0,)), "activation": parse_activation("tanh(x + 0.7)")}


@pytest.mark.parametrize(
    ("corrections", "changes"),
    [(True, {}), (True, {"width": None} | INITIAL_OUTPUT), (False, {"width": None} | INITIAL_OUTPUT)],
)
def test_corrected_theory_by_another_route(corrections, changes):
    network = GENERIC.replace(corrections=corrections, **changes)
    reference = rmt.solve(network, digits=14)
    result = rmt.solve(network)
    for error in ERRORS:
        assert getattr(result, error) == pytest.approx(float(getattr(reference, error)), rel=TWENTY_DIGITS)


def test_corrections_agree_with_their_printed_values():
    assert abs(one_step.corrected_deviation(1.6)) <= 5e-6


def test_moments_of_sampled_batches():
    scores = first_batch.scores(400, 30, seed=1)
    assert max(map(abs, scores.values())) < 4
    assert {"B", "gamma", "u", "c", "A_vv", "A_vzeta", "A_zetazeta", "T_vv", "row mixed"} <= set(scores)


def in_frame(step):
    """Yhat - ybar on v and zeta, and on what the batch makes of them."""
    return step.frame.T @ step.span[0] @ step.frame


def test_package_moments_are_those_of_the_sampled_batches():
    network = GENERIC.replace(noise_variance=0.09, step_sample_complexity=2.0, readout=rmt.RademacherLaw())
    step, predicted = gradient_step(network), first_batch.predictions()
    e = np.array([first_batch.E])
    assert [step.length, step.alignment] == pytest.approx([predicted["B"], predicted["gamma"]], rel=1e-9)
    assert [e[0] * step.reach, step.bulk_variance(e[:, None])[0]] == pytest.approx(
        [predicted["u"], predicted["c"]], rel=1e-9
    )
    span = [predicted[name] for name in ("A_vv", "A_vzeta", "A_vzeta", "A_zetazeta")]
    assert in_frame(step).ravel() == pytest.approx(np.array(span), rel=1e-9, abs=1e-12)


def test_what_a_batch_makes_of_its_span():
    """[net.4]: Yhat on the span of theta and v, and of what it sends out of it, against batches."""
    network, dimension, rng, found = GENERIC.replace(span_noise=True), 600, np.random.default_rng(8), []
    step, theta = gradient_step(network), np.eye(600)[0]
    output = np.dot(network.readout.values, network.readout.probabilities) * network.activation.hermite_coefficients(0)
    for _ in range(24):
        z = rng.standard_normal((round(3.2 * dimension), dimension))
        y = network.target(z[:, 0]) - output + math.sqrt(network.noise_variance) * rng.standard_normal(len(z))
        average = z.T @ y / len(z)
        across = average - average[0] * theta
        inside = np.column_stack([across / np.linalg.norm(across), theta])
        moved = z.T @ (y[:, None] * (z @ inside)) / len(z)
        outside = moved - inside @ (inside.T @ moved)
        root = np.linalg.cholesky(outside.T @ outside)
        basis = np.hstack([inside, outside @ np.linalg.inv(root).T])
        found.append((z @ basis).T @ (y[:, None] * (z @ basis)) / len(z) - np.eye(4) * y.mean())
    means, errors = np.mean(found, axis=0), np.std(found, axis=0, ddof=1) / math.sqrt(24)
    assert np.all(np.abs(means - step.span[0]) < 4 * errors + 5 / dimension)


@pytest.mark.parametrize("samples", [1e-3, 3.2, 1e6, 1e12, 1e16])
def test_span_moments_do_not_cancel(samples):
    """Yhat in span(v, zeta) to rounding, where theta and v are nearly parallel as where they are orthogonal."""
    network = GENERIC.replace(step_sample_complexity=samples)
    step = gradient_step(network)
    with mp.workdps(40):
        exact = precise_step(network, Resolution(digits=40, order=60, nodes=0, classes=1)).span.astype(float)
    assert in_frame(step) == pytest.approx(exact, rel=1e-12, abs=0)


def test_even_target_has_no_alignment():
    network = GENERIC.replace(target=rmt.hermite_polynomial(2), activation=rmt.tanh)
    assert abs(gradient_step(network).alignment) < 1e-12
    assert rmt.solve(network).solution.status is rmt.Status.CONVERGED


def test_a_readout_of_zero_is_a_neuron_without_step():
    law = rmt.DiscreteLaw((0.0, 1.2), (0.999999999, 1e-9))
    stepped = rmt.solve(GENERIC.replace(readout=law)).test_error
    fields = {name: getattr(GENERIC, name) for name in ("activation", "target", "sample_complexity", "width_ratio")}
    plain = rmt.RandomFeatures(**fields, ridge=0.06, noise_variance=0.11, width=420)
    assert stepped == pytest.approx(rmt.solve(plain).test_error, rel=1e-5)


@pytest.mark.parametrize("law", [rmt.GaussianLaw(0.1), rmt.GaussianLaw(1.2), rmt.ConstantLaw(-0.7), GENERIC.readout])
@pytest.mark.parametrize("step", [rmt.MaximalStep(0.0), rmt.FixedStep(0.0)])
@pytest.mark.parametrize("width", [None, 300])
def test_no_step_is_random_features(law, step, width):
    network = GENERIC.replace(readout=law, step=step, width=width)
    fields = {name: getattr(GENERIC, name) for name in ("activation", "target", "sample_complexity", "width_ratio")}
    plain = rmt.solve(rmt.RandomFeatures(**fields, ridge=0.06, noise_variance=0.11, width=width))
    result = rmt.solve(network, tolerance=1e-9)
    for error in ERRORS:
        assert getattr(result, error) == pytest.approx(getattr(plain, error), rel=1e-9)


def test_wide_maximal_step_reaches_its_limit():
    limit = rmt.solve(GENERIC.replace(width=None)).test_error
    gaps = [rmt.solve(GENERIC.replace(width=10**k)).test_error / limit - 1 for k in (3, 5, 7, 9)]
    assert all(0 < later < 0.02 * gap for gap, later in pairwise(gaps)), gaps  # 1/p
