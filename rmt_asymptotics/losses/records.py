"""Losses: what a user writes down.  Note: theory_notes/convex_losses.md [gl.1].

The readout minimises sum_mu l(u_mu) + (ridge/2) |a|^2, with u = y f for labels of two values y = +-1 and u = f - y for
real labels.  The square loss is l = u^2, with ridge |a|^2 beside it, as in ridge regression.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.callables import identity_of, name_of, sorted_kinks
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.losses.convex import ConvexFunction
from rmt_asymptotics.losses.piecewise import PiecewiseQuadratic
from rmt_asymptotics.losses.smooth import Exponential, Logistic, Smooth
from rmt_asymptotics.vocabulary.declared import Declared

CHECKED = np.concatenate([np.linspace(-30, 30, 241), [-1e3, -100.0, 100.0, 1e3]])  # where a user's loss is checked
MIDDLE = 3.0  # |u| up to this gives the scale of slopes and curvatures
SLACK = 1e-6  # of slopes against differences, and of monotone slopes, relative


@dataclass(frozen=True)
class Loss(Declared, ABC):
    """A convex loss.

    two_values, real: whether it takes labels of two values, and real labels.
    unit: the loss is unit * function, beside a penalty unit * (ridge/2) |a|^2.
    """

    two_values: ClassVar[bool] = True
    real: ClassVar[bool] = True
    unit: ClassVar[float] = 1.0

    @abstractmethod
    def function(self, two_values: bool) -> ConvexFunction:
        """l, of u = y f (`two_values`) or of u = f - y."""


@dataclass(frozen=True)
class SquareLoss(Loss):
    """(y - f)^2: ridge regression, for any labels."""

    unit: ClassVar[float] = 2.0

    def function(self, two_values: bool) -> ConvexFunction:
        return PiecewiseQuadratic((), (0.5 * two_values,), (-1.0 * two_values,), (1.0,))


@dataclass(frozen=True)
class MarginLoss(Loss):
    """A loss of the margin u = y f: labels of two values."""

    real: ClassVar[bool] = False


@dataclass(frozen=True)
class LogisticLoss(MarginLoss):
    """log(1 + exp(-y f))."""

    def function(self, two_values: bool) -> ConvexFunction:
        return Logistic()


@dataclass(frozen=True)
class ExponentialLoss(MarginLoss):
    """exp(-y f)."""

    def function(self, two_values: bool) -> ConvexFunction:
        return Exponential()


@dataclass(frozen=True)
class HingeLoss(MarginLoss):
    """max(0, 1 - y f): the soft-margin support vector machine."""

    def function(self, two_values: bool) -> ConvexFunction:
        return PiecewiseQuadratic((1.0,), (1.0, 0.0), (-1.0, 0.0), (0.0, 0.0))


@dataclass(frozen=True)
class SquaredHingeLoss(MarginLoss):
    """max(0, 1 - y f)^2/2."""

    def function(self, two_values: bool) -> ConvexFunction:
        return PiecewiseQuadratic((1.0,), (0.5, 0.0), (-1.0, 0.0), (1.0, 0.0))


@dataclass(frozen=True)
class HardMarginLoss(MarginLoss):
    """0 where y f >= 1, infinite elsewhere: the largest margin, the limit ridge -> 0 of separable samples.

    The ridge drops out of the solution.  There is one up to the threshold of `separability`.
    """

    def function(self, two_values: bool) -> ConvexFunction:
        return PiecewiseQuadratic((1.0,), (math.inf, 0.0), (-math.inf, 0.0), (0.0, 0.0))


@dataclass(frozen=True)
class ResidualLoss(Loss):
    """A loss of the residual u = f - y: real labels."""

    two_values: ClassVar[bool] = False


@dataclass(frozen=True)
class HuberLoss(ResidualLoss):
    """(y - f)^2/2 up to |y - f| = threshold, linear beyond.

    >>> HuberLoss(0.5).function(two_values=False).value(np.array([0.2, -2.0]))
    array([0.02 , 0.875])
    """

    threshold: float = 1.0

    def function(self, two_values: bool) -> ConvexFunction:
        h = self.threshold
        return PiecewiseQuadratic((-h, h), (-h * h / 2, 0.0, -h * h / 2), (-h, 0.0, h), (0.0, 1.0, 0.0))


@dataclass(frozen=True)
class AbsoluteLoss(ResidualLoss):
    """|y - f|."""

    def function(self, two_values: bool) -> ConvexFunction:
        return PiecewiseQuadratic((0.0,), (0.0, 0.0), (-1.0, 1.0), (0.0, 0.0))


@dataclass(frozen=True)
class QuantileLoss(ResidualLoss):
    """level (y - f) above the prediction, (1 - level) (f - y) below it: f is the quantile `level` of y."""

    level: float = 0.5

    def function(self, two_values: bool) -> ConvexFunction:
        return PiecewiseQuadratic((0.0,), (0.0, 0.0), (-self.level, 1 - self.level), (0.0, 0.0))


@dataclass(frozen=True)
class EpsilonInsensitiveLoss(ResidualLoss):
    """max(0, |y - f| - threshold): support vector regression."""

    threshold: float = 0.1

    def function(self, two_values: bool) -> ConvexFunction:
        w = self.threshold
        return PiecewiseQuadratic((-w, w), (-w, 0.0, -w), (-1.0, 0.0, 1.0), (0.0, 0.0, 0.0))


@dataclass(frozen=True, eq=False)
class ConvexLoss(Loss):
    """A loss of your own: vectorised callables for l(u), l'(u) and l''(u).

    u = y f for labels of two values, u = f - y for real labels.
    kinks: where the slope jumps.
    name: shown and stored.
    Raises `OutOfDomain` for a function that is not finite, not convex, or whose derivatives are not its own.

    >>> loss = ConvexLoss(lambda u: np.logaddexp(u, -u), np.tanh, lambda u: 1 / np.cosh(np.clip(u, -300, 300)) ** 2,
    ...                   name="log-cosh")
    >>> loss.name
    'log-cosh'
    """

    value: Callable[[Array], Array] = field(repr=False)
    slope: Callable[[Array], Array] = field(repr=False)
    curvature: Callable[[Array], Array] = field(repr=False)
    kinks: Sequence[float] = ()
    name: str = ""

    def __post_init__(self) -> None:
        for name in ("value", "slope", "curvature"):
            if not callable(getattr(self, name)):
                raise OutOfDomain(name, getattr(self, name), "a vectorised callable of one array")
        object.__setattr__(self, "kinks", sorted_kinks(self.kinks))
        object.__setattr__(self, "name", self.name or name_of(self.value))
        self._check()

    def _key(self) -> tuple[Any, ...]:
        return self.name, self.kinks, *map(identity_of, (self.value, self.slope, self.curvature))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ConvexLoss) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _check(self) -> None:
        """Refuse what is not convex, and slopes that are not those of the values."""
        function = self.function(True)
        u = CHECKED[~np.isin(CHECKED, self.kinks)]
        with np.errstate(all="ignore"):
            values, slopes, curvatures = function.value(u), function.slopes(u)[0], function.curvature(u)
            finite = np.isfinite(values) & np.isfinite(slopes) & np.isfinite(curvatures)
            if not np.all(finite[np.abs(u) <= 30]):
                raise OutOfDomain("value", self.value, "finite, with finite slope and curvature, for |u| <= 30")
            u, values, slopes, curvatures = (x[finite] for x in (u, values, slopes, curvatures))
            order, middle = np.argsort(u), np.abs(u) <= MIDDLE
            steep, curved = (np.sqrt(np.mean(x[middle] ** 2)) for x in (slopes, curvatures))
            falls = np.diff(slopes[order]) < -SLACK * (steep + np.abs(slopes[order][1:]))
            if np.any(falls) or np.any(curvatures < -SLACK * (curved + np.abs(curvatures))):
                raise OutOfDomain("value", self.value, "convex: its slope must not decrease")
            h = 1e-5
            near = (np.abs(u) <= 30) & np.all(np.abs(u[:, None] - np.array([*self.kinks, np.inf])) > h, axis=1)
            x = u[near]
            differences = (function.value(x + h) - function.value(x - h)) / (2 * h)
            rounding = 1e-10 * np.abs(values[near])
            if np.any(np.abs(differences - slopes[near]) > 1e-4 * (steep + np.abs(slopes[near])) + rounding):
                raise OutOfDomain("slope", self.slope, "the derivative of value")
            second = (function.slopes(x + h)[0] - function.slopes(x - h)[0]) / (2 * h)
            if np.any(
                np.abs(second - curvatures[near]) > 1e-3 * (curved + np.abs(second)) + 1e-10 * np.abs(slopes[near])
            ):
                raise OutOfDomain("curvature", self.curvature, "the derivative of slope")

    def function(self, two_values: bool) -> ConvexFunction:
        return Smooth(self.value, self.slope, self.curvature, tuple(self.kinks))


LOSSES: dict[str, type[Loss]] = {
    loss.__name__: loss
    for loss in (
        SquareLoss, LogisticLoss, HingeLoss, SquaredHingeLoss, ExponentialLoss, HardMarginLoss, HuberLoss,
        AbsoluteLoss, QuantileLoss, EpsilonInsensitiveLoss,
    )
}  # fmt: skip
