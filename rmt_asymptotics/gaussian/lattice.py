"""Quadrature for N(0, 1)^r: a rectangular lattice in a ball.  Note: several_directions.md [multi.1].

The trapezoidal rule converges exponentially for analytic functions, in every direction alike: a ridge along any
direction of the plane is resolved as well as one along an axis, which graded products of rules are not.
"""

from functools import lru_cache
from itertools import product

import numpy as np

from rmt_asymptotics.gaussian.quadrature import Rule, gaussian_density


@lru_cache(maxsize=64)
def lattice_rule(spacings: tuple[float, ...], radius: float) -> Rule:
    """Nodes (N, r) on the lattice of the given spacings, |z| <= radius, 0 among them; weights (N,) of N(0, 1)^r.

    >>> rule = lattice_rule((0.5, 0.4), 9.0)
    >>> rule.nodes.shape, round(float(rule.weights @ (rule.nodes[:, 0] * rule.nodes[:, 1]) ** 2), 13)
    ((1269, 2), 1.0)
    """
    axes = [h * np.arange(-np.floor(radius / h), np.floor(radius / h) + 1) for h in spacings]
    places = np.array(list(product(*axes)))  # without directions one place of no coordinates
    inside = places[np.sum(places**2, axis=1) <= radius**2]
    return Rule(inside, np.prod(spacings * gaussian_density(inside), axis=1))
