"""Pairs of readouts: published digits, identities with the solver, and finite networks that share what is asked."""

import numpy as np
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.asymptotics import control_points
from rmt_asymptotics.canonical.translation import translate
from rmt_asymptotics.decomposition import NOTHING, PAIRS, PARTS, SAME
from rmt_asymptotics.equations.two_point import label_errors, pair_errors
from rmt_asymptotics.montecarlo.bias_variance import simulated_pairs
from rmt_asymptotics.state_evolution.ridge import solve_points
from rmt_asymptotics.training.readouts import latent_of, ridge_readouts
from tests.problems import GENERIC

ROUNDING = 1e-12  # relative: two routes to the same number
PRINTED = 5.1e-6  # half a unit of the last of five digits, and rounding of the print
NOTED = rmt.SpikedRandomFeatures(  # the model of theory_notes/two_readouts.md
    activation=rmt.centred(rmt.relu),
    target=rmt.Activation.from_expression("tanh(x) + 0.3*(x**2 - 1)"),
    sample_complexity=2.3,
    width_ratio=1.4,
    ridge=0.05,
    noise_variance=0.3,
    spike=rmt.DiscreteLaw((-0.7, 1.3), (0.4, 0.6)),
    bulk_variance=1.2,
    alignment=0.7,
    width=280,
)
TEST = [[0.86178, 0.69126], [0.64968, 0.58798], [0.50512, 0.51386], [0.55510, 0.54393], [0.49193, 0.50517],
        [0.46004, 0.48205]]  # fmt: skip
TRAINING = {1: 0.08860, 4: 0.04982}  # other noise; other weights and noise
SMALL = GENERIC | {"noted": NOTED}
LEVEL = 1


def readouts_of(model, ridges):
    problem, controls = translate(model, LEVEL), control_points(model, {"ridge": np.array(ridges)})
    return problem, controls, latent_of(problem, controls.dimension_ratio[:1]), ridge_readouts(problem, controls)


def test_noted_pairs():
    _, _, latent, readouts = readouts_of(NOTED, [0.05, 0.4])
    first = readouts.at(np.array([0, 0]))
    for place, (shared, test) in enumerate(zip(PAIRS, TEST, strict=True)):
        pair = pair_errors(latent, first, readouts, shared)
        np.testing.assert_allclose(pair.test, test, atol=PRINTED, rtol=0)
        if place in TRAINING:
            assert pair.training[0] == pytest.approx(TRAINING[place], abs=PRINTED)


def test_noted_matrix():
    _, _, latent, readouts = readouts_of(NOTED.replace(noise_variance=0.1), [0.05, 0.4, 3.0])
    pairs = pair_errors(latent, readouts.at((slice(None), None)), readouts.at((None, slice(None))), SAME)
    test = [[0.52038, 0.42241, 0.35432], [0.42241, 0.40675, 0.38685], [0.35432, 0.38685, 0.41932]]
    training = [[0.13206, 0.14882, 0.15893], [0.14882, 0.19849, 0.24058], [0.15893, 0.24058, 0.33352]]
    np.testing.assert_allclose(pairs.test, test, atol=PRINTED, rtol=0)
    np.testing.assert_allclose(pairs.training, training, atol=PRINTED, rtol=0)


@pytest.mark.parametrize("name", SMALL)
def test_equal_ridges_are_the_solver(name):
    problem, controls, latent, readouts = readouts_of(SMALL[name], [0.03, 0.7])
    solved = solve_points(problem, controls)
    pairs = pair_errors(latent, readouts, readouts, SAME)
    np.testing.assert_allclose(pairs.test, solved.errors.test_error, rtol=ROUNDING)
    np.testing.assert_allclose(pairs.training, solved.errors.training_error, rtol=ROUNDING)
    np.testing.assert_allclose(label_errors(latent, readouts).training, solved.errors.training_objective, rtol=ROUNDING)


@pytest.mark.parametrize("name", SMALL)
def test_large_ridge_sees_no_data(name):
    """A readout of huge ridge is zero: the pair with it is E y (y - f)."""
    _, _, latent, readouts = readouts_of(SMALL[name], [0.05, 1e13])
    pair = pair_errors(latent, readouts.at([0]), readouts.at([1]), SAME)
    alone = label_errors(latent, readouts.at([0]))
    np.testing.assert_allclose([pair.test, pair.training], [alone.test, alone.training], rtol=1e-9)


