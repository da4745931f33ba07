"""Errors while the readout trains: published digits, limits, the recursion itself, and finite networks."""

import numpy as np
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.asymptotics import control_points
from rmt_asymptotics.canonical.translation import translate
from rmt_asymptotics.decomposition import SAME
from rmt_asymptotics.estimates import z_score
from rmt_asymptotics.montecarlo.networks import network
from rmt_asymptotics.training.filtered import pair_matrices
from rmt_asymptotics.training.filters import Descent, descent, flow
from rmt_asymptotics.training.readouts import pole_readouts
from rmt_asymptotics.training.sgd import _kernels
from tests.problems import GENERIC
from tests.test_two_readouts import NOTED

MODEL = NOTED.replace(noise_variance=0.1)
PRINTED = 5.1e-5  # half a unit of the last of four digits, and rounding of the print
FILTERED = 2e-7  # relative: filters, and quadrature at the tolerance of a curve
TIMES = [0.3, 3.0, 30.0, 300.0]


def test_noted_flow():
    curve = rmt.training_curve(MODEL, time=TIMES)
    test, training = (0.41764164, 0.43588758, 0.64231262, 0.77660399), (0.32482958, 0.17073184, 0.12083306, 0.11736439)
    np.testing.assert_allclose(curve.test_error, test, rtol=FILTERED)
    np.testing.assert_allclose(curve.training_error, training, rtol=FILTERED)
    assert curve.error_estimate.max() < FILTERED


@pytest.mark.parametrize(
    ("options", "test"),
    [
        ({"steps": [5, 50, 1000], "learning_rate": 0.008}, (0.4610, 0.4113, 0.5016)),
        ({"steps": [50, 200], "learning_rate": 0.008, "momentum": 0.9}, (0.4591, 0.5727)),
        ({"steps": [50, 200], "learning_rate": 0.005, "momentum": 0.9, "nesterov": True}, (0.4332, 0.5231)),
    ],
)
def test_noted_steps(options, test):
    np.testing.assert_allclose(rmt.training_curve(MODEL, **options, tolerance=1e-5).test_error, test, atol=PRINTED)


@pytest.mark.parametrize("name", GENERIC)
def test_long_times_are_ridge_regression(name):
    model = GENERIC[name]
    tolerance = 1e-5 if name == "continuous" else 1e-7
    decayed = rmt.training_curve(model, time=[1e4 / model.ridge], weight_decay=None, tolerance=tolerance)
    solved = rmt.solve(model, tolerance=tolerance)
    assert float(decayed.test_error[0]) == pytest.approx(solved.test_error, rel=10 * tolerance)
    assert float(decayed.training_error[0]) == pytest.approx(solved.training_error, rel=10 * tolerance)


def test_first_moments_of_time():
    """At small t a = t F^T y: the training error falls by 2 t |F^T y|^2/n, two routes to the first order."""
    t = 1e-4
    curve = rmt.training_curve(GENERIC["plain"].replace(width=None), time=[t, 2 * t])
    one, two = curve.training_error.values
    step = rmt.training_curve(GENERIC["plain"].replace(width=90), steps=[1], learning_rate=t).training_error.values
    finite = rmt.training_curve(GENERIC["plain"].replace(width=90), time=[t]).training_error.values
    assert step[0] == pytest.approx(finite[0], rel=2e-2)
    assert two < one


def test_derivative_in_time():
    """d/dt of the curve by central differences, and from the derivative of the filter on the same poles."""
    t, h = 2.0, 1e-3
    problem, controls = translate(MODEL, 1), control_points(MODEL, {})
    filters = flow(np.array([t - 2 * h, t - h, t, t + h, t + 2 * h]))
    matrices = pair_matrices(problem, controls, filters.poles)
    test = matrices.errors(filters.weights)[0]
    by_difference = (test[0] - 8 * test[1] + 8 * test[3] - test[4]) / (12 * h)
    slope = np.array([1, -8, 0, 8, -1]) / (12 * h) @ filters.weights
    w = filters.weights[2]
    rest, moved = 1 - 2 * w.real.sum(), -2 * slope.real.sum()
    exact = (
        2 * rest * moved * matrices.label
        + 4 * (rest * (matrices.alone[0] @ slope) + moved * (matrices.alone[0] @ w)).real
    )
    exact += 4 * (slope @ matrices.plain[0] @ w).real
    exact += 2 * (slope.conj() @ matrices.crossed[0] @ w + w.conj() @ matrices.crossed[0] @ slope).real
    assert by_difference == pytest.approx(exact, rel=1e-6)


