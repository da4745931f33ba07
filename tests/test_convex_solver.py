"""Convex losses: reference digits, identities, the exact Jacobian and the potential."""

import numpy as np
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.canonical.channels import channel
from rmt_asymptotics.canonical.problem import Controls
from rmt_asymptotics.canonical.translation import translate
from rmt_asymptotics.labels import MixtureNoise, Regression, SignLabels
from rmt_asymptotics.losses import (
    AbsoluteLoss,
    ExponentialLoss,
    HingeLoss,
    HuberLoss,
    LogisticLoss,
    QuantileLoss,
    SquareLoss,
)
from rmt_asymptotics.state_evolution.convex.fixed_point import State, linearise
from rmt_asymptotics.state_evolution.convex.points import Task, solve_point

FORMULA = rmt.Activation.from_expression
SHIFTED = FORMULA("tanh(x + 0.7) - 0.45")
RELU = rmt.centred(rmt.relu)
QUADRATIC = FORMULA("x + 0.4*(x**2 - 1)")
TEACHER = FORMULA("tanh(x) + 0.3*(x**2 - 1)")
OUTLIERS = Regression(MixtureNoise((0.88, 0.12), (0.0, 0.5), (0.04, 6.0)))
DIGITS = 1e-8  # of reference values that state ten digits
EXACT = 1e-9  # identities between two solutions


def spiked(activation, spike, bulk_variance, width_ratio, ratio, ridge, alignment, target):
    return rmt.SpikedRandomFeatures(
        activation=activation, target=target, sample_complexity=ratio * width_ratio, width_ratio=width_ratio,
        ridge=ridge, spike=spike, alignment=alignment, bulk_variance=bulk_variance, width=round(300 * width_ratio),
    )  # fmt: skip


def two(first, second, share):
    return rmt.DiscreteLaw((first, second), (share, 1 - share))


# test loss, training loss, misclassification or mean squared error, |a|^2/p; p = 300 p/d
CASES = {
    "B": (
        spiked(SHIFTED, rmt.ConstantLaw(1.3), 1.1, 1.4, 1.9, 0.07, 0.75, QUADRATIC), SignLabels(0.04), LogisticLoss(),
        (0.4927838398, 0.3301711364, 0.2365519230, 3.0435009540),
    ),
    "D": (
        spiked(rmt.tanh, two(-0.9, 1.6, 0.35), 1.2, 1.3, 2.3, 0.2, 0.65, FORMULA("x - 0.2")), SignLabels(0.05),
        HingeLoss(), (0.5730494816, 0.3170078964, 0.2483496059, 1.9918815756),
    ),
    "E": (
        spiked(RELU, two(1.4, -0.7, 0.4), 0.9, 1.6, 1.8, 0.08, 0.7, TEACHER), OUTLIERS, HuberLoss(0.6),
        (0.2802318180, 0.1589368423, 1.1676145681, 0.9046010322),
    ),
    "F": (
        spiked(SHIFTED, rmt.ConstantLaw(0.9), 1.05, 1.2, 2.2, 0.3, 0.6, TEACHER), OUTLIERS, AbsoluteLoss(),
        (0.727519298, 0.537024858, 1.259966999, 0.67826160),
    ),
    "P": (
        spiked(SHIFTED, two(0.5, -1.1, 0.6), 1.1, 1.5, 0.9, 0.001, 0.7, FORMULA("x - 0.2")), SignLabels(0.0),
        LogisticLoss(), (0.6960184833, 0.0167399081, 0.2178439143, 49.697737199),
    ),
    "K": (
        spiked(rmt.tanh, rmt.ConstantLaw(1.2), 1.1, 1.5, 2.0, 0.3, 0.7, rmt.identity), SignLabels(0.08),
        ExponentialLoss(), (0.8425357661, 0.5790727083, 0.2470393866, 1.1258387446),
    ),
}  # fmt: skip


def solved(model, labels, loss, level=1, order=14, ridge=None, intercept=False, near=None):
    rho = np.sqrt(1 - model.alignment**2)
    task = Task(loss, lambda noise: channel(labels, model.target, noise, model.alignment, rho), intercept)
    values = (
        model.sample_complexity,
        1 / model.width_ratio,
        model.ridge if ridge is None else ridge,
        model.noise_variance,
    )
    controls = Controls(*(np.array([value]) for value in values))
    return solve_point(translate(model, level), task, controls, 0, order, near)


