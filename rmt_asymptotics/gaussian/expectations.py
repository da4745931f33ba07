"""E f(z) and Hermite coefficients, z ~ N(0, 1)."""

from collections.abc import Callable, Sequence
from math import factorial

import numpy as np
from numpy.polynomial.hermite_e import hermevander

from rmt_asymptotics._types import Array
from rmt_asymptotics.gaussian.conditional import ORDERS, ROUNDED, SETTLED, conditional_moments
from rmt_asymptotics.gaussian.quadrature import panel_rule, sinh_rule


def expectation(function: Callable[[Array], Array], kinks: Sequence[float] = (), *, field: str = "function") -> float:
    """E f(z) for z ~ N(0, 1).

    >>> round(expectation(np.abs, (0.0,)), 12)
    0.797884560803
    """
    return float(conditional_moments(function, kinks, 0.0, 1.0, field=field).mean)


def hermite_coefficients(function: Callable[[Array], Array], kinks: Sequence[float], degree: int) -> Array:
    """c_k = E[f He_k]/k! for k = 0..degree, so that f = sum_k c_k He_k; shape (degree + 1,).

    The rule is refined until the coefficients settle to rounding; one that is all rounding is 0, as by symmetry.
    """
    norms = np.array([float(factorial(k)) for k in range(degree + 1)])
    previous = np.full(degree + 1, np.inf)
    for order in ORDERS:
        rule = panel_rule(order, [(x, 0.0) for x in kinks]) if kinks else sinh_rule(order)
        values = function(rule.nodes)
        coefficients = hermevander(rule.nodes, degree).T @ (rule.weights * values) / norms
        size = np.sqrt(rule.weights @ values**2)
        coefficients[np.abs(coefficients) * np.sqrt(norms) <= ROUNDED * size] = 0
        change = np.abs(coefficients - previous) * np.sqrt(norms)
        if np.max(change) <= SETTLED * size:
            break
        previous = coefficients
    return coefficients
