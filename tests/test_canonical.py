"""Translations into the canonical problem, and the closed span of the class means."""

import numpy as np
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.canonical.span import closed_span
from rmt_asymptotics.canonical.translation import LEVELS, control_fields, translate
from rmt_asymptotics.expressions import parse_activation
from rmt_asymptotics.gaussian.quadrature import Rule, gaussian_density
from tests import naive
from tests.problems import CONTINUOUS, GENERIC, ONE_CLASS, PLAIN, SPIKED, TWO_CLASSES

QUADRATURE = 1e-11  # relative, at a level where the functions are resolved
MODEL_LEVEL = 3
GRID = np.linspace(-4, 4, 81)  # symmetric about 0
RULE = Rule(GRID, 0.1 * gaussian_density(GRID))


@pytest.mark.parametrize("name", SPIKED)
def test_class_functions_against_the_naive_twin(name):
    model = SPIKED[name]
    problem = translate(model, MODEL_LEVEL)
    values, probabilities = model.spike.quadrature(len(problem.features.class_weights), np.sqrt(model.bulk_variance))
    some = slice(None, None, max(1, len(problem.features.nodes) // 7))
    kappa = problem.features.nodes[some]
    np.testing.assert_array_equal(problem.features.class_weights, probabilities)
    for k in range(0, len(values), max(1, len(values) // 5)):
        _, b, m2 = naive.conditional_moments(
            model.activation, model.activation.kinks, values[k], model.bulk_variance, kappa
        )
        np.testing.assert_allclose(problem.features.linear[k, some], b, rtol=0, atol=QUADRATURE)
        np.testing.assert_allclose(problem.features.residual[k, some], m2, rtol=0, atol=QUADRATURE)
    h0, h1, h2 = naive.target_moments(model.target, model.target.kinks, model.alignment, 0.0, kappa)
    np.testing.assert_allclose(problem.labels.target[:, some], [h0, h1], rtol=0, atol=1e-8)
    np.testing.assert_allclose(problem.labels.residual[some], h2 - h0**2 - h1**2, rtol=0, atol=1e-8)


@pytest.mark.parametrize("name", GENERIC)
def test_weights_are_a_probability_and_labels_keep_their_power(name):
    model = GENERIC[name]
    problem = translate(model, MODEL_LEVEL)
    z, w = naive.gaussian_grid(model.target.kinks)
    assert abs(problem.features.weights.sum() - 1) < QUADRATURE
    assert abs(problem.features.class_weights.sum() - 1) < QUADRATURE
    assert abs(problem.label_variance / (w @ model.target(z) ** 2) - 1) < 1e-9
    assert np.min(problem.features.residual) >= 0 and np.min(problem.labels.residual) >= 0


def modes_by_strength(problem):
    """Rows of (mode function, class) for each kind of strength."""
    constant, proportional = problem.features.modes.strengths
    return {kind: np.flatnonzero(chosen) for kind, chosen in {
        "free": np.isinf(constant),
        "mean": np.isfinite(constant) & (constant > 0),
        "direction": (constant == 0) & (proportional > 0),
    }.items()}  # fmt: skip


def test_modes_of_two_classes():
    """Class means of strength p, spike and teacher directions of strength p/d, in the right class."""
    problem = translate(TWO_CLASSES, MODEL_LEVEL)
    kinds = modes_by_strength(problem)
    assert [len(kinds[kind]) for kind in ("free", "mean", "direction")] == [0, 2, 4]
    np.testing.assert_array_equal(problem.features.modes.strengths[0, kinds["mean"]], 420)
    np.testing.assert_array_equal(problem.features.modes.strengths[1, kinds["direction"]], 1)
    for j in kinds["direction"]:
        b = problem.features.linear[problem.features.modes.classes[j]]
        spike, teacher = problem.features.modes.functions[:, j]
        assert np.array_equal(spike, problem.features.nodes * b) != np.array_equal(teacher, b)
    assert sorted(problem.features.modes.classes) == [0, 0, 0, 1, 1, 1]


def test_infinite_width_frees_the_means_only():
    finite, limit = translate(TWO_CLASSES, 2), translate(TWO_CLASSES.replace(width=None), 2)
    kinds = modes_by_strength(limit)
    assert [len(kinds[kind]) for kind in ("free", "mean", "direction")] == [2, 0, 4]
    np.testing.assert_array_equal(finite.features.modes.functions, limit.features.modes.functions)


def test_problem_does_not_depend_on_control_fields():
    for model in GENERIC.values():
        changed = model.replace(sample_complexity=9.0, width_ratio=0.2, ridge=30.0, noise_variance=0.9)
        assert control_fields(model) == {"sample_complexity", "width_ratio", "ridge", "noise_variance"}
        assert translate(changed, 1) is translate(model, 1)


def test_refinement_adds_nodes_and_classes():
    sizes = [len(translate(CONTINUOUS, level).features.nodes) for level in range(4)]
    classes = [len(translate(CONTINUOUS, level).features.class_weights) for level in range(4)]
    assert sizes == sorted(set(sizes)) and classes == sorted(set(classes))
    assert LEVELS >= 6
    assert translate(PLAIN, 0).features.exact and len(translate(PLAIN, 0).features.nodes) == 1


EVEN, ODD = GRID**2, np.tanh(GRID)
SPANS = {  # activation, bulk variance: is the function of kappa in the span?
    ("tanh", 1.0): {"odd": True, "even": False, "kappa": True, "one": False},
    ("sign", 0.7): {"odd": True, "even": False, "kappa": True, "one": False},
    ("cos", 1.3): {"odd": False, "even": True, "kappa": False, "one": True},
    ("relu", 1.0): {"odd": False, "even": True, "kappa": True, "one": True},
    ("centred(relu)", 0.6): {"odd": False, "even": True, "kappa": True, "one": True},
    ("gelu", 1.0): {"odd": False, "even": True, "kappa": True, "one": True},
    ("softplus", 1.4): {"odd": False, "even": True, "kappa": True, "one": True},
    ("hermite_polynomial(3)", 1.0): {"odd": False, "even": False, "kappa": False, "one": False},
    ("hermite_polynomial(3)", 1.3): {"odd": False, "even": False, "kappa": True, "one": False},
    ("hermite_polynomial(2)", 1.0): {"odd": False, "even": True, "kappa": False, "one": False},
    ("polynomial(0, 1, 0.5)", 0.8): {"odd": False, "even": True, "kappa": True, "one": True},
    ("tanh(x + 0.7)", 1.0): {"odd": True, "even": True, "kappa": True, "one": True},
}


def contained(span, function):
    """Relative distance of a function from the row space."""
    coefficients = np.linalg.lstsq(span.T, function, rcond=1e-10)[0]
    return np.linalg.norm(span.T @ coefficients - function) < 1e-9 * np.linalg.norm(function)


@pytest.mark.parametrize(("activation", "variance"), SPANS)
def test_closed_span(activation, variance):
    """[span.1], the table of closed_span.md."""
    span = closed_span(parse_activation(activation), variance, RULE)
    functions = {"odd": ODD, "even": EVEN, "kappa": GRID, "one": np.ones_like(GRID)}
    found = {name: bool(contained(span, function)) for name, function in functions.items()}
    assert found == SPANS[activation, variance]


def test_cubic_polynomial_spans_its_monomials_only():
    span = closed_span(rmt.hermite_polynomial(3), 1.3, RULE)
    assert len(span) == 2 and contained(span, GRID**3 - GRID) and not contained(span, GRID**5)


def test_small_coefficients_count():
    span = closed_span(rmt.polynomial(0, 0, 1, 0, 1e-4), 0.8, RULE)
    assert len(span) == 3 and contained(span, GRID**4) and not contained(span, GRID**6)


def test_closed_span_contains_every_class_mean():
    rng = np.random.default_rng(2)
    for name in ("relu", "tanh", "hermite_polynomial(3)", "tanh(x + 0.7)"):
        activation = parse_activation(name)
        span = closed_span(activation, 1.2, RULE)
        for u in rng.normal(size=3):
            mean, _, _ = naive.conditional_moments(activation, activation.kinks, u, 1.2, GRID)
            assert contained(span, mean), (name, u)


def test_aligned_targets_are_functions_of_kappa():
    problem = translate(ONE_CLASS.replace(target=rmt.tanh, alignment=-1.0), 1)
    np.testing.assert_allclose(problem.labels.target[0], np.tanh(-problem.features.nodes), rtol=1e-14)
    assert np.max(np.abs(problem.labels.target[1])) < 1e-15 and np.max(problem.labels.residual) < 1e-30
