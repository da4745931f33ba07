"""Pairs of readouts and training time where inputs have a covariance, and without a width.  Note: two_readouts.md."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize

import rmt_asymptotics as rmt
from rmt_asymptotics.asymptotics import control_points
from rmt_asymptotics.canonical.translation import translate
from rmt_asymptotics.decomposition import NOTHING, OTHER_WEIGHTS, PAIRS, SAME, Shared
from rmt_asymptotics.equations.two_point import label_errors, pair_errors
from rmt_asymptotics.montecarlo.bias_variance import simulated_pairs
from rmt_asymptotics.state_evolution.ridge import solve_points
from rmt_asymptotics.training.ensembles import pairs
from rmt_asymptotics.training.filtered import pair_matrices
from rmt_asymptotics.training.filters import flow
from rmt_asymptotics.training.readouts import latent_of, pole_readouts, ridge_readouts
from rmt_asymptotics.training.sgd import _kernels
from tests.problems import GENERIC
from tests.structured import REFERENCES, as_directions

ROUNDING = 1e-12  # relative: two routes to the same number
TARGET = rmt.Activation.from_expression("sin(x) + 0.6*cos(1.5*x)")
COMMON = {
    "target": TARGET, "sample_complexity": 1.7, "ridge": 0.07, "noise_variance": 0.15,
    "covariance": rmt.Covariance.two_level((2.6, 0.4), (0.3, 0.7)), "teacher": (0.65, 0.35),
}  # fmt: skip
FEATURES = {"activation": rmt.Activation.from_expression("erf((x + 0.7)/sqrt(2)) - 0.3"), "width_ratio": 1.4}
MODELS = {
    "ridge": rmt.RidgeRegression(**COMMON),
    "features": rmt.RandomFeatures(**COMMON, **FEATURES),
    "spiked": rmt.SpikedRandomFeatures(
        **COMMON, **FEATURES, spike=rmt.DiscreteLaw((-1.0, 1.2), (0.4, 0.6)), alignment=0.6, spike_profile=(0.5, 0.5),
        bulk_variance=1.1,
    ),
    "step": rmt.OneStepNetwork(
        **COMMON, **FEATURES, step=rmt.MaximalStep(0.8), step_sample_complexity=2.2,
        readout=rmt.DiscreteLaw((-0.8, 1.3), (0.45, 0.55)),
    ),
    "kernel": rmt.RandomFeatures(**COMMON | FEATURES | {"width_ratio": np.inf}),
}  # fmt: skip
TWO = np.array([0.03, 0.7])  # ridges
POLES = np.array([0.05 + 0.4j, -0.3 + 0.2j])


def at_ridges(problem, controls, ridges):
    controls = replace(controls, **{
        name: np.repeat(values, len(ridges)) for name, values in vars(controls).items()
    } | {"ridge": ridges})  # fmt: skip
    return controls, latent_of(problem, controls.dimension_ratio[:1]), ridge_readouts(problem, controls)


@pytest.mark.parametrize("name", [*REFERENCES, "step"])
def test_equal_ridges_are_the_solver(name):
    if name == "step":
        problem, controls = translate(MODELS[name], 0), control_points(MODELS[name], {})
    else:
        problem, controls, _ = REFERENCES[name]
    controls, latent, readouts = at_ridges(problem, controls, TWO)
    solved, found = solve_points(problem, controls).errors, pair_errors(latent, readouts, readouts, SAME)
    np.testing.assert_allclose(found.test, solved.test_error, rtol=ROUNDING)
    np.testing.assert_allclose(found.training, solved.training_error, rtol=ROUNDING)
    np.testing.assert_allclose(label_errors(latent, readouts).training, solved.training_objective, rtol=ROUNDING)


def test_modes_without_strength():
    """A step of rate 0 has no lengths that it could change."""
    covariance = rmt.Covariance((1.5, 0.5), (0.5, 0.5))  # exact in binary, so that strengths are exactly zero
    model = MODELS["step"].replace(step=rmt.MaximalStep(0.0), covariance=covariance)
    parts = rmt.bias_variance(model, tolerance=1e-6)
    assert parts.test_error == pytest.approx(rmt.solve(model, tolerance=1e-6).test_error, rel=1e-6)


@pytest.mark.parametrize("name", sorted(set(REFERENCES) - {"one class"}))
def test_a_readout_without_data(name):
    """One of huge ridge is zero, but for free modes: the pair with it is E y (y - f)."""
    problem, controls, _ = REFERENCES[name]
    _, latent, readouts = at_ridges(problem, controls, np.array([0.05, 1e13]))
    pair, alone = pair_errors(latent, readouts.at([0]), readouts.at([1]), SAME), label_errors(latent, readouts.at([0]))
    np.testing.assert_allclose([pair.test, pair.training], [alone.test, alone.training], rtol=1e-9)


def test_a_pair_has_no_order():
    """With vectors of all kinds, after a gradient step."""
    problem, controls = translate(MODELS["step"], 0), control_points(MODELS["step"], {})
    _, latent, readouts = at_ridges(problem, controls, TWO)
    one, other = (pair_errors(latent, readouts.at([i]), readouts.at([1 - i]), SAME) for i in (0, 1))
    np.testing.assert_allclose([one.test, one.training], [other.test, other.training], rtol=ROUNDING)


@pytest.mark.parametrize("shared", PAIRS)
def test_one_node_is_isotropic(shared):
    """The spike and the teacher as directions of one node are the modes of isotropic inputs: two complex ridges."""
    model = GENERIC["two classes"]
    problem, controls = translate(model, 1), control_points(model, {})
    found, expected = (pair_matrices(each, controls, POLES, shared) for each in (as_directions(problem), problem))
    np.testing.assert_allclose(found.plain, expected.plain, rtol=1e-9)
    np.testing.assert_allclose(found.crossed, expected.crossed, rtol=1e-9)


@pytest.mark.parametrize("shared", [SAME, Shared(samples=False), OTHER_WEIGHTS])
def test_ridge_regression_in_closed_form(shared):
    """Eigenlearning for two complex ridges: kappa solves n/d = sum rho c/(c + kappa) + ridge/kappa."""
    model = MODELS["ridge"]
    problem, controls = translate(model, 0), control_points(model, {})
    rho, c = problem.features.shares, problem.features.variances[:, 0]
    tau, n = np.array(model.teacher), model.sample_complexity

    def kappa(ridge):  # from the equation of V in real arithmetic, two unknowns
        def left(x):
            k = x[0] + 1j * x[1]
            value = n - rho @ (c / (c + k)) - ridge / k
            return [value.real, value.imag]

        found = optimize.root(left, [abs(ridge) + 0.3, ridge.imag], tol=1e-14).x
        return found[0] + 1j * found[1]

    readouts, latent = pole_readouts(problem, controls, POLES), latent_of(problem, controls.dimension_ratio)
    found = pair_errors(latent, readouts.at([0]), readouts.at([1]), shared)
    k1, k2 = (kappa(z) for z in POLES)
    h1 = problem.labels.target[1, 0]
    rest = problem.label_variance - h1**2 + model.noise_variance
    shrunk = h1**2 * np.sum(tau * k1 * k2 / ((c + k1) * (c + k2)))
    seen = np.sum(rho * c**2 / ((c + k1) * (c + k2))) / n if shared.samples else 0.0
    np.testing.assert_allclose(found.test, (rest + shrunk) / (1 - seen), rtol=1e-9)


@pytest.mark.parametrize("name", ["ridge", "features", "spiked", "kernel"])
def test_parts_add_up(name):
    parts = rmt.bias_variance(MODELS[name], tolerance=1e-6)
    assert parts.test_error == pytest.approx(rmt.solve(MODELS[name], tolerance=1e-6).test_error, rel=1e-5)
    assert parts.noise + parts.bias + parts.variance == pytest.approx(parts.test_error, rel=ROUNDING)
    drawn = (parts.initialisation, parts.samples_and_initialisation, parts.label_noise_and_initialisation)
    if name in ("ridge", "kernel"):  # no weights are drawn, or infinitely many
        assert max(map(abs, drawn)) < ROUNDING
    else:
        assert min(drawn) > 1e-3
    assert min(parts.bias, parts.label_noise, parts.samples) > 1e-3


@pytest.mark.parametrize("name", ["ridge", "features", "spiked", "kernel"])
def test_training_leads_to_ridge_regression(name):
    end = rmt.training_curve(MODELS[name], time=[1e6], weight_decay=None, tolerance=1e-6)
    solved = rmt.solve(MODELS[name], tolerance=1e-6)
    assert end.test_error.values[0] == pytest.approx(solved.test_error, rel=1e-6)
    assert end.training_error.values[0] == pytest.approx(solved.training_error, rel=1e-6)
    best = rmt.optimal_stopping(MODELS[name], tolerance=1e-4)
    assert best.best_ridge_error < best.value < solved.test_error and not best.at_end


@pytest.mark.parametrize("name", ["ridge", "spiked"])
def test_simulated_pairs(name):
    model, dimension = MODELS[name], 120
    if name == "spiked":
        model = model.replace(width=round(model.width_ratio * dimension))
    draws = simulated_pairs(model, rmt.SimulationPlan(dimension=dimension, replicas=24, seed=6, progress=False))
    z = (draws.mean(1) - pairs(model, 1e-4)) / (draws.std(1, ddof=1) / np.sqrt(24))
    assert np.max(np.abs(z)) < 4


@pytest.mark.parametrize(
    "way", [{"time": [0.4, 5.0, 60.0]}, {"steps": [1, 4, 30], "learning_rate": 0.01, "momentum": 0.6}, {
        "time": [0.4, 5.0], "sample_step": 0.7}, {"time": [0.4, 5.0], "sample_step": 0.15, "samples": "fresh"}],
)  # fmt: skip
@pytest.mark.parametrize("name", ["ridge", "features"])
def test_simulated_training(name, way):
    model, dimension = MODELS[name], 120
    if name == "features":
        model = model.replace(width=round(model.width_ratio * dimension))
    theory = rmt.training_curve(model, **way, tolerance=1e-4)
    found = rmt.simulate_training(model, **way, dimension=dimension, replicas=16, seed=5, progress=False)
    for error in ("test_error", "training_error")[: 1 if "samples" in way else 2]:
        z = (found[f"{error}_simulation"] - theory[error]) / found[f"{error}_standard_error"]
        assert np.max(np.abs(z.values)) < 4


def test_descending_twice_in_time():
    """Strong directions are fitted first, to labels of which the weak ones are noise as yet."""
    model = rmt.RidgeRegression(
        covariance=rmt.Covariance((1.996, 0.004), (0.5, 0.5)), teacher=(0.17, 0.83), sample_complexity=1.6, ridge=0.1,
        noise_variance=0.5,
    )  # fmt: skip
    error = rmt.training_curve(model, time=[0.111, 4.1, 460, 1e6]).test_error.values
    np.testing.assert_allclose(error, [1.4529, 1.8794, 1.0857, 0.5 * 1.6 / 0.6], atol=5.1e-5)


def test_largest_eigenvalue_of_inputs():
    """V beside the axis has an imaginary part below it, and next to none above; steps that it makes diverge fail."""
    model = MODELS["ridge"]
    edge = rmt.spectrum(model).edges[-1][1]
    poles = -edge * np.array([1 - 1e-4, 1 + 1e-4]) + 1e-6j * edge
    below, above = -pole_readouts(translate(model, 0), control_points(model, {}), poles).V.imag[:, 0]
    assert below > 1e-3 and above < 1e-4
    with pytest.raises(rmt.OutOfDomain, match="learning_rate"):
        rmt.training_curve(model, steps=[2], learning_rate=2.01 / edge)
    rmt.training_curve(model, steps=[2], learning_rate=1.99 / edge)


def test_noise_of_stochastic_descent_by_the_density():
    """(1/n) tr A (1 - exp(-2 lag A))/2 from resolvents, and from the eigenvalues that there are."""
    model, lags = MODELS["features"], np.geomspace(0.1, 20, 5)
    controls = control_points(model, {})
    found = _kernels(translate(model, 0), controls, flow(2 * lags), lags, SAME)[1]
    sp = rmt.spectrum(model)
    edges = np.unique(np.concatenate([np.linspace(*band, 4000) for band in sp.edges]))
    x, share = (edges[1:] + edges[:-1]) / 2, np.diff(sp.cumulative(edges))
    each = x * -np.expm1(-2 * np.outer(lags, x)) / 2
    expected = each @ share * model.width_ratio / model.sample_complexity
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_ensembles_gain_nothing_where_no_weights_are_drawn():
    for name in ("ridge", "kernel"):
        shared, fresh = (rmt.ensemble(MODELS[name], 5, samples=samples) for samples in ("shared", "fresh"))
        assert shared.test_error == pytest.approx(shared.single, rel=ROUNDING)
        assert fresh.limit < fresh.test_error < fresh.single
        problem, controls = translate(MODELS[name], 0), control_points(MODELS[name], {})
        latent, readout = latent_of(problem, controls.dimension_ratio), ridge_readouts(problem, controls)
        assert fresh.limit == pytest.approx(float(pair_errors(latent, readout, readout, NOTHING).test[0]), rel=ROUNDING)
