"""Support learning: the compiled descent against a slow twin, the theory by two other routes, limits, refusals."""

import functools
import itertools
import json
import math

import numpy as np
import pytest
import xarray
from scipy import stats

from rmt_asymptotics import dynamics
from rmt_asymptotics.activations import relu, tanh
from rmt_asymptotics.cli import main
from rmt_asymptotics.dynamics.support_learning import (
    Comparison,
    Diverged,
    Sample,
    SupportLearning,
    Weights,
    draw_sample,
    draw_weights,
    mechanisms,
)
from rmt_asymptotics.dynamics.support_learning.measurement import fitted_rate
from rmt_asymptotics.dynamics.support_learning.sample import off_readout
from rmt_asymptotics.dynamics.support_learning.simulation import batches, fresh_noise
from rmt_asymptotics.dynamics.support_learning.slow_flow import (
    along_minima,
    curvature,
    noise_force,
    noise_rate,
    remembered,
)
from rmt_asymptotics.errors import OutOfDomain

ROUNDING = 1e-12
ISSUE = SupportLearning(
    depth=2, relevant=5, irrelevant=10, samples=256, batch=4, step=0.05, noise_variance=0.09, weight_decay=0.0,
    replacement=False,
)  # fmt: skip
GENERIC = SupportLearning(
    depth=4, relevant=2, irrelevant=3, samples=23, batch=5, step=0.07, noise_variance=0.3, weight_decay=0.02,
    replacement=True, width=6, clip=0.9, target_norm=0.8, initial_norm=1.3,
)  # fmt: skip


def generic_layers(rng, depth, width, inputs):
    shapes = [(width, inputs), *[(width, width)] * (depth - 2), (1, width)]
    return [rng.standard_normal(shape) / math.sqrt(shape[1]) for shape in shapes]


def function_and_gradients(layers, x, slope=1.0):
    """f(x) and its gradients by the layers, one sample."""
    hidden, slopes = [x], []
    for W in layers[:-1]:
        z = W @ hidden[-1]
        slopes.append(np.where(z > 0, 1.0, slope))
        hidden.append(slopes[-1] * z)
    gradients, back = [], np.ones(1)
    for k in range(len(layers) - 1, -1, -1):
        gradients.insert(0, np.outer(back, hidden[k]))
        if k:
            back = (layers[k].T @ back) * slopes[k - 1]
    return float(layers[-1][0] @ hidden[-1]), gradients


def naive_descent(s, layers, inputs, labels, batch, noise):
    """One step from the definitions."""
    gradients = [np.zeros_like(W) for W in layers]
    for i, extra in zip(batch, noise, strict=True):
        f, parts = function_and_gradients(layers, inputs[i], s.negative_slope)
        gradients = [g + (f - labels[i] - extra) * part / s.batch for g, part in zip(gradients, parts, strict=True)]
    length = math.sqrt(sum(np.sum(g**2) for g in gradients))
    scale = min(1.0, (s.clip or math.inf) / length)
    return [W - s.step * (scale * g + s.weight_decay * W) for W, g in zip(layers, gradients, strict=True)]


TWINS = {
    "deep, clipped, decay, replacement": GENERIC,
    "passes with a rest": GENERIC.replace(depth=3, replacement=False, clip=None),
    "relu, fresh noise, mirrored": GENERIC.replace(
        depth=2, activation=relu, fresh_noise=True, samples=24, mirrored=True, batch=24, clip=3.0
    ),
}


