"""What one gradient step does to the first layer.  Note: theory_notes/one_step.md [net.1]-[net.4].

With e = eta g/sqrt(p) the updated row is w = sqrt(c) omega + u v up to corrections of order 1/sqrt(d) in the
two directions v (the spike) and zeta (the part of the teacher orthogonal to it).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.polynomial.hermite_e import hermeval

from rmt_asymptotics._types import Array
from rmt_asymptotics.activations import Activation
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.gaussian.conditional import conditional_moments
from rmt_asymptotics.gaussian.expectations import expectation
from rmt_asymptotics.labels import Labels
from rmt_asymptotics.models import OneStepNetwork, check_one_direction
from rmt_asymptotics.remembered import remembered

STEIN = 1e-9  # of the standard deviation of sigma, to which E sigma' = E[z sigma] has to hold
LAST_DIGITS = 1e-13  # of its root mean square: rounding of both sides
FLAT = 1e-10  # a mean slope below this share of the root mean square of sigma' is rounding
SILENT = 1e-24  # residual labels below this share of E y^2 are rounding


@dataclass(frozen=True)
class GradientStep:
    """Moments of the activation and of the residual label y' = y - E[g] E[sigma] that shape the step.

    slope h1 = E[z sigma], curvature s2 = E[sigma He2], third h3 = E[sigma He3], slope_variance vs = E sigma'^2 - h1^2.
    label_mean ybar = E y', label_second Y2 = E y'^2 (noise included), length B, alignment gamma,
    complement rho = sqrt(1 - gamma^2).
    span (2, 2): A = Yhat - ybar on (v, zeta).  noise_span (2, 2): T/Y2, the covariance of the gradient noise there.
    skew (2,): E[(sigma' - h1)^2 z] b/(2 alpha0), what that noise adds to the mean functions.
    """

    slope: float
    curvature: float
    third: float
    slope_variance: float
    label_mean: float
    label_second: float
    length: float
    alignment: float
    complement: float
    span: Array
    noise_span: Array
    skew: Array
    step_sample_complexity: float

    @cached_property
    def label_products(self) -> tuple[float, float, float]:
        """E[y' He2], E[y'^2 z] and E y'^3, from A on theta and n."""
        rotation = np.array([[self.alignment, self.complement], [self.complement, -self.alignment]])
        A, scale = rotation @ self.span @ rotation, float(np.sqrt(self.step_sample_complexity * self.label_second))
        return float(A[0, 0]), float(A[0, 1]) * scale, float(A[1, 1]) * scale**2

    @property
    def has_spike(self) -> bool:
        """Whether h1 is more than rounding of sigma'."""
        return abs(self.slope) > FLAT * np.sqrt(self.slope**2 + self.slope_variance)

    @property
    def reach(self) -> float:
        """h1 B."""
        return self.slope * self.length

    @property
    def growth(self) -> tuple[float, float]:
        """l and Q of c = 1 + 2 e l + e^2 Q."""
        linear = self.curvature * self.label_mean
        return linear, linear**2 + float(self.noise(np.ones(1))[0])

    def spike(self, e: Array) -> Array:
        """u = e h1 B."""
        return e * self.reach  # [net.2]

    def common(self, e: Array) -> Array:
        """1 + e s2 ybar: what the mean curvature does to every row."""
        return 1 + e * self.curvature * self.label_mean

    def noise(self, e: Array) -> Array:
        """e^2 Y2 vs/alpha0: the variance that gradient noise adds to the bulk."""
        return e**2 * self.label_second * self.slope_variance / self.step_sample_complexity

    def bulk_variance(self, e: Array) -> Array:
        """c = (1 + e s2 ybar)^2 + e^2 Y2 vs/alpha0."""
        return self.common(e) ** 2 + self.noise(e)  # [net.2]


def gradient_step(model: OneStepNetwork) -> GradientStep:
    """The moments of a model's step; raises `OutOfDomain` where the step is not defined."""
    # notation: h1, s2, h3, vs of sigma; h1s, y2s, Y2, ... of the residual label; B, gamma
    check_one_direction(model)
    alpha0, sigma = model.step_sample_complexity, model.activation
    mean, h1, s2, h3, vs = activation_moments(sigma)
    values, probabilities = model.readout.quadrature(64, 1.0)
    target = model.single_target
    f = _label_moments(model.labels, target, float(probabilities @ values) * mean, model.span_noise)
    noise = model.noise_variance
    h1s, Y2 = f[1, 1], f[2, 0] + noise
    if SILENT * (_second_moment(target) + _second_moment(sigma)) >= Y2:
        raise OutOfDomain("target", target, "different from the network's initial output: the gradient vanishes")
    B = float(np.sqrt(h1s**2 + Y2 / alpha0))  # [net.1]
    gamma, rho = h1s / B, float(np.sqrt(Y2 / alpha0)) / B
    # on theta and nu, where v = gamma theta + rho nu and zeta = rho theta - gamma nu: nothing cancels as rho -> 0
    rotation = np.array([[gamma, rho], [rho, -gamma]])
    scale = float(np.sqrt(alpha0 * Y2))
    y2z, y3 = f[2, 1], f[3, 0] + 3 * noise * f[1, 0]
    A = np.array([[f[1, 2], y2z / scale], [y2z / scale, y3 / scale**2]])  # [net.3]
    noise_span: Array = np.eye(2)
    skew: Array = np.zeros(2)
    if model.span_noise:
        y2z2, y3z = f[2, 2] + f[2, 0] + noise, f[3, 1] + 3 * noise * h1s
        y4 = f[4, 0] + 6 * noise * f[2, 0] + 3 * noise**2
        T = np.array([[y2z2, y3z / scale], [y3z / scale, y4 / scale**2 + Y2]])  # [net.4]
        noise_span = rotation @ T @ rotation.T / Y2
        skew = _slope_asymmetry(sigma, h1) * rotation @ np.array([y2z, y3 / scale]) / (2 * alpha0)
    return GradientStep(
        slope=h1, curvature=s2, third=h3, slope_variance=vs, label_mean=f[1, 0], label_second=Y2, length=B,
        alignment=gamma, complement=rho, span=rotation @ A @ rotation.T, noise_span=noise_span, skew=skew,
        step_sample_complexity=alpha0,
    )  # fmt: skip


def label_powers(model: OneStepNetwork) -> tuple[float, float]:
    """E y'^3 and E y'^4, noise included."""
    values, probabilities = model.readout.quadrature(64, 1.0)
    shift = float(probabilities @ values) * activation_moments(model.activation)[0]
    f, noise = _label_moments(model.labels, model.single_target, shift, True), model.noise_variance
    return f[3, 0] + 3 * noise * f[1, 0], f[4, 0] + 6 * noise * f[2, 0] + 3 * noise**2


@remembered(maxsize=64)
def activation_moments(sigma: Activation) -> tuple[float, float, float, float, float]:
    """E sigma, h1, s2, h3 and vs."""
    hermite = sigma.hermite_coefficients(3)
    h1, s2, h3 = float(hermite[1]), float(2 * hermite[2]), float(6 * hermite[3])
    moments, slopes = (conditional_moments(f, sigma.kinks, 0.0, 1.0) for f in (sigma, sigma.slope()))
    vs = float(slopes.linear**2 + slopes.residual)
    deviation, size = (float(np.sqrt(m)) for m in (moments.linear**2 + moments.residual, moments.second))
    if abs(float(slopes.mean) - h1) > STEIN * deviation + LAST_DIGITS * size:
        raise OutOfDomain("activation", sigma.name, "continuous, with its own derivative: E sigma' = E[z sigma] fails")
    return float(hermite[0]), h1, s2, h3, vs


def _slope_asymmetry(sigma: Activation, h1: float) -> float:
    """E[(sigma' - h1)^2 z]."""
    slope = sigma.slope()
    asymmetry = Activation(lambda z: (slope(z) - h1) ** 2 * z, kinks=sigma.kinks, name=slope.name)
    return expectation(asymmetry, sigma.kinks, field="activation")


@remembered(maxsize=64)
def _second_moment(function: Activation) -> float:
    return float(conditional_moments(function, function.kinks, 0.0, 1.0).second)


@remembered(maxsize=64)
def _label_moments(labels: Labels, target: Activation, shift: float, higher: bool) -> dict[tuple[int, int], float]:
    """E[y'^power He_degree], by (power, degree), of y' = y - shift without Gaussian noise: less the initial output."""

    def moment(power: int, degree: int) -> float:
        weight = [0.0] * degree + [1.0]
        kinks = labels.kinks(target)
        weighted = Activation(lambda z: labels.power(target(z), shift, power) * hermeval(z, weight), name=target.name)
        return expectation(weighted, kinks, field="target")

    orders = [(1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (3, 0)]
    return {order: moment(*order) for order in orders + [(2, 2), (3, 1), (4, 0)] * higher}
