"""Networks after one gradient step: the gradient against its definition, slow twins, exact properties of the draws."""

import numpy as np
import pytest

from rmt_asymptotics.activations import Activation, centred, identity, polynomial, relu, sin, softplus, tanh
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.laws import ConstantLaw, DiscreteLaw, GaussianLaw
from rmt_asymptotics.models import OneStepNetwork, RandomFeatures, SpikedRandomFeatures
from rmt_asymptotics.montecarlo import (
    SimulationPlan,
    feature_eigenvalues,
    gradient,
    networks,
    simulate,
    simulate_pair,
    simulation_curve,
    spiked_equivalent,
    weight_statistics,
)
from rmt_asymptotics.montecarlo.compiled import compiled
from rmt_asymptotics.montecarlo.ensemble import ensemble
from rmt_asymptotics.montecarlo.gradient import Batch, descent_direction
from rmt_asymptotics.montecarlo.networks import network
from rmt_asymptotics.montecarlo.one_step import update_direction
from rmt_asymptotics.steps import FixedStep, MaximalStep, PowerStep

ERRORS = ("test_error", "training_error", "training_objective", "excess_error")
MODEL = OneStepNetwork(
    activation=Activation.from_expression("tanh(x + 0.7) - 0.3"),
    target=polynomial(-0.2, 0.9, 0.3),
    sample_complexity=1.7,
    width_ratio=1.4,
    ridge=0.07,
    noise_variance=0.15,
    step=MaximalStep(1.3),
    step_sample_complexity=3.2,
    readout=DiscreteLaw((-0.9, 1.4), (0.35, 0.65)),
)
STEPS = {"fixed": FixedStep(2.1), "power": PowerStep(0.3, 1.6), "maximal": MaximalStep(1.3)}
PLAIN_FIELDS = ("activation", "target", "sample_complexity", "width_ratio", "ridge", "noise_variance")
ROUNDING = 1e-9  # of well conditioned problems of these sizes, with room
DIFFERENCE = 1e-8  # of central differences with step 1e-5, relative to gradients of order 1
SIGMAS = 4.0


def model_of(**changes):
    return MODEL.replace(**changes)


def generator(seed):
    return np.random.Generator(np.random.SFC64(seed))


def first_draws(model, dimension, source):
    """W0, g and the batch, in the order of the stream of the weights."""
    p, n0 = round(model.width_ratio * dimension), round(model.step_sample_complexity * dimension)
    gaussian = source.standard_normal((p, dimension))
    initial = np.array([row / np.linalg.norm(row) for row in gaussian])
    g = model.readout.sample(source, p)
    noise = np.sqrt(model.noise_variance) * source.standard_normal(n0)
    x0 = source.standard_normal((n0, dimension))
    return initial, g, x0, model.target(x0[:, 0]) + noise


def naive_update(model, initial, g, x0, y0, eta):
    """W1 = W0 + eta sqrt(p) G, neuron by neuron and sample by sample."""
    p = len(initial)
    a, gradient_step = g / np.sqrt(p), np.zeros_like(initial)
    for x, y in zip(x0, y0, strict=True):
        f = a @ model.activation(initial @ x) / np.sqrt(p)
        for i, w in enumerate(initial):
            gradient_step[i] += a[i] / np.sqrt(p) * x * (y - f) * model.activation.derivative(np.array(w @ x)) / len(y0)
    return initial + eta * np.sqrt(p) * gradient_step


def naive_replica(model, dimension, seeds, test_samples, eta):
    """The four errors of one replica, from the definitions."""
    streams = [generator(s) for s in seeds.spawn(4)]
    weights = naive_update(model, *first_draws(model, dimension, streams[0]), eta)
    p, n = len(weights), round(model.sample_complexity * dimension)
    x, x_test = streams[1].standard_normal((n, dimension)), streams[3].standard_normal((test_samples, dimension))
    y = model.target(x[:, 0]) + np.sqrt(model.noise_variance) * streams[2].standard_normal(n)
    phi, phi_test = (model.activation(inputs @ weights.T) / np.sqrt(p) for inputs in (x, x_test))
    system = np.vstack([phi, np.sqrt(model.ridge) * np.eye(p)])
    a = np.linalg.lstsq(system, np.append(y, np.zeros(p)), rcond=None)[0]
    excess = np.mean((model.target(x_test[:, 0]) - phi_test @ a) ** 2)
    training = np.mean((y - phi @ a) ** 2)
    return excess + model.noise_variance, training, training + model.ridge / n * a @ a, excess


