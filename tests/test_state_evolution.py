"""The fixed point and its Jacobian: mathematical facts, and convergence where it is hardest."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.asymptotics import control_points
from rmt_asymptotics.canonical.problem import Controls
from rmt_asymptotics.canonical.translation import translate
from rmt_asymptotics.equations import bulk, projection
from rmt_asymptotics.expressions import parse_activation
from rmt_asymptotics.state_evolution import _kernels, fixed_point
from rmt_asymptotics.state_evolution.fixed_point import fixed_points, map_at
from rmt_asymptotics.state_evolution.ridge import PointSolutions, compiled_points, general_points, solve_points
from tests.problems import CONTINUOUS, ONE_CLASS, PLAIN, SPIKED, TWO_CLASSES

DIFFERENCE = 1e-5  # step of the central differences, relative to V
DIFFERENCES_AGREE = 1e-8  # their own error at that step
ROUNDING = 1e-12  # relative, of well conditioned problems
UNIQUE = 1e-9  # relative, two roads to the same solution
FEW_STEPS = 40  # Newton, from a cold start, in the worst case
RESIDUAL = 1e-10
CONTROLS = Controls(*np.array([[2.66], [1 / 1.4], [0.06], [0.0]]))  # n/d, d/p, ridge, noise


def solved(model: rmt.RandomFeatures, level: int = 0) -> PointSolutions:
    return solve_points(translate(model, level), control_points(model, {}))


def response_at(model, V, controls=CONTROLS):
    features = translate(model, 0).features
    return map_at(features, controls, V[None], np.ones((1, len(features.class_weights))))


def with_ridge(factor):
    return replace(CONTROLS, ridge=factor * CONTROLS.ridge)


def random_functions(model, count=5):
    """Positive functions V on the grid that span many decades."""
    rng = np.random.default_rng(3)
    nodes = len(translate(model, 0).features.nodes)
    return [np.exp(rng.uniform(-12, 12, nodes) * rng.random()) for _ in range(count)]


@pytest.mark.parametrize("name", SPIKED)
def test_jacobian_is_nonnegative_with_bounded_row_sums(name):
    """[uniq.1]: J >= 0, and along 1 + V its row sums stay below Psi, at any V."""
    for V in random_functions(SPIKED[name]):
        at = response_at(SPIKED[name], V)
        jacobian = at.on_nodes.kernel[0] * at.den[0] / (1 + V)
        assert np.min(jacobian) >= 0
        assert np.all(jacobian @ (1 + V) < at.psi[0] * (1 + ROUNDING))


@pytest.mark.parametrize("name", SPIKED)
def test_jacobian_agrees_with_differences(name):
    model, rng = SPIKED[name], np.random.default_rng(5)
    V = np.exp(0.5 * rng.standard_normal(len(translate(model, 0).features.nodes)))
    direction = V * rng.standard_normal(len(V))
    at = response_at(model, V)
    plus, minus = (response_at(model, V + sign * DIFFERENCE * direction).psi[0] for sign in (1, -1))
    expected = (plus - minus) / (2 * DIFFERENCE)
    slope = at.den[0] / (1 + V)
    error = np.abs(at.on_nodes.kernel[0] @ (slope * direction) - expected)
    np.testing.assert_allclose(
        at.on_nodes.along((slope * direction)[None])[0],
        at.on_nodes.kernel[0] @ (slope * direction),
        rtol=1e-9,
        atol=1e-12 * np.max(np.abs(expected)),
    )
    assert np.max(error) < DIFFERENCES_AGREE * np.max(np.abs(expected))


def test_ridge_response_agrees_with_differences():
    V = random_functions(TWO_CLASSES)[0]
    at = response_at(TWO_CLASSES, V)
    plus, minus = (response_at(TWO_CLASSES, V, with_ridge(1 + sign * 1e-5)).psi[0] for sign in (1, -1))
    expected = -(plus - minus) / (2e-5 * CONTROLS.ridge)
    assert np.max(np.abs(at.on_nodes.by_rates(np.ones((1, 2)))[0] - expected)) < DIFFERENCES_AGREE * np.max(expected)


@pytest.mark.parametrize("name", SPIKED)
def test_psi_decreases_in_ridge_and_is_scalable(name):
    for V in random_functions(SPIKED[name]):
        psi = response_at(SPIKED[name], V).psi
        assert np.all(response_at(SPIKED[name], V, with_ridge(3)).psi < psi)
        assert np.all(response_at(SPIKED[name], 2 * V).psi < 2 * psi)


def test_one_class_agrees_with_many():
    """The compiled route of one class against the route of many, on the same class split in two."""
    split = ONE_CLASS.replace(spike=rmt.DiscreteLaw((1.3, 1.3), (0.4, 0.6)))
    for ridge, n_over_p in itertools.product((1e-4, 0.06, 3.0), (0.3, 1.0, 2.7)):
        changes = {"ridge": ridge, "sample_complexity": n_over_p * ONE_CLASS.width_ratio}
        one, two = (solved(m.replace(**changes)) for m in (ONE_CLASS, split))
        assert_same_errors(one, two)


@pytest.mark.parametrize("model", [PLAIN, ONE_CLASS, ONE_CLASS.replace(width=None)])
def test_the_compiled_twin_is_the_general_route(model):
    """Curves of one class, at and around n = p, down to ridge 1e-8."""
    problem = translate(model, 2)
    alphas = model.width_ratio * np.array([0.1, 0.7, 1.0, 1.3, 6.0])
    for ridge in (1e-8, 0.06, 30.0):
        controls = control_points(model.replace(ridge=ridge), {"sample_complexity": alphas})
        assert_same_errors(compiled_points(problem, controls), general_points(problem, controls))


def assert_same_errors(one, two):
    for name, values in vars(one.errors).items():
        np.testing.assert_allclose(values, getattr(two.errors, name), rtol=UNIQUE)


@pytest.mark.parametrize("name", SPIKED)
def test_solution_does_not_depend_on_the_start(name):
    model = SPIKED[name]
    problem, controls = translate(model, 0), control_points(model, {})
    expected = solve_points(problem, controls)
    for exponent in (-9, 9):
        start = expected.state * 10.0**exponent
        assert_same_errors(solve_points(problem, controls, start), expected)


HARD_ACTIVATIONS = ("tanh", "relu", "sign", "cos", "hermite_polynomial(2)", "hermite_polynomial(3)", "identity")
HARD_LAWS = {
    "one": rmt.ConstantLaw(1.3),
    "two": rmt.DiscreteLaw((-1.0, 2.0), (0.4, 0.6)),
    "opposite": rmt.RademacherLaw(0.5),
    "rare": rmt.DiscreteLaw((-5.0, 1e-6, 2.0), (1e-9, 0.3, 0.7 - 1e-9)),
    "continuous": rmt.GaussianLaw(1.3),
}
INTERPOLATION = (1 - 1e-3, 1 - 1e-6, 1.0, 1 + 1e-6, 1 + 1e-3)  # n/p around the threshold


@pytest.mark.parametrize("law", HARD_LAWS)
@pytest.mark.parametrize("activation", HARD_ACTIVATIONS)
def test_few_steps_at_the_interpolation_threshold(activation, law):
    """n = p, a little less and a little more, down to ridge 1e-12, each from a cold start."""
    model = ONE_CLASS.replace(activation=parse_activation(activation), spike=HARD_LAWS[law])
    for factor, ridge in itertools.product(INTERPOLATION, (1e-4, 1e-8, 1e-12)):
        solution = solved(model.replace(sample_complexity=factor * model.width_ratio, ridge=ridge))
        assert np.all(solution.residual < RESIDUAL), (factor, ridge)
        assert np.all(solution.iterations < FEW_STEPS), (factor, ridge)
        assert all(np.all(values > 0) for values in vars(solution.errors).values())


@pytest.mark.parametrize("activation", HARD_ACTIVATIONS)
def test_random_features_at_the_interpolation_threshold(activation):
    model = PLAIN.replace(activation=parse_activation(activation))
    for factor, ridge in itertools.product(INTERPOLATION, (1e-4, 1e-8, 1e-12)):
        solution = solved(model.replace(sample_complexity=factor * model.width_ratio, ridge=ridge))
        assert np.all(solution.residual < RESIDUAL), (factor, ridge)
        assert np.all(solution.iterations < FEW_STEPS), (factor, ridge)


def test_residual_belongs_to_the_returned_point():
    """Psi applied once more to the V of the returned state moves it by the residual that was reported."""
    for model in (TWO_CLASSES, CONTINUOUS):
        problem, controls = translate(model, 0), control_points(model, {})
        solution = solve_points(problem, controls)
        at = response_at(model, solution.state[0], controls)
        gap = np.max(np.abs(at.psi - solution.state[0]) / (1 + solution.state[0]))
        assert gap < ROUNDING
        assert solution.residual[0] < ROUNDING


@pytest.mark.parametrize("name", ["two classes", "continuous"])
def test_from_above_it_descends_to_the_same_solution(name, monkeypatch):
    """[uniq.2]: without the Newton steps in logarithms, V stays above the solution and never rises."""
    features, controls = translate(SPIKED[name], 0).features, control_points(SPIKED[name], {})
    start = np.ones((1, len(features.nodes))), np.ones((1, len(features.class_weights)))
    expected, seen, step = fixed_points(features, controls, *start), [], fixed_point._step

    def spied(features, controls, V, t, logarithmic):
        seen.append(V.copy())
        return step(features, controls, V, t, logarithmic)

    monkeypatch.setattr(fixed_point, "STEPS", 0)
    monkeypatch.setattr(fixed_point, "_step", spied)
    found = fixed_points(features, controls, *start)
    np.testing.assert_allclose(found.V, expected.V, rtol=UNIQUE)
    path = np.array([*seen, found.V])
    assert len(seen) > 3 and np.all(path >= expected.V * (1 - UNIQUE))
    assert np.all(np.diff(path, axis=0) <= UNIQUE * path[:-1])


@pytest.mark.parametrize("name", ["LARGEST_STEP", "QUADRATIC", "ROUNDING", "INNER_STEPS", "RANK"])
def test_the_twin_has_the_constants_of_the_equations(name):
    """Kernels import nothing of the package; what they repeat is the same."""
    owner = projection if name == "RANK" else bulk
    assert getattr(_kernels, name) == getattr(owner, name)
