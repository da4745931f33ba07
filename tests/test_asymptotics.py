"""solve(): published values, high-precision references, naive twin, honest error estimates, random models."""

import json
from pathlib import Path

import numpy as np
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.serialisation import model_from_dict
from tests import naive
from tests.problems import (
    CONTINUOUS,
    GENERIC,
    ONE_CLASS,
    PLAIN,
    SMOOTH_TARGET,
    TWO_ATOMS,
    TWO_CLASSES,
    UNRESOLVABLE,
    random_model,
)

ERRORS = ("test_error", "training_error", "training_objective")
PRINTED = 1e-10  # of the published values, 12 digits after the point; half a unit of the last one is 5e-14
NAIVE = 3e-9  # relative; the damped iteration of the twin stops at 1e-13 a step
HONEST = 2.0  # true error over error estimate
RESIDUAL = 1e-10
TOGETHER = 1e-12  # relative rounding between quantities that an inequality orders
RANDOM_MODELS = 300
REFERENCES = json.loads((Path(__file__).parent / "reference" / "finite_laws.json").read_text())

# plain theory of cui24's setting, tanh and sin, n0/d = 20, rate 3, p = d, ridge .1, infinite width
PUBLISHED = {
    0.2: 0.0484829019195,
    0.9: 0.0425039287213,
    1.6: 0.0373113280789,
    2.3: 0.0343046647450,
    3.0: 0.0325182080146,
}
HALF_A_UNIT = 5e-14
CONTINUOUS_RELU = rmt.SpikedRandomFeatures(
    activation=rmt.centred(rmt.relu),
    target=SMOOTH_TARGET,
    sample_complexity=3.0,
    width_ratio=1.5,
    ridge=0.05,
    spike=rmt.GaussianLaw(1.3),
    alignment=0.8,
)
TWO_ATOM_TANH = CONTINUOUS_RELU.replace(activation=rmt.tanh, spike=TWO_ATOMS)


def published_model(sample_complexity: float) -> rmt.SpikedRandomFeatures:
    """Spike, bulk variance and alignment after the maximal step   [net.1, net.2]."""
    z, w = naive.gaussian_grid()
    first, target_first, power = w @ (z * np.tanh(z)), w @ (z * np.sin(z)), w @ np.sin(z) ** 2
    length = np.sqrt(target_first**2 + power / 20)
    variance = 1 + 3**2 * power * (w @ np.cosh(z) ** -4 - first**2) / 20
    return rmt.SpikedRandomFeatures(
        activation=rmt.tanh,
        target=rmt.sin,
        sample_complexity=sample_complexity,
        width_ratio=1.0,
        ridge=0.1,
        spike=rmt.ConstantLaw(3 * first * length),
        alignment=target_first / length,
        bulk_variance=variance,
    )


@pytest.mark.parametrize("sample_complexity", PUBLISHED)
def test_published_setting(sample_complexity):
    model = published_model(sample_complexity)
    assert abs(model.spike.value - 1.13405551) < 5e-9
    assert abs(model.bulk_variance - 1.01897320) < 5e-9
    assert abs(model.alignment - 0.97185444) < 5e-9
    assert abs(rmt.solve(model).test_error - PUBLISHED[sample_complexity]) < HALF_A_UNIT + PRINTED * 1e-2


@pytest.mark.parametrize(
    ("width", "printed", "unit"), [(300, 0.278255, 1e-6), (900, 0.265951, 1e-6), (None, 0.23982, 1e-5)]
)
def test_continuous_law_approaches_its_closed_span(width, printed, unit):
    assert abs(rmt.solve(CONTINUOUS_RELU.replace(width=width)).test_error - printed) < unit


@pytest.mark.parametrize(("width", "exact"), [(300, 0.2832134440842785803), (None, 0.2823570875942104645)])
def test_two_atoms_against_thirty_digits(width, exact):
    result = rmt.solve(TWO_ATOM_TANH.replace(width=width))
    assert abs(result.test_error / exact - 1) <= HONEST * result.solution.error_estimate