def test_one_real_pole_is_ridge():
    """Two conjugate poles close to a real ridge, each of weight 1/2."""
    problem, controls = translate(MODEL, 1), control_points(MODEL, {})
    matrices = pair_matrices(problem, controls, np.array([MODEL.ridge * (1 + 1e-6j)]))
    errors = matrices.errors(np.array([[0.5 + 0j]]))[:, 0]
    solved = rmt.solve(MODEL)
    np.testing.assert_allclose(errors, [solved.test_error, solved.training_error], rtol=1e-9)


FITTED = rmt.SpikedRandomFeatures(
    activation=rmt.tanh, target=rmt.sign, sample_complexity=0.9, width_ratio=1.6, ridge=0.06, noise_variance=0.05,
    spike=rmt.ConstantLaw(0.9), alignment=-0.85, bulk_variance=0.8, width=320,
)  # fmt: skip


@pytest.mark.parametrize(
    ("axis", "many", "options"),
    [("steps", [1, 3, 10, 100, 10_000], {"learning_rate": 0.0185, "momentum": 0.9}), ("time", [1.0, 1e3, 1e6], {})],
)
def test_vanishing_training_errors(axis, many, options):
    """Where n < p they fall below what rounding leaves of sums over the poles of many times; those of one lose less."""
    together, alone = (rmt.training_curve(FITTED, **{axis: each}, **options) for each in (many, many[-1:]))
    value, known = float(together.training_error[-1]), float(alone.training_error[-1])
    assert float(alone.error_estimate[-1]) < 0.01
    assert abs(value / known - 1) < float(together.error_estimate[-1]) < 1
    assert np.all(together.error_estimate[:-1] < 1e-6)


def test_training_errors_below_rounding():
    curve = rmt.training_curve(FITTED, time=[1.0, 1e8])
    assert 0 < float(curve.training_error[-1]) < 1e-9
    assert float(curve.error_estimate[-1]) == float(curve.training_error_estimate[-1]) >= 1
    assert float(curve.test_error_estimate[-1]) < 1e-6
    limit = rmt.solve(FITTED.replace(ridge=1e-12)).test_error
    assert float(curve.test_error[-1]) == pytest.approx(limit, rel=1e-5)


@pytest.mark.parametrize("method", [Descent(0.3), Descent(0.2, 0.9), Descent(0.1, 0.8, True)])
def test_filters_are_the_recursion(method):
    """Up to a step at 0.98 of the limit: the sum over poles at eigenvalues between those of the fit."""
    steps, largest = np.array([1, 3, 10, 100, 10_000]), 0.98 * method.limit
    filters = descent(method, steps, np.array([[0.0, largest]]))
    x = np.linspace(1e-3, largest, 317)
    found = 2 * (filters.weights @ (1 / (x + filters.poles[:, None]))).real
    assert np.max(np.abs(x * found - (1 - method.residuals(steps, x)))) < 1e-7
    assert np.max(filters.error) < 1e-7


def test_filters_of_momentum_resolve_oscillations():
    """Factors turn once in 27 eigenvalues of the band; a coarser look at it had left 1e-3 of the residual."""
    method, steps = Descent(0.002, 0.9), np.array([1, 10, 100])
    bands = np.array([[0.0, 6.0], [348.0, 349.0]])
    filters = descent(method, steps, bands)
    x = np.concatenate([np.linspace(1e-3, 6.0, 1013), np.linspace(348.0, 349.0, 57)])
    found = 2 * (filters.weights @ (1 / (x + filters.poles[:, None]))).real
    assert np.max(np.abs(x * found - (1 - method.residuals(steps, x)))) < 1e-7
    assert np.max(np.abs(filters.weights)) < 1e4
    with pytest.raises(rmt.NotConverged, match="oscillate more often"):
        descent(Descent(0.2, 0.999), np.array([20_000]), np.array([[0.0, 19.0]]))


