"""The functions that have names, and families of them."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache, lru_cache

import numpy as np
from numpy.polynomial import hermite_e
from numpy.polynomial import polynomial as power_series
from scipy import special

from rmt_asymptotics._types import Array
from rmt_asymptotics.activations.activation import Activation, ScalarFunction
from rmt_asymptotics.checks import instance
from rmt_asymptotics.errors import OutOfDomain, number, whole_number
from rmt_asymptotics.formulas.formula import Formula
from rmt_asymptotics.formulas.formula_parity import parts_of_formula
from rmt_asymptotics.formulas.parity import ParityParts, Polynomial
from rmt_asymptotics.gaussian import expectations
from rmt_asymptotics.gaussian.quadrature import gaussian_density
from rmt_asymptotics.remembered import remembered


def _built_in(
    function: ScalarFunction,
    derivative: ScalarFunction,
    name: str,
    *kinks: float,
    parts: Callable[[], ParityParts] | None = None,
) -> Activation:
    known = parts or (lambda: parts_of_formula(Formula(name, (Formula("x"),))))
    return Activation(function, derivative, kinks, name, True, cache(known))


def _silu_derivative(x: Array) -> Array:
    logistic = special.expit(x)
    return logistic * (1 + x * (1 - logistic))


tanh = _built_in(np.tanh, lambda x: 1 / np.cosh(np.clip(x, -300, 300)) ** 2, "tanh")
erf = _built_in(special.erf, lambda x: 2 / np.sqrt(np.pi) * np.exp(-x * x), "erf")
relu = _built_in(lambda x: np.maximum(x, 0), lambda x: np.heaviside(x, 0.5), "relu", 0.0)
gelu = _built_in(lambda x: x * special.ndtr(x), lambda x: special.ndtr(x) + x * gaussian_density(x), "gelu")
silu = _built_in(lambda x: x * special.expit(x), _silu_derivative, "silu")
softplus = _built_in(lambda x: np.logaddexp(0, x), special.expit, "softplus")
sin = _built_in(np.sin, np.cos, "sin")
cos = _built_in(np.cos, lambda x: -np.sin(x), "cos")
sign = _built_in(np.sign, np.zeros_like, "sign", 0.0)
identity = _built_in(lambda x: x, np.ones_like, "identity")


def leaky_relu(slope: float) -> Activation:
    """x for x > 0, slope * x otherwise."""
    slope = number("slope", slope)
    return _built_in(
        lambda x: np.where(x > 0, x, slope * x),
        lambda x: slope + (1 - slope) * np.heaviside(x, 0.5),
        f"leaky_relu({slope!r})",
        0.0,
        parts=lambda: ParityParts({} if slope == 1 else None, _powers([0, (1 + Fraction(slope)) / 2])),
    )


def polynomial(*coefficients: float) -> Activation:
    """c0 + c1 x + c2 x^2 + ...

    >>> float(polynomial(1, 0, 2)(np.array(3.0)))
    19.0
    """
    if not coefficients:
        raise OutOfDomain("coefficients", coefficients, "at least one number")
    powers = [number("coefficients", c) for c in coefficients]
    slopes = power_series.polyder(powers)
    name = f"polynomial({', '.join(f'{c!r}' for c in powers)})"
    return _built_in(
        lambda x: power_series.polyval(x, powers),
        lambda x: power_series.polyval(x, slopes),
        name,
        parts=lambda: _polynomial_parts(powers),
    )


def _polynomial_parts(powers: list[float]) -> ParityParts:
    even, odd = (_powers([c * (k % 2 == parity) for k, c in enumerate(powers)]) for parity in (0, 1))
    return ParityParts(even, odd)


def _powers(coefficients: Sequence[float | Fraction]) -> Polynomial:
    return {k: Fraction(c) for k, c in enumerate(coefficients) if c}


def hermite_polynomial(k: int) -> Activation:
    """He_k, the probabilists' Hermite polynomial of degree k, normalised to E He_k^2 = k!."""
    k = whole_number("k", k, least=0)
    if k > expectations.LARGEST_DEGREE:
        raise OutOfDomain("k", k, f"a whole number <= {expectations.LARGEST_DEGREE}")
    return _built_in(
        lambda x: hermite_e.hermeval(x, [0] * k + [1]),
        lambda x: k * hermite_e.hermeval(x, [0] * (k - 1) + [1]) if k else np.zeros_like(x),
        f"hermite_polynomial({k})",
        parts=lambda: _polynomial_parts(hermite_e.herme2poly([0] * k + [1]).tolist()),
    )


def centred(activation: Activation) -> Activation:
    """f - E f(z), z ~ N(0, 1); of a callable that changes, the mean of what it is when it is evaluated.

    >>> abs(float(centred(relu).hermite_coefficients(0)[0])) < 1e-15
    True
    """
    return _centred(instance("activation", activation, Activation, "an Activation, such as rmt.relu"))


@lru_cache(maxsize=256)
def _centred(activation: Activation) -> Activation:
    _mean(activation)  # refused here, where it is not defined
    return Activation(
        lambda x: activation.function(x) - _mean(activation),
        activation.derivative,
        activation.kinks,
        f"centred({activation.name})",
        activation.rebuildable,
        lambda: activation.parity_parts().centred(),
    )


@remembered(maxsize=256)
def _mean(activation: Activation) -> float:
    return expectations.expectation(activation, activation.kinks, field="activation")


BUILT_IN = {f.name: f for f in (tanh, erf, relu, gelu, silu, softplus, sin, cos, sign, identity)}
FAMILIES: dict[str, Callable[..., Activation]] = {
    "leaky_relu": leaky_relu,
    "polynomial": polynomial,
    "hermite_polynomial": hermite_polynomial,
    "centred": centred,
}
