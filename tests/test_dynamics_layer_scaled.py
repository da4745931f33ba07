"""Layer-scaled steps: expansions against truncated series, identities of homogeneous networks, the width pattern."""

import itertools
import json
import sys

import numpy as np
import pytest
import xarray
from scipy.special import digamma, polygamma
from scipy.stats import binom

from rmt_asymptotics import dynamics
from rmt_asymptotics.cli import main
from rmt_asymptotics.dynamics.layer_scaled_step import Loss, Scaling, TrainingStatus, digits, soft_rank
from rmt_asymptotics.dynamics.layer_scaled_step.log_norms import log_moments
from rmt_asymptotics.dynamics.layer_scaled_step.network import forward, sensitivities
from rmt_asymptotics.dynamics.layer_scaled_step.simulation import gaussian_classes, log_norms
from rmt_asymptotics.errors import OutOfDomain

SERIES = 1e-8  # the promise: relative to the largest coefficient
ROUNDING = 1e-12
SIGMAS = 4.0
SQUARED, CROSS_ENTROPY = dynamics.SquaredLoss(), dynamics.CrossEntropyLoss()
FACTORS = (0.7, 1.9, 0.4, 1.3, 0.25)
FIXED = dynamics.FixedScaling(FACTORS)
RELU = 0.5**0.5


def step(**changes):
    """A generic net: no parameter at its default, 0 or 1."""
    fields = {
        "depth": 5, "base_width": 3, "width_exponent": 1.3, "linear_part": 0.4, "input_dimension": 4, "outputs": 3,
        "learning_rate": 0.07, "loss": SQUARED, "scaling": FIXED,
    }  # fmt: skip
    return dynamics.LayerScaledStep(**(fields | changes))


def pattern(**changes):
    """A generic net of any depth."""
    return step(scaling=dynamics.UniformScaling(), **changes)


def problem(t, batch=6, seed=3):
    """Weights, inputs and targets that fit both losses."""
    rng = np.random.default_rng(seed)
    targets = rng.dirichlet(np.ones(t.outputs), size=batch)
    return dynamics.initial_weights(t, seed=seed), rng.standard_normal((batch, t.input_dimension)), targets


# an independent route: power series in eta, truncated after eta^3, as lists of arrays


def times(p, q, product=np.multiply):
    return [sum(product(p[i], q[n - i]) for i in range(n + 1)) for n in range(4)]


def exponential(p):
    result = [np.exp(p[0])]
    for n in range(1, 4):
        result.append(sum(k * p[k] * result[n - k] for k in range(1, n + 1)) / n)
    return result


def logarithm(p):
    result = [np.log(p[0])]
    for n in range(1, 4):
        result.append((p[n] - sum(k * result[k] * p[n - k] for k in range(1, n)) / n) / p[0])
    return result


def loss_series(t, weights, x, y):
    """Coefficients of the mean loss, one sample at a time, for weights that are series."""
    a, b = t.linear_part, np.sqrt(1 - t.linear_part**2)
    total = np.zeros(4)
    for inputs, target in zip(x, y, strict=True):
        h = [inputs, *[np.zeros(len(inputs))] * 3]
        for k, W in enumerate(weights):
            z = times(W, h, np.matmul)
            h = [a * c + b * c * np.sign(z[0].real) for c in z] if k < len(weights) - 1 else z
        if t.loss == SQUARED:
            e = [h[0] - target, *h[1:]]
            total = total + [c.sum() / 2 for c in times(e, e)]
        else:
            total = total + logarithm([c.sum() for c in exponential(h)]) - [target @ c for c in h]
    return total / len(x)


def complex_step_gradients(t, weights, x, y):
    """dL/dW by the imaginary part of L(W + i h), h = 1e-30: exact to rounding; no backward pass."""
    result = []
    for k, W in enumerate(weights):
        G = np.empty_like(W)
        for place in np.ndindex(W.shape):
            moved = [[V.astype(complex), *[np.zeros_like(V)] * 3] for V in weights]
            moved[k][0][place] += 1e-30j
            G[place] = loss_series(t, moved, x, y)[0].imag / 1e-30
        result.append(G)
    return result


