"""Reference lines for plots: what a linear predictor, infinitely many random features, or an oracle reach.

Note: theory_notes/optimisation.md [ref.1]-[ref.3].
"""

from dataclasses import replace

import numpy as np

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.asymptotics import control_points
from rmt_asymptotics.canonical.translation import translate
from rmt_asymptotics.errors import numerical_failures
from rmt_asymptotics.models import RandomFeatures, RidgeModel
from rmt_asymptotics.optimisation.derivatives import SOLVED
from rmt_asymptotics.optimisation.fields import checked_model, checked_quantity
from rmt_asymptotics.state_evolution.ridge import solve_points

SHARED = (
    "activation", "target", "sample_complexity", "width_ratio", "ridge", "noise_variance", "width", "covariance",
    "teacher",
)  # fmt: skip


@checked_arguments
def random_features_of(model: RidgeModel) -> RandomFeatures:
    """Plain random features with the same activation, target, sizes, ridge and noise: the network without its step.

    >>> import rmt_asymptotics as rmt
    >>> network = rmt.OneStepNetwork(activation=rmt.tanh, target=rmt.sin, sample_complexity=1.6, width_ratio=1.0,
    ...                              ridge=0.1, step=rmt.MaximalStep(3.0), step_sample_complexity=20.0)
    >>> random_features_of(network).ridge
    0.1
    """
    return RandomFeatures(**{name: getattr(checked_model(model), name) for name in SHARED})


@checked_arguments
def noise_floor(model: RidgeModel) -> float:
    """The test error of an oracle that knows the target: the variance of the label noise.  [ref.1]"""
    return checked_model(model).noise_variance


@checked_arguments
@numerical_failures()
def best_linear_error(model: RidgeModel, *, intercept: bool = True) -> float:
    """The test error of the best linear predictor of y from x, at infinitely many samples.  [ref.2]

    noise_variance + E f_*^2 - (E f_*)^2 - (E z f_*)^2; without an intercept (E f_*)^2 is not subtracted.  Linear ridge
    regression on finitely many samples is `kernel_limit` with the identity as activation.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.hermite_polynomial(2), sample_complexity=2.0,
    ...                            width_ratio=1.5, ridge=0.1, noise_variance=0.25)
    >>> round(best_linear_error(model), 12)   # He_2 is not linear at all: its variance is 2
    2.25
    """
    labels = translate(random_features_of(model), 0).labels
    mean = 0.0 if intercept else float(labels.target[0, 0])
    return model.noise_variance + float(labels.residual[0]) + mean**2


@checked_arguments
@numerical_failures()
def kernel_limit(model: RidgeModel, quantity: str = "test_error") -> float:
    """An output of random features as p/d -> infinity at fixed n/d and ridge: kernel ridge regression.  [ref.3]

    The activation, the target, n/d, ridge and noise are those of the model; its width, spike and step do not matter.
    quantity: as in `gradient`.  Raises `OutOfDomain` for another.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0, width_ratio=1e7,
    ...                            ridge=0.1)
    >>> abs(kernel_limit(model) / rmt.solve(model).test_error - 1) < 1e-6
    True
    """
    checked_quantity(quantity)
    features = random_features_of(model).replace(width=None)
    controls = replace(control_points(features, {}), dimension_ratio=np.zeros(1))
    found = solve_points(translate(features, 0), controls).errors
    value = float(getattr(found, SOLVED.get(quantity, quantity))[0])
    return value - features.noise_variance if quantity in SOLVED else value