@pytest.mark.parametrize("case", CASES)
def test_reference_digits(case):
    model, labels, loss, expected = CASES[case]
    found = solved(model, labels, loss)
    last = "misclassification" if labels.two_values else "test_error"
    values = [found.outputs[name] for name in ("test_loss", "training_loss", last, "norm")]
    assert np.allclose(values, expected, rtol=DIGITS if case != "F" else 3e-8, atol=0)
    assert found.iterate.size < EXACT


def test_the_square_loss_is_ridge_regression():
    model = CASES["E"][0].replace(noise_variance=0.13)
    found = solved(model, Regression(), SquareLoss(), level=2).outputs
    expected = rmt.solve(model)
    for name in ("test_error", "training_error", "training_objective"):
        assert found[name] == pytest.approx(getattr(expected, name), rel=1e-10)


def test_the_jacobian_is_exact():
    """At a point that is no solution, with two classes, finite width and an intercept."""
    model, labels, loss, _ = CASES["D"]
    found = solved(model, labels, loss, level=0, intercept=True)
    generator = np.random.default_rng(3)
    state, count = found.iterate.state, len(found.iterate.state.V)
    spread = 0.1 * generator.standard_normal(2 * count + len(state.y))

    def moved(by):
        V, Q = state.V * np.exp(by[:count]), state.Q * np.exp(by[count : 2 * count])
        return State(V, Q, state.y + by[2 * count :], state.t)

    direction, h = generator.standard_normal(len(spread)), 1e-5
    above, below = (linearise(found.system, moved(spread + sign * h * direction)).residual for sign in (1, -1))
    exact = linearise(found.system, moved(spread)).jacobian @ direction
    assert np.allclose(exact, (above - below) / (2 * h), rtol=1e-5, atol=1e-5 * np.max(np.abs(exact)))


@pytest.mark.parametrize("case", ["B", "D", "E"])
def test_the_slope_of_the_objective_is_the_norm(case):
    """gl.15: d training_objective/d ridge = |a|^2/(2n), by differences of solutions."""
    model, labels, loss, _ = CASES[case]
    h = 1e-4 * model.ridge
    above, below = (solved(model, labels, loss, ridge=model.ridge + sign * h).outputs for sign in (1, -1))
    slope = (above["training_objective"] - below["training_objective"]) / (2 * h)
    ratio = model.sample_complexity / model.width_ratio
    assert slope == pytest.approx(solved(model, labels, loss).outputs["norm"] / (2 * ratio), rel=1e-7)


def test_an_intercept_balances_the_forces():
    """Its derivative of the objective vanishes: E g = 0."""
    model, labels, loss, _ = CASES["D"]
    without, found = (solved(model, labels, loss, intercept=intercept) for intercept in (False, True))
    forces = [
        each.system.channel(each.system.field(each.iterate.state)).values[0] @ each.system.problem.features.weights
        for each in (without, found)
    ]
    assert abs(forces[0]) > 1e-3 and abs(forces[1]) < 1e-12


def test_limits_of_losses():
    """Huber of a high threshold is the square; quantile 1/2 is half the absolute loss."""
    model, labels, _, _ = CASES["F"]
    huber, square = (solved(model, labels, loss).outputs for loss in (HuberLoss(400.0), SquareLoss()))
    assert 2 * huber["test_loss"] == pytest.approx(square["test_loss"], rel=EXACT)
    half = solved(model, labels, QuantileLoss(0.5), ridge=model.ridge / 2).outputs
    whole = solved(model, labels, AbsoluteLoss()).outputs
    assert 2 * half["test_loss"] == pytest.approx(whole["test_loss"], rel=EXACT)
    assert half["norm"] == pytest.approx(whole["norm"], rel=EXACT)


def test_a_class_may_be_split():
    model, labels, loss, _ = CASES["D"]
    split = model.replace(spike=rmt.DiscreteLaw((-0.9, 1.6, 1.6), (0.35, 0.25, 0.4)), width=None)
    whole, parts = (solved(each, labels, loss).outputs for each in (model.replace(width=None), split))
    assert whole["misclassification"] == pytest.approx(parts["misclassification"], rel=EXACT)
    assert whole["norm"] == pytest.approx(parts["norm"], rel=EXACT)
