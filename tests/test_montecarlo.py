"""Finite networks against a slow twin, exact properties of the draws, limits, and refusals."""

import subprocess
import sys

import numpy as np
import pytest

from rmt_asymptotics.activations import Activation, centred, identity, polynomial, relu, sin, tanh
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.laws import ConstantLaw, DiscreteLaw, GaussianLaw
from rmt_asymptotics.models import RandomFeatures, RidgeModel, SpikedRandomFeatures
from rmt_asymptotics.montecarlo import SimulationPlan, simulate, simulation_curve
from rmt_asymptotics.montecarlo.ensemble import ensemble
from rmt_asymptotics.montecarlo.networks import LARGEST, Network, network
from rmt_asymptotics.montecarlo.readouts import ridge_readouts
from rmt_asymptotics.serialisation import provenance

ERRORS = ("test_error", "training_error", "training_objective", "excess_error")
LAW = DiscreteLaw((-0.9, 1.4), (0.35, 0.65))
SPIKED = SpikedRandomFeatures(
    activation=centred(relu),
    target=polynomial(-0.2, 0.9, 0.3),
    sample_complexity=2.3,
    width_ratio=1.4,
    ridge=0.07,
    noise_variance=0.15,
    spike=LAW,
    alignment=0.6,
    bulk_variance=1.2,
)
PLAIN = RandomFeatures(
    activation=tanh, target=sin, sample_complexity=0.8, width_ratio=1.3, ridge=0.2, noise_variance=0.1
)
ROUNDING = 1e-9  # of well conditioned problems of these sizes, with room
TINY_RIDGE_ROUNDING = 1e-5  # the twin's residual y - f cancels eight digits at ridge 1e-8
SIGMAS = 4.0


def samples_of(model, **options):
    options = {"replicas": 2, "seed": 3, "workers": 1, "test_samples": 700, "progress": False} | options
    axes = options.pop("sample_complexity", [model.sample_complexity]), options.pop("ridge", [model.ridge])
    return ensemble(model, SimulationPlan(**options), *axes)


def naive_replica(model, dimension, seeds, test_samples):
    """The four errors of one replica, from the definitions: one row at a time, stacked least squares."""
    streams = [np.random.Generator(np.random.SFC64(s)) for s in seeds.spawn(4)]
    n, p = round(model.sample_complexity * dimension), round(model.width_ratio * dimension)
    gaussian = streams[0].standard_normal((p, dimension))
    weights = np.array([row / np.linalg.norm(row) for row in gaussian])
    theta, v = np.eye(dimension)[0], np.eye(dimension)[0]
    if isinstance(model, SpikedRandomFeatures):
        spikes = model.spike.sample(streams[0], p)
        weights = np.sqrt(model.bulk_variance) * weights + np.outer(spikes, v)
        theta = model.alignment * v + np.sqrt(1 - model.alignment**2) * np.eye(dimension)[1]
    x, x_test = streams[1].standard_normal((n, dimension)), streams[3].standard_normal((test_samples, dimension))
    y = model.target(x @ theta) + np.sqrt(model.noise_variance) * streams[2].standard_normal(n)
    phi = np.array([model.activation(weights @ row) for row in x]) / np.sqrt(p)
    system = np.vstack([phi, np.sqrt(model.ridge) * np.eye(p)])
    a = np.linalg.lstsq(system, np.append(y, np.zeros(p)), rcond=None)[0]
    f_test = np.array([model.activation(weights @ row) @ a for row in x_test]) / np.sqrt(p)
    excess = np.mean((model.target(x_test @ theta) - f_test) ** 2)
    training = np.mean((y - phi @ a) ** 2)
    return excess + model.noise_variance, training, training + model.ridge / n * a @ a, excess


@pytest.mark.parametrize("ridge", [0.07, 1e-8])
@pytest.mark.parametrize("samples", [11, 28, 33, 61])  # below, at, above the width 28 of SPIKED, 26 of PLAIN
@pytest.mark.parametrize(
    "model", [SPIKED, PLAIN, PLAIN.replace(activation=identity)], ids=["spiked", "plain", "linear"]
)
def test_slow_twin(model, samples, ridge):
    model = model.replace(sample_complexity=samples / 20, ridge=ridge)
    result = samples_of(model, dimension=20)
    for k, seeds in enumerate(np.random.SeedSequence(3).spawn(2)):
        expected = naive_replica(model, 20, seeds, 700)
        found = [result.errors[name][k, 0, 0] for name in ERRORS]
        np.testing.assert_allclose(found, expected, rtol=ROUNDING if ridge > 1e-3 else TINY_RIDGE_ROUNDING)


