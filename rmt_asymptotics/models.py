"""Models: what the user writes down, in the dimensionless parameters of the papers.

Frozen and validated; they know nothing of the theory or of the simulation that read them.
Notation and normalisations: theory_notes/conventions.md.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from rmt_asymptotics.activations import Activation
from rmt_asymptotics.errors import OutOfDomain, number, whole_number
from rmt_asymptotics.gaussian.conditional import conditional_moments
from rmt_asymptotics.laws import ConstantLaw, Law
from rmt_asymptotics.records import Record
from rmt_asymptotics.steps import Step

UNIT = ConstantLaw(1.0)


@dataclass(frozen=True, kw_only=True)
class RidgeModel(Record):
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

    INNER: ClassVar[tuple[type[Any], ...]] = (Law, Step)
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


@dataclass(frozen=True, kw_only=True)
class OneStepNetwork(RidgeModel):
    """A two-layer network after one gradient step on its first layer, its readout then trained by ridge regression.

    step: the learning rate with its scaling (FixedStep, PowerStep, MaximalStep).
    step_sample_complexity: n0/d > 0, fresh samples of the gradient step.
    readout: the law of g, where a_i = g_i/sqrt(p) is the readout during the step.
    corrections: the terms of [net.3], of the same order as the spike and teacher directions (not in cui24).
    span_noise: the open terms of [net.4]; see theory_notes/one_step.md before use.
    The target must be learnable by the step (E[z f_*] != 0 or E[y - f]^2 > 0); the activation needs a derivative
    for simulation.  See `RidgeModel` for the other fields.  Equations net.1-net.3 (cui24, moniri24, ba22).

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.OneStepNetwork(activation=rmt.tanh, target=rmt.sin, sample_complexity=1.6, width_ratio=1.0,
    ...                            ridge=0.1, step=rmt.MaximalStep(3.0), step_sample_complexity=20.0)
    >>> round(rmt.solve(model).test_error, 5)
    0.03633
    """

    step: Step
    step_sample_complexity: float
    readout: Law = UNIT
    corrections: bool = True
    span_noise: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.step, Step):
            raise OutOfDomain("step", self.step, "a step: FixedStep(eta), PowerStep(exponent) or MaximalStep(rate)")
        self._set("step_sample_complexity", number("step_sample_complexity", self.step_sample_complexity, above=0))
        if not isinstance(self.readout, Law):
            raise OutOfDomain("readout", self.readout, "a law, such as ConstantLaw(1.0) or GaussianLaw(1.0)")
        for name in ("corrections", "span_noise"):
            if not isinstance(getattr(self, name), bool):
                raise OutOfDomain(name, getattr(self, name), "True or False")


@lru_cache(maxsize=512)
def _has_finite_second_moment(function: Activation, field: str) -> None:
    conditional_moments(function, function.kinks, np.zeros(1), np.ones(1), field=field)
