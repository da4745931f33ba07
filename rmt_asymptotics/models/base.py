"""What all models share.  Notation and normalisations: theory_notes/conventions.md."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.activations import Activation
from rmt_asymptotics.covariances import Covariance
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.gaussian.expectations import expectation
from rmt_asymptotics.gaussian.scan import check_scan
from rmt_asymptotics.labels import Labels
from rmt_asymptotics.laws import Law
from rmt_asymptotics.losses import Loss
from rmt_asymptotics.models.checks import (
    ONE_DIRECTION,
    REAL,
    SQUARE,
    check_isotropic,
    check_one_direction,
    check_square_loss,
)
from rmt_asymptotics.papers import InPapers
from rmt_asymptotics.records import Record
from rmt_asymptotics.remembered import remembered
from rmt_asymptotics.targets import MultiIndexTarget, Target
from rmt_asymptotics.vocabulary.declared import Declared
from rmt_asymptotics.vocabulary.quantities import BINARY_OUTPUTS, ERRORS, LOSS_OUTPUTS

EXCESS = 1e-12  # of a squared component over what the profiles allow: rounding
A_MODEL = "a model, such as RandomFeatures(...)"  # what functions of models ask for


@remembered(maxsize=512)
def _check_resolved(function: Activation, field: str) -> None:
    check_scan(function, function.kinks, field)


@dataclass(frozen=True, kw_only=True)
class RidgeModel(Record, Declared, InPapers):
    """Fields shared by all models: a ridge-regularised linear readout on p features of x ~ N(0, Sigma).

    Weights and teacher meet x = Sigma^(1/2) z as Sigma^(1/2) w and Sigma^(1/2) theta: directions, overlaps and profiles
    are those of these, in the space of z ~ N(0, I_d), and the teacher has length 1 there.

    {fields}
    """

    activation: Activation
    target: Target
    sample_complexity: float
    width_ratio: float
    ridge: float
    noise_variance: float = 0.0
    width: int | None = None
    loss: Loss = SQUARE
    labels: Labels = REAL
    intercept: bool = False
    covariance: Covariance | None = None
    teacher: Sequence[float] | None = None

    INNER: ClassVar[tuple[type[Any], ...]] = (Declared,)

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_resolved(self.activation, "activation")
        if isinstance(self.target, Activation):
            _check_resolved(self.target, "target")
        self._check_labels()
        self._check_profile("teacher")
        if math.isinf(self.width_ratio) and self.width is not None:
            raise OutOfDomain("width", self.width, "None where width_ratio is infinite")
        if self.has_several_directions:
            check_square_loss(self)
            check_isotropic(self)

    @property
    def single_target(self) -> Activation:
        """The target, of one direction; raises `OutOfDomain` for another."""
        if isinstance(self.target, MultiIndexTarget):
            raise OutOfDomain("target", self.target, ONE_DIRECTION)
        return self.target

    @property
    def label_kinks(self) -> tuple[float, ...]:
        """The projections <theta, x> at which E[y | x] jumps or has a kink; smooth targets of several have none."""
        return () if isinstance(self.target, MultiIndexTarget) else self.labels.kinks(self.target)

    def _check_labels(self) -> None:
        if not (self.loss.two_values if self.labels.two_values else self.loss.real):
            kind = "labels of two values" if self.labels.two_values else "real labels"
            raise OutOfDomain("loss", self.loss, f"one for {kind}, as {self.labels} are")
        if self.labels.two_values and self.noise_variance > 0:
            allowed = "0 for labels of two values: SignLabels(flip_probability), ProbitLabels(scale) have their own"
            raise OutOfDomain("noise_variance", self.noise_variance, allowed)
        if isinstance(self.target, Activation):
            self.labels.check(self.target)

    def _check_profile(self, name: str) -> None:
        """Of as many numbers as there are eigenvalues, and 0 where the eigenvalue is."""
        value = getattr(self, name)
        if value is None:
            return
        if self.covariance is None:
            raise OutOfDomain(name, value, "left out, unless there is a covariance")
        if np.any(self.covariance.profile(value, name)[self.covariance.nodes == 0] != 0):
            raise OutOfDomain(name, value, "0 where the eigenvalue of the covariance is 0")

    @property
    def teacher_profile(self) -> Array:
        """tau_y on the eigenvalues of the covariance, (Y,): of a theta drawn at random where there is no `teacher`.

        >>> import rmt_asymptotics as rmt
        >>> rmt.RidgeRegression(covariance=rmt.Covariance((5.0, 1.0), (0.25, 0.75)), sample_complexity=2.0,
        ...                     ridge=0.1).teacher_profile
        array([0.625, 0.375])
        """
        if self.covariance is None:
            return np.ones(1)
        return self.covariance.weights * self.covariance.nodes if self.teacher is None else np.array(self.teacher)

    def at_width(self, width: int | None, dimension: int | None = None) -> Self:
        """The model of width p, and with p/d of that dimension; `RidgeRegression`, which has no width, as it is."""
        ratio = {} if dimension is None or width is None else {"width_ratio": width / dimension}
        return self.replace(width=width, **ratio)

    @property
    def own_dimension(self) -> int | None:
        """The only dimension that the model has, where it is one of data."""
        return None

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """The names of the outputs that the model has.

        >>> import rmt_asymptotics as rmt
        >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0, width_ratio=1.5,
        ...                            ridge=0.1)
        >>> model.outputs
        ('test_error', 'training_error', 'training_objective', 'excess_error')
        """
        if self.is_ridge_regression:
            return ERRORS
        return (*ERRORS, *LOSS_OUTPUTS, *BINARY_OUTPUTS * self.labels.two_values)

    @cached_property
    def has_continuous_law(self) -> bool:
        """Whether classes of neurons are quadrature nodes of a law."""
        return any(isinstance(law, Law) and law.continuous for law in vars(self).values())

    @cached_property
    def has_several_directions(self) -> bool:
        """Whether targets or spikes span more than a direction each, or the network has several outputs."""
        values = vars(self).values()
        joint = any(isinstance(value, Law) and value.directions is not None for value in values)
        return joint or isinstance(self.target, MultiIndexTarget)

    @cached_property
    def is_ridge_regression(self) -> bool:
        """Whether the readout fits real labels with Gaussian noise by the square loss, without an intercept."""
        return self.loss == SQUARE and self.labels == REAL and not self.intercept

    @property
    def label_noise(self) -> float:
        """E Var(y | x): the least mean of (y - f)^2 on fresh data."""
        labels = self.labels
        if self.is_ridge_regression:
            return self.noise_variance
        target = self.single_target
        return self.noise_variance + expectation(lambda nu: labels.variance(target(nu)), labels.kinks(target))


def check_ridge_regression(model: Any) -> None:
    """Raise `OutOfDomain` for what is not a model, for another loss, labels of two values, an intercept, and for
    several directions.
    """
    if not isinstance(model, RidgeModel):
        raise OutOfDomain("model", model, A_MODEL)
    check_one_direction(model)
    check_square_loss(model)
