"""Random features, plain and spiked (mei22, adlam20, cui24)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.laws import Law
from rmt_asymptotics.models.base import EXCESS, RidgeModel
from rmt_asymptotics.models.checks import ONE_DIRECTION
from rmt_asymptotics.papers import OfRandomFeatures


@dataclass(frozen=True, kw_only=True)
class RandomFeatures(OfRandomFeatures, RidgeModel):
    """Random features: weights w_i uniform on the unit sphere (mei22, adlam20).  Note: canonical_problem.md.

    {fields}

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0,
    ...                            width_ratio=1.5, ridge=0.1)
    >>> model.replace(ridge=0.2).ridge
    0.2
    """


@dataclass(frozen=True, kw_only=True)
class SpikedRandomFeatures(RidgeModel):
    """Spiked random features: w_i = sqrt(c) omega_i + u_i v (cui24).

    {fields}

    >>> import rmt_asymptotics as rmt
    >>> rmt.SpikedRandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0, width_ratio=1.5,
    ...                          ridge=0.1, spike=rmt.ConstantLaw(1.2), alignment=1.5)
    Traceback (most recent call last):
        ...
    rmt_asymptotics.errors.OutOfDomain: alignment = 1.5 is out of domain: it must be a finite number >= -1 and <= 1
    """

    spike: Law
    alignment: float | tuple[tuple[float, ...], ...]
    bulk_variance: float = 1.0
    spike_profile: Sequence[float] | None = None
    alignment_profile: Sequence[float] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("spike_profile", "alignment_profile"):
            self._check_profile(name)
        several = self.has_several_directions
        shape = (getattr(self.target, "directions", 1), self.spike.directions or 1)
        if np.shape(self.alignment) != (shape if several else ()):
            rows = f"a matrix of {shape[0]} rows and {shape[1]} columns: <theta_a, v_j>"
            raise OutOfDomain("alignment", self.alignment, rows if several else "a number: of one spike and one theta")
        if several:
            return
        spike, overlap = self.spike_profiles
        if np.any(overlap**2 > spike * self.teacher_profile + EXCESS):
            allowed = "smaller: no two vectors of these profiles have such an overlap on each eigenvalue"
            raise OutOfDomain("alignment", self.alignment, allowed)

    @property
    def spike_profiles(self) -> tuple[Array, Array]:
        """Squared components of v, and products of those of v and theta, on the eigenvalues of the covariance, (Y,)."""
        teacher = self.teacher_profile
        spike = teacher if self.spike_profile is None else np.array(self.spike_profile)
        largest = np.sqrt(spike * teacher)
        if self.alignment_profile is not None:
            return spike, self.overlap * np.array(self.alignment_profile)
        total = float(largest.sum())
        if abs(self.overlap) > total + EXCESS:
            raise OutOfDomain("alignment", self.alignment, f"at most {total:g} in size, that of these profiles")
        return spike, self.overlap * largest / (total or 1.0)

    @property
    def overlap(self) -> float:
        """The alignment of one spike and one theta; raises `OutOfDomain` for others."""
        if isinstance(self.alignment, tuple):
            raise OutOfDomain("alignment", self.alignment, ONE_DIRECTION)
        return self.alignment
