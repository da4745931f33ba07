"""What a formula is made of: functions of one argument with their derivatives and symmetry.

`m` is where the elementary functions come from: `numbers.DOUBLES` or `numbers.digits()`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Unary:
    """value(m, u) and slope(m, u), its derivative.

    parity: -1 of odd functions, 1 of even ones, 0 of others.  linear: of others, the factor of u in f(u) - f(-u) = 2
    linear u where that holds, as for ReLU.  kinked: at u = 0.
    """

    value: Callable[[Any, Any], Any]
    slope: Callable[[Any, Any], Any]
    parity: int = 0
    linear: float | None = None
    kinked: bool = False


def _bell(m: Any, u: Any) -> Any:
    return m.exp(-u * u / 2) / m.sqrt(2 * m.pi)


def _secant(m: Any, u: Any) -> Any:
    small = m.exp(-m.absolute(u))  # 1/cosh u without overflow
    return 2 * small / (1 + small * small)


def _silu_slope(m: Any, u: Any) -> Any:
    share = m.logistic(u)
    return share * (1 + u * (1 - share))


def _step(m: Any, u: Any) -> Any:
    return (1 + m.sign(u)) / 2


UNARY = {
    "tanh": Unary(lambda m, u: m.tanh(u), lambda m, u: _secant(m, u) ** 2, -1),
    "sinh": Unary(lambda m, u: m.sinh(u), lambda m, u: m.cosh(u), -1),
    "cosh": Unary(lambda m, u: m.cosh(u), lambda m, u: m.sinh(u), 1),
    "sin": Unary(lambda m, u: m.sin(u), lambda m, u: m.cos(u), -1),
    "cos": Unary(lambda m, u: m.cos(u), lambda m, u: -m.sin(u), 1),
    "tan": Unary(lambda m, u: m.tan(u), lambda m, u: 1 + m.tan(u) ** 2, -1),
    "atan": Unary(lambda m, u: m.atan(u), lambda m, u: 1 / (1 + u * u), -1),
    "asinh": Unary(lambda m, u: m.asinh(u), lambda m, u: 1 / m.sqrt(1 + u * u), -1),
    "exp": Unary(lambda m, u: m.exp(u), lambda m, u: m.exp(u)),
    "log": Unary(lambda m, u: m.log(u), lambda m, u: 1 / u),
    "sqrt": Unary(lambda m, u: m.sqrt(u), lambda m, u: 1 / (2 * m.sqrt(u))),
    "erf": Unary(lambda m, u: m.erf(u), lambda m, u: 2 / m.sqrt(m.pi) * m.exp(-u * u), -1),
    "Abs": Unary(lambda m, u: m.absolute(u), lambda m, u: m.sign(u), 1, kinked=True),
    "sign": Unary(lambda m, u: m.sign(u), lambda m, u: 0 * u, -1, kinked=True),
    "Heaviside": Unary(_step, lambda m, u: 0 * u, kinked=True),
    "sigmoid": Unary(lambda m, u: m.logistic(u), lambda m, u: m.logistic(u) * m.logistic(-u)),
    "relu": Unary(lambda m, u: m.largest(u, 0 * u), _step, linear=0.5, kinked=True),
    "gelu": Unary(lambda m, u: u * m.cdf(u), lambda m, u: m.cdf(u) + u * _bell(m, u), linear=0.5),
    "silu": Unary(lambda m, u: u * m.logistic(u), _silu_slope, linear=0.5),
    "softplus": Unary(lambda m, u: m.softplus(u), lambda m, u: m.logistic(u), linear=0.5),
    "identity": Unary(lambda m, u: u, lambda m, u: 1 + 0 * u, -1),
}
ALIASES = {"abs": "Abs", "arctan": "atan", "arcsinh": "asinh"}
EXTREMES = {"Max": 1, "max": 1, "maximum": 1, "Min": -1, "min": -1, "minimum": -1}