@pytest.mark.parametrize("loss", [SQUARED, CROSS_ENTROPY])
def test_coefficients_against_truncated_series(loss):
    t = step(loss=loss)
    weights, x, y = problem(t)
    gradients = complex_step_gradients(t, weights, x, y)
    expansion = t.expansion(weights, x, y)
    for G, reference in zip(expansion.gradients, gradients, strict=True):
        np.testing.assert_allclose(G, reference, rtol=0, atol=SERIES * np.abs(reference).max())
    moving = [
        [W, -xi * G, np.zeros_like(W), np.zeros_like(W)]
        for W, xi, G in zip(weights, FACTORS, gradients, strict=True)
    ]  # fmt: skip
    reference = loss_series(t, moving, x, y)
    assert min(abs(reference)) > 1e-3 * max(abs(reference))  # so that every order is tested
    np.testing.assert_allclose(expansion.coefficients, reference, rtol=SERIES)


@pytest.mark.parametrize("loss", [SQUARED, CROSS_ENTROPY])
def test_the_cubic_misses_the_real_step_by_the_fourth_order(loss):
    t = step(loss=loss)
    weights, x, y = problem(t)
    expansion = t.expansion(weights, x, y)
    gaps = []
    for eta in (0.002, 0.001):
        moved = [W - eta * V for W, V in zip(weights, expansion.directions, strict=True)]
        gaps.append(t.expansion(moved, x, y).coefficients[0] - expansion.predicted_loss(eta))
    assert gaps[0] / gaps[1] == pytest.approx(16, rel=0.05)


def test_losses_are_derivatives_of_each_other():
    rng = np.random.default_rng(5)
    z, u, v, w = rng.standard_normal((4, 5, 3))
    y, h = rng.dirichlet(np.ones(3), size=5), 1e-5
    for loss in (SQUARED, CROSS_ENTROPY):
        chain = (
            (lambda s, loss=loss: loss.value(s, y), np.sum(loss.gradient(z, y) * u, axis=1), u),
            (lambda s, loss=loss: np.sum(loss.gradient(s, y) * u, axis=1), loss.second(z, u, v), v),
            (lambda s, loss=loss: loss.second(s, u, v), loss.third(z, u, v, w), w),
        )
        for function, derivative, direction in chain:
            difference = (function(z + h * direction) - function(z - h * direction)) / (2 * h)
            np.testing.assert_allclose(derivative, difference, atol=1e-9)
        assert np.all(np.isfinite(loss.value(1e4 * z, y)))


@pytest.mark.parametrize("loss", [SQUARED, CROSS_ENTROPY])
def test_homogeneity(loss):
    """<W_k, G_k> is mean <dl/dz, z> in every layer."""
    t = step(loss=loss)
    weights, x, y = problem(t)
    gradients = t.expansion(weights, x, y).gradients
    inner = [np.sum(W * G) for W, G in zip(weights, gradients, strict=True)]
    output = forward(weights, x, t.linear_part).output
    expected = np.mean(np.sum(loss.gradient(output, y) * output, axis=1))
    np.testing.assert_allclose(inner, expected, rtol=ROUNDING)


def test_first_order_is_a_sum_of_products_of_gram_matrices():
    t = step()
    weights, x, y = problem(t)
    passed = forward(weights, x, t.linear_part)
    deltas = sensitivities(weights, passed.slopes, passed.output - y)
    grams = [np.sum((H @ H.T) * (D @ D.T)) for H, D in zip(passed.features, deltas, strict=True)]
    expansion = t.expansion(weights, x, y)
    np.testing.assert_allclose(expansion.descent, np.array(FACTORS) * grams / len(x) ** 2, rtol=ROUNDING)
    assert expansion.coefficients[1] == pytest.approx(-expansion.descent.sum(), rel=ROUNDING)


