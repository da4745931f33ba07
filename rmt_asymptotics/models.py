"""Models: what the user writes down, in the dimensionless parameters of the papers.

Frozen and validated; they know nothing of the theory or of the simulation that read them.
Notation and normalisations: theory_notes/conventions.md.
"""

import dataclasses
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.activations import Activation, identity, polynomial
from rmt_asymptotics.covariances import Covariance
from rmt_asymptotics.data.data import Data
from rmt_asymptotics.errors import OutOfDomain, number, whole_number
from rmt_asymptotics.gaussian.expectations import expectation
from rmt_asymptotics.gaussian.scan import check_scan
from rmt_asymptotics.labels import Labels, Regression
from rmt_asymptotics.laws import ConstantLaw, Law
from rmt_asymptotics.losses import Loss, SquareLoss
from rmt_asymptotics.papers import InPapers, OfNetworks, OfRandomFeatures, OfRidgeRegression
from rmt_asymptotics.records import Record
from rmt_asymptotics.remembered import remembered
from rmt_asymptotics.steps import MaximalStep, Step
from rmt_asymptotics.targets import MultiIndexTarget, Target
from rmt_asymptotics.vocabulary.declared import Declared
from rmt_asymptotics.vocabulary.quantities import BINARY_OUTPUTS, ERRORS, LOSS_OUTPUTS

UNIT, SQUARE, REAL = ConstantLaw(1.0), SquareLoss(), Regression()
EXCESS = 1e-12  # of a squared component over what the profiles allow: rounding
ONE_DIRECTION = "of one direction here: several are known to `solve`, sweeps, gradients, optima and `simulate`"
A_MODEL = "a model, such as RandomFeatures(...)"  # what functions of models ask for


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
            _check_square_loss(self)
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


def check_one_direction(model: "RidgeModel") -> None:
    """Raise `OutOfDomain` for targets and spikes of several directions, and networks of several outputs."""
    if not model.has_several_directions:
        return
    for name, value in vars(model).items():
        steps = name == "step_targets" and value
        if steps or isinstance(value, MultiIndexTarget) or getattr(value, "directions", None) is not None:
            raise OutOfDomain(name, value, ONE_DIRECTION)
    raise OutOfDomain("model", type(model).__name__, ONE_DIRECTION)


def check_ridge_regression(model: Any) -> None:
    """Raise `OutOfDomain` for what is not a model, for another loss, labels of two values, an intercept, and for
    several directions.
    """
    if not isinstance(model, RidgeModel):
        raise OutOfDomain("model", model, A_MODEL)
    check_one_direction(model)
    _check_square_loss(model)


def _check_square_loss(model: RidgeModel) -> None:
    if not model.is_ridge_regression:
        field = "loss" if model.loss != SQUARE else "labels" if model.labels != REAL else "intercept"
        raise OutOfDomain(
            field, getattr(model, field), "that of ridge regression: square loss, real labels, no intercept"
        )


def check_isotropic(model: RidgeModel) -> None:
    """Raise `OutOfDomain` for a covariance: what is asked for is known for isotropic inputs alone."""
    if model.covariance is not None:
        raise OutOfDomain("covariance", model.covariance, "left out here: this theory is for isotropic inputs")


def check_finite_ratio(model: RidgeModel) -> None:
    """Raise `OutOfDomain` for infinitely many features: what is asked for counts them."""
    if math.isinf(model.width_ratio):
        raise OutOfDomain("width_ratio", model.width_ratio, "finite here: this theory counts the features")


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


