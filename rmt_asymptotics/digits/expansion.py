"""The class mean in powers of the size e of the spike, and what class means of uncountably many values span.

Notes: one_step.md [exp.1], closed_span.md [span.1].
"""

from typing import Any

from mpmath import mp

from rmt_asymptotics.activations import Activation
from rmt_asymptotics.digits.algebra import Numbers
from rmt_asymptotics.formulas.parity import Polynomial

LAST_DIGITS = 15  # of coefficients of a formula, which are doubles: sums below this share of their terms cancel


def mean_expansion(hermite: list[Any], slope: Any, linear: Any, quadratic: Any, order: int, kappa: Numbers) -> Numbers:
    """[e^order] E sigma(e slope kappa + sqrt(1 + 2 e linear + e^2 quadratic) z), sigma = sum_j hermite_j He_j."""
    total = 0 * kappa
    for r in range(order // 2 + 1):
        for i in range(order - 2 * r + 1):
            m = order - i - 2 * r
            j = m + 2 * i + 2 * r
            if j < len(hermite) and hermite[j]:
                ways = mp.factorial(j) / (mp.factorial(m) * mp.factorial(i) * mp.factorial(r))
                total = total + (kappa * slope) ** m * (hermite[j] * ways * linear**i * (quadratic / 2) ** r)
    return total  # [exp.1]


def closed_span(
    activation: Activation, variance: Any, kappa: Numbers, slope: Any = 1, linear: Any = 0, quadratic: Any = 0
) -> tuple[list[Numbers], tuple[int, ...]]:
    """Polynomials of kappa, and the parities of which all functions are free; arguments as in `mean_expansion`.

    variance: c at e = 0; slope, linear and quadratic are those of sigma(sqrt(c) x).
    """
    parts = activation.parity_parts()
    everything = tuple(parity for parity, part in enumerate((parts.even, parts.odd)) if part is None)
    hermite = polynomial_coefficients((parts.even or {}) | (parts.odd or {}), variance)
    orders = [mean_expansion(hermite, slope, linear, quadratic, q, kappa) for q in range(len(hermite))]
    return [order for order in orders if any(order)], everything  # [span.1]


def polynomial_coefficients(powers: Polynomial, variance: Any) -> list[Any]:
    """Coefficients in He_j of f(sqrt(variance) x), f = sum_n powers_n x^n; zero where only rounding is left."""
    size = max(powers, default=-1) + 1
    totals, sizes = [mp.zero] * size, [mp.zero] * size
    for n, coefficient in powers.items():
        for m in range(n // 2 + 1):
            ways = mp.factorial(n) / (mp.mpf(2) ** m * mp.factorial(m) * mp.factorial(n - 2 * m))
            term = mp.mpf(coefficient.numerator) / coefficient.denominator * ways * mp.sqrt(variance) ** n
            totals[n - 2 * m] += term
            sizes[n - 2 * m] += abs(term)
    return [t if abs(t) > mp.mpf(10) ** -LAST_DIGITS * s else mp.zero for t, s in zip(totals, sizes, strict=True)]
