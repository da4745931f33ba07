"""A rank-one spike on a matrix with independent rows, in closed form (Baik, Ben Arous, Peche).

Note: theory_notes/spectra.md [spec.13].
"""

from dataclasses import dataclass

import numpy as np

from rmt_asymptotics.errors import number
from rmt_asymptotics.vocabulary.fields import FIELDS


@dataclass(frozen=True)
class RankOneSpike:
    """position: the top singular value.  overlap: squared, of its right vector with the spike's.  threshold: the
    strength above which it leaves the bulk; below, position is the edge of the bulk and overlap 0.
    """

    position: float
    overlap: float
    threshold: float


def bbp(strength: float, width_ratio: float, bulk_variance: float = 1.0) -> RankOneSpike:
    """Top singular value of sqrt(c) Omega + theta a v^T, the p rows of Omega uniform on the unit sphere of R^d.

    strength: theta >= 0, with |a| = |v| = 1.  width_ratio: p/d > 0.  bulk_variance: c > 0.
    Raises `OutOfDomain` outside of these.  Equation spec.13 (ba22).

    >>> spike = bbp(2.0, 1.0)
    >>> spike.position, spike.overlap, spike.threshold
    (2.5, 0.75, 1.0)
    """
    theta = number("strength", strength, least=0)
    beta, c = number("width_ratio", width_ratio, above=0), FIELDS["bulk_variance"].checked(bulk_variance)
    threshold = np.sqrt(c) * beta**0.25
    if theta <= threshold:
        return RankOneSpike(float(np.sqrt(c) * (1 + np.sqrt(beta))), 0.0, float(threshold))
    with np.errstate(over="ignore"):
        S = np.square(theta / np.sqrt(c))
    position = theta * np.sqrt((1 + 1 / S) * (1 + beta / S))
    return RankOneSpike(float(position), float(1 - (1 + beta / S) / (1 + S)), float(threshold))  # [spec.13]