def test_slow_twin_over_several_blocks():
    model = PLAIN.replace(sample_complexity=30.0)
    result = samples_of(model, dimension=20, test_samples=1100)
    expected = naive_replica(model, 20, np.random.SeedSequence(3).spawn(1)[0], 1100)
    np.testing.assert_allclose([result.errors[name][0, 0, 0] for name in ERRORS], expected, rtol=ROUNDING)


def test_training_residual_of_tiny_ridge_keeps_its_digits():
    """Below the width y - f is ridge * alpha; as a difference it would be rounding alone."""
    generator = np.random.default_rng(1)
    features, labels, ridge = generator.standard_normal((12, 40)), generator.standard_normal(12), 1e-14
    fit = ridge_readouts(features, labels, np.array([12]), np.array([ridge]))
    alpha = np.linalg.solve(features @ features.T / 40, labels)
    np.testing.assert_allclose(fit.training_error[0, 0], ridge**2 * np.mean(alpha**2), rtol=ROUNDING)
    np.testing.assert_allclose(fit.training_objective[0, 0], ridge * np.mean(labels * alpha), rtol=ROUNDING)


@pytest.mark.parametrize("model", [SPIKED, PLAIN], ids=["spiked", "plain"])
def test_curve_is_its_points(model):
    """Unsorted axes with repetitions, on both sides of n = p, at the default test size."""
    alphas, ridges = [2.3, 0.6, 1.4, 0.6, 3.1], [0.5, 0.01, 0.5]
    options = {"dimension": 15, "replicas": 3, "seed": 11}
    curve = simulation_curve(model, sample_complexity=alphas, ridge=ridges, **options)
    assert curve.test_error_simulation.dims == ("sample_complexity", "ridge")
    assert curve.test_samples == 2000
    for i, alpha in enumerate(alphas):
        for j, ridge in enumerate(ridges):
            point = simulate(model.replace(sample_complexity=alpha, ridge=ridge), **options)
            for name in ERRORS:
                estimate = getattr(point, name)
                np.testing.assert_allclose(curve[f"{name}_simulation"].values[i, j], estimate.mean, rtol=ROUNDING)
                spread = curve[f"{name}_standard_error"].values[i, j]
                np.testing.assert_allclose(spread, estimate.standard_error, rtol=1e-6)
            assert (curve.samples.values[i], curve.width) == (point.samples, point.width)


@pytest.mark.parametrize("axes", [{"sample_complexity": np.array([1.0, 0.5])}, {"ridge": [0.3]}], ids=["n", "ridge"])
def test_dataset_has_the_axes_given(axes):
    curve = simulation_curve(PLAIN, dimension=20, replicas=2, seed=5, test_samples=50, **axes)
    (name, values), *_ = axes.items()
    assert curve.sizes == {name: len(values)}
    np.testing.assert_array_equal(curve[name], values)
    assert set(curve.data_vars) == {f"{error}_{kind}" for error in ERRORS for kind in ("simulation", "standard_error")}
    assert curve.attrs == provenance(PLAIN) | {
        "dimension": 20,
        "width": 26,
        "test_samples": 50,
        "replicas": 2,
        "seed": 5,
    }
    assert all(variable.attrs["long_name"] and variable.attrs["units"] == "1" for variable in curve.variables.values())
    assert curve.samples.values.tolist() == ([20, 10] if name == "sample_complexity" else 16)


def test_result_does_not_depend_on_workers():
    options = {"dimension": 40, "replicas": 5, "seed": 2, "test_samples": 600}
    assert simulate(SPIKED, workers=1, **options) == simulate(SPIKED, workers=2, **options)
    assert simulate(SPIKED, workers=2, **options) != simulate(SPIKED, workers=2, **options | {"seed": 1})


def test_replicas_are_independent_of_how_many_there_are():
    few, more = (samples_of(SPIKED, dimension=15, replicas=count).errors["test_error"] for count in (2, 5))
    np.testing.assert_array_equal(few, more[:2])
    assert len(np.unique(more)) == 5


def test_streams_are_separate():
    """The test size does not touch the training draws, nor the noise the inputs or the test inputs."""
    base = samples_of(PLAIN, dimension=20)
    longer_test = samples_of(PLAIN, dimension=20, test_samples=900)
    np.testing.assert_array_equal(longer_test.errors["training_error"], base.errors["training_error"])
    assert (longer_test.errors["test_error"] != base.errors["test_error"]).all()
    silent, loud = (samples_of(PLAIN.replace(noise_variance=q, ridge=1e12), dimension=20).errors for q in (0.0, 0.5))
    np.testing.assert_allclose(silent["excess_error"], loud["excess_error"], rtol=1e-6)