@pytest.mark.parametrize("s", TWINS.values(), ids=TWINS)
def test_slow_twin(s):
    simulation = dynamics.simulate(s, steps=12, seed=5, runs=2, records=3)
    sample, labels = draw_sample(s, 5), draw_sample(s, 5).clean_labels + draw_sample(s, 5).noise
    for run, child in enumerate(np.random.SeedSequence(5).spawn(4)[2:]):
        generator = np.random.default_rng(child)
        block = next(batches(s, generator))[:12]
        noise = fresh_noise(s, block.shape, generator)
        layers = draw_weights(s, 5).layers
        for step in range(12):
            layers = naive_descent(s, layers, sample.inputs, labels, block[step], noise[step])
            if (step + 1) % 4 == 0:
                for W, found in zip(layers, simulation.at(run, (step + 1) // 4).layers, strict=True):
                    np.testing.assert_allclose(found, W, rtol=ROUNDING, atol=ROUNDING)


def test_passes_take_every_sample_once():
    s = GENERIC.replace(replacement=False)
    block = next(batches(s, np.random.default_rng(0)))
    assert all(len(set(block[i : i + 4].ravel())) == 20 for i in range(0, 40, 4))
    assert next(batches(s.replace(replacement=True), np.random.default_rng(0))).max() == 22


@pytest.mark.parametrize("s", [GENERIC, GENERIC.replace(mirrored=True, samples=26, fresh_noise=True)])
def test_sample_and_start_are_exact(s):
    sample, weights = draw_sample(s, 3), draw_weights(s, 3)
    np.testing.assert_allclose(sample.inputs.T @ sample.inputs / s.samples, np.eye(5), atol=ROUNDING)
    np.testing.assert_allclose(sample.noise @ sample.inputs, 0, atol=ROUNDING)
    assert math.isclose(np.mean(sample.noise**2), 0 if s.fresh_noise else s.noise_variance)
    outputs = [function_and_gradients(weights.layers, x, s.negative_slope)[0] for x in sample.inputs]
    np.testing.assert_allclose(outputs, sample.clean_labels, atol=ROUNDING)
    assert math.isclose(np.linalg.norm(weights.first[:, 2:]), s.initial_norm)


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_force_is_a_gradient(depth):
    """[sup.4] against differences of tr Sigma = sum over layers of E e^2 |gradient of f|^2."""
    rng = np.random.default_rng(depth)
    x, e = rng.standard_normal((9, 4)), rng.standard_normal(9)
    layers, direction = generic_layers(rng, depth, 3, 4), generic_layers(rng, depth, 3, 4)

    def trace(h):
        moved = [W + h * D for W, D in zip(layers, direction, strict=True)]
        return np.mean([r**2 * sum(np.sum(g**2) for g in function_and_gradients(moved, a)[1]) for r, a in zip(e, x)])  # noqa: B905

    force = noise_force(layers, (x.T * e**2) @ x / 9)
    found = 2 * sum(np.sum(f * D) for f, D in zip(force, direction, strict=True))
    assert math.isclose(found, (trace(1e-5) - trace(-1e-5)) / 2e-5, rel_tol=1e-8)


def test_motion_keeps_the_function():
    rng = np.random.default_rng(0)
    layers = generic_layers(rng, 3, 4, 5)
    motion = along_minima(layers, generic_layers(rng, 3, 4, 5))
    moved = [np.linalg.multi_dot([W + h * m for W, m in zip(layers, motion, strict=True)][::-1]) for h in (1e-6, -1e-6)]
    np.testing.assert_allclose(moved[0] - moved[1], 0, atol=1e-14)
    x = rng.standard_normal(5)
    gradients = function_and_gradients(layers, x)[1]
    assert math.isclose(x @ curvature(layers) @ x, sum(np.sum(g**2) for g in gradients))


def test_mean_over_all_orders():
    """[sup.2]: the mean of a pass over all orders is descent on L + eta/(4b) (n-b)/(n-1) tr Sigma, up to O(eta)."""
    rng = np.random.default_rng(2)
    x, y = rng.standard_normal((6, 3)), rng.standard_normal(6)
    start = generic_layers(rng, 3, 2, 3)
    s = SupportLearning(depth=3, relevant=1, irrelevant=2, samples=6, batch=2, step=1.0, width=2)
    errors = []
    for step in (4e-3, 2e-3, 1e-3):
        at = s.replace(step=step)
        orders = [o for o in itertools.permutations(range(6)) if o[0] < o[1] and o[2] < o[3] and o[4] < o[5]]
        ends = [flat(descended(at, start, x, y, np.reshape(o, (3, 2)))) for o in orders]
        plain = descended(at.replace(batch=6), start, x, y, np.tile(np.arange(6), (3, 1)))
        excess = np.mean(ends, axis=0) - flat(plain)
        expected = -3 * step * (step / 8) * (4 / 5) * gradient_of_trace(start, x, y)
        errors.append(np.linalg.norm(excess - expected) / np.linalg.norm(expected))
    assert errors[0] < 0.02
    np.testing.assert_allclose(np.divide(errors[:-1], errors[1:]), 2, rtol=0.05)


def descended(s, layers, x, y, order):
    for batch in order:
        layers = naive_descent(s, layers, x, y, batch, np.zeros(len(batch)))
    return layers


def flat(layers):
    return np.concatenate([W.ravel() for W in layers])


def gradient_of_trace(layers, x, y):
    """Of tr Sigma, the trace of the covariance of the samples' gradients, by differences."""
    point = flat(layers)

    def trace(vector):
        parts = np.split(vector, np.cumsum([W.size for W in layers])[:-1])
        moved = [part.reshape(W.shape) for part, W in zip(parts, layers, strict=True)]
        gradients = []
        for a, label in zip(x, y, strict=True):
            f, parts = function_and_gradients(moved, a)
            gradients.append((f - label) * flat(parts))
        return np.sum(np.var(gradients, axis=0))

    h = 1e-5 * np.eye(point.size)
    return np.array([(trace(point + d) - trace(point - d)) / 2e-5 for d in h])


@pytest.mark.parametrize("replacement", [True, False])
def test_memory_against_summed_correlations(replacement):
    """[sup.6] against -2 sum over tau >= 1 of E g_0 g_tau^T of the linear recursion, propagated step by step."""
    rng = np.random.default_rng(4)
    root = rng.standard_normal((3, 3))
    gamma, k = root @ root.T, np.array([0.4, 1.0, 2.3])
    s = ISSUE.replace(step=1e-3, samples=4 * 2000, replacement=replacement)
    m = 2000  # steps in a pass, x = 0.8 to 4.6
    lags, tails = np.arange(1, 30000), []
    for weights in np.eye(3):
        answer = np.zeros(len(lags) + 1)  # of g to a unit of noise: 1, then -eta k (1 - eta k)^(t-1)
        rate = s.step * float(weights @ k)
        answer[0], answer[1:] = 1, -rate * (1 - rate) ** (lags - 1)
        tails.append(answer)
    expected = np.zeros((3, 3))
    autocovariance = np.zeros(len(lags) + 1)
    autocovariance[0] = 1
    if not replacement:
        autocovariance[1:m] = -(1 - np.arange(1, m) / m) / (m - 1)
    size = 2 * len(autocovariance)
    noise = np.fft.fft(np.concatenate([autocovariance, [0], autocovariance[:0:-1]]))
    for i, j in itertools.product(range(3), repeat=2):
        spectrum = np.conj(np.fft.fft(tails[i], size)) * np.fft.fft(tails[j], size) * noise
        correlation = np.fft.ifft(spectrum).real
        expected[i, j] = -2 * gamma[i, j] * correlation[1 : size // 2].sum()
    np.testing.assert_allclose(remembered(gamma, np.diag(k), s), expected, rtol=0, atol=4e-3 * abs(gamma).max())


def test_balance_is_exact():
    """[sup.8]: W W^T - a a^T changes by step^2 (|g|^2 a a^T - W g g^T W^T) in every step of two layers."""
    s, rng = ISSUE.replace(relevant=2, irrelevant=2, samples=9), np.random.default_rng(1)
    layers, x, y = generic_layers(rng, 2, 3, 4), rng.standard_normal((9, 4)), rng.standard_normal(9)
    after = naive_descent(s, layers, x, y, [1, 4, 4, 7], np.zeros(4))
    W, a = layers
    g = np.mean([(float((a @ W @ x[i])[0]) - y[i]) * x[i] for i in (1, 4, 4, 7)], axis=0)
    change = [V @ V.T - b.T @ b for V, b in (after, layers)]
    expected = s.step**2 * ((g @ g) * a.T @ a - np.outer(W @ g, W @ g))
    np.testing.assert_allclose(change[0] - change[1], expected, atol=1e-15)


def test_two_layers_decay_at_one_rate():
    prediction = dynamics.predict(ISSUE)
    rate = 0.05**2 * 0.09 / 8 * 252 / 255
    assert math.isclose(prediction.decay_rate, rate, rel_tol=ROUNDING)
    assert math.isclose(prediction.half_life, math.log(2) / rate, rel_tol=1e-8)
    steps = np.array([[7e4, 0.0], [1.5, 2e4]])
    np.testing.assert_allclose(prediction.irrelevant_norm(steps), np.exp(-rate * steps), rtol=1e-8)
    twice = dynamics.predict(ISSUE.replace(weight_decay=rate / 0.05))
    assert math.isclose(twice.decay_rate, 2 * rate, rel_tol=ROUNDING)
    assert dynamics.predict(ISSUE.replace(activation=relu)).decay_rate == pytest.approx(rate / 2, rel=ROUNDING)


@pytest.mark.parametrize(
    ("changes", "factor"),
    [
        ({"batch": 256}, 0),
        ({"noise_variance": 0.0}, 0),
        ({"replacement": True}, 255 / 252),
        ({"fresh_noise": True}, 255 / 252),
        ({"batch": 256, "fresh_noise": True}, 4 / 252 * 255 / 256),
    ],
)
def test_limits_of_the_rate(changes, factor):
    prediction = dynamics.predict(ISSUE.replace(**changes))
    assert math.isclose(prediction.decay_rate, factor * dynamics.predict(ISSUE).decay_rate, rel_tol=1e-9)
    assert factor or prediction.half_life == math.inf


def test_depth_changes_the_rate_in_training():
    """Depth 3, one path, Lambda = 1: the bracket of [sup.3] is |W_3|^2, target_norm^(2/3) at the start; it falls."""
    s = ISSUE.replace(depth=3, target_norm=0.8)
    prediction = dynamics.predict(s)
    assert math.isclose(prediction.decay_rate, noise_rate(s) * 0.8 ** (2 / 3), rel_tol=ROUNDING)
    steps = np.linspace(0, 2 * prediction.half_life, 5)
    rates = -np.diff(np.log(prediction.irrelevant_norm(steps))) / steps[1]
    assert (np.diff(rates) < 0).all()
    assert rates[-1] < 0.7 * prediction.decay_rate
    assert math.isclose(prediction.irrelevant_norm(prediction.half_life), 0.5, rel_tol=1e-6)


@pytest.mark.parametrize(
    "s",
    [
        ISSUE,
        ISSUE.replace(replacement=True, samples=32, batch=8, step=0.04),
        ISSUE.replace(depth=4, target_norm=0.9, irrelevant=1, step=0.04),
        ISSUE.replace(batch=16, weight_decay=1e-3, relevant=1),
    ],
    ids=["issue", "replacement", "depth 4", "weight decay"],
)
def test_simulated_rate(s):
    """The excess of these four is within `relative_excess`, which is a size and not a bound [sup.7]."""
    comparison = dynamics.compare(s, steps=int(0.7 / dynamics.predict(s).decay_rate), seed=1, runs=6)
    ratio = comparison.ratio
    assert 0 < ratio.standard_error < 0.02
    room = 4 * ratio.standard_error
    assert -room < ratio.mean - 1 < comparison.prediction.relative_excess + room
    rates = comparison.directions
    assert all(abs(found.mean / rate - 1) < 0.1 + 4 * found.standard_error / rate for _, rate, found in rates)
    assert comparison.simulation.irrelevant_norm(0) == pytest.approx(1.0)
    assert "simulation / sample" in comparison.table()


def test_relu_decays_at_half_the_rate_where_noise_cannot_be_fitted():
    s = ISSUE.replace(activation=relu, mirrored=True, samples=4096, step=0.05)
    measured = dynamics.simulate(s, steps=50000, runs=6).decay_rate
    assert measured.mean / noise_rate(s) == pytest.approx(1, abs=0.15)
    assert not dynamics.predict(s).overfits
    assert dynamics.predict(s.replace(mirrored=False, samples=256)).overfits
    overfitting = dynamics.simulate(s.replace(mirrored=False, samples=256), steps=20000, runs=2)
    assert overfitting.norms[:, -1].min() > 1


def test_off_readout_is_a_projection():
    layers = generic_layers(np.random.default_rng(6), 3, 4, 5)
    v = (layers[2] @ layers[1])[0]
    off = off_readout(Weights.from_layers(layers), 2)
    np.testing.assert_allclose(v @ off, 0, atol=ROUNDING)
    moved = [layers[0] + np.outer(v, np.arange(5)), *layers[1:]]
    np.testing.assert_allclose(off_readout(Weights.from_layers(moved), 2), off, atol=ROUNDING)


def test_mechanisms_are_separated():
    descent, noise, decay = mechanisms(ISSUE, steps=4000, runs=4)
    assert descent.off_readout == 0
    assert abs(descent.off_readout_simulated.mean) < 1e-15
    assert noise.off_readout_simulated.mean / noise.off_readout == pytest.approx(1, abs=0.15)
    assert decay.off_readout_simulated.mean == pytest.approx(decay.off_readout, rel=1e-4)
    for row in (descent, noise, decay):
        room = 4 * row.along_readout_simulated.standard_error + 0.03 * row.along_readout
        assert abs(row.along_readout_simulated.mean - row.along_readout) < room


def test_runs_do_not_depend_on_global_state_or_on_their_number():
    first = dynamics.simulate(GENERIC, steps=40, seed=2, runs=3)
    np.random.seed(0)  # noqa: NPY002
    again = dynamics.simulate(GENERIC, steps=40, seed=2, runs=2)
    np.testing.assert_array_equal(first.norms[:2], again.norms)
    assert (dynamics.simulate(GENERIC, steps=40, seed=3, runs=2).norms != again.norms)[:, 1:].all()


def test_divergence_is_not_silent():
    s = ISSUE.replace(step=3.0)
    assert dynamics.predict(s).beyond_edge
    with pytest.raises(Diverged, match="beyond the edge"):
        dynamics.simulate(s, steps=5000, runs=2)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"depth": 1}, "depth"), ({"batch": 257}, "batch"), ({"samples": 15}, "samples"), ({"step": 0.0}, "step"),
        ({"noise_variance": -1.0}, "noise_variance"), ({"weight_decay": math.nan}, "weight_decay"),
        ({"replacement": 1}, "replacement"), ({"width": 1}, "width"), ({"activation": tanh}, "activation"),
        ({"activation": "relu"}, "activation"), ({"activation": [1]}, "activation"),
        ({"activation": relu, "depth": 3}, "depth"),
        ({"activation": relu, "width": 7}, "width"), ({"mirrored": True, "samples": 257}, "samples"),
        ({"clip": 0.0}, "clip"), ({"target_norm": 0}, "target_norm"), ({"rate": 1}, "field"),
    ],
)  # fmt: skip
def test_parameters_out_of_domain(changes, field):
    with pytest.raises(OutOfDomain) as error:
        ISSUE.replace(**changes)
    assert error.value.field == field


