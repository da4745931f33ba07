"""Reference lines for plots: what a linear predictor, infinitely many random features, or an oracle reach.

Note: theory_notes/optimisation.md [ref.1]-[ref.3].
"""

import math

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.asymptotics import solve
from rmt_asymptotics.canonical.translation import translate
from rmt_asymptotics.errors import numerical_failures
from rmt_asymptotics.gaussian.conditional import conditional_moments
from rmt_asymptotics.losses import SquareLoss
from rmt_asymptotics.models import RandomFeatures, RidgeModel
from rmt_asymptotics.optimisation.fields import checked_model, checked_quantity

SHARED = (
    "activation", "target", "sample_complexity", "width_ratio", "ridge", "noise_variance", "width", "loss", "labels",
    "intercept", "covariance", "teacher",
)  # fmt: skip


@checked_arguments
def random_features_of(model: RidgeModel) -> RandomFeatures:
    """Plain random features with the same activation, labels, loss, sizes and ridge: the network without its step.

    >>> import rmt_asymptotics as rmt
    >>> network = rmt.OneStepNetwork(activation=rmt.tanh, target=rmt.sin, sample_complexity=1.6, width_ratio=1.0,
    ...                              ridge=0.1, step=rmt.MaximalStep(3.0), step_sample_complexity=20.0)
    >>> random_features_of(network).ridge
    0.1
    """
    return RandomFeatures(**{name: getattr(checked_model(model), name) for name in SHARED})


@checked_arguments
def square_loss_of(model: RidgeModel) -> RidgeModel:
    """The same model with the square loss, at the same ridge: what another loss gains over it."""
    return checked_model(model).replace(loss=SquareLoss())


@checked_arguments
def noise_floor(model: RidgeModel) -> float:
    """The test error of an oracle that knows the target: the mean variance of the labels.  [ref.1]"""
    return checked_model(model).label_noise


@checked_arguments
@numerical_failures()
def best_linear_error(model: RidgeModel, *, intercept: bool = True) -> float:
    """The test error of the best linear predictor of y from x, at infinitely many samples.  [ref.2]

    E y^2 - (E y)^2 - (E z y)^2, z = <theta, x>; without an intercept (E y)^2 is not subtracted.  Linear ridge
    regression on finitely many samples is `kernel_limit` with the identity as activation.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.hermite_polynomial(2), sample_complexity=2.0,
    ...                            width_ratio=1.5, ridge=0.1, noise_variance=0.25)
    >>> round(best_linear_error(model), 12)   # He_2 is not linear at all: its variance is 2
    2.25
    """
    if model.is_ridge_regression:
        known = translate(random_features_of(model), 0).labels
        mean, residual = float(known.target[0, 0]), float(known.residual[0])
    else:
        labels, target = model.labels, model.single_target
        found = conditional_moments(lambda nu: labels.mean(target(nu)), labels.kinks(target), 0.0, 1.0, field="labels")
        mean, residual = float(found.mean), float(found.residual)
    return model.label_noise + residual + (0.0 if intercept else mean**2)


@checked_arguments
@numerical_failures()
def kernel_limit(model: RidgeModel, quantity: str = "test_error") -> float:
    """An output of random features as p/d -> infinity at fixed n/d and ridge: that of the kernel.  [ref.3]

    Activation, labels, loss, n/d and ridge are those of the model; its width, spike and step do not matter.
    quantity: as in `gradient`.  Raises `OutOfDomain` for another.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0, width_ratio=1e7,
    ...                            ridge=0.1)
    >>> abs(kernel_limit(model) / rmt.solve(model).test_error - 1) < 1e-6
    True
    """
    checked_quantity(quantity)
    features = random_features_of(model).replace(width=None, width_ratio=math.inf)
    return float(getattr(solve(features), quantity))