def test_norm_cancelling_steps_do_not_see_rescaled_layers():
    t = step(scaling=dynamics.NormCancellingScaling(), loss=CROSS_ENTROPY)
    weights, x, y = problem(t)
    rescale = np.array([3.0, 0.2, 5.0, 0.7])
    rescale = np.append(rescale, 1 / rescale.prod())
    expansion = t.expansion(weights, x, y)
    rescaled = t.expansion([c * W for c, W in zip(rescale, weights, strict=True)], x, y)
    np.testing.assert_allclose(rescaled.coefficients, expansion.coefficients, rtol=ROUNDING)
    for c, V, W in zip(rescale, expansion.directions, rescaled.directions, strict=True):
        np.testing.assert_allclose(W, c * V, rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(rescaled.soft_ranks, expansion.soft_ranks, rtol=ROUNDING)


def test_norm_cancelling_of_one_sample_gives_each_layer_the_same_descent():
    t = step(scaling=dynamics.NormCancellingScaling())
    weights, x, y = problem(t, batch=1)
    residual = forward(weights, x, t.linear_part).output - y
    np.testing.assert_allclose(t.expansion(weights, x, y).descent, np.sum(residual**2), rtol=ROUNDING)


def test_sharpness_of_the_last_layer_at_isotropic_residual():
    """Ratio of the means over residuals: xi tr K/(batch soft_rank)."""
    t = step(scaling=dynamics.FixedScaling((0, 0, 0, 0, 0.6)))
    weights, x, _ = problem(t)
    passed = forward(weights, x, t.linear_part)
    K = passed.features[-1] @ passed.features[-1].T
    pairs = np.eye(x.shape[0] * 3).reshape(-1, x.shape[0], 3)  # an orthonormal basis of the residuals
    expansions = [t.expansion(weights, x, passed.output - e) for e in pairs]
    _, first, second, third = np.mean([e.coefficients for e in expansions], axis=0)
    assert 2 * second / -first == pytest.approx(0.6 * np.trace(K) / (len(x) * expansions[0].soft_ranks[-1]), rel=1e-12)
    assert abs(third) < ROUNDING * second
    assert soft_rank(passed.features[-1]) == pytest.approx(np.trace(K) ** 2 / np.sum(K**2), rel=ROUNDING)


def test_the_verdict_changes_at_the_edge():
    t = step()
    weights, x, y = problem(t)
    edge = t.expansion(weights, x, y).edge
    _, first, second, _ = t.expansion(weights, x, y).coefficients
    assert edge * first + edge**2 * second == pytest.approx(0, abs=1e-12 * abs(edge * first))
    verdicts = [t.replace(learning_rate=f * edge).expansion(weights, x, y).beyond_edge for f in (0.999, 1.001)]
    assert verdicts == [False, True]


@pytest.mark.parametrize(("depth", "outputs", "batch"), [(1, 1, 1), (1, 3, 20), (2, 1, 40), (4, 2, 1)])
def test_small_shapes(depth, outputs, batch):
    t = step(depth=depth, outputs=outputs, scaling=dynamics.NormCancellingScaling())
    weights, x, y = problem(t, batch=batch)
    expansion = t.expansion(weights, x, y)
    assert len(expansion.soft_ranks) == depth == len(expansion.factors)
    assert np.all(expansion.soft_ranks >= 1 - ROUNDING)
    assert np.all(expansion.soft_ranks <= np.minimum(batch, t.widths[:-1]) + 1e-9)
    assert expansion.coefficients[1] < 0
    assert dynamics.predict(t).log_norm_variance.shape == (depth - 1,)


@pytest.mark.parametrize("scaling", [FIXED, dynamics.NormCancellingScaling()])
def test_zero_residual_has_no_direction(scaling):
    t = step(scaling=scaling)
    weights, x, _ = problem(t)
    fitted = forward(weights, x, t.linear_part).output
    expansion = t.expansion(weights, x, fitted)
    np.testing.assert_array_equal(expansion.coefficients, 0)
    assert np.isnan(expansion.sharpness) and not expansion.beyond_edge


def test_dead_layers_do_not_move():
    t = step(linear_part=RELU, scaling=dynamics.NormCancellingScaling(), depth=3)
    weights, x, y = problem(t)
    weights = [-np.abs(weights[0]), *weights[1:]]
    expansion = t.expansion(weights, np.abs(x), y)
    np.testing.assert_allclose(expansion.coefficients[1:], 0, atol=1e-25)
    assert np.all(np.isfinite(expansion.factors)) and np.isnan(expansion.soft_ranks[1])


# the width pattern


@pytest.mark.parametrize("width", [1, 2, 7, 32, 500])
def test_log_moments_of_the_absolute_value_and_of_relu(width):
    mean, variance = log_moments(width, 0.0)
    assert mean == pytest.approx(digamma(width / 2) - np.log(width / 2), abs=1e-13)
    assert variance == pytest.approx(polygamma(1, width / 2), abs=1e-13)
    living = np.arange(1, width + 1)
    share = binom.pmf(living, width, 0.5) / (1 - 0.5**width)
    means = digamma(living / 2) + np.log(4 / width)
    mean, variance = log_moments(width, RELU)
    assert mean == pytest.approx(share @ means, abs=1e-12)
    assert variance == pytest.approx(share @ (polygamma(1, living / 2) + (means - mean) ** 2), abs=1e-12)


@pytest.mark.parametrize("linear_part", [0.0, 0.5, -0.85, RELU])
def test_width_pattern_is_of_leading_order(linear_part):
    """The law leaves (2 - 6 c + 22.5 c^2)/m^2, c = 4 a^2 b^2, of one layer, and then O(m^-3)."""
    c = 4 * linear_part**2 * (1 - linear_part**2)
    remainders = []
    for width in (200, 400):
        prediction = dynamics.predict(pattern(depth=2, base_width=width, linear_part=linear_part))
        gap = (prediction.exact_log_norm_variance - prediction.log_norm_variance).item()
        remainders.append(gap * width**2 - (2 - 6 * c + 22.5 * c**2))
    assert abs(remainders[0]) < 100 / 200 and remainders[0] / remainders[1] == pytest.approx(2, rel=0.1)


@pytest.mark.parametrize(("exponent", "law"), [(0.0, 19 / 32), (1.0, 3.547739657 / 32), (2.0, 1.593663244 / 32)])
def test_widths_decide_how_the_law_grows(exponent, law):
    t = pattern(depth=20, base_width=32, width_exponent=exponent, linear_part=0.5)
    assert dynamics.predict(t).log_norm_variance[-1] == pytest.approx((2 + 12 * 3 / 16) * law, rel=1e-9)


@pytest.mark.parametrize("linear_part", [0.5, RELU])
def test_log_norms_against_simulation(linear_part):
    t = pattern(base_width=4, linear_part=linear_part)
    comparison = dynamics.compare(t, replicas=3000, seed=8)
    for name in ("log_norm_variance", "log_norm_mean"):
        assert np.all(np.abs(comparison.z_scores[name]) < SIGMAS)
    dead = comparison.prediction.dead_fraction
    np.testing.assert_allclose(
        comparison.simulation.dead_fraction, dead, rtol=0, atol=SIGMAS * np.sqrt(dead.max() / 3000)
    )
    assert (dead[-1] > 0.06) == (linear_part == RELU)
    assert np.all(comparison.leading_order_gap > 0.05)  # narrow layers: the law alone would not do
    assert all(str(width) in comparison.table() for width in t.widths[1:-1])


def test_drawn_vectors_have_the_law_of_drawn_matrices():
    t = pattern(base_width=4, width_exponent=0.5)
    x = np.full((1, 4), 1.0)
    real = []
    for seed in range(1500):
        features = forward(dynamics.initial_weights(t, seed=seed), x, t.linear_part).features
        real.append([np.log(np.mean(h**2)) for h in features[1:]])
    real, drawn = np.array(real), log_norms(t, 1500, 1)
    spread = np.sqrt((real.var(axis=0) + drawn.var(axis=0)) / 1500)
    assert np.all(np.abs(real.mean(axis=0) - drawn.mean(axis=0)) < SIGMAS * spread)
    assert np.all(np.abs(np.log(real.var(axis=0) / drawn.var(axis=0))) < SIGMAS * np.sqrt(2 * 2 * 2 / 1500))


# training


def test_training_follows_its_expansions():
    t = step(scaling=dynamics.NormCancellingScaling(), loss=CROSS_ENTROPY, learning_rate=1e-3)
    x, y = gaussian_classes(t, 12, seed=2)
    run = dynamics.train(t, x, y, steps=5, seed=2)
    assert run.status is TrainingStatus.COMPLETED
    assert len(run.loss) == 6 and run.soft_ranks.shape == run.factors.shape == (6, 5)
    np.testing.assert_allclose(run.predicted_loss[:-1], run.loss[1:], rtol=1e-6)
    assert np.all(np.diff(run.loss) < 0)
    last = t.expansion(run.weights, x, y)
    assert last.coefficients[0] == run.loss[-1] and last.sharpness == run.sharpness[-1]
    again = dynamics.simulate(t, replicas=4, seed=2, inputs=x, targets=y, steps=5).training
    np.testing.assert_array_equal(again.loss, run.loss)


def test_batches_are_seeded():
    t = pattern(learning_rate=1e-3)
    x, y = gaussian_classes(t, 12)
    runs = [dynamics.train(t, x, y, steps=3, batch_size=4, seed=seed).loss for seed in (1, 1, 2)]
    np.testing.assert_array_equal(runs[0], runs[1])
    assert np.all(runs[0] != runs[2])


@pytest.mark.parametrize("scaling", [dynamics.UniformScaling(), dynamics.NormCancellingScaling()])
def test_divergence_is_recorded(scaling):
    """At once without the scaling, slowly with it: the steps then grow no faster than the weights."""
    t = step(scaling=scaling, learning_rate=50.0)
    x, y = gaussian_classes(t, 12)
    run = dynamics.train(t, x, y, steps=500)
    assert run.status is TrainingStatus.DIVERGED
    assert 1 <= len(run.loss) < 501 and np.all(np.isfinite(run.coefficients))
    assert run.loss[-1] <= 1e6 * (1 + run.loss[0])
    assert run.beyond_edge[0] and all(np.all(np.isfinite(W)) for W in run.weights)


def test_a_run_that_has_nowhere_to_go_says_so():
    t = pattern(depth=1, input_dimension=1, outputs=1, learning_rate=1.0)
    run = dynamics.train(t, np.ones((1, 1)), np.zeros((1, 1)), steps=1)
    assert run.status is TrainingStatus.STATIONARY
    np.testing.assert_array_equal(run.loss[1:], 0)


def test_digits():
    pytest.importorskip("sklearn")
    x, y = digits(100)
    np.testing.assert_allclose(np.sum(x**2, axis=1), 64)
    assert y.shape == (100, 10) and np.all(y.sum(axis=1) == 1)
    t = step(input_dimension=64, outputs=10, base_width=6, scaling=dynamics.NormCancellingScaling(), loss=CROSS_ENTROPY)
    weights = dynamics.initial_weights(t)
    t = t.replace(learning_rate=0.3 * t.expansion(weights, x, y).edge)
    run = dynamics.train(t, x, y, steps=40)
    assert run.status is TrainingStatus.COMPLETED and run.loss[-1] < 0.7 * run.loss[0]


def test_digits_need_scikit_learn(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ImportError, match="scikit-learn"):
        digits(10)


def test_command_line_and_picture(tmp_path, capsys):
    pytest.importorskip("matplotlib")
    pytest.importorskip("sklearn")
    output, plot = tmp_path / "steps.nc", tmp_path / "steps.png"
    options = "--depth 3 --base-width 5 --linear-part 0.3 --loss cross-entropy --samples 30 --steps 4 --seed 6"
    arguments = ["dynamics", "layer-scaled", *options.split(), "--output", str(output), "--plot", str(plot)]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert "inside the edge" in printed and "30 digits" in printed and plot.stat().st_size > 10_000
    with xarray.open_dataset(output, engine="h5netcdf") as dataset:
        first, second = json.loads(dataset.attrs["parameters"])
        assert [run["scaling"]["type"] for run in (first, second)] == ["UniformScaling", "NormCancellingScaling"]
        t = pattern(
            depth=3, base_width=5, width_exponent=2.0, linear_part=0.3, loss=CROSS_ENTROPY, input_dimension=64,
            outputs=10, learning_rate=first["learning_rate"],
        )  # fmt: skip
        run = dynamics.train(t, *digits(30), steps=4, seed=6)
        np.testing.assert_array_equal(dataset["loss"].sel(scaling="uniform"), run.loss)
        np.testing.assert_array_equal(dataset["soft_rank"].sel(scaling="uniform"), run.soft_ranks)
    assert main(["dynamics", "layer-scaled", "--learning-rate", "0"]) == 2
    assert main(["dynamics", "layer-scaled", "--plot", str(plot)]) == 2
    lost = ["--edge-multiple", "1000", "--samples", "9", "--steps", "30"]
    assert main(["dynamics", "layer-scaled", "--depth", "2", "--base-width", "4", *lost]) == 1
    assert "diverged" in capsys.readouterr().err


# refusals


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("depth", 0), ("depth", 2.5), ("base_width", 0), ("width_exponent", -1.0), ("width_exponent", np.inf),
        ("linear_part", 1.1), ("linear_part", "0.5"), ("input_dimension", 0), ("outputs", 0), ("learning_rate", 0.0),
        ("learning_rate", np.nan), ("loss", "squared"), ("scaling", 1.0), ("scaling", dynamics.FixedScaling((1.0,))),
    ],
)  # fmt: skip
def test_bad_parameters_are_refused(field, value):
    with pytest.raises(OutOfDomain) as caught:
        step(**{field: value})
    assert caught.value.field == field


