"""The modes of the lengths of rows after one gradient step.  Note: theory_notes/structure.md [var.1], [var.2].

Lengths of rows fluctuate with the weights, with the noise of the gradient and with how much of a row the batch sees.
"""

from dataclasses import dataclass

import numpy as np
from numpy.polynomial.hermite_e import hermeval

from rmt_asymptotics._types import Array
from rmt_asymptotics.activations import Activation
from rmt_asymptotics.canonical.gradient_step import initial_outputs
from rmt_asymptotics.canonical.modes import Modes
from rmt_asymptotics.canonical.step_labels import residual_moment
from rmt_asymptotics.canonical.structured_step import StructuredStep
from rmt_asymptotics.gaussian.conditional import ConditionalMoments
from rmt_asymptotics.gaussian.expectations import expectation
from rmt_asymptotics.models import OneStepNetwork
from rmt_asymptotics.remembered import remembered


def length_modes(
    model: OneStepNetwork, step: StructuredStep, e: Array, kappa: Array, bulk: ConditionalMoments
) -> Modes:
    """Of the row variances, and of |w|^2 - 1, which v meets."""
    # notation: S2 of the row variance; h3 B kappa m1 of |w|^2 - 1
    c = step.bulk_variance(e)
    R, covariance, length = strengths(model, step, e)
    variance = bulk.quadratic / (2 * c[:, None])
    slope = e * (step.step.third * step.length / 2) / np.sqrt(c[:, None]) * kappa * bulk.linear
    if length == 0:
        return Modes.of_classes(variance, 0, per_width_ratio=R)
    tilt = covariance / length
    first = Modes.of_classes(slope + tilt[:, None] * variance, 0, per_width_ratio=length)
    return first + Modes.of_classes(variance, 0, per_width_ratio=np.maximum(R - tilt * covariance, 0))


def strengths(model: OneStepNetwork, step: StructuredStep, e: Array) -> tuple[Array, Array, float]:
    """Of the row variance (K,), its covariance with |w|^2 - 1 (K,), and of that.  [var.2]"""
    # notation: r = sigma' - h1; T, k1, k2, m_j; Y2, Y3, Y4 of e y'
    base, s, rho = step.step, step.spectrum.eigenvalues, step.spectrum.shares
    r, alpha0, T = _slope_moments(model.activation), base.step_sample_complexity, step.common(e)
    label = residual_moment(model, float(initial_outputs(model)[1][0]))
    k1, k2 = (rho * s**2) @ T, (rho * s**3) @ T**2
    e = e[:, 0]
    Y2, Y3, Y4 = (e**power * label(power, 0) for power in (2, 3, 4))
    m2, m4 = rho @ s**2, rho @ s**4
    own = e * base.label_mean * r.fourth * k1 + Y2 / alpha0 * m2 * (r.curvature - base.slope * base.third)
    c0 = s[:, None] * T**2 + own * s[:, None]
    R = 2 * rho @ (c0 - rho @ c0) ** 2
    spread = r.z2r2 - base.curvature**2 - base.third**2
    R = R + 4 * Y2 / alpha0 * (k1**2 * spread + (k2 - k1**2) * r.r2) + 2 * (Y2 * r.r2) ** 2 * m4 / alpha0**2
    R = R + m2**2 * Y4 * (r.r4 - r.r2**2 - r.zr2**2) / alpha0**3
    R = R + 4 * m2 * k1 * Y3 * (r.zr3 - base.curvature * r.r2 - base.third * r.zr2) / alpha0**2
    R = R + (m2 * r.zr2 / alpha0) ** 2 * (Y4 - Y3**2 / np.where(Y2 > 0, Y2, 1)) / alpha0
    return np.maximum(R, 0), 2 * (rho * (s - 1)) @ c0, 2 * float(rho @ (s - 1) ** 2)


@dataclass(frozen=True)
class SlopeMoments:
    """Of r = sigma' - h1: E r^2, E z^2 r^2, E z r^2, E z r^3, E r^4; E[sigma He_4]; E[sigma'^2 He_2]/2."""

    r2: float
    z2r2: float
    zr2: float
    zr3: float
    r4: float
    fourth: float
    curvature: float


@remembered(maxsize=64)
def _slope_moments(sigma: Activation) -> SlopeMoments:
    slope, h1 = sigma.slope(), float(sigma.hermite_coefficients(1)[1])

    def mean(power: int, weight: int, shift: float = h1) -> float:
        function = Activation(lambda z: (slope(z) - shift) ** power * z**weight, kinks=sigma.kinks, name=slope.name)
        return expectation(function, sigma.kinks, field="activation")

    He4 = Activation(lambda z: sigma(z) * hermeval(z, [0, 0, 0, 0, 1]), kinks=sigma.kinks, name=sigma.name)
    curvature = (mean(2, 2, 0.0) - mean(2, 0, 0.0)) / 2
    return SlopeMoments(
        mean(2, 0), mean(2, 2), mean(2, 1), mean(3, 1), mean(4, 0),
        expectation(He4, sigma.kinks, field="activation"), curvature,
    )  # fmt: skip
