"""Quadrature rules of mpf: Gauss-Legendre, and two rules in kappa ~ N(0, 1).  Note: numerics.md [quad.4]."""

from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from mpmath import mp

from rmt_asymptotics.digits.algebra import Numbers, numbers


def reach(digits: int) -> Any:
    """|z| beyond which N(0, 1) has a density below 10^-digits of the largest."""
    return mp.sqrt(2 * mp.log(10) * digits)


@lru_cache(maxsize=32)
def legendre_rule(order: int, digits: int) -> tuple[Numbers, Numbers, Numbers]:
    """Nodes and weights on [-1, 1], and there the normalised last two polynomials, P_k (2 k + 1)/2: (2, order)."""
    nodes, weights, tails = [], [], []
    for start in np.polynomial.legendre.leggauss(order)[0].tolist():
        x, step = mp.mpf(start), mp.one
        while abs(step) > mp.mpf(10) ** (-digits // 2 - 2):  # the last step squares its error
            value, below, _ = _legendre(order, x)
            slope = order * (x * value - below) / (x * x - 1)
            step = value / slope
            x -= step
        value, below, before = _legendre(order, x)
        slope = order * (x * value - below) / (x * x - 1)
        nodes.append(x)
        weights.append(2 / ((1 - x * x) * slope**2))
        tails.append((below * (2 * order - 1) / 2, before * (2 * order - 3) / 2))
    return numbers(nodes), numbers(weights), numbers(tails).T


def _legendre(order: int, x: Any) -> tuple[Any, Any, Any]:
    """P_order, P_(order-1) and P_(order-2) at x, by recurrence."""
    before, below, value = mp.zero, mp.one, x
    for n in range(2, order + 1):
        before, below, value = below, value, ((2 * n - 1) * x * value - (n - 1) * below) / n
    return value, below, before


def trapezoid(count: int, width: Any, digits: int) -> tuple[Numbers, Numbers]:
    """Nodes and weights of the trapezoidal rule in s, kappa = width sinh(s): smooth functions of this width."""
    end = mp.asinh(reach(digits) / width)
    step = 2 * end / (count - 1)
    s = [step * (2 * i - count + 1) / 2 for i in range(count)]
    nodes = [width * mp.sinh(x) for x in s]
    weights = [step * width * mp.cosh(x) * mp.npdf(k) for x, k in zip(s, nodes, strict=True)]
    return numbers(nodes), numbers(weights)


def panels(order: int, features: list[tuple[Any, Any]], digits: int) -> tuple[Numbers, Numbers]:
    """Gauss-Legendre panels, each shorter than its distance to every feature (location, width) or than the width.

    Width 0 is a kink that no neighbourhood feels: a panel ends there.
    """
    end = reach(digits)
    inside = [(x, width) for x, width in features if abs(x) < end]
    todo, finished = list(pairwise(sorted({-end, end, *(x for x, _ in inside)}))), []
    while todo:
        low, high = todo.pop()
        if all(high - low <= max(width, low - x, x - high) for x, width in inside if width) and high - low <= 2:
            finished.append((low, high))
        else:
            middle = (low + high) / 2
            todo += [(low, middle), (middle, high)]
    unit, mass, _ = legendre_rule(order, digits)
    nodes = np.concatenate([(low + high) / 2 + (high - low) / 2 * unit for low, high in sorted(finished)])
    weights = np.concatenate([(high - low) / 2 * mass for low, high in sorted(finished)])
    return nodes, weights * numbers([mp.npdf(x) for x in nodes])