def reached(model):
    """The solution, whether or not rounding let it settle to the default tolerance."""
    try:
        return rmt.solve(model)
    except rmt.NotConverged as failure:
        return failure.asymptotics


@pytest.mark.parametrize("name", REFERENCES)
def test_error_estimate_is_honest(name):
    """Against 30 and more digits (reference/make.py), n = p and tiny ridges included: each of the three errors."""
    reference = REFERENCES[name]
    result = reached(model_from_dict(reference["model"]))
    assert result.solution.residual < RESIDUAL
    for error in ERRORS:
        exact = float(reference[error])
        assert abs(getattr(result, error) / exact - 1) <= HONEST * result.solution.error_estimate, error


@pytest.mark.parametrize("width", [350, None])
@pytest.mark.parametrize("case", [ONE_CLASS, TWO_CLASSES, TWO_CLASSES.replace(target=rmt.sign, alignment=-0.55)])
def test_naive_twin(case, width):
    """Second moments Q1, Q2 and damped iteration instead of Jacobian and Newton, in all three errors."""
    model = case.replace(width=width)
    values, probabilities = model.spike.quadrature(0, 1.0)
    twin = naive.solve(
        model.activation, model.target, spikes=values, probabilities=probabilities, alignment=model.alignment,
        bulk_variance=model.bulk_variance, sample_complexity=model.sample_complexity, width_ratio=model.width_ratio,
        ridge=model.ridge, noise_variance=model.noise_variance, width=width or np.inf,
        activation_kinks=model.activation.kinks, target_kinks=model.target.kinks,
    )  # fmt: skip
    result = rmt.solve(model)
    for error in ERRORS:
        assert abs(getattr(result, error) / getattr(twin, error) - 1) < NAIVE, error


def test_random_models():
    """Valid models of every kind converge, without warnings, to errors in their proper order."""
    rng = np.random.default_rng(20)
    for index in range(RANDOM_MODELS):
        model = random_model(rng)
        result = rmt.solve(model)
        case = (index, model)
        assert result.solution.residual < RESIDUAL, case
        assert np.isfinite(result.solution.error_estimate), case
        assert 0 <= result.training_error <= result.training_objective * (1 + TOGETHER), case
        assert result.training_error <= result.test_error * (1 + TOGETHER), case


@pytest.mark.parametrize("name", GENERIC)
def test_asked_for_less_it_does_less(name):
    """A loose tolerance is kept, and costs no more than the default."""
    model = GENERIC[name]
    loose, tight = rmt.solve(model, tolerance=1e-3), rmt.solve(model)
    assert loose.solution.nodes <= tight.solution.nodes
    assert loose.solution.classes <= tight.solution.classes
    assert abs(loose.test_error / tight.test_error - 1) <= HONEST * loose.solution.error_estimate


def test_not_converged_carries_the_point():
    """Many periods of cos over the width of kappa: said, not hidden, and nothing computed is lost."""
    with pytest.raises(rmt.NotConverged, match="moves the errors") as caught:
        rmt.solve(UNRESOLVABLE)
    result = caught.value.asymptotics
    assert result.solution.status is rmt.Status.NOT_RESOLVED
    assert result.solution.error_estimate > 1e-10 and result.test_error > 0
    assert result.solution.message in str(caught.value)


@pytest.mark.parametrize("bad", [0.0, -1e-3, float("nan"), "1e-6", True])
def test_tolerance_is_checked(bad):
    with pytest.raises(rmt.OutOfDomain, match="tolerance"):
        rmt.solve(PLAIN, tolerance=bad)


def test_excess_error_is_without_noise():
    result = rmt.solve(CONTINUOUS)
    assert result.excess_error == result.test_error - CONTINUOUS.noise_variance