def errors_of(model, **options):
    options = {
        "dimension": 15,
        "replicas": 2,
        "seed": 3,
        "workers": 1,
        "test_samples": 300,
        "progress": False,
    } | options
    return ensemble(model, SimulationPlan(**options)).errors


@pytest.mark.parametrize(
    "activation", [MODEL.activation, softplus, tanh, centred(relu)], ids=["shifted", "softplus", "tanh", "relu"]
)
def test_gradient_is_that_of_the_loss(activation):
    """G = - d/dW of (1/2n0) sum (y - f)^2 by central differences."""
    d, p, n0, step = 5, 4, 7, 1e-5
    draws = np.random.default_rng(2)
    weights, g, noise = draws.standard_normal((p, d)), draws.standard_normal(p), draws.standard_normal(n0)
    x = generator(8).standard_normal((n0, d))
    y = MODEL.target(x[:, 0]) + noise

    def loss(w):
        return np.sum((y - activation(x @ w.T) @ (g / np.sqrt(p)) / np.sqrt(p)) ** 2) / (2 * n0)

    shifts = step * np.eye(p * d).reshape(p, d, p, d)
    differences = np.array([[(loss(weights + s) - loss(weights - s)) / (2 * step) for s in row] for row in shifts])
    found = descent_direction(activation, weights, g, Batch(MODEL.target, noise, d, generator(8))) / p
    np.testing.assert_allclose(found, -differences, atol=DIFFERENCE)


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("readout", [MODEL.readout, GaussianLaw(1.2)], ids=["discrete", "gaussian"])
def test_slow_twin(name, readout):
    """eta: c; c n^a; rate sqrt(p), at p = 21 and n = 26."""
    eta = {"fixed": 2.1, "power": 1.6 * 26**0.3, "maximal": 1.3 * np.sqrt(21)}[name]
    model = model_of(step=STEPS[name], readout=readout)
    errors = errors_of(model)
    for k, seeds in enumerate(np.random.SeedSequence(3).spawn(2)):
        expected = naive_replica(model, 15, seeds, 300, eta)
        np.testing.assert_allclose([errors[name][k, 0, 0] for name in ERRORS], expected, rtol=ROUNDING)