@dataclass(frozen=True, kw_only=True)
class OneStepNetwork(OfNetworks, RidgeModel):
    """A two-layer network after one gradient step on its first layer, its readout then trained by ridge regression.

    {fields}

    The target must be learnable by the step (E[z f_*] != 0 or E[y - f]^2 > 0); the activation needs a derivative
    for simulation.  Equations net.1-net.3 (cui24, moniri24, ba22).

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
    row_lengths: bool = False
    step_targets: tuple[Target, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        outputs = self.readout.directions or 1
        if len(self.step_targets) not in ({outputs} if outputs > 1 else {0, 1}):
            raise OutOfDomain("step_targets", self.step_targets, f"one for each of {outputs} outputs of the readout")
        for name in ("span_noise", "row_lengths"):
            if self.has_several_directions and getattr(self, name):
                raise OutOfDomain(name, True, "False for several directions or outputs")
        if self.span_noise and (self.row_lengths or self.covariance is not None):
            raise OutOfDomain("span_noise", True, "False beside row_lengths or a covariance")

    @cached_property
    def has_several_directions(self) -> bool:
        return super().has_several_directions or bool(self.step_targets)


@dataclass(frozen=True, kw_only=True)
class TwoStepNetwork(OneStepNetwork):
    """A two-layer network after two gradient steps on its first layer, each on a batch of its own.  Experimental.

    {fields}

    The theory is up to 4 % off, and why is open: `experimental=True` says that one knows.  The second step leaves one
    spike a class, so that the readout has at most three values.  Note: several_directions.md, section 4.

    >>> import rmt_asymptotics as rmt
    >>> one = dict(activation=rmt.tanh, target=rmt.sin, sample_complexity=1.6, width_ratio=1.0, ridge=0.1,
    ...            step=rmt.MaximalStep(1.0), step_sample_complexity=20.0)
    >>> none = rmt.TwoStepNetwork(**one, second_step=rmt.MaximalStep(0.0), second_step_sample_complexity=2.0,
    ...                           experimental=True)
    >>> plain = rmt.OneStepNetwork(**one)
    >>> abs(rmt.solve(none).test_error - rmt.solve(plain).test_error) < 1e-9
    True
    """

    second_step: Step
    second_step_sample_complexity: float
    experimental: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.experimental:
            raise OutOfDomain("experimental", False, "True for two steps, whose theory is up to 4 % off")
        if self.step_targets or self.readout.continuous or self.readout.directions is not None:
            allowed = "a law with finitely many values, of one output, for two steps"
            raise OutOfDomain("step_targets" if self.step_targets else "readout", self.readout, allowed)
        if self.width is None and not all(isinstance(step, MaximalStep) for step in (self.step, self.second_step)):
            raise OutOfDomain("width", None, "a number for two steps, unless both are maximal")

    @cached_property
    def has_several_directions(self) -> bool:
        return True


@dataclass(frozen=True, kw_only=True)
class RidgeRegression(OfRidgeRegression, RidgeModel):
    """Ridge regression on the inputs themselves: f = <a, x>/sqrt(d), of as many features as dimensions.

    The labels are f_*(<theta, x>) + noise.  Penalties of b = a/sqrt(d), as in sum (y - <b, x>)^2 + penalty |b|^2, are
    penalty = d ridge; here ridge is beside |a|^2.  It is the kernel limit of random features that are linear.

    {fields}

    >>> import rmt_asymptotics as rmt
    >>> spectrum = rmt.Covariance.power_law(1.5, 200)
    >>> rmt.RidgeRegression(covariance=spectrum, sample_complexity=0.5, ridge=0.02, noise_variance=0.1).teacher is None
    True
    """

    activation: ClassVar[Activation] = identity  # type: ignore[misc, assignment]  # a field of the others
    width_ratio: ClassVar[float] = math.inf  # type: ignore[misc]
    width: ClassVar[None] = None  # type: ignore[misc]

    target: Target = identity

    if TYPE_CHECKING:  # type checkers do not see that the three are no fields

        def __init__(
            self, *, target: Target = identity, sample_complexity: float, ridge: float, noise_variance: float = 0.0,
            loss: Loss = SQUARE, labels: Labels = REAL, intercept: bool = False, covariance: Covariance | None = None,
            teacher: Sequence[float] | None = None,
        ) -> None: ...  # fmt: skip

    def at_width(self, width: int | None, dimension: int | None = None) -> Self:
        return self

    @staticmethod
    def from_data(
        X: Any,
        y: Any = None,
        features: Callable[[Array], Any] | None = None,
        debias: bool = True,
        *,
        ridge: float | None = None,
        penalty: float | None = None,
        samples: int | None = None,
    ) -> "RegressionOnData":
        """Ridge regression, with an intercept, on n rows of a user's data: predicted from what all rows say.

        X: inputs (N, D), one sample a row: an array (memory-mapped: it is read in chunks), a table of pandas, or the
        name of a .npy, .npz, .csv or .parquet file.  y: labels (N,), or their name in the table or file ("y" in .npz).
        features: a fixed function from rows (m, D) to (m, F): random features, an embedding.
        debias: give back the noise that the best fit of all rows has fitted.  samples: n, half of the rows by default.
        penalty: of |b|^2 beside the sum of (y - b0 - <b, x>)^2, in the units of the features; or
        ridge = penalty/tr Sigma, 1 by default.  Errors are in units of y^2.

        `solve` predicts, `simulate` measures on random rows, with the others as test set, `compare` and `compare_curve`
        do both.  `.data` is what was found in the rows, with warnings.  Note: real_data.md [data.1-data.4].
        Raises `OutOfDomain` for what cannot be read, is not finite, differs in length, or does not vary.

        >>> import rmt_asymptotics as rmt
        >>> X = np.random.default_rng(0).standard_normal((400, 30))
        >>> model = rmt.RidgeRegression.from_data(X, X[:, 0] + X[:, 1], penalty=3.0, samples=60)
        >>> model.data, round(model.noise_variance, 9), round(model.penalty, 9), model.samples
        (Data(400 rows of 30 columns, rank 30), 0.0, 3.0, 60)
        """
        return RegressionOnData.of(Data.read(X, y, features, debias), ridge, penalty, samples)

    @staticmethod
    def from_kernel(
        K: Any, y: Any, *, ridge: float | None = None, penalty: float | None = None, samples: int | None = None
    ) -> "RegressionOnData":
        """Kernel ridge regression on n of the rows of which K, (N, N), has all kernels: `from_data` of its features.

        No noise is told from what the kernel can fit with all rows; directions that n rows cannot learn act as noise.
        """
        return RegressionOnData.of(Data.of_kernel(K, y), ridge, penalty, samples)


@dataclass(frozen=True, kw_only=True)
class RegressionOnData(RidgeRegression):
    """Ridge regression on rows of data: its theory is that of Gaussian inputs with their spectrum, profile and noise.

    Made by `RidgeRegression.from_data`.  data: the rows, and what they say.
    """

    data: Data

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.data, Data):
            raise OutOfDomain("data", self.data, "what RidgeRegression.from_data has read")
        check_ridge_regression(self)

    @classmethod
    def of(cls, data: Data, ridge: float | None, penalty: float | None, samples: int | None) -> Self:
        """The model of data; raises `OutOfDomain` for wrong numbers, and for a ridge beside a penalty."""
        s = data.summary
        if ridge is not None and penalty is not None:
            raise OutOfDomain("penalty", penalty, "left out where a ridge is given")
        if penalty is not None:
            ridge = number("penalty", penalty, above=0.0) / s.trace
        count = s.rows // 2 if samples is None else whole_number("samples", samples, least=2)
        teacher = s.teacher / s.signal if s.signal else s.eigenvalues / s.trace
        return cls(  # type: ignore[call-arg]  # fields that are fixed
            data=data, ridge=1.0 if ridge is None else ridge, sample_complexity=count / s.rank,
            covariance=Covariance(s.eigenvalues.tolist()), teacher=teacher.tolist(),
            target=polynomial(0.0, math.sqrt(s.signal)), noise_variance=s.noise_variance,
        )  # fmt: skip

    @property
    def samples(self) -> int:
        """n, the rows that are fitted."""
        return round(self.sample_complexity * self.data.summary.rank)

    @property
    def penalty(self) -> float:
        """Of |b|^2 beside the sum of (y - b0 - <b, x>)^2, in the units of the features."""
        return self.ridge * self.data.summary.trace

    @property
    def own_dimension(self) -> int:
        return self.data.summary.rank

    def gaussian(self) -> RidgeRegression:
        """The same without the rows: simulated, it draws Gaussian inputs of the same spectrum."""
        return RidgeRegression(**{f.name: getattr(self, f.name) for f in dataclasses.fields(RidgeRegression)})


@remembered(maxsize=512)
def _check_resolved(function: Activation, field: str) -> None:
    check_scan(function, function.kinks, field)
