"""Derivatives of the errors against a 34-digit reference, and where there is none."""

import json
from pathlib import Path

import numpy as np
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.asymptotics import control_points
from rmt_asymptotics.canonical.grids import ClassNodes
from rmt_asymptotics.canonical.translation import grid_of, problem_on, translate
from rmt_asymptotics.equations.square_loss import errors
from rmt_asymptotics.optimisation.analytic import (
    Direction,
    Point,
    Solution,
    along,
    arrays_of,
    moved,
    responding,
)
from rmt_asymptotics.optimisation.derivatives import gradient
from rmt_asymptotics.optimisation.stencils import _weights
from rmt_asymptotics.serialisation import model_from_dict
from rmt_asymptotics.state_evolution.ridge import compiled_points, general_points, label_fit, solve_points
from tests.problems import CONTINUOUS, GENERIC, ONE_CLASS, PLAIN

REFERENCES = json.loads((Path(__file__).parent / "reference" / "gradients.json").read_text())
EXACT = 1e-8  # relative; what is reached is 1e-10 or better
REFERENCE = 1e-9  # relative accuracy of the differences behind the smallest reference (ridge 1e-8)
STEP = 1e-2  # of differences, relative
DIFFERENCES = 1e-4  # continuous laws: the error of 1e-7 that refinement leaves, over STEP
NETWORK = rmt.OneStepNetwork(
    activation=rmt.tanh, target=rmt.sin, sample_complexity=1.7, width_ratio=1.3, ridge=0.08, noise_variance=0.12,
    step=rmt.MaximalStep(1.8), step_sample_complexity=6.0, readout=rmt.GaussianLaw(0.9), width=500,
)  # fmt: skip


def finite_arrays(problem):
    arrays = arrays_of(problem)
    return arrays | {"strengths": np.where(np.isinf(arrays["strengths"]), 0, arrays["strengths"]), "variances": 0.0}


@pytest.mark.parametrize("name", REFERENCES)
def test_gradient_agrees_with_high_precision(name):
    model, derivatives = model_from_dict(REFERENCES[name]["model"]), REFERENCES[name]["derivatives"]
    for quantity in ("test_error", "training_error", "training_objective"):
        found = gradient(model, quantity, tuple(derivatives))
        for field, reference in derivatives.items():
            deviation = abs(found[field] - float(reference[quantity]))
            assert deviation <= EXACT * abs(found[field]), (field, quantity)
            assert deviation <= 20 * found.error_estimate[field] + REFERENCE * abs(found[field]), (field, quantity)


@pytest.mark.parametrize("name", GENERIC)
def test_complex_evaluation_is_the_solver_at_real_arguments(name):
    problem, controls = translate(GENERIC[name], 1), control_points(GENERIC[name], {})
    V = general_points(problem, controls).state
    solution = Solution.at_state(problem, controls, V)
    modes, there = problem.features.mode_functions, solution.at.map
    expected = label_fit(problem, controls, modes, there.den, there.on_nodes)
    found = errors(problem.features.weights, V, solution.e, expected)
    for quantity, value in vars(solve_points(problem, controls).errors).items():
        np.testing.assert_allclose(getattr(found, quantity), value, rtol=1e-13)
    den, at = responding(problem, controls, V + 0j, solution.at.map.t)
    fitted = label_fit(problem, controls, problem.features.plain_modes, den, at)
    np.testing.assert_allclose(at.V, solution.at.map.psi, rtol=1e-12)
    weights = problem.features.weights
    np.testing.assert_allclose(fitted.base @ weights, expected.base @ weights, rtol=1e-12)


@pytest.mark.parametrize("model", [PLAIN, ONE_CLASS, ONE_CLASS.replace(width=None)])
def test_the_compiled_tangents_are_the_general_ones(model):
    """Of controls and of arrays, by the kernel in complex numbers and by the implicit function theorem."""
    problem, controls = translate(model, 2), control_points(model, {})
    point = Point(problem, controls, compiled_points(problem, controls).state)
    rng, V = np.random.default_rng(4), general_points(problem, controls).state
    arrays = {name: array * 0.1 * rng.standard_normal() for name, array in finite_arrays(problem).items()}
    for direction in (Direction({}, 0.3, -0.2, 0.7, 0.4), Direction(arrays, ridge=0.3)):
        expected = Solution.at_state(problem, controls, V).tangents(
            moved(problem, direction), along(controls, [direction])
        )
        np.testing.assert_allclose([*vars(point.tangents([direction])).values()], expected, rtol=1e-10)


@pytest.mark.parametrize("name", GENERIC)
def test_problem_on_its_own_grid_is_the_translation(name):
    model = GENERIC[name]
    np.testing.assert_array_equal(
        problem_on(model, grid_of(model, 1)).features.modes.functions, translate(model, 1).features.modes.functions
    )


def test_nodes_of_a_continuous_law_move_with_its_scale():
    nodes = ClassNodes.of(rmt.GaussianLaw(2.0), 0, 0.6)
    values, probabilities = nodes.quadrature(rmt.GaussianLaw(2.0))
    moved, kept = nodes.quadrature(rmt.GaussianLaw(2.5))
    np.testing.assert_allclose(moved, 1.25 * values, rtol=1e-13)
    np.testing.assert_allclose(kept, probabilities, rtol=1e-12)


