"""Training and test error while the readout trains.  Note: theory_notes/two_readouts.md [flow.1]-[flow.5]."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from rmt_asymptotics._types import Array
from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.asymptotics import control_points
from rmt_asymptotics.canonical.problem import Controls, Problem
from rmt_asymptotics.canonical.translation import translate
from rmt_asymptotics.decomposition import SAME
from rmt_asymptotics.equations.two_point import label_errors, pair_errors
from rmt_asymptotics.errors import OutOfDomain, number, numerical_failures
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.schedule import schedule_of
from rmt_asymptotics.serialisation import provenance
from rmt_asymptotics.spectra import spectrum
from rmt_asymptotics.training.filters import Complex, Descent, Filters, descent, flow
from rmt_asymptotics.training.readouts import latent_of, pole_readouts
from rmt_asymptotics.training.refined import refined
from rmt_asymptotics.vocabulary.quantities import QUANTITIES

if TYPE_CHECKING:
    import xarray

TOLERANCE = 1e-7  # relative, of quadrature: filters are good to about this
LEAST = 1e-10  # tolerance, which rounding of the weights leaves
LABEL = 4.0  # relative error of a squared residual from that of the filter, in units of label/residual: 2, and a margin


@dataclass(frozen=True)
class PairMatrices:
    """Errors of all pairs of P poles, and of the conjugate of one with the other, test and training: (2, P, P) each.

    alone (2, P): E y (y - f).  label: E y^2.
    """

    plain: Complex
    crossed: Complex
    alone: Complex
    label: float

    def errors(self, weights: Complex) -> Array:
        """Test and training error (2, T) of filters with weights (T, P) on poles and their conjugates.  [flow.1]"""
        rest = 1 - 2 * np.sum(weights.real, axis=1)
        plain = np.einsum("ti,qij,tj->qt", weights, self.plain, weights, optimize=True)
        crossed = np.einsum("ti,qij,tj->qt", weights.conj(), self.crossed, weights, optimize=True)
        alone = (self.alone @ weights.T).real
        return np.asarray(rest**2 * self.label + 4 * rest * alone + 2 * plain.real + 2 * crossed.real)


def pair_matrices(problem: Problem, controls: Controls, poles: Complex) -> PairMatrices:
    """The pairs of the readouts at complex ridges, at the one point of `controls`."""
    latent = latent_of(problem, 1 / controls.dimension_ratio[:1])
    readouts = pole_readouts(problem, controls, poles)
    rows, columns = readouts.at((slice(None), None)), readouts.at((None, slice(None)))
    plain, crossed = (pair_errors(latent, first, columns, SAME) for first in (rows, rows.conjugate))
    alone = label_errors(latent, readouts)
    return PairMatrices(
        np.array([plain.test, plain.training]), np.array([crossed.test, crossed.training]),
        np.array([alone.test, alone.training]), problem.label_variance + float(controls.noise_variance[0]),
    )  # fmt: skip


@checked_arguments
@numerical_failures()
def training_curve(
    model: RidgeModel,
    *,
    time: ArrayLike | None = None,
    steps: ArrayLike | None = None,
    learning_rate: float | None = None,
    momentum: float = 0.0,
    nesterov: bool = False,
    weight_decay: float | None = 0.0,
    tolerance: float = TOLERANCE,
) -> "xarray.Dataset":
    """Test and training error while the readout trains from 0, in gradient flow or in steps of gradient descent.

    time: positive times of da/dt = -F^T (F a - y) - weight_decay a, F = Phi/sqrt(p); the dimension "time".  For the
    loss (1/2n) |y - F a|^2 the same state is reached at n times this time.
    steps: instead, whole numbers >= 1 of steps a_{k+1} = a_k - learning_rate grad(a_k) + momentum (a_k - a_{k-1}); with
    `nesterov` the gradient is taken at a_k + momentum (a_k - a_{k-1}).  For the mean loss divide the rate by n.
    weight_decay: >= 0, or None for the model's ridge, to which training then leads.
    Returns `test_error`, `training_error` and `error_estimate` (relative: filter, quadrature, class count).
    Raises `OutOfDomain` for times or steps out of range, and for a step beyond the limit of stability, which the
    largest eigenvalue sets, outliers included; `NotConverged` as `solve` does.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0,
    ...                            width_ratio=1.5, ridge=0.1, noise_variance=0.2)
    >>> rmt.training_curve(model, time=[1.0, 100.0]).test_error.round(5).values.tolist()
    [0.48154, 0.7362]
    """
    import xarray

    schedule = schedule_of(model, time, steps, learning_rate, momentum, nesterov, weight_decay)
    name, decay = schedule.name, schedule.decay
    attributes: dict[str, float | str] = {"weight_decay": decay}
    if name == "time":
        filters, words = flow(schedule.axis), "training time of the readout, 1/eigenvalue of Phi^T Phi/p"
    else:
        method = Descent(schedule.learning_rate, schedule.momentum, schedule.nesterov)
        largest = largest_eigenvalue(model) + decay
        _check_stable(method, largest)
        attributes |= {"learning_rate": method.learning_rate, "momentum": method.momentum}
        attributes |= {"largest_learning_rate": method.limit * method.learning_rate / largest}
        filters, words = descent(method, schedule.axis, largest), "steps of gradient descent of the readout"
    values, estimate = filtered_errors(model, filters, decay, tolerance)
    dims = {"test_error": values[0], "training_error": values[1]}
    variables = {key: (name, column, _words(key)) for key, column in dims.items()}
    variables["error_estimate"] = (name, estimate, _words("error_estimate"))
    coordinate = (name, schedule.axis, {"long_name": words, "units": "1"})
    return xarray.Dataset(variables, {name: coordinate}, provenance(model) | attributes)


def _words(name: str) -> dict[str, str]:
    return {"long_name": QUANTITIES[name].words, "units": "1"}


def filtered_errors(model: RidgeModel, filters: Filters, decay: float, tolerance: float) -> tuple[Array, Array]:
    """Test and training error (2, T) of filters, and the estimated relative error of both, (T,)."""
    controls = control_points(model, {})

    def errors(problem: Problem) -> Array:
        return pair_matrices(problem, controls, filters.poles + decay).errors(filters.weights)

    values, change = refined(model, errors, max(number("tolerance", tolerance, above=0), LEAST))
    label = translate(model, 0).label_variance + model.noise_variance
    return values, change + LABEL * filters.error * np.sqrt(label / np.min(values, axis=0))


def largest_eigenvalue(model: RidgeModel) -> float:
    """Of Phi^T Phi/p in the limit, outliers included; infinite where class means at p = infinity make it so."""
    sp = spectrum(model)
    largest = max([sp.edges[-1][1], *(float(outlier.position) for outlier in sp.outliers)])
    return np.inf if sp.diverging else largest


def _check_stable(method: Descent, largest: float) -> None:
    if method.limit > largest:
        return
    limit = method.limit * method.learning_rate / largest
    why = f"below {limit:.6g}, where the largest eigenvalue, {largest:.6g}, begins to diverge"
    if limit == 0:
        why = "that of a model with a finite width: at p = infinity an eigenvalue is unbounded, and every step diverges"
    raise OutOfDomain("learning_rate", method.learning_rate, why)
