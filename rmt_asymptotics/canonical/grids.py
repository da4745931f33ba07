"""The quadrature in kappa and the class counts of each refinement level.  Note: numerics.md."""

from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.gaussian.quadrature import Rule, panel_rule, sinh_rule
from rmt_asymptotics.laws import Law

CLASS_COUNTS = (18, 26, 38, 56, 82, 120, 176, 258, 380)  # of a continuous law
NODE_COUNTS = (40, 58, 84, 122, 176, 256, 370, 540, 780)
NODE_COUNTS_FINITE = (56, 84, *NODE_COUNTS[3:], 1120)  # laws with finitely many values: asked for more digits
PANEL_ORDERS = (8, 12, 16, 22, 30, 40, 54, 72, 96)
LEVELS = len(CLASS_COUNTS)
NARROW = 0.15  # features of the target narrower than this in kappa get panels of their own


@dataclass(frozen=True)
class ClassNodes:
    """How finely a continuous law is resolved: `count` nodes for features of width `resolution` at this `scale`.

    The nodes move with the scale of the law.  A law with finitely many values has its atoms for nodes.
    """

    count: int
    resolution: float
    scale: float

    @classmethod
    def of(cls, law: Law, level: int, resolution: float) -> "ClassNodes":
        return cls(CLASS_COUNTS[level], resolution, _scale(law))

    def quadrature(self, law: Law) -> tuple[Array, Array]:
        """Values and probabilities of a law on these nodes, (K,) each."""
        return law.quadrature(self.count, self.resolution * (_scale(law) / self.scale))


@dataclass(frozen=True)
class Grid:
    """Where the functions of a problem are evaluated.  On a fixed grid a problem is smooth in the fields of a model."""

    kappa: Rule
    classes: ClassNodes


def _scale(law: Law) -> float:
    return float(getattr(law, "scale", 1.0))


def kappa_rule(
    kinks: tuple[float, ...],
    alignment: float,
    spikes: Array,
    variances: Array,
    probabilities: Array,
    continuous: bool,
    level: int,
) -> Rule:
    """A rule for class functions of u_k kappa + sqrt(c_k) z and for labels with kinks in gamma kappa + rho z.

    The class functions are sharpest at kappa = 0, with width sqrt(c)/u; a kink x of nearly aligned labels is a
    feature at kappa = x/gamma of width rho/gamma.
    """
    gamma = abs(alignment)
    ratios = np.abs(spikes) / np.sqrt(variances)
    width = 1 / max(1.0, min(float(np.max(ratios)), 3 * float(np.sqrt(probabilities @ ratios**2))))
    sharpness = np.sqrt((1 - gamma) * (1 + gamma)) / max(gamma, np.finfo(float).tiny)
    if not kinks or sharpness >= NARROW:
        counts = NODE_COUNTS if continuous else NODE_COUNTS_FINITE
        return sinh_rule(counts[level], width)
    places = sorted({sign * x / gamma for x in kinks for sign in (-1, 1)})
    features = [(0.0, width)] + [(x, sharpness) for x in places if x != 0 or sharpness < width]
    return panel_rule(PANEL_ORDERS[level], features)
