"""Expansion of the class mean in the size e of the spike.  Note: theory_notes/one_step.md [exp.1].

m0(e; kappa) = E sigma(e u kappa + sqrt(c(e)) z) with c(e) = 1 + 2 e l + e^2 q, z ~ N(0, 1), sigma = sum_j c_j He_j:
since E He_j(a + sqrt(c) z) = j! [t^j] exp(a t + (c - 1) t^2/2), the coefficient of e^q is a polynomial in kappa.
"""

from math import factorial

import numpy as np

from rmt_asymptotics._types import Array


def mean_expansion(
    coefficients: Array, slope: float, linear: float, quadratic: float, order: int, kappa: Array
) -> Array:
    """M_q(kappa) = [e^q] E sigma(e slope kappa + sqrt(1 + 2 e linear + e^2 quadratic) z), q = order; shape (N,).

    coefficients: the Hermite coefficients c_j of sigma; those left out are taken as zero.

    >>> mean_expansion(np.array([0.0, 0.0, 1.0]), 2.0, 0.0, 3.0, 2, np.array([0.0, 1.0]))  # He_2: 4 kappa^2 + 3
    array([3., 7.])
    """
    total = np.zeros_like(kappa)
    for l in range(order // 2 + 1):  # noqa: E741
        for i in range(order - 2 * l + 1):
            m = order - i - 2 * l  # kappa^m comes with t^m e^m, `linear` with t^2 e, `quadratic` with t^2 e^2
            j = m + 2 * i + 2 * l
            if j < len(coefficients):
                weight = factorial(j) / (factorial(m) * factorial(i) * factorial(l))
                total = total + coefficients[j] * weight * linear**i * (quadratic / 2) ** l * (slope * kappa) ** m
    return total  # [exp.1]