@pytest.mark.parametrize("name", SMALL)
def test_parts_add_up_and_are_positive(name):
    parts = rmt.bias_variance(SMALL[name], tolerance=1e-5)
    values = [getattr(parts, part) for part in PARTS]
    assert sum(values) == pytest.approx(parts.test_error, rel=ROUNDING)
    assert min(values) > 0
    assert parts.test_error == pytest.approx(rmt.solve(SMALL[name], tolerance=1e-5).test_error, rel=1e-4)


def test_noted_parts():
    parts = rmt.bias_variance(NOTED)
    noted = (0.3, 0.1600, 0.0632, 0.0319, 0.0451, 0.1127, 0.1489)
    np.testing.assert_allclose([getattr(parts, part) for part in PARTS], noted, atol=5.1e-5)
    assert "squared bias" in parts.table()


def test_parts_that_diverge_at_interpolation():
    """At n = p the interactions with the initialisation grow like ridge^(-1/2), and nothing else grows."""
    model = NOTED.replace(width_ratio=2.3, width=None)
    one, two = (rmt.bias_variance(model.replace(ridge=ridge)) for ridge in (1e-8, 1e-10))
    growth = {part: getattr(two, part) / getattr(one, part) for part in PARTS}
    assert growth["samples_and_initialisation"] == pytest.approx(10, rel=0.02)
    assert growth["label_noise_and_initialisation"] == pytest.approx(10, rel=0.02)
    assert max(growth[part] for part in PARTS[:5]) < 1.01


def test_curve_is_the_points():
    curve = rmt.bias_variance_curve(NOTED, ridge=[0.02, 0.3])
    point = rmt.bias_variance(NOTED.replace(ridge=0.3))
    for part in ("test_error", *PARTS):
        assert curve[part].values[1] == pytest.approx(getattr(point, part), rel=1e-9)


@pytest.mark.parametrize(
    ("field", "call"),
    [
        ("field", lambda: rmt.bias_variance_curve(NOTED, alignment=[0.1])),
        ("ridge", lambda: rmt.bias_variance_curve(NOTED, ridge=[-1.0])),
        ("ridge", lambda: rmt.bias_variance_curve(NOTED, ridge=[])),
        ("members", lambda: rmt.ensemble(NOTED, 0)),
        ("samples", lambda: rmt.ensemble(NOTED, samples="none")),
    ],
)
def test_refused(field, call):
    with pytest.raises(rmt.OutOfDomain) as error:
        call()
    assert error.value.field == field


def test_ensembles():
    parts = rmt.bias_variance(NOTED)
    assert rmt.ensemble(NOTED, 1).test_error == pytest.approx(parts.test_error, rel=ROUNDING)
    shared, fresh = (rmt.ensemble(NOTED, 7, samples=samples) for samples in ("shared", "fresh"))
    without_weights = parts.noise + parts.bias + parts.samples + parts.label_noise
    assert shared.limit == pytest.approx(without_weights, rel=ROUNDING)
    assert fresh.limit == pytest.approx(parts.noise + parts.bias, rel=ROUNDING)
    assert fresh.test_error < shared.test_error < parts.test_error


@pytest.mark.parametrize("name", ["plain", "two classes"])
def test_simulated_pairs(name):
    """Six kinds of pairs of finite networks; the theory at their width."""
    model = SMALL[name].replace(width=None)
    dimension = 100
    plan = rmt.SimulationPlan(dimension=dimension, replicas=24, seed=5)
    width = round(model.width_ratio * dimension)
    _, _, latent, readouts = readouts_of(model.replace(width=width, width_ratio=width / dimension), [model.ridge])
    theory = [pair_errors(latent, readouts, readouts, shared).test[0] for shared in PAIRS]
    draws = simulated_pairs(model, plan)
    z = (draws.mean(1) - theory) / (draws.std(1, ddof=1) / np.sqrt(plan.replicas))
    assert np.max(np.abs(z)) < 4
    assert PAIRS[-1] is NOTHING