def test_limits_of_stability():
    for method in (Descent(0.3), Descent(0.2, 0.9), Descent(0.1, 0.8, True)):
        steps = np.array([2000])
        below, above = (method.residuals(steps, np.array([part * method.limit]))[0, 0] for part in (0.99, 1.01))
        assert abs(below) < 1e-3
        assert abs(above) > 1e3


def test_steps_that_diverge():
    with pytest.raises(rmt.OutOfDomain, match=r"below 0.0116069, where the largest eigenvalue, 172.311"):
        rmt.training_curve(MODEL, steps=[1], learning_rate=0.0117)
    with pytest.raises(rmt.OutOfDomain, match="every step diverges"):
        rmt.training_curve(GENERIC["plain"].replace(width=None), steps=[1], learning_rate=0.01)


@pytest.mark.parametrize("name", GENERIC)
def test_signs_at_complex_ridges(name):
    ridges = np.geomspace(1e-3, 30, 6) * np.exp(1j * np.linspace(0.1, 3.0, 6))
    readouts = pole_readouts(translate(GENERIC[name], 1), control_points(GENERIC[name], {}), ridges)
    assert np.all(readouts.V.imag < 0)
    assert np.all(readouts.t.imag < 0)


def test_classes_without_weight_do_not_stop_newton():
    """A Gaussian readout after a step: classes of weight 1e-16 had kept all poles from their solutions."""
    model = rmt.OneStepNetwork(
        activation=rmt.tanh, target=rmt.sign, sample_complexity=2.1, width_ratio=0.8, ridge=0.07, noise_variance=0.08,
        step=rmt.PowerStep(0.3, 1.2), step_sample_complexity=2.4, readout=rmt.GaussianLaw(0.9), width=160,
    )  # fmt: skip
    controls, filters = control_points(model, {}), flow(np.array([0.3, 30.0]))
    coarse, fine = (pair_matrices(translate(model, level), controls, filters.poles) for level in (1, 2))
    np.testing.assert_allclose(fine.errors(filters.weights), coarse.errors(filters.weights), rtol=1e-6)


def test_signs_of_life(capsys):
    rmt.training_curve(MODEL, time=[1.0], tolerance=1e-5)
    assert capsys.readouterr().err == ""
    rmt.training_curve(MODEL, time=[1.0], tolerance=1e-5, progress=True)
    assert capsys.readouterr().err.startswith("pairs of readouts: ")
    with pytest.raises(rmt.OutOfDomain, match=r"^progress"):
        rmt.training_curve(MODEL, time=[1.0], progress=1)


def test_optimal_stopping():
    best = rmt.optimal_stopping(MODEL)
    around = rmt.training_curve(MODEL, time=[0.98 * best.time, best.time, 1.02 * best.time]).test_error.values
    assert around[1] < min(around[0], around[2])
    assert around[1] == pytest.approx(best.value, rel=1e-6)
    assert best.value / best.best_ridge_error == pytest.approx(1.0106, abs=PRINTED)
    assert not best.at_end


