"""The closed span of the class means at p = infinity, for a law with uncountably many values.

The class means m0(e; kappa) are then free for every e, and G0 becomes the projection on the closure of
their span.  Differentiating in e at an accumulation point of the law shows that it contains every coefficient
M_q of the expansion in e, and nothing else: finitely many polynomials where a parity part of sigma is a polynomial
(the odd part of ReLU is x/2), otherwise all functions of that parity.  Note: closed_span.md [span.1].
"""

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.activations import Activation
from rmt_asymptotics.canonical.expansion import mean_expansion
from rmt_asymptotics.gaussian.quadrature import Rule


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
    parts = activation.parity_parts()
    polynomials = [parts.hermite(parity, variance) for parity in (0, 1)]
    functions: list[Array] = []
    for parity, coefficients in enumerate(polynomials):
        if coefficients is None:
            functions += list(_all_of_parity(len(rule.nodes), parity))
    total = sum_of(*(c for c in polynomials if c is not None))
    orders = [mean_expansion(total, slope, linear, quadratic, q, rule.nodes) for q in range(len(total))]
    functions += [order for order in orders if np.any(order)]
    return np.array([f / np.sqrt(rule.weights @ f**2) for f in functions]).reshape(-1, len(rule.nodes))


def sum_of(*coefficients: Array) -> Array:
    """The sum of coefficients of different lengths."""
    total = np.zeros(max(map(len, coefficients), default=0))
    for c in coefficients:
        total[: len(c)] += c
    return total


def _all_of_parity(count: int, parity: int) -> Array:
    """Indicators of the pairs of nodes {kappa, -kappa}, symmetric or antisymmetric; shape (about N/2, N)."""
    indicators = np.eye(count)
    return (indicators + (-1) ** parity * indicators[::-1])[: (count + 1 - parity) // 2]
