"""The labels of a model, seen from kappa and s: nu = gamma kappa + rho s.  Note: convex_losses.md, section 1."""

from dataclasses import dataclass
from functools import singledispatch

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.activations import Activation
from rmt_asymptotics.canonical._kernels import sign_moments
from rmt_asymptotics.canonical.gradient_step import gradient_step
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.gaussian.conditional import conditional_moments
from rmt_asymptotics.labels import BinaryLabels, Labels, Regression, SignLabels, SmoothBinaryLabels, sign_pattern
from rmt_asymptotics.models import OneStepNetwork, RandomFeatures, RidgeModel, RidgeRegression, SpikedRandomFeatures


@dataclass(frozen=True)
class BinaryChannel:
    """Labels y = +-1.  bends: the nu about which P(y = 1 | nu) changes, sharpness: over which width."""

    alignment: float
    complement: float
    bends: Array
    sharpness: float
    labels: BinaryLabels
    target: Activation

    def moments(self, mean: Array, deviation: Array) -> Array:
        """E[r^m 1(y = 1)] for m = 0, 1, 2 and nu = mean + deviation r, r ~ N(0, 1); (3, ...).  [gl.7]"""
        if not isinstance(self.labels, SignLabels):
            found = conditional_moments(self._probability, self.target.kinks, mean, deviation, field="labels")
            return np.array([found.mean, found.linear, found.quadratic + found.mean])
        pattern, result = sign_pattern(self.target), np.empty((3, *mean.shape))
        sign_moments(
            mean.ravel(), deviation.ravel(), np.array(pattern.thresholds), np.array(pattern.jumps, float),
            pattern.positive_first, self.labels.flip_probability, result.reshape(3, -1),
        )  # fmt: skip
        return result

    def _probability(self, nu: Array) -> Array:
        return self.labels.probability(self.target(nu))


@dataclass(frozen=True)
class RealChannel:
    """Labels y = f_*(nu) + noise, with probability q_i of N(mean_i, variance_i); each (I,)."""

    alignment: float
    complement: float
    target: Activation
    probabilities: Array
    means: Array
    variances: Array


Channel = BinaryChannel | RealChannel


def channel(labels: Labels, target: Activation, noise_variance: float, gamma: float, rho: float) -> Channel:
    """The channel of labels of a target with alignment gamma and complement rho."""
    if isinstance(labels, Regression):
        return RealChannel(gamma, rho, target, *labels.components(noise_variance))
    assert isinstance(labels, BinaryLabels)
    sharpness = labels.scale if isinstance(labels, SmoothBinaryLabels) else 0.0
    return BinaryChannel(gamma, rho, np.array(sign_pattern(target).thresholds), sharpness, labels, target)


def channel_of(model: RidgeModel, noise_variance: float) -> Channel:
    """The channel of a model's labels, with the given variance of the noise in place of the model's."""
    return channel(model.labels, model.single_target, noise_variance, *directions(model))


@singledispatch
def directions(model: RidgeModel) -> tuple[float, float]:
    """gamma and rho: alignment of the target with kappa and with s."""
    raise OutOfDomain("model", model, "a model whose labels are known, such as RandomFeatures(...)")


@directions.register(RidgeRegression)
@directions.register(RandomFeatures)
def _(model: RidgeModel) -> tuple[float, float]:
    return 0.0, 1.0


@directions.register
def _(model: SpikedRandomFeatures) -> tuple[float, float]:
    return model.overlap, float(np.sqrt((1 - model.overlap) * (1 + model.overlap)))


@directions.register
def _(model: OneStepNetwork) -> tuple[float, float]:
    step = gradient_step(model)
    return step.alignment, step.complement
