"""E f(z) and Hermite coefficients, z ~ N(0, 1)."""

from collections.abc import Callable, Sequence
from math import factorial

import numpy as np
from numpy.polynomial.hermite_e import hermevander

from rmt_asymptotics._types import Array
from rmt_asymptotics.callables import evaluated
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.gaussian.conditional import ORDERS, ROUNDED, SETTLED, conditional_moments, split_rule, unresolved

LARGEST_DEGREE = 170  # 171! is not a double


def expectation(function: Callable[[Array], Array], kinks: Sequence[float] = (), *, field: str = "function") -> float:
    """E f(z) for z ~ N(0, 1).

    >>> round(expectation(np.abs, (0.0,)), 12)
    0.797884560803
    """
    return float(conditional_moments(function, kinks, 0.0, 1.0, field=field).mean)


def hermite_coefficients(
    function: Callable[[Array], Array], kinks: Sequence[float], degree: int, *, field: str = "function"
) -> Array:
    """c_k = E[f He_k]/k! for k = 0..degree, so that f = sum_k c_k He_k; shape (degree + 1,).

    Accurate to rounding of c_k sqrt(k!), which is at most the root mean square of f; what is all rounding is 0, as by
    symmetry.
    Raises `OutOfDomain` naming `field` as `conditional_moments` does, and for a degree above 170.

    >>> hermite_coefficients(np.exp, (), 3).round(8)  # sqrt(e)/k!
    array([1.64872127, 1.64872127, 0.82436064, 0.27478688])
    """
    if degree > LARGEST_DEGREE:
        raise OutOfDomain("degree", degree, f"a whole number <= {LARGEST_DEGREE}")
    size = np.sqrt(float(conditional_moments(function, kinks, 0.0, 1.0, field=field).second))
    norms = np.sqrt([float(factorial(k)) for k in range(degree + 1)])
    previous = np.full(degree + 1, np.inf)
    for order in ORDERS:
        z, weights = (row[0] for row in split_rule(kinks, np.zeros((1, 1)), np.ones((1, 1)), order))
        with np.errstate(all="ignore"):
            values = evaluated(function, z.copy(), field)
            normalised = (hermevander(z, degree) / norms).T @ (weights * values)
            if np.max(np.abs(normalised - previous)) <= SETTLED * size:
                return np.where(np.abs(normalised) <= ROUNDED * size, 0.0, normalised) / norms
        previous = normalised
    raise unresolved(function, kinks, field)
