"""What the equations see of a model: functions of kappa on a grid.  Note: canonical_problem.md, sections 1 and 3."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from mpmath import mp

from rmt_asymptotics.digits.algebra import Numbers, zeros
from rmt_asymptotics.digits.moments import Moments

Mode: TypeAlias = tuple[Numbers, Numbers, int, Any]  # F0, F1, the class and the strength


@dataclass(frozen=True)
class Resolution:
    """How finely a model is evaluated: working digits, order of cells, nodes in kappa, classes of a continuous law."""

    digits: int
    order: int
    nodes: int
    classes: int


@dataclass(frozen=True)
class Setting:
    """kappa and its weights (N,), the classes and their moments (K, N), the modes, and the labels without noise.

    modes: with a penalty.  free: rows F0 of modes without a penalty.
    free_parities: 0 and 1 where all even and all odd functions of kappa are free.
    """

    kappa: Numbers
    weight: Numbers
    shares: Numbers
    bulk: Moments
    labels: Moments
    modes: list[Mode]
    free: list[Numbers] = field(default_factory=list)
    free_parities: tuple[int, ...] = ()


def class_modes(first: Numbers, second: Numbers, strengths: Any) -> list[Mode]:
    """One mode F0 + F1 s a class, from rows (K, N); modes without strength are left out."""
    strengths = np.broadcast_to(np.asarray(strengths, object), len(first))
    rows = zip(first, second, range(len(first)), strengths, strict=True)
    return [mode for mode in rows if mode[3] != 0]


def direction_modes(kappa: Numbers, linear: Numbers, beta: Any) -> list[Mode]:
    """The spike direction kappa b_k and the teacher direction s b_k of each class, R = p/d."""
    none = zeros(*linear.shape)
    return class_modes(kappa * linear, none, beta) + class_modes(none, linear, beta)


def mean_modes(mean: Numbers, width: int | None) -> dict[str, Any]:
    """The class means: of strength p, or free at p = infinity; as fields of a `Setting`."""
    if width is None:
        return {"modes": [], "free": list(mean)}
    return {"modes": class_modes(mean, zeros(*mean.shape), mp.mpf(width)), "free": []}
