"""Training and test error while the readout trains.  Note: theory_notes/two_readouts.md [flow.1]-[flow.5]."""

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike

from rmt_asymptotics._types import Array
from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.decomposition import SAME
from rmt_asymptotics.errors import OutOfDomain, numerical_failures
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.progress import progress_of
from rmt_asymptotics.schedule import schedule_of
from rmt_asymptotics.serialisation import provenance
from rmt_asymptotics.spectra import spectrum
from rmt_asymptotics.training.filtered import filtered_errors
from rmt_asymptotics.training.filters import Descent, descent, flow
from rmt_asymptotics.training.sgd import FRESH, sgd_errors
from rmt_asymptotics.vocabulary.quantities import QUANTITIES

if TYPE_CHECKING:
    import xarray

TOLERANCE = 1e-7  # relative, of quadrature: filters are good to about this
SLACK = 1e-8  # relative: around the eigenvalues, which are known better


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
    sample_step: float | None = None,
    samples: Literal["shared", "fresh"] = "shared",
    tolerance: float = TOLERANCE,
    progress: bool | None = None,
) -> "xarray.Dataset":
    """Test and training error while the readout trains from 0, in gradient flow or in steps of gradient descent.

    time: positive times of da/dt = -F^T (F a - y) - weight_decay a, F = Phi/sqrt(p); the dimension "time".  For the
    loss (1/2n) |y - F a|^2 the same state is reached at n times this time.
    steps: instead, whole numbers >= 1 of steps a_{k+1} = a_k - learning_rate grad(a_k) + momentum (a_k - a_{k-1}); with
    `nesterov` the gradient is taken at a_k + momentum (a_k - a_{k-1}).  For the mean loss divide the rate by n.
    weight_decay: >= 0, or None for the model's ridge, to which training then leads.
    sample_step: stochastic gradient descent over the n samples, drawn with replacement: each moves the readout by
    sample_step times its own gradient, and the time is sample_step * (samples seen)/n.  A batch of B samples with a
    rate for their mean has sample_step = rate/B.  Without weight decay, good where sample_step * (mean |F_i|^2) is
    small [sgd.1], [sgd.2].
    samples: "fresh" for one pass of it, in which no sample is seen twice; n is then but the unit of time, and there is
    no training error.
    progress: signs of life, as in `SimulationPlan`: continuous laws of a finite width may take a minute.
    Returns `test_error` and `training_error`, the estimated relative error of each, `<error>_estimate` (filter,
    quadrature, class count, rounding), and the larger of both, `error_estimate`, 1 or more where an error vanishes.
    Raises `OutOfDomain` for times or steps out of range, and for a step beyond the limit of stability, which the
    largest eigenvalue sets, outliers included; `NotConverged` as `solve` does.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0,
    ...                            width_ratio=1.5, ridge=0.1, noise_variance=0.2)
    >>> rmt.training_curve(model, time=[1.0, 100.0]).test_error.round(5).values.tolist()
    [0.48154, 0.7362]
    """
    import xarray

    schedule = schedule_of(model, time, steps, learning_rate, momentum, nesterov, weight_decay, sample_step, samples)
    name, decay = schedule.name, schedule.decay
    attributes: dict[str, float | str] = {"weight_decay": decay}
    if name == "time":
        filters, words = flow(schedule.axis), "training time of the readout, 1/eigenvalue of Phi^T Phi/p"
    else:
        method = Descent(schedule.learning_rate, schedule.momentum, schedule.nesterov)
        bands = support(model) + decay
        largest = float(np.max(bands))
        _check_stable(method, largest)
        attributes |= {"learning_rate": method.learning_rate, "momentum": method.momentum}
        attributes |= {"largest_learning_rate": method.limit * method.learning_rate / largest}
        filters, words = descent(method, schedule.axis, bands), "steps of gradient descent of the readout"
    with progress_of("pairs of readouts", progress) as tick:
        if schedule.sample_step is None:
            values, estimate = filtered_errors(model, filters, decay, tolerance, tick=tick)
        else:
            shared = FRESH if schedule.fresh else SAME
            attributes |= {"sample_step": schedule.sample_step, "samples": samples}
            values, estimate = sgd_errors(model, schedule.axis, schedule.sample_step, tolerance, shared, tick)
    names = ("test_error", "training_error")[: len(values)]
    variables = {key: (name, column, _words(key)) for key, column in zip(names, values, strict=True)}
    for key, column in zip(names, estimate, strict=True):
        of = f"estimated relative error of the {QUANTITIES[key].words}"
        variables[f"{key}_estimate"] = (name, column, {"long_name": of, "units": "1"})
    variables["error_estimate"] = (name, np.max(estimate, axis=0), _words("error_estimate"))
    coordinate = (name, schedule.axis, {"long_name": words, "units": "1"})
    return xarray.Dataset(variables, {name: coordinate}, provenance(model) | attributes)


def _words(name: str) -> dict[str, str]:
    return {"long_name": QUANTITIES[name].words, "units": "1"}


def support(model: RidgeModel) -> Array:
    """Bands (B, 2) with all eigenvalues of Phi^T Phi/p in the limit, outliers included; infinite where they diverge."""
    sp = spectrum(model)
    outliers = [float(outlier.position) for outlier in sp.outliers]
    bands = [(0.0, sp.edges[-1][1] * (1 + SLACK)), *((x * (1 - SLACK), x * (1 + SLACK)) for x in outliers)]
    return np.array([*bands, (np.inf, np.inf)] if sp.diverging else bands)


def _check_stable(method: Descent, largest: float) -> None:
    if method.limit > largest:
        return
    limit = method.limit * method.learning_rate / largest
    why = f"below {limit:.6g}, where the largest eigenvalue, {largest:.6g}, begins to diverge"
    if limit == 0:
        why = "that of a model with a finite width: at p = infinity an eigenvalue is unbounded, and every step diverges"
    raise OutOfDomain("learning_rate", method.learning_rate, why)