def test_estimates_are_mean_and_standard_error():
    errors = samples_of(SPIKED, dimension=15, replicas=7, test_samples=2000).errors["test_error"][:, 0, 0]
    estimate = simulate(SPIKED, dimension=15, replicas=7, seed=3).test_error
    assert estimate.mean == pytest.approx(errors.mean(), rel=1e-14)
    assert estimate.standard_error == pytest.approx(np.sqrt(np.sum((errors - errors.mean()) ** 2) / 6 / 7), rel=1e-12)
    assert estimate.replicas == 7


def test_sizes_are_rounded():
    simulation = simulate(SPIKED.replace(width=27), dimension=19, replicas=2, seed=9, test_samples=5)
    assert (simulation.width, simulation.samples) == (27, 44)  # of 26.6 and 43.7
    assert (simulation.model.width, simulation.dimension, simulation.replicas, simulation.seed) == (27, 19, 2, 9)


def test_weights_of_spiked_features():
    """Norms are exact; spike coordinates follow their law; the bulk has the moments of the sphere."""
    d, p, c = 30, 4000, SPIKED.bulk_variance
    weights = network(SPIKED, d, p, np.random.default_rng(4)).weights
    off_axis = np.sum(weights[:, 1:] ** 2, axis=1)
    candidates = np.stack([(weights[:, 0] - u) ** 2 + off_axis for u in LAW.values])
    np.testing.assert_allclose(np.abs(candidates - c).min(axis=0), 0, atol=1e-12)  # |w - u v|^2 = c for one atom u
    drawn = np.abs(candidates - c).argmin(axis=0)
    assert abs(drawn.mean() - 0.65) < SIGMAS * np.sqrt(0.65 * 0.35 / p)
    bulk = np.delete(weights, 0, axis=1)
    assert abs(bulk.mean()) < SIGMAS * np.sqrt(c / d / bulk.size)
    second, fourth = c / d, 3 * c**2 / (d * (d + 2))
    assert abs(np.mean(bulk**2) - second) < SIGMAS * np.sqrt((fourth - second**2) / bulk.size)
    assert abs(np.mean(bulk**4) / fourth - 1) < SIGMAS * np.sqrt(96 / 9 / bulk.size)
    neighbours = np.mean(bulk[:, 1:] * bulk[:, :-1])
    assert abs(neighbours) < SIGMAS * second / np.sqrt(bulk.size)


def test_plain_weights_lie_on_the_sphere_and_teachers_are_units():
    plain, spiked = (network(model, 9, 50, np.random.default_rng(4)) for model in (PLAIN, SPIKED))
    np.testing.assert_allclose(np.linalg.norm(plain.weights, axis=1), 1, rtol=1e-14)
    assert plain.teacher.tolist() == [1.0]
    np.testing.assert_allclose(spiked.teacher, [0.6, 0.8], rtol=1e-14)


def test_continuous_law_is_sampled():
    model = SPIKED.replace(spike=GaussianLaw(1.3), bulk_variance=1e-20)
    spikes = network(model, 8, 5000, np.random.default_rng(4)).weights[:, 0]
    assert abs(np.var(spikes) / 1.3**2 - 1) < SIGMAS * np.sqrt(2 / 5000)
    assert len(np.unique(spikes)) == 5000


@pytest.mark.parametrize("samples", [15, 50])
def test_infinite_ridge_predicts_nothing(samples):
    """a -> 0: all errors are second moments of the label; E f_*^2 = c0^2 + c1^2 + 2 c0 c2 + 3 c2^2."""
    model = SPIKED.replace(ridge=1e10, sample_complexity=samples / 20)
    simulation = simulate(model, dimension=20, replicas=200, test_samples=200)
    second_moment = 0.2**2 + 0.9**2 - 2 * 0.2 * 0.3 + 3 * 0.3**2
    for name in ERRORS:
        estimate = getattr(simulation, name)
        noise = 0.0 if name == "excess_error" else 0.15
        assert abs(estimate.mean - second_moment - noise) < SIGMAS * estimate.standard_error
    assert simulation.training_objective.mean == pytest.approx(simulation.training_error.mean, rel=1e-8)


def test_excess_error_is_test_error_without_noise():
    simulation = simulate(SPIKED, dimension=20, replicas=3)
    assert simulation.test_error.mean - simulation.excess_error.mean == pytest.approx(0.15, rel=1e-12)
    assert simulation.test_error.standard_error == pytest.approx(simulation.excess_error.standard_error, rel=1e-9)


