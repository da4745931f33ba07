"""A look at the whole of a function, by a rule that is unrelated to those of the moments.  Note: numerics.md [scan.1].

Quadrature trusts two successive rules that agree; what lies between the nodes of both is seen by neither.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.callables import evaluated, name_of
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.gaussian.conditional import conditional_moments
from rmt_asymptotics.gaussian.quadrature import CUTOFF, Rule, gaussian_density, legendre

PANELS, FEWEST, ORDER = 2**13, 64, 8  # over |z| < 12; at least, between two kinks; of Gauss-Legendre on each
SCALES = (1.0, 4.0)  # standard deviations of the argument: the model's own, and that of large spikes
SEEN = 1e-9  # relative to the second moment; the scan itself is good to 1e-12


def check_scan(function: Callable[[Array], Array], kinks: Sequence[float], field: str) -> None:
    """Raise `OutOfDomain` naming `field` unless quadrature and a scan at 65,536 places find the same moments.

    >>> check_scan(lambda x: np.tanh(x) + np.exp(-1e6 * (x - 0.7) ** 2), (), "activation")
    Traceback (most recent call last):
        ...
    rmt_asymptotics.errors.OutOfDomain: activation = '<lambda>' is out of domain: it must be without features that \
fall between the nodes of quadrature, as near x = 0.7: declare kinks at both of its ends
    """
    for scale in SCALES:
        try:
            known = conditional_moments(function, kinks, 0.0, scale, field=field)
        except OutOfDomain:
            if scale == SCALES[0]:
                raise
            continue
        rule = _places(tuple(k / scale for k in kinks))
        z, weights = rule.nodes, rule.weights
        with np.errstate(all="ignore"):
            values = evaluated(function, scale * z, field)
            mean, second = float(weights @ values), float(weights @ values**2)
        size = float(known.second)
        if abs(second - size) > SEEN * size or abs(mean - float(known.mean)) > SEEN * np.sqrt(size):
            near = scale * z[1 + np.argmax(np.abs(np.diff(values, 2)))]
            allowed = (
                f"without features that fall between the nodes of quadrature, as near x = {near:.3g}: "
                "declare kinks at both of its ends"
            )
            raise OutOfDomain(field, name_of(function), allowed)


@lru_cache(maxsize=8)
def _places(kinks: tuple[float, ...]) -> Rule:
    """Places and weights of panels of equal length; between kinks they crowd at the ends, as powers there need it."""
    ends = [-CUTOFF, *sorted({k for k in kinks if abs(k) < CUTOFF}), CUTOFF]
    unit, unit_weights = legendre(ORDER)
    places, weights = [], []
    for low, high in pairwise(ends):
        count = max(FEWEST, round(PANELS * (high - low) / (2 * CUTOFF)))
        t = ((np.arange(count)[:, None] + unit) / count).ravel()
        w = np.tile(unit_weights / count, count)
        if len(ends) > 2:
            t, w = t**4 * (35 - 84 * t + 70 * t**2 - 20 * t**3), 140 * (t * (1 - t)) ** 3 * w
        places.append(low + (high - low) * t)
        weights.append((high - low) * w)
    z = np.concatenate(places)
    return Rule(z, np.concatenate(weights) * gaussian_density(z))