@pytest.mark.parametrize(
    ("field", "options"),
    [
        ("time", {}),
        ("time", {"time": [1.0], "steps": [1]}),
        ("time", {"time": [-1.0]}),
        ("time", {"time": [[1.0], [1.0, 2.0]]}),
        ("steps", {"steps": [0], "learning_rate": 0.001}),
        ("steps", {"steps": [3, 1], "learning_rate": 0.001}),
        ("learning_rate", {"steps": [3]}),
        ("momentum", {"steps": [3], "learning_rate": 0.001, "momentum": 1.0}),
        ("weight_decay", {"time": [1.0], "weight_decay": -0.1}),
        ("time", {"time": "1"}),
        ("steps", {"steps": [1], "learning_rate": 0.1, "sample_step": 0.1}),
        ("sample_step", {"time": [1.0], "sample_step": 0.0}),
        ("weight_decay", {"time": [1.0], "weight_decay": 0.1, "sample_step": 0.1}),
        ("time", {"time": [2.0, 1.0], "sample_step": 0.1}),
        ("samples", {"time": [1.0], "samples": "fresh"}),
        ("samples", {"time": [1.0], "sample_step": 0.1, "samples": "none"}),
    ],
)
def test_refused(field, options):
    with pytest.raises(rmt.OutOfDomain) as error:
        rmt.training_curve(MODEL, **options)
    assert error.value.field == field


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("two classes", {"time": [0.1, 1.0, 20.0], "weight_decay": 0.02}),
        ("plain", {"time": [0.1, 1.0, 20.0]}),
        ("one class", {"steps": [3, 40], "learning_rate": 0.004, "momentum": 0.5}),
    ],
)
def test_simulated(name, options):
    dimension = 100
    model = GENERIC[name]
    width = round(model.width_ratio * dimension)
    model = model.replace(width=width, width_ratio=width / dimension)
    theory = rmt.training_curve(model, **options, tolerance=1e-5)
    simulation = rmt.simulate_training(model, dimension=dimension, replicas=24, seed=2, **options)
    for error in ("test_error", "training_error"):
        spread = simulation[f"{error}_standard_error"]
        assert (
            np.max(np.abs(z_score(simulation[f"{error}_simulation"].values, theory[error].values, spread.values, 24)))
            < 4
        )


def test_other_losses_are_refused():
    other = MODEL.replace(loss=rmt.HuberLoss(1.0))
    for call in (
        lambda: rmt.training_curve(other, time=[1.0]),
        lambda: rmt.bias_variance(other),
        lambda: rmt.ensemble(other),
        lambda: rmt.optimal_stopping(other),
        lambda: rmt.simulate_training(other, time=[1.0], dimension=20),
        lambda: rmt.simulate_bias_variance(other, dimension=20),
    ):
        with pytest.raises(rmt.OutOfDomain, match=r"^loss"):
            call()


NO_OUTLIER = rmt.RandomFeatures(
    activation=rmt.tanh, target=rmt.Activation.from_expression("tanh(2*x)"), sample_complexity=2.0, width_ratio=1.4,
    ridge=0.1, noise_variance=0.2, width=210,
)  # fmt: skip


def test_stochastic_descent():
    """What the noise of the samples adds to the flow, from the same draws of networks and data."""
    options = {"time": [1.0, 5.0, 15.0], "dimension": 150, "replicas": 20, "seed": 1, "replica_values": False}
    step = 0.6
    theory = rmt.training_curve(NO_OUTLIER, time=options["time"], sample_step=step, tolerance=1e-5)
    flowing = rmt.training_curve(NO_OUTLIER, time=options["time"], tolerance=1e-5)
    noisy, smooth = (rmt.simulate_training(NO_OUTLIER, sample_step=s, **options) for s in (step, None))
    for error in ("test_error", "training_error"):
        added = (theory[error] - flowing[error]).values
        simulated = (noisy[f"{error}_simulation"] - smooth[f"{error}_simulation"]).values
        assert np.all(added > 0)
        np.testing.assert_allclose(simulated, added, rtol=0.25)  # of twenty draws, and the next order in the step


def test_stochastic_descent_of_small_steps_is_the_flow():
    flowing = rmt.training_curve(NO_OUTLIER, time=[1.0, 5.0], tolerance=1e-5)
    one, two = (
        rmt.training_curve(NO_OUTLIER, time=[1.0, 5.0], sample_step=step, tolerance=1e-5) for step in (1e-4, 2e-4)
    )
    first, second = ((curve.test_error - flowing.test_error).values for curve in (one, two))
    np.testing.assert_allclose(second, 2 * first, rtol=1e-3)


