"""Models: what the user writes down, in the dimensionless parameters of the papers.

Frozen and validated; they know nothing of the theory or of the simulation that read them.
Notation and normalisations: theory_notes/conventions.md.
"""

import dataclasses
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Self

import numpy as np

from rmt_asymptotics.activations import Activation
from rmt_asymptotics.errors import OutOfDomain, number, whole_number
from rmt_asymptotics.gaussian.conditional import conditional_moments
from rmt_asymptotics.laws import Law


@dataclass(frozen=True, kw_only=True)
class RidgeModel:
    """Fields shared by all models: a ridge-regularised linear readout on p features of x ~ N(0, I_d).

    activation: sigma, of unit argument: feature i is sigma(<w_i, x>).
    target: f_*, with labels f_*(<theta, x>) + noise, |theta| = 1.
    sample_complexity: n/d > 0.  width_ratio: p/d > 0.  noise_variance: Var of the label noise >= 0.
    ridge: multiplies |a|^2 beside the *sum* over samples of (y - a.phi/sqrt(p))^2; > 0.
    width: p, when the 1/p effects of the spike and of the intercept are resolved; None is the limit p = infinity.
    """

    activation: Activation
    target: Activation
    sample_complexity: float
    width_ratio: float
    ridge: float
    noise_variance: float = 0.0
    width: int | None = None

    POSITIVE: ClassVar[tuple[str, ...]] = ("sample_complexity", "width_ratio", "ridge")

    def __post_init__(self) -> None:
        for name in ("activation", "target"):
            function = getattr(self, name)
            if not isinstance(function, Activation):
                raise OutOfDomain(name, function, "an Activation (rmt.tanh, rmt.Activation(callable), ...)")
            _has_finite_second_moment(function, name)
        for name in self.POSITIVE:
            self._set(name, number(name, getattr(self, name), above=0))
        self._set("noise_variance", number("noise_variance", self.noise_variance, least=0))
        if self.width is not None:
            self._set("width", whole_number("width", self.width, least=1))

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    def replace(self, **changes: Any) -> Self:
        """The same model with some fields changed; unknown names raise `OutOfDomain`."""
        self.check_fields(changes)
        return dataclasses.replace(self, **changes)

    def check_fields(self, names: Any) -> None:
        """Raise `OutOfDomain` unless every name is a field of this model."""
        fields = [f.name for f in dataclasses.fields(self)]
        for name in names:
            if name not in fields:
                raise OutOfDomain("field", name, f"a field of {type(self).__name__}: {', '.join(fields)}")


@dataclass(frozen=True, kw_only=True)
class RandomFeatures(RidgeModel):
    """Random features: weights w_i uniform on the unit sphere (mei22, adlam20).

    See `RidgeModel` for the fields.  Note: canonical_problem.md.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0,
    ...                            width_ratio=1.5, ridge=0.1)
    >>> model.replace(ridge=0.2).ridge
    0.2
    """


@dataclass(frozen=True, kw_only=True)
class SpikedRandomFeatures(RidgeModel):
    """Spiked random features: w_i = sqrt(bulk_variance) omega_i + u_i v (cui24).

    spike: the law of the coefficients u_i.  alignment: <theta, v> in [-1, 1], |v| = 1.
    bulk_variance: the variance c > 0 of the isotropic part; omega_i is uniform on the unit sphere.
    See `RidgeModel` for the other fields.

    >>> import rmt_asymptotics as rmt
    >>> rmt.SpikedRandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0, width_ratio=1.5,
    ...                          ridge=0.1, spike=rmt.ConstantLaw(1.2), alignment=1.5)
    Traceback (most recent call last):
        ...
    rmt_asymptotics.errors.OutOfDomain: alignment = 1.5 is out of domain: it must be a finite number >= -1 and <= 1
    """

    spike: Law
    alignment: float
    bulk_variance: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.spike, Law):
            raise OutOfDomain("spike", self.spike, "a law, such as ConstantLaw(1.0) or GaussianLaw(1.0)")
        self._set("alignment", number("alignment", self.alignment, least=-1, most=1))
        self._set("bulk_variance", number("bulk_variance", self.bulk_variance, above=0))


@lru_cache(maxsize=512)
def _has_finite_second_moment(function: Activation, field: str) -> None:
    conditional_moments(function, function.kinks, np.zeros(1), np.ones(1), field=field)