@pytest.mark.parametrize(
    ("model", "field"),
    [(CONTINUOUS.replace(width=None), "spike.scale"), (NETWORK, "readout.scale"), (NETWORK, "noise_variance")],
)
def test_continuous_laws_against_differences(model, field):
    value = model.value(field)
    models = [model.replace(**{field: value * (1 + s * STEP)}) for s in (-2, -1, 1, 2)]
    ends = [rmt.solve(point, tolerance=1e-7).test_error for point in models]
    differences = np.dot([1 / 12, -2 / 3, 2 / 3, -1 / 12], ends) / (STEP * value)
    assert gradient(model, wrt=(field,), tolerance=1e-7)[field] == pytest.approx(differences, rel=DIFFERENCES)


def test_excess_error_does_not_contain_the_noise():
    fields = ("noise_variance", "ridge")
    noisy, excess = (gradient(PLAIN, quantity, fields) for quantity in ("test_error", "excess_error"))
    assert excess["noise_variance"] == pytest.approx(noisy["noise_variance"] - 1, rel=1e-14)
    assert excess["ridge"] == noisy["ridge"]


def test_one_sided_derivatives_at_the_ends_of_a_domain():
    """At rate 0 and width p the network is smooth from the right; noise enters its gradient linearly."""
    still = NETWORK.replace(readout=rmt.ConstantLaw(1.1), step=rmt.MaximalStep(0.0), activation=rmt.softplus)
    ends = [rmt.solve(still.replace(**{"step.rate": k * 2e-3})).test_error for k in range(5)]
    differences = np.dot([-25 / 12, 4, -3, 4 / 3, -1 / 4], ends) / 2e-3
    assert gradient(still, wrt=("step.rate",))["step.rate"] == pytest.approx(differences, rel=1e-6)
    quiet = still.replace(noise_variance=0.0, **{"step.rate": 0.7})
    ends = [rmt.solve(quiet.replace(noise_variance=k * 2e-3)).test_error for k in range(5)]
    differences = np.dot([-25 / 12, 4, -3, 4 / 3, -1 / 4], ends) / 2e-3
    assert gradient(quiet, wrt=("noise_variance",))["noise_variance"] == pytest.approx(differences, rel=1e-7)


@pytest.mark.parametrize(
    ("model", "field", "message"),
    [
        (PLAIN, "width", "whole number"),
        (PLAIN, "activation", "holds a number"),
        (ONE_CLASS, "spike", "holds a number"),
        (ONE_CLASS, "spike.scale", "spike.value"),
        (PLAIN, "rigde", "a field of RandomFeatures"),
        (ONE_CLASS.replace(alignment=1.0), "alignment", "inside"),
        (ONE_CLASS.replace(activation=rmt.tanh, width=None, spike=rmt.ConstantLaw(0.0)), "spike.value", "becomes free"),
        (NETWORK.replace(width=None, step=rmt.PowerStep(1 / 3)), "step.exponent", "becomes free"),
        (NETWORK.replace(width=None, step=rmt.FixedStep(0.0)), "step.eta", "no mode appears"),
    ],
)
def test_refusals_say_why(model, field, message):
    with pytest.raises(rmt.OutOfDomain, match=message):
        gradient(model, wrt=(field,))


@pytest.mark.parametrize("first", [-5, -2, 0, -10])
def test_stencils(first):
    """Exact for polynomials of degree 10; a kink at the point shows in `jump`, powers do not."""
    offsets, (slope, doubt, jump) = np.arange(first, first + 11.0), _weights(first)
    for degree in range(11):
        size = np.abs(slope) @ np.abs(offsets) ** degree
        assert slope @ offsets**degree == pytest.approx(float(degree == 1), abs=1e-13 * size)
    for degree in range(9):
        assert doubt @ offsets**degree == pytest.approx(0, abs=1e-13 * np.abs(doubt) @ np.abs(offsets) ** degree)
    if first == -5:
        assert jump @ np.abs(offsets) == pytest.approx(2)
        assert np.abs(jump @ offsets[:, None] ** np.arange(10)).max() < 1e-9


def test_unknown_outputs_are_refused():
    with pytest.raises(rmt.OutOfDomain, match="quantity"):
        gradient(PLAIN, "error")


def test_below_the_maximal_step_the_exponent_does_not_matter():
    model = NETWORK.replace(width=None, step=rmt.PowerStep(0.3, prefactor=1.2))
    found = gradient(model, wrt=("step.exponent", "step.prefactor", "sample_complexity"))
    assert max(abs(found["step.exponent"]), abs(found["step.prefactor"])) < 1e-14
    assert found["sample_complexity"] < 0


@pytest.mark.parametrize("wrt", [None, 3, [1], [None]])
def test_what_names_no_field_is_refused(wrt):
    with pytest.raises(rmt.OutOfDomain, match="wrt"):
        gradient(PLAIN, wrt=wrt)


def test_what_is_no_model_has_no_gradient():
    with pytest.raises(rmt.OutOfDomain, match="model"):
        gradient("x")
