"""The modes that steps below the maximal one leave at p = infinity.  Note: one_step.md [stair.1]."""

from typing import Any

import numpy as np
from mpmath import mp

from rmt_asymptotics.activations import Activation
from rmt_asymptotics.digits.algebra import Numbers, dot, is_present, numbers
from rmt_asymptotics.digits.expansion import mean_expansion, polynomial_coefficients
from rmt_asymptotics.digits.functions import expectation, twin
from rmt_asymptotics.digits.gradient_step import GradientStep, times_hermite
from rmt_asymptotics.digits.moments import Moments
from rmt_asymptotics.digits.setting import Resolution
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.laws import GaussianLaw, Law
from rmt_asymptotics.models import OneStepNetwork
from rmt_asymptotics.steps import FixedStep, PowerStep

EQUAL = 1e-12  # exponents closer than this to a critical one are at it
LARGEST_ORDER = 12  # of a mode, as in the ordinary solution


def step_modes(
    model: OneStepNetwork, step: GradientStep, bulk: Moments, kappa: Numbers, weight: Numbers, resolution: Resolution
) -> tuple[list[Numbers], list[tuple[Numbers, Any]]]:
    """Free functions of kappa, and finite modes with their strengths.

    Order q exists if neither g^q nor M_q lies in the span of those of the lower existing orders.
    """
    exponent, prefactor = _power(model)
    intercept = bulk.mean[0] + 0 * kappa
    if not (prefactor > 0 and exponent > -EQUAL):
        return [intercept], []
    unit = step.h1 * step.B
    if not is_present(abs(step.h1) / mp.sqrt(step.h1**2 + step.vs)):
        raise OutOfDomain("activation", model.activation, "with E[z sigma] != 0 for this step; else use MaximalStep")
    coefficients = hermite_coefficients(model.activation, resolution)
    linear = step.s2 * step.ybar
    quadratic = linear**2 + step.noise(mp.one)
    size = mp.sqrt(bulk.second[0, 0])
    powers: list[Numbers] = []
    functions: list[Numbers] = []
    free, finite, orders = [], [], []
    for q in range(len(coefficients)):
        critical = (q - 1) / (2 * q) if q else -np.inf
        if exponent < critical - EQUAL or len(powers) == _value_count(model.readout):
            break
        if q == LARGEST_ORDER:
            raise OutOfDomain("step", model.step, "further below exponent 1/2, or MaximalStep(rate) at its end")
        power = readout_power(model.readout, q)
        function = mean_expansion(coefficients, 1, linear / unit, quadratic / unit**2, q, kappa)  # M_q/(h1 B)^q
        power_left, function_left = _less(power, powers, 0 * power + 1), _less(function, functions, weight)
        length, left = _norm(power_left, 0 * power + 1), _norm(function_left, weight)
        if not (
            is_present(length / _norm(power, 0 * power + 1)) and is_present(left / max(_norm(function, weight), size))
        ):
            continue
        powers, functions = [*powers, power_left / length], [*functions, function_left / left]
        orders.append(q)
        if exponent > critical + EQUAL:
            free.append(function if q else intercept)
        else:
            ratio = mp.mpf(model.sample_complexity) / mp.mpf(model.width_ratio)
            finite.append((function, (prefactor * unit) ** (2 * q) * ratio ** (q - 1) * length**2))
    if isinstance(model.step, PowerStep) and not any(orders):
        raise OutOfDomain(
            "readout", model.readout, "of more values, or the activation centred: its spike would be the intercept"
        )
    return free, finite


def hermite_coefficients(activation: Activation, resolution: Resolution) -> list[Any]:
    """c_0, c_1, ..., zero where they vanish; up to the degree of a polynomial, or to what order 12 needs."""
    value, parts = twin(activation, "activation").value, activation.parity_parts()
    exact = polynomial_coefficients((parts.even or {}) | (parts.odd or {}), mp.one)
    if None not in (parts.even, parts.odd):
        return exact
    size = mp.sqrt(expectation(lambda z: value(z) ** 2, activation.kinks, resolution.digits))
    result = exact + [mp.zero] * (2 * LARGEST_ORDER + 1 - len(exact))
    for j in range(len(result)):
        if (parts.even, parts.odd)[j % 2] is None:
            c = expectation(times_hermite(value, j), activation.kinks, resolution.digits)
            share = abs(c) / (size * mp.sqrt(mp.factorial(j)))
            result[j] = c / mp.factorial(j) if is_present(share) else mp.zero
    return result


def readout_power(law: Law, q: int) -> Numbers:
    """Coordinates of g^q in an orthonormal basis of functions of g: Hermite polynomials, or the atoms."""
    if isinstance(law, GaussianLaw):
        coordinates = [mp.zero] * (LARGEST_ORDER + 1)
        for m in range(q // 2 + 1):
            j = q - 2 * m
            coordinates[j] = mp.factorial(q) / (mp.mpf(2) ** m * mp.factorial(m) * mp.sqrt(mp.factorial(j)))
        return numbers(coordinates) * mp.mpf(law.scale) ** q
    if law.continuous:
        raise OutOfDomain("readout", law, "with digits, a GaussianLaw or a law with finitely many values")
    values, shares = (numbers(part) for part in law.quadrature(0, 1.0))
    return values**q * numbers([mp.sqrt(x / sum(shares)) for x in shares])


def _value_count(law: Law) -> int:
    return LARGEST_ORDER + 1 if law.continuous else len(set(law.quadrature(0, 1.0)[0].tolist()))


def _norm(f: Numbers, weight: Numbers) -> Any:
    return mp.sqrt(dot(f * weight, f))


def _less(f: Numbers, basis: list[Numbers], weight: Numbers) -> Numbers:
    """What an orthonormal basis leaves of f."""
    for row in basis * 2:  # twice: rounding of the first pass is removed by the second
        f = f - row * dot(row * weight, f)
    return f


def _power(model: OneStepNetwork) -> tuple[float, Any]:
    """Exponent and prefactor of eta = prefactor n^exponent."""
    step = model.step
    if isinstance(step, PowerStep):
        return step.exponent, mp.mpf(step.prefactor)
    if not isinstance(step, FixedStep):
        raise OutOfDomain("step", step, "with digits, a FixedStep, PowerStep or MaximalStep")
    return 0.0, mp.mpf(step.eta)
