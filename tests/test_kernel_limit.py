"""p = infinity at fixed n and d: `width_ratio = inf` is where finite ratios go, for every model and loss."""

import math
from functools import partial

import numpy as np
import pytest

import rmt_asymptotics as rmt
from tests.problems import CONTINUOUS, ONE_CLASS, PLAIN, TWO_CLASSES

NETWORK = rmt.OneStepNetwork(
    activation=rmt.Activation.from_expression("tanh(x + 0.7)"), target=rmt.sin, sample_complexity=2.6, width_ratio=1.4,
    ridge=0.06, noise_variance=0.11, step=rmt.MaximalStep(1.3), step_sample_complexity=3.2,
)  # fmt: skip
LOGISTIC = ONE_CLASS.replace(loss=rmt.LogisticLoss(), labels=rmt.SignLabels(0.05), noise_variance=0.0)
MODELS = {
    "plain": PLAIN, "one class": ONE_CLASS, "two classes": TWO_CLASSES, "continuous": CONTINUOUS, "network": NETWORK,
    "logistic": LOGISTIC,
}  # fmt: skip


def errors(model, ratio):
    found = rmt.solve(model.replace(width=None, width_ratio=ratio))
    return np.array([found.test_error, found.training_error, found.training_objective])


@pytest.mark.parametrize("name", MODELS)
def test_finite_ratios_approach_it_in_proportion(name):
    limit, near, nearer = (errors(MODELS[name], ratio) for ratio in (math.inf, 1e3, 1e5))
    gap = near - limit
    assert np.all(np.abs(gap) > 0) and np.all(np.abs(gap) < 0.02 * limit)
    np.testing.assert_allclose(nearer - limit, gap / 100, rtol=0.02, atol=1e-9)


def test_gradients_in_the_limit():
    model = TWO_CLASSES.replace(width=None, width_ratio=math.inf)
    wrt = ("ridge", "alignment", "sample_complexity", "width_ratio")
    found, near = rmt.gradient(model, wrt=wrt), rmt.gradient(model.replace(width_ratio=1e9), wrt=wrt)
    np.testing.assert_allclose([*found.values()], [*near.values()], rtol=1e-6, atol=1e-9)
    assert found["width_ratio"] == 0


def test_the_limit_has_no_width_and_no_spectrum():
    model = PLAIN.replace(width=None, width_ratio=math.inf)
    with pytest.raises(rmt.OutOfDomain, match="width = 300"):
        model.replace(width=300)
    by_steps = partial(rmt.training_curve, steps=[3], learning_rate=0.01)
    for function in (rmt.spectrum, rmt.weight_spectrum, partial(rmt.finite_size, dimension=100), by_steps):
        with pytest.raises(rmt.OutOfDomain, match="width_ratio = inf"):
            function(model)