def test_options_out_of_domain():
    for options in ({"steps": 0}, {"steps": 5, "runs": 1}, {"steps": 5, "seed": -1}, {"steps": 5, "records": 1}):
        with pytest.raises(OutOfDomain):
            dynamics.simulate(ISSUE, **options)
    with pytest.raises(OutOfDomain, match="weights"):
        dynamics.simulate(ISSUE, steps=5, weights=Weights.from_layers(draw_weights(GENERIC).layers))
    with pytest.raises(OutOfDomain, match="steps"):
        dynamics.predict(ISSUE).irrelevant_norm(-1.0)
    with pytest.raises(OutOfDomain, match="steps"):
        dynamics.simulate(ISSUE, steps=50, runs=2).irrelevant_norm(51)


ONES = {"first": np.ones((6, 5)), "middle": np.ones((2, 6, 6)), "readout": np.ones(6)}
SAMPLE = {"inputs": np.ones((23, 5)), "clean_labels": np.ones(23), "noise": np.ones(23)}


@pytest.mark.parametrize("action", [dynamics.predict, functools.partial(dynamics.simulate, steps=10, runs=2)])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("weights", 3), ("weights", draw_sample(GENERIC)),
        ("weights.first", draw_weights(GENERIC.replace(irrelevant=4))),
        ("weights.first", Weights(**(ONES | {"first": np.full((6, 5), math.nan)}))),
        ("weights.middle", draw_weights(GENERIC.replace(depth=3))),
        ("weights.middle", Weights(**(ONES | {"middle": [[1.0], [1.0, 2.0]]}))),
        ("weights.readout", Weights(**(ONES | {"readout": 1j * np.ones(6)}))),
        ("sample", 3), ("sample.inputs", draw_sample(GENERIC.replace(irrelevant=4))),
        ("sample.clean_labels", Sample(**(SAMPLE | {"clean_labels": None}))),
        ("sample.noise", Sample(**(SAMPLE | {"noise": np.full(23, math.inf)}))),
    ],
)  # fmt: skip
def test_samples_and_starts_out_of_domain(action, field, value):
    with pytest.raises(OutOfDomain) as error:
        action(GENERIC, **{field.split(".")[0]: value})
    assert error.value.field == field


