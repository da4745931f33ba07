"""What one gradient step does to the first layer.  Note: one_step.md [net.1]-[net.4].

Moments of the batch are taken in theta and n, the direction across theta, where they are explicit.
"""

from dataclasses import dataclass
from typing import Any

from mpmath import mp

from rmt_asymptotics.digits.algebra import Numbers, numbers, times
from rmt_asymptotics.digits.functions import Function, expectation, twin
from rmt_asymptotics.digits.setting import Resolution
from rmt_asymptotics.digits.spiked import classes
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.models import OneStepNetwork
from rmt_asymptotics.steps import FixedStep, MaximalStep, PowerStep

STEIN = 1e-9  # relative, to which E sigma' = E[z sigma] has to hold
SILENT = 1e-24  # residual labels below this share of E y^2 are none


@dataclass(frozen=True)
class GradientStep:
    """h1, s2, h3 and vs of sigma, ybar and Y2 of the residual label, B, gamma, rho; the span A."""

    h1: Any
    s2: Any
    h3: Any
    vs: Any
    ybar: Any
    Y2: Any
    B: Any
    gamma: Any
    rho: Any
    span: Numbers
    alpha0: Any

    def common(self, e: Any) -> Any:
        return e * (self.s2 * self.ybar) + 1

    def noise(self, e: Any) -> Any:
        return e**2 * (self.Y2 * self.vs / self.alpha0)

    def spike(self, e: Any) -> Any:
        return e * (self.h1 * self.B)  # [net.2]

    def bulk_variance(self, e: Any) -> Any:
        return self.common(e) ** 2 + self.noise(e)  # [net.2]


def gradient_step(model: OneStepNetwork, resolution: Resolution) -> GradientStep:
    """The moments of the step; raises `OutOfDomain` where the step is not defined."""
    sigma, target = twin(model.activation, "activation"), twin(model.single_target, "target")

    def mean(function: Function) -> Any:
        return expectation(function, model.activation.kinks, resolution.digits)

    average, h1, s2, h3 = (mean(times_hermite(sigma.value, k)) for k in range(4))
    if abs(mean(sigma.slope) - h1) > STEIN * mp.sqrt(mean(lambda z: (sigma.value(z) - average) ** 2)):
        raise OutOfDomain("activation", model.activation.name, "continuous: E sigma' = E[z sigma] fails")
    readouts, shares = classes(model.readout, 64, 1.0)
    shift = mp.zero if model.readout.continuous else sum(readouts * shares) * average

    def label(power: int, degree: int) -> Any:  # E[(f_* - shift)^power He_degree]
        function = times_hermite(lambda z: (target.value(z) - shift) ** power, degree)
        return expectation(function, model.single_target.kinks, resolution.digits)

    noise, alpha0 = mp.mpf(model.noise_variance), mp.mpf(model.step_sample_complexity)
    ybar, h1s, square = label(1, 0), label(1, 1), label(2, 0)
    Y2 = square + noise
    if SILENT * (square + shift**2 + average**2 + h1**2) >= Y2:
        raise OutOfDomain("target", model.single_target.name, "different from the network's initial output")
    B, q = mp.sqrt(h1s**2 + Y2 / alpha0), 1 / mp.sqrt(alpha0 * Y2)  # [net.1]
    gamma, rho = h1s / B, mp.sqrt(Y2 / alpha0) / B
    turn = numbers([[gamma, rho], [rho, -gamma]])
    y2z, y3 = label(2, 1), label(3, 0) + 3 * noise * ybar
    A = numbers([[label(1, 2), q * y2z], [q * y2z, q * q * y3]])
    vs = mean(lambda z: (sigma.slope(z) - h1) ** 2)
    span = times(times(turn, A), turn)  # [net.3]
    return GradientStep(h1, s2, h3, vs, ybar, Y2, B, gamma, rho, span, alpha0)


def times_hermite(function: Function, degree: int) -> Function:
    """z -> f(z) He_degree(z)."""

    def product(z: Any) -> Any:
        below, value = mp.zero, mp.one
        for n in range(degree):
            below, value = value, z * value - n * below
        return function(z) * value

    return product


def relative_rate(model: OneStepNetwork) -> Any:
    """eta/sqrt(p); the rate of the maximal step, whatever p."""
    step = model.step
    if isinstance(step, MaximalStep):
        return mp.mpf(step.rate)
    width = mp.mpf(model.width)
    if isinstance(step, FixedStep):
        return mp.mpf(step.eta) / mp.sqrt(width)
    if isinstance(step, PowerStep):
        samples = max(mp.mpf(model.sample_complexity) * width / mp.mpf(model.width_ratio), mp.one)
        return mp.mpf(step.prefactor) * samples ** mp.mpf(step.exponent) / mp.sqrt(width)
    raise OutOfDomain("step", step, "with digits, a FixedStep, PowerStep or MaximalStep")