def noise_of_descent(model, dimension, times, generator):
    """What small steps add to test and training error, over the step, of one draw: the second moments themselves."""
    n, p = round(model.sample_complexity * dimension), model.width
    net = network(model, dimension, p, generator)
    rows = []
    for count in (n, 800):
        features, labels = np.empty((count, p)), np.empty(count)
        net.draw(generator, features, labels)
        labels += np.sqrt(model.noise_variance) * generator.standard_normal(count)
        rows.append((features / np.sqrt(p), labels))
    (F, y), (fresh, _) = rows
    eigenvalues, basis = np.linalg.eigh(F.T @ F)
    F, fresh = F @ basis, fresh @ basis
    moments, sums = F.T @ y, eigenvalues[:, None] + eigenvalues
    covariance, step, found = np.zeros((p, p)), 1e-6, []
    grid = np.union1d(np.geomspace(1e-3, times[-1], 50), times)
    for before, now in zip(np.append(0, grid[:-1]), grid, strict=True):
        middle = (before + now) / 2
        mean = -np.expm1(-middle * eigenvalues) / np.maximum(eigenvalues, 1e-12) * moments
        squares = (F @ mean - y) ** 2 + step * np.sum(F @ covariance * F, axis=1)
        source = (F.T * squares) @ F
        lag = now - before
        covariance = covariance * np.exp(-sums * lag) + source * -np.expm1(-sums * lag) / np.maximum(sums, 1e-12)
        if now in times:
            found.append([np.mean(np.sum(each @ covariance * each, axis=1)) for each in (fresh, F)])
    return np.array(found).T


def test_stochastic_descent_along_an_outlier():
    """Its eigenvalue is of the order of n: without it the noise would be two thirds to two fifths of this."""
    times, step = [1.0, 5.0, 15.0], 1e-4
    model = rmt.SpikedRandomFeatures(
        activation=rmt.tanh, target=NO_OUTLIER.target, sample_complexity=2.0, width_ratio=1.4, ridge=0.1,
        noise_variance=0.2, width=126, spike=rmt.ConstantLaw(0.7), alignment=0.6,
    )  # fmt: skip
    generator = np.random.default_rng(5)
    draws = np.array([noise_of_descent(model, 90, times, generator) for _ in range(6)])
    flowing = rmt.training_curve(model, time=times, tolerance=1e-5)
    noisy = rmt.training_curve(model, time=times, tolerance=1e-5, sample_step=step)
    for name, simulated in zip(("test_error", "training_error"), draws.mean(0), strict=True):
        np.testing.assert_allclose((noisy[name] - flowing[name]) / step, simulated, rtol=0.15)
    with pytest.raises(rmt.OutOfDomain, match=r"^width"):
        rmt.training_curve(model.replace(width=None), time=[1.0], sample_step=0.1)


@pytest.mark.parametrize("step", [0.2, 1e-6])
def test_one_pass(step):
    """Samples that are seen once; small steps are the flow of infinitely many samples."""
    times = [1.0, 5.0, 15.0]
    theory = rmt.training_curve(NO_OUTLIER, time=times, sample_step=step, samples="fresh", tolerance=1e-5)
    assert "training_error" not in theory
    if step == 0.2:
        options = {"dimension": 150, "replicas": 12, "seed": 3, "sample_step": step, "samples": "fresh"}
        simulation = rmt.simulate_training(NO_OUTLIER, time=times, **options)
        spread = simulation.test_error_standard_error.values
        z = z_score(simulation.test_error_simulation.values, theory.test_error.values, spread, 12)
        assert np.max(np.abs(z)) < 4
        return
    many = NO_OUTLIER.replace(sample_complexity=2e4)  # the same flow at times in units of 1/n
    flowing = rmt.training_curve(many, time=np.array(times) * 1e-4, tolerance=1e-5)
    np.testing.assert_allclose(theory.test_error, flowing.test_error, rtol=2e-4)


def test_integrals_of_the_kernels_of_noise():
    """The second integral in the lag has the first one for its derivative, for training and for test."""
    lags = 2.0 + 1e-3 * np.arange(-2, 3)
    problem, controls = translate(NO_OUTLIER, 1), control_points(NO_OUTLIER, {})
    kernels = _kernels(problem, controls, flow(2 * lags), lags, SAME)
    slopes = kernels[[0, 2]] @ np.array([1, -8, 0, 8, -1]) / 12e-3
    np.testing.assert_allclose(slopes, kernels[[1, 3], 2], rtol=1e-5)