def test_prediction_takes_what_was_simulated():
    simulation = dynamics.simulate(ISSUE, steps=10, runs=2)
    own = dynamics.predict(ISSUE, sample=simulation.sample, weights=simulation.weights)
    compared = dynamics.compare(ISSUE, steps=10, runs=2)
    assert own.decay_rate == compared.prediction.decay_rate != dynamics.predict(ISSUE).decay_rate


@pytest.mark.parametrize("part", [dynamics.predict(ISSUE), dynamics.simulate(ISSUE, steps=10, runs=2)])
def test_steps_of_a_norm(part):
    for steps in ("a", None, 1j, [[1], [2, 3]], math.nan):
        with pytest.raises(OutOfDomain) as error:
            part.irrelevant_norm(steps)
        assert error.value.field == "steps"
    assert part.irrelevant_norm([]).shape == (0,)
    assert part.irrelevant_norm(np.zeros((2, 0))).shape == (2, 0)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "changes",
    [
        {"noise_variance": 0.0}, {"noise_variance": 0.0, "depth": 4}, {"batch": 256},
        {"batch": 256, "noise_variance": 9.0, "initial_norm": 30.0, "step": 0.001},
    ],
)  # fmt: skip
def test_where_nothing_moves_there_is_no_gap(changes):
    comparison = dynamics.compare(ISSUE.replace(**changes), steps=200, runs=3)
    assert comparison.z_scores == {"decay_rate": 0.0}
    cells = comparison.table().split()
    assert "nan" not in cells
    assert "-0" not in cells