def test_bad_scalings_and_outputs_are_refused():
    for values in ((0.0, 0.0), (-1.0, 1.0), (), "ab"):
        with pytest.raises(OutOfDomain, match=r"scaling\.values"):
            dynamics.FixedScaling(values)
    with pytest.raises(OutOfDomain, match="outputs"):
        step(outputs=1, loss=CROSS_ENTROPY)
    with pytest.raises(OutOfDomain, match="field"):
        step().replace(width=3)
    with pytest.raises(TypeError):
        Loss()
    with pytest.raises(TypeError):
        Scaling()


def test_bad_arrays_are_refused():
    t = step(loss=CROSS_ENTROPY)
    weights, x, y = problem(t)
    bad = np.where(np.arange(4) == 1, np.nan, x)
    cases = itertools.chain(
        (("weights", (W, x, y)) for W in (weights[:-1], None, 3)),
        (("weights[0]", ([W, *weights[1:]], x, y)) for W in (None, "a", 1j * weights[0], [[1], [2, 3]])),
        (("weights[1]", ([weights[0], weights[1].T, *weights[2:]], x, y)),),
        (
            ("inputs", (weights, value, y))
            for value in (x[:, :-1], x[0], x[:0], 3.0, bad, x.astype(str) + "a", x + 0j, [[1, 2], [3]], None)
        ),
        (("targets", (weights, x, value)) for value in (y[:-1], y[:, 0], 2 * y, y - 0.5, y + 0j, [[1, 2], [3]])),
    )
    for field, arguments in cases:
        with pytest.raises(OutOfDomain) as caught:
            t.expansion(*arguments)
        assert caught.value.field == field


@pytest.mark.parametrize(
    ("field", "options"),
    [
        ("replicas", {"replicas": 3}), ("seed", {"seed": -1}), ("inputs, targets", {"steps": 3}),
        ("steps", {"steps": -1, "data": True}), ("batch_size", {"steps": 1, "batch_size": 13, "data": True}),
        ("batch_size", {"batch_size": 9}), ("batch_size", {"batch_size": 0}), ("steps", {"steps": 0.5}),
    ],
)  # fmt: skip
def test_bad_simulations_are_refused(field, options):
    t = step()
    if options.pop("data", False):
        options["inputs"], options["targets"] = gaussian_classes(t, 12)
    with pytest.raises(OutOfDomain) as caught:
        dynamics.simulate(t, **options)
    assert caught.value.field == field


def test_too_few_living_networks_are_refused():
    t = pattern(base_width=1, width_exponent=0.0, linear_part=RELU, depth=12)
    with pytest.raises(OutOfDomain, match="replicas"):
        dynamics.simulate(t, replicas=10)
