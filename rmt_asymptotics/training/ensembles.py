"""Where the error comes from, and what averaging gains.  Note: theory_notes/two_readouts.md [two.3]-[two.5].

Six pairs of readouts, which share their label noise, samples and weights or not, give the variances by inclusion and
exclusion.  Sources: adlam20b, dascoli20.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike

from rmt_asymptotics._types import Array
from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.asymptotics import control_points
from rmt_asymptotics.canonical.problem import Controls, Problem
from rmt_asymptotics.canonical.translation import control_fields
from rmt_asymptotics.checks import sequence
from rmt_asymptotics.decomposition import NOTHING, OTHER_WEIGHTS, PAIRS, PARTS, SAME, parts_of
from rmt_asymptotics.equations.two_point import pair_errors
from rmt_asymptotics.errors import OutOfDomain, numerical_failures, whole_number
from rmt_asymptotics.models import RidgeModel, check_ridge_regression
from rmt_asymptotics.serialisation import provenance
from rmt_asymptotics.tables import Shown, Table, error_note, titled
from rmt_asymptotics.training.readouts import latent_of, ridge_readouts
from rmt_asymptotics.training.refined import refined
from rmt_asymptotics.vocabulary.quantities import PARTS as DESCRIBED
from rmt_asymptotics.vocabulary.quantities import QUANTITIES

if TYPE_CHECKING:
    import xarray

WORDS = {name: quantity.words for name, quantity in {**QUANTITIES, **DESCRIBED}.items()}


@dataclass(frozen=True)
class BiasVariance(Shown):
    """The test error and its seven parts, which add up to it to rounding.

    noise: of fresh labels.
    bias: squared, of the predictor averaged over all draws.
    label_noise: variance of the prediction by the training labels, given their inputs.
    samples, initialisation: by the inputs, and by the weights.
    samples_and_initialisation, label_noise_and_initialisation: by what the two do together.
    error_estimate: relative, of quadrature and class count.
    """

    model: RidgeModel
    test_error: float
    noise: float
    bias: float
    label_noise: float
    samples: float
    initialisation: float
    samples_and_initialisation: float
    label_noise_and_initialisation: float
    error_estimate: float

    @property
    def variance(self) -> float:
        """Of the prediction, from all sources: the test error without noise and bias."""
        return self.test_error - self.noise - self.bias

    def _table(self) -> Table:
        """Each part, its share of the test error, and what it is."""
        values = {name: getattr(self, name) for name in (*PARTS, "test_error")}
        rows = [(name, value, f"{value / self.test_error:.1%}", WORDS[name]) for name, value in values.items()]
        return Table(("part", "value", "share", ""), rows, titled(self.model), (error_note(self.error_estimate),))


@checked_arguments
@numerical_failures()
def bias_variance(model: RidgeModel, *, tolerance: float | None = None) -> BiasVariance:
    """The test error as a sum: noise, bias, and the variances due to label noise, samples and initialisation.

    Of a `OneStepNetwork` the weights are drawn anew at initialisation, and all draws see the same batch of the step.
    tolerance: relative, to which the parts are stable under refinement.  Raises `NotConverged`.
    Equations two.1-two.4 of theory_notes/two_readouts.md.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.relu, target=rmt.sign, sample_complexity=2.0,
    ...                            width_ratio=3.0, ridge=0.1, noise_variance=0.05)
    >>> parts = rmt.bias_variance(model)
    >>> round(parts.bias, 4), round(parts.variance, 4), round(parts.test_error, 6)
    (0.4721, 0.2646, 0.786775)
    """
    check_ridge_regression(model)
    controls = control_points(model, {})
    values, change = refined(model, lambda problem: parts(problem, controls), tolerance)
    named = dict(zip(("test_error", *PARTS), values[:, 0].tolist(), strict=True))
    return BiasVariance(model=model, **named, error_estimate=change)


@checked_arguments
@numerical_failures()
def bias_variance_curve(model: RidgeModel, *, tolerance: float | None = None, **axis: ArrayLike) -> "xarray.Dataset":
    """`bias_variance` along one of sample_complexity, width_ratio, ridge and noise_variance.

    axis: the name of the field with its values.  A variable for the test error, and for each part.
    Raises `OutOfDomain` for another field, and for values outside its domain.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.relu, target=rmt.sign, sample_complexity=2.0,
    ...                            width_ratio=3.0, ridge=0.1, noise_variance=0.05)
    >>> rmt.bias_variance_curve(model, width_ratio=[1.0, 2.0, 4.0]).bias.round(4).values.tolist()
    [0.5576, 0.4903, 0.4643]
    """
    import xarray

    check_ridge_regression(model)
    name, points = _axis(model, axis)
    controls = control_points(model, {name: points})
    values, change = refined(model, lambda problem: parts(problem, controls), tolerance)
    variables = {
        part: (name, column, {"long_name": WORDS[part], "units": "1"})
        for part, column in zip(("test_error", *PARTS), values, strict=True)
    }
    return xarray.Dataset(variables, {name: points}, provenance(model) | {"error_estimate": change})


def _axis(model: RidgeModel, axis: dict[str, ArrayLike]) -> tuple[str, Array]:
    allowed = sorted(control_fields(model))
    if len(axis) != 1 or next(iter(axis)) not in allowed:
        raise OutOfDomain("field", ", ".join(axis), f"one of {', '.join(allowed)}, with its values")
    ((name, values),) = axis.items()
    return name, np.array([model.replace(**{name: value}).value(name) for value in sequence(name, values)])


def parts(problem: Problem, controls: Controls) -> Array:
    """The test error and its parts in the order of `PARTS`, (8, P).  [two.4]"""
    errors = _pairs(problem, controls)
    return np.concatenate([errors[:1], parts_of(errors, controls.noise_variance)])


def pairs(model: RidgeModel, tolerance: float | None = None) -> Array:
    """E (y - f1)(y - f2) of two readouts that share what `PAIRS` say, (6,).  [two.1]-[two.3]"""
    return refined(model, lambda problem: _pairs(problem, control_points(model, {})), tolerance)[0][:, 0]


def _pairs(problem: Problem, controls: Controls) -> Array:
    latent, readout = latent_of(problem, controls.dimension_ratio), ridge_readouts(problem, controls)
    return np.array([pair_errors(latent, readout, readout, shared).test for shared in PAIRS])


@dataclass(frozen=True)
class EnsembleErrors(Shown):
    """Test errors of the mean of several networks, of one of them, and of infinitely many.

    samples: "shared" by all networks, or "fresh" for each.
    error_estimate: relative, of quadrature and class count.
    """

    model: RidgeModel
    members: int
    samples: str
    test_error: float
    single: float
    limit: float
    error_estimate: float

    def _table(self) -> Table:
        rows = [(f"mean of {self.members}", self.test_error), ("one", self.single), ("infinitely many", self.limit)]
        heads = (f"networks, {self.samples} samples", "test_error")
        return Table(heads, rows, titled(self.model), (error_note(self.error_estimate),))


@checked_arguments
@numerical_failures()
def ensemble(
    model: RidgeModel,
    members: int = 10,
    *,
    samples: Literal["shared", "fresh"] = "shared",
    tolerance: float | None = None,
) -> EnsembleErrors:
    """The test error of the average of `members` networks, whose weights are drawn independently.

    samples: "shared", all networks train on the same n samples; "fresh", each on n samples of its own.
    The mean has test error e11/members + (1 - 1/members) e12, with e12 the error of a pair that shares the samples or
    nothing.  [two.5]  Raises `OutOfDomain` and `NotConverged`.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.relu, target=rmt.sign, sample_complexity=2.0,
    ...                            width_ratio=3.0, ridge=0.1, noise_variance=0.05)
    >>> e = rmt.ensemble(model, 4)
    >>> round(e.single, 6), round(e.test_error, 4), round(e.limit, 4)
    (0.786775, 0.6697, 0.6307)
    """
    members = whole_number("members", members, least=1)
    if samples not in ("shared", "fresh"):
        raise OutOfDomain("samples", samples, '"shared" or "fresh"')
    pair = OTHER_WEIGHTS if samples == "shared" else NOTHING

    def errors(problem: Problem) -> Array:
        controls = control_points(model, {})
        latent, readout = latent_of(problem, controls.dimension_ratio), ridge_readouts(problem, controls)
        return np.array([pair_errors(latent, readout, readout, shared).test[0] for shared in (SAME, pair)])

    (single, limit), change = refined(model, errors, tolerance)
    mean = single / members + (1 - 1 / members) * limit
    return EnsembleErrors(model, members, samples, float(mean), float(single), float(limit), change)