def test_noise_is_learnt():
    """With nothing to learn but noise, interpolation at n = p/2 pays for it; the excess error is that price."""
    model = PLAIN.replace(target=polynomial(0.0), sample_complexity=0.65, ridge=1e-6)
    quiet, loud = (simulate(model.replace(noise_variance=q), dimension=20, replicas=3) for q in (0.1, 0.4))
    assert loud.excess_error.mean == pytest.approx(4 * quiet.excess_error.mean, rel=1e-9)
    assert quiet.excess_error.mean > 0.05


@pytest.mark.parametrize(
    ("field", "model", "options"),
    [
        ("model", "a model", {}),
        ("model", RidgeModel(activation=tanh, target=sin, sample_complexity=2, width_ratio=1, ridge=1), {}),
        ("dimension", PLAIN, {"dimension": 0}),
        ("dimension", PLAIN, {"dimension": 20.5}),
        ("dimension", SPIKED, {"dimension": 1}),
        ("dimension", PLAIN.replace(width_ratio=0.01), {}),
        ("dimension", PLAIN.replace(sample_complexity=0.01), {}),
        ("replicas", PLAIN, {"replicas": 1}),
        ("seed", PLAIN, {"seed": -1}),
        ("seed", PLAIN, {"seed": None}),
        ("workers", PLAIN, {"workers": 0}),
        ("test_samples", PLAIN, {"test_samples": 0}),
        ("progress", PLAIN, {"progress": "yes"}),
        ("ridge", PLAIN.replace(activation=identity, ridge=1e-15, sample_complexity=1.5), {}),
        ("ridge", PLAIN.replace(activation=identity, ridge=1e-15, sample_complexity=1.2), {}),
        ("activation", SPIKED.replace(activation=Activation(lambda x: np.where(abs(x) > 13, np.inf, x)),
                                      spike=ConstantLaw(40.0)), {}),
    ],
)  # fmt: skip
def test_simulate_refuses(field, model, options):
    with pytest.raises(OutOfDomain) as refusal:
        simulate(model, **{"dimension": 20, "replicas": 2, "test_samples": 50} | options)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("field", "axes"),
    [
        ("sample_complexity", {}),
        ("sample_complexity", {"sample_complexity": 2.0}),
        ("sample_complexity", {"sample_complexity": [], "ridge": [0.1]}),
        ("sample_complexity", {"sample_complexity": [1.0, np.nan]}),
        ("sample_complexity", {"sample_complexity": "12"}),
        ("ridge", {"ridge": 0.1}),
        ("ridge", {"ridge": []}),
        ("ridge", {"ridge": [0.1, 0.0]}),
        ("ridge", {"ridge": [[0.1], [0.2]]}),
        ("ridge", {"ridge": [[0.1], [0.2, 0.3]]}),
        ("dimension", {"sample_complexity": [1.0, 0.01]}),
    ],
)
def test_curve_refuses(field, axes):
    with pytest.raises(OutOfDomain) as refusal:
        simulation_curve(PLAIN, dimension=20, replicas=2, test_samples=50, **axes)
    assert refusal.value.field == field


@pytest.mark.parametrize(("width", "remedy"), [(300, "dimension=214"), (5, "no dimension")])
def test_width_of_the_model_is_respected(width, remedy):
    model = SPIKED.replace(width=width, width_ratio=1.4 if width == 300 else 3.0)
    with pytest.raises(OutOfDomain, match=f"width p = {width}.*{remedy}") as refusal:
        simulate(model, dimension=100)
    assert refusal.value.field == "dimension"


@pytest.mark.parametrize("field", ["activation", "target"])
@pytest.mark.parametrize("bad", [np.nan, -np.inf, 1e3 * LARGEST])
def test_functions_that_are_not_finite_on_a_draw_are_refused(field, bad):
    functions = {"activation": tanh, "target": sin} | {field: Activation(lambda x: np.where(x > 2.5, bad, x))}
    finite = Network(**functions, weights=np.eye(4), teacher=np.ones(1))
    with pytest.raises(OutOfDomain) as refusal:
        finite.draw(np.random.default_rng(0), np.empty((900, 4)), np.empty(900))
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("progress", "terminal", "silence", "shown"),
    [
        (True, False, 9.0, True),
        (False, True, 0.0, False),
        (None, False, 0.0, False),
        (None, True, 9.0, False),  # short runs stay silent
        (None, True, 0.0, True),
    ],
)
def test_progress(progress, terminal, silence, shown, capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    monkeypatch.setattr("rmt_asymptotics.progress.SILENCE", silence)
    simulate(PLAIN, dimension=10, replicas=2, test_samples=20, progress=progress)
    output = capsys.readouterr()
    assert (bool(output.err), output.out) == (shown, "")


def test_importing_the_montecarlo_is_light():
    program = (
        "import sys, rmt_asymptotics.montecarlo; sys.exit(bool({'xarray', 'tqdm', 'matplotlib'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