@pytest.mark.filterwarnings("error")
def test_z_scores_where_something_moves():
    deterministic = dynamics.compare(ISSUE.replace(batch=256, weight_decay=0.1), steps=100, runs=2)
    assert abs(deterministic.z_scores["decay_rate"]) > 4  # as far as two runs can say
    noisy = dynamics.compare(ISSUE, steps=1000, runs=4)
    rate = noisy.simulation.decay_rate
    expected = stats.norm.ppf(stats.t.cdf((rate.mean - noisy.decay_rate) / rate.standard_error, rate.replicas - 1))
    assert noisy.z_scores["decay_rate"] == pytest.approx(expected, rel=ROUNDING)


def test_rounding_hides_no_rate_that_moves():
    """A z-score of 0 needs both rates within rounding."""
    still = dynamics.compare(ISSUE.replace(noise_variance=0.0), steps=200, runs=2)
    moving = dynamics.compare(ISSUE, steps=200, runs=2)
    assert Comparison(moving.prediction, still.simulation, moving.law).z_scores["decay_rate"] == -math.inf
    assert Comparison(still.prediction, moving.simulation, still.law).z_scores["decay_rate"] != 0


def test_fitted_rate_ignores_the_scale():
    norms = np.array([[2.0, 1.0, 0.5], [8.0, 4.0, 2.0]])
    np.testing.assert_allclose(fitted_rate(np.arange(3.0), norms), math.log(2))


def test_command_line(tmp_path, capsys):
    file, picture = tmp_path / "decay.nc", tmp_path / "decay.png"
    options = ["--steps", "200", "--runs", "2", "--output", str(file), "--plot", str(picture)]
    assert main(["dynamics", "support", *options]) == 0
    out = capsys.readouterr().out
    assert "2.77941e-05" in out
    assert "a size, not a bound" in out
    assert "gradient descent + weight decay" in out
    assert picture.stat().st_size > 1000
    with xarray.open_dataset(file, engine="h5netcdf") as dataset:
        assert json.loads(dataset.attrs["parameters"])["batch"] == 4
        assert dataset.irrelevant_norm_simulation.size == 51
    assert main(["dynamics", "support", "--batch", "300"]) == 2
    assert main(["dynamics", "support", "--noise-variance", "0", "--output", str(tmp_path / "none.csv")]) == 0
