"""When to stop training.  Note: theory_notes/two_readouts.md [flow.1]."""

from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.canonical.translation import translate
from rmt_asymptotics.errors import number, numerical_failures
from rmt_asymptotics.models import RidgeModel, check_ridge_regression
from rmt_asymptotics.optimisation import optimal
from rmt_asymptotics.progress import progress_of
from rmt_asymptotics.tables import Shown, Table, titled
from rmt_asymptotics.training.curves import TOLERANCE
from rmt_asymptotics.training.filtered import filtered_errors
from rmt_asymptotics.training.filters import flow

WINDOW = (1e-2, 1e7)  # of times, in units of 1/(mean eigenvalue)
COARSE, FINE = 120, 41  # times of the first look, and around its best
AT_END = 0.999  # of the logarithm of the window: a best time beyond this is none


@dataclass(frozen=True)
class OptimalStopping(Shown):
    """The time at which the test error of the readout's gradient flow is least, and that error.

    best_ridge, best_ridge_error: of ridge regression, to compare with.
    at_end: longer training only helps, and `time` is the end of the window that was searched.
    """

    model: RidgeModel
    time: float
    value: float
    best_ridge: float
    best_ridge_error: float
    at_end: bool

    def _table(self) -> Table:
        rows = [("time", self.time, self.value), ("ridge", self.best_ridge, self.best_ridge_error)]
        notes = ["longer training only helps: the time is the end of what was searched"] * self.at_end
        return Table(("best", "", "test_error"), rows, titled(self.model, omitted=("ridge",)), notes)


@checked_arguments
@numerical_failures()
def optimal_stopping(
    model: RidgeModel, *, weight_decay: float = 0.0, tolerance: float = TOLERANCE, progress: bool | None = None
) -> OptimalStopping:
    """The best time to stop gradient flow of the readout, beside the best ridge.

    weight_decay: of the flow, >= 0.
    tolerance: of the test error, relative.
    progress: as in `training_curve`.
    Raises as that does.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0,
    ...                            width_ratio=1.5, ridge=0.1, noise_variance=0.2)
    >>> best = rmt.optimal_stopping(model)
    >>> round(best.time, 2), round(best.value, 5), round(best.best_ridge_error, 5)
    (2.36, 0.46949, 0.45539)
    """
    check_ridge_regression(model)
    tolerance = number("tolerance", tolerance, above=0)
    decay = number("weight_decay", weight_decay, least=0)
    low, high = np.log(np.array(WINDOW) / _mean_eigenvalue(model))
    with progress_of("pairs of readouts", progress) as tick:

        def errors(logarithms: Array) -> Array:
            return filtered_errors(model, flow(np.exp(logarithms)), decay, tolerance, tick=tick)[0][0]

        best = low + (high - low) * float(np.argmin(errors(np.linspace(low, high, COARSE)))) / (COARSE - 1)
        width = (high - low) / (COARSE - 1)
        around = np.linspace(best - width, min(best + width, high), FINE)
        values = errors(around)
    at, value = _vertex(around, values)
    ridge = optimal(model, over=("ridge",))
    at_end = at > low + AT_END * (high - low)
    return OptimalStopping(model, float(np.exp(at)), value, float(ridge.model.ridge), float(ridge.value), bool(at_end))


def _mean_eigenvalue(model: RidgeModel) -> float:
    """Of Phi^T Phi/p, of the bulk, without those that are zero for the rank n or min(p, d): about."""
    features = translate(model, 0).features
    power = float(features.class_weights @ features.power @ features.weights)
    return power * max(1.0, model.sample_complexity / min(1.0, model.width_ratio))


def _vertex(x: Array, y: Array) -> tuple[float, float]:
    """The least of the parabola through the three lowest neighbours, or the least point at an end."""
    i = int(np.argmin(y))
    if i in (0, len(x) - 1):
        return float(x[i]), float(y[i])
    left, here, right = y[i - 1 : i + 2]
    shift = 0.5 * (left - right) / (left - 2 * here + right)
    return float(x[i] + shift * (x[1] - x[0])), float(here - 0.25 * (left - right) * shift)