@pytest.mark.parametrize("block", [1, 7, 33, 47, 48])
@pytest.mark.parametrize("kind", [lambda m: m, spiked_equivalent], ids=["network", "equivalent"])
def test_blocks_do_not_matter(block, kind, monkeypatch):
    """n0 = 48: one block of it by default."""
    whole = network(kind(MODEL), 15, 21, generator(1)).weights
    monkeypatch.setattr(gradient, "BLOCK", block)
    monkeypatch.setattr(gradient, "CACHED", 21 * block // 2)
    np.testing.assert_allclose(network(kind(MODEL), 15, 21, generator(1)).weights, whole, rtol=ROUNDING)


@pytest.mark.parametrize("step", [FixedStep(0.0), MaximalStep(0.0)], ids=["fixed", "maximal"])
@pytest.mark.parametrize("kind", [lambda m: m, spiked_equivalent], ids=["network", "equivalent"])
def test_no_step_leaves_random_features(step, kind):
    """Bit for bit: the step has its draws after those of the initial weights."""
    plain = RandomFeatures(**{name: getattr(MODEL, name) for name in PLAIN_FIELDS})
    expected, found = errors_of(plain), errors_of(kind(model_of(step=step)))
    for name in ERRORS:
        np.testing.assert_array_equal(found[name], expected[name])


@pytest.mark.parametrize("name", STEPS)
def test_curve_is_its_points(name):
    """With a step that scales with n each point has its own network, and the same draws as the others."""
    alphas, options = [2.3, 0.6, 1.4, 0.6], {"dimension": 15, "replicas": 3, "seed": 11, "test_samples": 300}
    model = model_of(step=STEPS[name])
    curve = simulation_curve(model, sample_complexity=alphas, **options)
    for i, alpha in enumerate(alphas):
        point = simulate(model.replace(sample_complexity=alpha), **options)
        for error in ERRORS:
            np.testing.assert_allclose(
                curve[f"{error}_simulation"].values[i], getattr(point, error).mean, rtol=ROUNDING
            )


@pytest.mark.parametrize(("name", "count"), [("fixed", 1), ("power", 3), ("maximal", 1)])
def test_networks_of_a_curve(name, count):
    """As few as there are learning rates, with one gradient."""
    sizes = np.array([5, 20, 44])
    parts = list(networks.networks(model_of(step=STEPS[name]), 15, 21, sizes, generator(1)))
    assert len(parts) == count
    np.testing.assert_array_equal(np.concatenate([served for served, _ in parts]), sizes)
    initial, g, x0, y0 = first_draws(MODEL, 15, generator(1))
    for served, finite in parts:
        eta = STEPS[name].learning_rate(served[-1], 21)
        np.testing.assert_allclose(
            finite.weights, naive_update(MODEL, initial, g, x0, y0, eta), rtol=ROUNDING, atol=ROUNDING
        )
        assert finite.teacher.tolist() == [1.0]


@pytest.mark.parametrize("kind", [lambda m: m, spiked_equivalent], ids=["network", "equivalent"])
def test_result_does_not_depend_on_workers(kind):
    options = {"dimension": 20, "replicas": 4, "seed": 2, "test_samples": 100}
    model = kind(model_of(step=STEPS["power"]))
    assert simulate(model, workers=1, **options) == simulate(model, workers=2, **options)
    assert simulate(model, workers=2, **options) != simulate(model, workers=2, **options | {"seed": 1})
    spectra = [feature_eigenvalues(model, dimension=20, replicas=3, workers=workers) for workers in (1, 2)]
    np.testing.assert_array_equal(*spectra)
    weights = [weight_statistics(model, dimension=20, replicas=3, workers=workers) for workers in (1, 2)]
    assert weights[0] == weights[1]


def test_equivalent_keeps_the_draws_and_replaces_the_noise():
    """Row i less its part along omega_i and X0^T y' is Gaussian, of variance g_i^2 Y2 vs/n0 an entry."""
    d, p, n0 = 30, 900, 200
    model, sigma = model_of(width_ratio=30.0, step_sample_complexity=n0 / d), MODEL.activation
    initial, g, x0, y0 = first_draws(model, d, generator(5))
    noise = y0 - model.target(x0[:, 0])
    source = generator(6)
    source.standard_normal(x0.shape)  # what follows the batch
    batch = Batch(model.target, noise, d, generator(6))
    x0 = generator(6).standard_normal(x0.shape)
    found = update_direction(spiked_equivalent(model), initial, g, batch)

    nodes = np.linspace(-12, 12, 200_001)
    measure = np.exp(-0.5 * nodes**2) / np.sqrt(2 * np.pi) * (nodes[1] - nodes[0])
    values, slopes = sigma(nodes), sigma.derivative(nodes)
    mean, h1, s2 = measure @ values, measure @ (nodes * values), measure @ ((nodes**2 - 1) * values)
    vs = measure @ slopes**2 - h1**2
    residual = model.target(x0[:, 0]) + noise - g.mean() * mean
    signal = h1 * residual @ x0 / n0 + s2 * residual.mean() * initial
    spread = np.sqrt(np.mean(residual**2) * vs / n0)
    gaussian = (found / g[:, None] - signal) / spread
    np.testing.assert_allclose(gaussian, source.standard_normal((p, d)), atol=1e-7)


@pytest.mark.parametrize("activation", [tanh, MODEL.activation, centred(relu)], ids=["tanh", "shifted", "relu"])
def test_equivalent_stands_for_the_gradient(activation):
    """Both updates have the same mean over neurons and, less the signal, the same size: to O(1/sqrt d)."""
    d, p, n0 = 120, 900, 500
    model = model_of(activation=activation)
    draws = np.random.default_rng(7)
    initial, g = networks.unit_rows(p, d, draws), model.readout.sample(draws, p)
    noise = np.sqrt(model.noise_variance) * draws.standard_normal(n0)
    rows = [
        update_direction(kind, initial, g, Batch(model.target, noise, d, generator(9))) / g[:, None]
        for kind in (model, spiked_equivalent(model))
    ]
    means = [row.mean(0) for row in rows]
    assert np.linalg.norm(means[0] - means[1]) < 0.1 * np.linalg.norm(means[0])
    sizes = [np.mean((row - mean) ** 2) for row, mean in zip(rows, means, strict=True)]
    assert sizes[0] == pytest.approx(sizes[1], rel=0.1)


def test_pair_shares_its_draws():
    options = {"dimension": 40, "replicas": 12, "seed": 4, "test_samples": 400}
    model = OneStepNetwork(
        activation=tanh, target=sin, sample_complexity=0.9, width_ratio=1.2, ridge=0.1,
        step=MaximalStep(3.0), step_sample_complexity=20.0,
    )  # fmt: skip
    pair = simulate_pair(model, **options)
    assert pair.network == simulate(model, **options)
    assert pair.equivalent == simulate(spiked_equivalent(model), **options)
    for name in ERRORS:
        both = [getattr(each, name) for each in (pair.network, pair.equivalent)]
        difference = pair.differences[name]
        assert difference.mean == pytest.approx(both[1].mean - both[0].mean, rel=1e-9)
        assert 0 < difference.standard_error < 0.5 * np.hypot(*(each.standard_error for each in both))
    assert pair.differences["test_error"].replicas == 12


def test_equivalent_has_the_theory_without_corrections():
    equivalent = spiked_equivalent(model_of(span_noise=True))
    assert (equivalent.corrections, equivalent.span_noise) == (False, False)
    assert equivalent.replace(ridge=0.3) == spiked_equivalent(model_of(ridge=0.3))
    with pytest.raises(OutOfDomain) as refusal:
        spiked_equivalent(SpikedRandomFeatures(
            activation=tanh, target=sin, sample_complexity=1, width_ratio=1, ridge=1, spike=ConstantLaw(1), alignment=0
        ))  # fmt: skip
    assert refusal.value.field == "model"


@pytest.mark.parametrize("kind", [lambda m: m, spiked_equivalent], ids=["network", "equivalent"])
@pytest.mark.parametrize("width_ratio", [0.1, 0.7, 1.4])
def test_weight_statistics_from_full_decompositions(kind, width_ratio):
    model = kind(model_of(width_ratio=width_ratio))
    statistics = weight_statistics(model, dimension=20, replicas=3, seed=6)
    streams = [seeds.spawn(4) for seeds in np.random.SeedSequence(6).spawn(3)]
    decompositions = [np.linalg.svd(network(model, 20, statistics.width, generator(s[0])).weights) for s in streams]
    overlaps = [vectors[0, 0] ** 2 for _, _, vectors in decompositions]
    assert statistics.alignment.mean == pytest.approx(np.mean(overlaps), rel=1e-8)
    assert statistics.alignment.standard_error == pytest.approx(np.std(overlaps, ddof=1) / np.sqrt(3), rel=1e-8)
    values = np.mean([values[:3] for _, values, _ in decompositions], axis=0)
    np.testing.assert_allclose([each.mean for each in statistics.singular_values], values, rtol=1e-8)
    assert statistics.dimension == 20


def test_weight_statistics_of_a_spike():
    """The BBP transition: rows on the sphere and a rank-one update of strength eta h1 B, target He1 and noise."""
    d, beta, alpha0, noise, eta, h1 = 300, 1.5, 4.0, 0.5, 3.0, 0.6057055082
    model = model_of(
        activation=tanh, target=identity, width_ratio=beta, readout=GaussianLaw(), step_sample_complexity=alpha0,
        noise_variance=noise, step=FixedStep(eta),
    )  # fmt: skip
    statistics = weight_statistics(model, dimension=d, replicas=10)
    strength, along = eta * h1 * np.sqrt((1 + noise) / alpha0 + 1), eta * h1
    value = np.sqrt((1 + strength**2) * (beta + strength**2)) / strength
    overlap = (along / strength) ** 2 * (1 - (beta + strength**2) / (strength**2 * (strength**2 + 1)))
    assert statistics.singular_values[0].mean == pytest.approx(value, rel=0.03)
    assert statistics.singular_values[1].mean == pytest.approx(1 + np.sqrt(beta), rel=0.03)
    assert statistics.alignment.mean == pytest.approx(overlap, rel=0.05)


@pytest.mark.parametrize("kind", [lambda m: m, spiked_equivalent], ids=["network", "equivalent"])
@pytest.mark.parametrize("samples", [9, 21, 40])
def test_feature_eigenvalues_of_the_training_features(kind, samples):
    """Those of the first n samples of the stream of `simulate`, in increasing order."""
    model = kind(model_of(sample_complexity=samples / 15))
    spectra = feature_eigenvalues(model, dimension=15, replicas=2, seed=3)
    assert spectra.shape == (2, 21)
    for spectrum, seeds in zip(spectra, np.random.SeedSequence(3).spawn(2), strict=True):
        streams = [generator(s) for s in seeds.spawn(4)]
        finite = network(model, 15, 21, streams[0])
        phi = model.activation(streams[1].standard_normal((samples, 15)) @ finite.weights.T)
        expected = np.linalg.eigvalsh(phi.T @ phi / 21)
        np.testing.assert_allclose(spectrum, expected, atol=1e-12 * expected[-1])
        assert spectrum.min() >= 0
        assert np.count_nonzero(spectrum) == min(samples, 21)


@pytest.mark.parametrize("activation", [tanh, relu, centred(relu), softplus], ids=str)
def test_compiled_functions(activation):
    """tanh to 4 units in the last place, relative; derivatives absolutely, as they enter sums."""
    x = np.concatenate([np.linspace(-40, 40, 8001), np.logspace(-300, 1, 500), [0.0, -0.0]])
    fast = compiled(activation)
    np.testing.assert_allclose(fast(x), activation(x), rtol=4 * np.finfo(float).eps)
    np.testing.assert_allclose(fast.derivative(x), activation.derivative(x), atol=2e-15)
    with np.errstate(invalid="ignore"):
        assert np.isnan(compiled(tanh)(np.array([np.nan]))).all()
    assert compiled(tanh)(np.array([-np.inf, np.inf])).tolist() == [-1, 1]


@pytest.mark.parametrize("action", [simulate, weight_statistics, feature_eigenvalues], ids=lambda f: f.__name__)
@pytest.mark.parametrize(
    ("field", "model", "options"),
    [
        ("activation", model_of(activation=Activation(np.tanh, name="no derivative")), {}),
        ("activation", spiked_equivalent(model_of(activation=Activation(np.tanh, name="no derivative"))), {}),
        ("activation", model_of(activation=Activation(np.tanh, lambda x: np.where(x > 1, np.nan, x))), {}),
        ("dimension", model_of(step_sample_complexity=0.03), {}),
        ("dimension", spiked_equivalent(model_of(step_sample_complexity=0.03)), {}),
        ("dimension", model_of(width=300), {}),
        ("dimension", model_of(sample_complexity=0.03), {}),
        ("dimension", MODEL, {"dimension": 0}),
        ("model", "a model", {}),
        ("replicas", MODEL, {"replicas": 1}),
        ("seed", MODEL, {"seed": -1}),
        ("workers", MODEL, {"workers": 0}),
        ("progress", MODEL, {"progress": "yes"}),
    ],
)  # fmt: skip
def test_refusals(action, field, model, options):
    with pytest.raises(OutOfDomain) as refusal:
        action(model, **{"dimension": 15, "replicas": 2} | options)
    assert refusal.value.field == field


@pytest.mark.parametrize("field", ["activation", "derivative", "target"])
def test_functions_that_are_not_finite_on_the_batch_are_refused(field):
    bad = Activation(lambda x: np.where(x > 1.5, np.inf, x), np.ones_like)
    steep = Activation(np.tanh, lambda x: np.where(x > 1.5, np.nan, x))
    activation = {"activation": bad, "derivative": steep, "target": tanh}[field]
    batch = Batch(bad if field == "target" else sin, np.zeros(900), 4, generator(0))
    with pytest.raises(OutOfDomain) as refusal:
        descent_direction(activation, np.eye(4), np.ones(4), batch)
    assert refusal.value.field == ("target" if field == "target" else "activation")


def test_pair_refuses_other_models():
    plain = RandomFeatures(**{name: getattr(MODEL, name) for name in PLAIN_FIELDS})
    with pytest.raises(OutOfDomain) as refusal:
        simulate_pair(plain, dimension=15)
    assert refusal.value.field == "model"


def test_step_samples_too_few_are_named():
    with pytest.raises(OutOfDomain, match=r"step_sample_complexity = 0\.03"):
        simulate(model_of(step_sample_complexity=0.03), dimension=15)
