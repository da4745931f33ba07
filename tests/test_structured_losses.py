"""Convex losses on inputs with a covariance.  Note: structure.md [cov.8]."""

import numpy as np
import pytest

import rmt_asymptotics as rmt
from tests.test_structure import SIMULATED

SQUARE = 1e-9  # of ridge regression by the iteration for losses, which ends at 1e-10
BINARY = {"labels": rmt.SignLabels(0.05), "noise_variance": 0.0}
REGRESSION = SIMULATED["ridge regression"].replace(sample_complexity=3.0, ridge=0.3)
MODELS = {
    "logistic": SIMULATED["two classes"].replace(loss=rmt.LogisticLoss(), **BINARY),
    "hinge": REGRESSION.replace(loss=rmt.HingeLoss(), intercept=True, **BINARY),
    "Huber": SIMULATED["random features"].replace(loss=rmt.HuberLoss(0.5)),
}


@pytest.mark.parametrize("name", SIMULATED)
def test_a_wide_huber_loss_is_ridge_regression(name):
    """The same capacity, leak and pull, reached as unknowns instead of a projection."""
    model = SIMULATED[name].at_width(400)
    found, expected = rmt.solve(model.replace(loss=rmt.HuberLoss(1e4))), rmt.solve(model)
    for quantity in ("test_error", "training_error"):
        np.testing.assert_allclose(getattr(found, quantity), getattr(expected, quantity), rtol=SQUARE)


@pytest.mark.parametrize("name", MODELS)
def test_simulation(name):
    model = MODELS[name]
    found = rmt.simulate(model, dimension=150, replicas=12, seed=5)
    theory = rmt.solve(model.at_width(found.width, 150))
    for quantity in set(model.outputs) - {"training_objective", "excess_error"}:
        estimate = getattr(found, quantity)
        assert abs(estimate.mean - getattr(theory, quantity)) < 4 * estimate.standard_error, quantity


def test_gradients():
    model = MODELS["logistic"]
    found = rmt.gradient(model, "misclassification", wrt=("alignment",))
    for field, slope in found.items():
        value = getattr(model, field)
        up, down = (rmt.solve(model.replace(**{field: value + s * 1e-4})).misclassification for s in (1, -1))
        np.testing.assert_allclose(slope, (up - down) / 2e-4, rtol=1e-5, atol=1e-8)


def test_a_gradient_step_has_the_square_loss_alone():
    model = rmt.OneStepNetwork(
        activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0, width_ratio=1.5, ridge=0.1,
        step=rmt.MaximalStep(1.0), step_sample_complexity=3.0, covariance=rmt.Covariance((2.0, 0.5)),
        loss=rmt.HuberLoss(0.5),
    )  # fmt: skip
    with pytest.raises(rmt.OutOfDomain, match="covariance"):
        rmt.solve(model)
