"""finite_size(): mean and spread of the errors of one draw at finite n, d, p.  Note: theory_notes/finite_size.md."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.asymptotics import Asymptotics, solve
from rmt_asymptotics.checks import sequence
from rmt_asymptotics.errors import OutOfDomain, number, numerical_failures, whole_number
from rmt_asymptotics.finite.by_model import corrections_of
from rmt_asymptotics.finite.pairs import pair_corrections
from rmt_asymptotics.finite.setting import check_finite_size, setting_of
from rmt_asymptotics.models import RidgeModel, RidgeRegression
from rmt_asymptotics.serialisation import provenance
from rmt_asymptotics.tables import Shown, Table, titled
from rmt_asymptotics.vocabulary.words import described

if TYPE_CHECKING:
    import xarray

LARGEST = 0.2  # of the limit: up to this the next order is below 2 % of the limit [fs.10]
NEXT, NEGLIGIBLE = 0.1, 1e-3  # the next order where it is known: of the first, and of the limit
NAMES = ("test_error", "training_error", "training_objective", "excess_error")


@dataclass(frozen=True)
class FiniteValue:
    """An error of one draw at finite size: its mean over draws, and its standard deviation.

    limit: of the asymptotic theory at this width.
    pairs: what the next order of finitely many samples adds to the mean, None where it was not asked for.
    """

    mean: float
    standard_deviation: float
    limit: float
    pairs: float | None = None

    @property
    def trusted(self) -> bool:
        """Whether the expansion converges: of what is known, the last order is small.  [fs.10]

        With `pairs`: they are at most a tenth of the first order, or a thousandth of the limit.  Otherwise the first
        order is at most a fifth of the limit.
        """
        shift = abs(self.mean - self.limit - (self.pairs or 0.0))
        if self.pairs is None:
            return shift <= LARGEST * abs(self.limit)
        return abs(self.pairs) <= max(NEXT * shift, NEGLIGIBLE * abs(self.limit))


@dataclass(frozen=True)
class FiniteSize(Shown):
    """Errors of finite networks, names as in `Asymptotics`; test_samples: fresh ones a draw, None for all of them."""

    model: RidgeModel
    dimension: int
    width: int
    samples: int
    test_samples: int | None
    test_error: FiniteValue
    training_error: FiniteValue
    training_objective: FiniteValue
    excess_error: FiniteValue

    def _table(self) -> Table:
        """For each error limit, mean, standard deviation of one draw."""
        rows = []
        for name in NAMES:
            value: FiniteValue = getattr(self, name)
            remark = "" if value.trusted else "correction too large to be trusted"
            rows.append((name, value.limit, value.mean, f"{value.standard_deviation:.2g}", remark))
        sizes = f"d = {self.dimension}, p = {self.width}, n = {self.samples}"
        heads = ("quantity", "limit", "mean", "of one draw", "")
        return Table(heads, rows, f"{titled(self.model)}\n{sizes}")


@checked_arguments
@numerical_failures()
def finite_size(
    model: RidgeModel,
    dimension: int,
    *,
    test_samples: int | None = None,
    sample_complexity: float | None = None,
    pairs: bool = False,
) -> FiniteSize:
    """Mean and standard deviation of the errors of one draw: the limit, and all corrections of order 1/d.

    dimension: d; p = round(width_ratio d), n = round(sample_complexity d), as in `simulate`.
    test_samples: on which a draw measures its test error, which adds to the spread; None for infinitely many.
    sample_complexity: in place of the model's.
    Corrections: finitely many samples and neurons [fs.1, fs.6], one loop of the bulk [fs.2] and what is not Gaussian in
    it [fs.3]; the spread [fs.4, fs.5].  The last part is incomplete with a spike: see the note.  Of
    `RidgeRegression`, with any covariance, all is in closed form [fs.7], [fs.8], [fs.9].
    pairs: whether to add the next order of finitely many samples [fs.10], which takes about a second; not for
    `RidgeRegression`.
    Raises `OutOfDomain` for a `OneStepNetwork`, whose first batch has an effect of its own of the other sign, for
    other losses than the square loss and for features of inputs with a covariance; `NotConverged` as `solve` does.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.Activation.from_expression("tanh(2*x)"), ridge=0.05,
    ...                            sample_complexity=2.0, width_ratio=1.0, noise_variance=0.05)
    >>> f = rmt.finite_size(model, 50)
    >>> round(f.test_error.limit, 5), round(f.test_error.mean, 4), round(f.test_error.standard_deviation, 4)
    (0.43904, 0.4309, 0.0605)
    """
    check_finite_size(model)
    dimension = whole_number("dimension", dimension, least=2)
    ratio = model.sample_complexity
    if sample_complexity is not None:
        ratio = number("sample_complexity", sample_complexity, above=0)
    width, samples = _width(model, dimension), round(ratio * dimension)
    if model.width is not None and model.width != width:
        allowed = f"one of width p = {model.width}, which the model resolves, not {width}"
        raise OutOfDomain("dimension", dimension, allowed)
    if test_samples is not None:
        test_samples = whole_number("test_samples", test_samples, least=1)
    _check_sizes(width, samples, dimension)
    sized = model.at_width(width, dimension).replace(sample_complexity=samples / dimension)
    if not isinstance(pairs, bool) or (pairs and isinstance(model, RidgeRegression)):
        raise OutOfDomain("pairs", pairs, "True or False, and False for RidgeRegression")
    return finite_size_of(solve(sized), dimension, test_samples, pairs)


@numerical_failures()
def finite_size_of(limit: Asymptotics, dimension: int, test_samples: int | None, pairs: bool = False) -> FiniteSize:
    """The result for a solved model of finite width, at whole n, d and p; raises as `finite_size` does."""
    model = limit.model
    width, samples = model.width or _width(model, dimension), round(model.sample_complexity * dimension)
    _check_sizes(width, samples, dimension)
    found = corrections_of(model, samples, dimension, width)
    more = pair_corrections(setting_of(model, samples, dimension, width)).tolist() if pairs else [None] * 3
    test, training, objective = zip(found.shift.tolist(), more, strict=True)
    spread = found.variance.tolist()
    fresh = [0.0 if test_samples is None else variance / test_samples for variance in found.fresh]
    values = {
        "test_error": _value(limit.test_error, test, spread[0] + fresh[1]),
        "training_error": _value(limit.training_error, training, spread[1]),
        "training_objective": _value(limit.training_objective, objective, spread[2]),
        "excess_error": _value(limit.excess_error, test, spread[0] + fresh[1]),
    }
    return FiniteSize(model, dimension, width, samples, test_samples, **values)


def _width(model: RidgeModel, dimension: int) -> int:
    return dimension if isinstance(model, RidgeRegression) else round(model.width_ratio * dimension)


def _check_sizes(width: int, samples: int, dimension: int) -> None:
    if min(width, samples, dimension) < 2:
        raise OutOfDomain("dimension", dimension, "larger, so that p and n are 2 at least")


def _value(limit: float, shifts: tuple[float, float | None], variance: float) -> FiniteValue:
    first, pairs = shifts
    return FiniteValue(limit + first + (pairs or 0.0), math.sqrt(max(variance, 0.0)), limit, pairs)


@checked_arguments
def finite_size_curve(
    model: RidgeModel,
    dimension: int,
    *,
    sample_complexity: Sequence[float] | np.ndarray,
    test_samples: int | None = None,
) -> "xarray.Dataset":
    """`finite_size` along sample_complexity: `<error>`, the limit, `<error>_corrected`, `<error>_standard_deviation`.

    The axis holds n/d as rounded to whole samples.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0,
    ...                            width_ratio=1.5, ridge=0.1)
    >>> curve = rmt.finite_size_curve(model, 100, sample_complexity=[1.0, 2.0])
    >>> bool((curve.training_error_corrected < curve.training_error).all())
    True
    """
    import xarray

    name = "sample_complexity"
    asked = [number(name, each, above=0) for each in sequence(name, sample_complexity, "numbers")]
    counts = np.unique([round(each * whole_number("dimension", dimension, least=2)) for each in asked])
    points = [finite_size(model, dimension, sample_complexity=n / dimension, test_samples=test_samples) for n in counts]
    variables: dict[str, Any] = {}
    for name in NAMES:
        values = [getattr(point, name) for point in points]
        for suffix, kind in (("", "limit"), ("_corrected", "mean"), ("_standard_deviation", "standard_deviation")):
            column = [getattr(value, kind) for value in values]
            variables[name + suffix] = ("sample_complexity", column, described(name + suffix))
    axis = ("sample_complexity", counts / dimension, described("sample_complexity"))
    attributes = provenance(model.at_width(points[0].width)) | {"dimension": dimension}
    return xarray.Dataset(variables, {"sample_complexity": axis}, attributes)
