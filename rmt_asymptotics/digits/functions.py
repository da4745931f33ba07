"""Activations in mpmath: built-ins and formulas by their trees, the families by construction."""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mpmath import mp
from numpy.polynomial.hermite_e import herme2poly

from rmt_asymptotics.activations import BUILT_IN, Activation
from rmt_asymptotics.digits.algebra import numbers
from rmt_asymptotics.digits.moments import Smoothing
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.expressions import parse_formula
from rmt_asymptotics.formulas.formula import Formula
from rmt_asymptotics.formulas.numbers import digits

Function = Callable[[Any], Any]


@dataclass(frozen=True)
class Twin:
    """An activation in mpmath: value and slope at an mpf, and the points where cells of a quadrature end."""

    value: Function
    slope: Function
    kinks: tuple[float, ...] = ()


def twin(activation: Activation, field: str) -> Twin:
    """The activation in mpmath; raises `OutOfDomain`, naming `field`, for a callable of which nothing is known."""
    if not activation.rebuildable:
        raise OutOfDomain(field, activation, "with digits, one with a formula: a built-in, or by from_expression")
    return _of_text(activation.name, activation.kinks)


def _of_text(text: str, kinks: tuple[float, ...]) -> Twin:
    tree = ast.parse(text.replace("^", "**").strip(), mode="eval").body
    if isinstance(tree, ast.Name) and tree.id in BUILT_IN:
        return _of_formula(Formula(tree.id, (Formula("x"),)), kinks)
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id in FAMILIES:
        if tree.func.id == "centred":
            return _centred(_of_text(ast.unparse(tree.args[0]), kinks))
        return FAMILIES[tree.func.id](*map(ast.literal_eval, tree.args))
    return _of_formula(parse_formula(text), kinks)


def _leaky_relu(slope: float) -> Twin:
    low = mp.mpf(slope)
    return Twin(lambda x: x if x > 0 else low * x, lambda x: mp.one if x > 0 else low, (0.0,))


def _polynomial(*coefficients: float) -> Twin:
    powers = [mp.mpf(c) for c in reversed(coefficients)]
    return Twin(lambda x: mp.polyval(powers, x), lambda x: mp.polyval(powers, x, derivative=True)[1])


def _hermite_polynomial(k: int) -> Twin:
    return _polynomial(*map(float, herme2poly([0] * k + [1])))


def _centred(function: Twin) -> Twin:
    """f - E f, with the mean at the precision at which it is asked for."""

    @lru_cache(maxsize=8)
    def mean(precision: int) -> Any:
        return expectation(function.value, function.kinks, precision)

    return Twin(lambda x: function.value(x) - mean(mp.dps), function.slope, function.kinks)


def expectation(function: Function, kinks: tuple[float, ...], precision: int) -> Any:
    """E f(z), z ~ N(0, 1)."""
    return Smoothing(function, kinks, mp.one, mp.zero, precision + 20, precision + 3).at(numbers([0])).mean[0]


def _of_formula(formula: Formula, kinks: tuple[float, ...]) -> Twin:
    return Twin(lambda x: formula.value(x, digits()), lambda x: formula.slope(x, digits()), kinks)


FAMILIES: dict[str, Callable[..., Twin]] = {
    "leaky_relu": _leaky_relu,
    "polynomial": _polynomial,
    "hermite_polynomial": _hermite_polynomial,
    "centred": _centred,
}
