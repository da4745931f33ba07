"""The closed span of the class means at p = infinity, for a law with uncountably many values.

The class means m0(e; kappa) are then free for every e, and G0 becomes the projection on the closure of
their span.  Differentiating in e at an accumulation point of the law shows that it contains every coefficient
M_q of the expansion in e, and nothing else: finitely many polynomials where a parity part of sigma is a polynomial
(the odd part of ReLU is x/2), otherwise all functions of that parity.  Note: closed_span.md [span.1].
"""

from math import factorial

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.activations import Activation
from rmt_asymptotics.canonical.expansion import mean_expansion
from rmt_asymptotics.gaussian.conditional import conditional_moments
from rmt_asymptotics.gaussian.expectations import hermite_coefficients
from rmt_asymptotics.gaussian.quadrature import Rule

DEGREE = 24  # a parity part whose first 24 Hermite coefficients carry all of its energy is a polynomial
PRESENT = 1e-11  # a normalised Hermite coefficient below this, relative to the norm of sigma, is rounding


def closed_span(
    activation: Activation,
    variance: float,
    rule: Rule,
    slope: float = 1.0,
    linear: float = 0.0,
    quadratic: float = 0.0,
) -> Array:
    """Functions of kappa that span the class means of all e; shape (F, N), of unit norm, on a grid symmetric about 0.

    variance: c at e = 0; slope, linear, quadratic: as in `mean_expansion`, of sigma(sqrt(variance) x).
    """
    scale = np.sqrt(variance)
    kinks = sorted({sign * x / scale for x in activation.kinks for sign in (-1, 1)})
    norms = np.sqrt([float(factorial(q)) for q in range(DEGREE + 1)])
    polynomial_part = np.zeros(DEGREE + 1)
    functions: list[Array] = []
    for parity in (0, 1):

        def part(z: Array, parity: int = parity) -> Array:
            return 0.5 * (activation(scale * z) + (-1) ** parity * activation(-scale * z))

        moments = conditional_moments(part, kinks, 0.0, 1.0)
        energy = float(moments.second)
        coefficients = hermite_coefficients(part, kinks, DEGREE)
        coefficients[np.abs(coefficients) * norms <= PRESENT * np.sqrt(energy)] = 0
        if energy - np.sum((coefficients * norms) ** 2) <= 1e-12 * energy:
            polynomial_part += coefficients
        else:
            functions += list(_all_of_parity(len(rule.nodes), parity))
    orders = [mean_expansion(polynomial_part, slope, linear, quadratic, q, rule.nodes) for q in range(DEGREE + 1)]
    functions += [order for order in orders if np.any(order)]
    return np.array([f / np.sqrt(rule.weights @ f**2) for f in functions]).reshape(-1, len(rule.nodes))


def _all_of_parity(count: int, parity: int) -> Array:
    """Indicators of the pairs of nodes {kappa, -kappa}, symmetric or antisymmetric; shape (about N/2, N)."""
    indicators = np.eye(count)
    return (indicators + (-1) ** parity * indicators[::-1])[: (count + 1 - parity) // 2]
