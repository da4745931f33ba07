"""Where samples stop being separable: the largest n/d that a readout still fits without error.

Note: theory_notes/convex_losses.md [gl.16].  Below the threshold the hard margin exists and training errors tend to 0
with the ridge; above it the limit ridge -> 0 of every loss is finite.
"""

import math
from dataclasses import dataclass

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.asymptotics import control_points, convex_task, default_tolerance
from rmt_asymptotics.canonical.translation import LEVELS, translate
from rmt_asymptotics.errors import NotConverged, OutOfDomain, numerical_failures
from rmt_asymptotics.losses import HardMarginLoss
from rmt_asymptotics.models import RidgeModel, check_finite_ratio
from rmt_asymptotics.state_evolution.convex.points import solve_point
from rmt_asymptotics.state_evolution.convex.refinement import ORDERS
from rmt_asymptotics.state_evolution.convex.separability import ENOUGH, threshold
from rmt_asymptotics.state_evolution.convex.starts import Solved
from rmt_asymptotics.state_evolution.refinement import Status
from rmt_asymptotics.tables import Shown, Table, titled

FIRST = 0.3  # n over the lesser of p and d, from where the threshold is approached
GROWTH = 1.5  # at most, of n/d on the way
NEAR = 0.3  # of the distance to the threshold, relative, from where it is solved for
LARGEST = 1e3  # times the lesser of p and d: beyond, samples count as separable at any n


@dataclass(frozen=True)
class Separability(Shown):
    """sample_complexity: the threshold in n/d; inf where the labels can always be fitted.
    samples_per_feature: in n/p.

    separable: whether the model's own n/d is below it.
    error_estimate: relative, of the threshold.
    """

    model: RidgeModel
    sample_complexity: float
    error_estimate: float

    @property
    def samples_per_feature(self) -> float:
        return self.sample_complexity / self.model.width_ratio

    @property
    def separable(self) -> bool:
        return self.model.sample_complexity < self.sample_complexity

    def _table(self) -> Table:
        names = ("threshold n/d", "threshold n/p", "n/d")
        values = (self.sample_complexity, self.samples_per_feature, self.model.sample_complexity)
        words = f"{'' if self.separable else 'not '}separable; relative error {self.error_estimate:.1e}"
        return Table(("separability", ""), list(zip(names, values, strict=True)), titled(self.model), (words,))


@checked_arguments
@numerical_failures()
def separability(model: RidgeModel, *, tolerance: float | None = None) -> Separability:
    """The threshold in n/d up to which samples of the model can be separated by its features.

    model: any with labels of two values; its loss and its ridge do not matter.
    tolerance: as in `solve`.
    Raises `OutOfDomain` for real labels and `NotConverged` where the threshold is not reached.  Equation gl.16.

    >>> import rmt_asymptotics as rmt
    >>> noise = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.identity, sample_complexity=2.0, width_ratio=1.5,
    ...                            ridge=1.0, loss=rmt.HingeLoss(), labels=rmt.SignLabels(0.5))
    >>> round(separability(noise).samples_per_feature, 9)  # labels without signal: Cover's two samples a feature
    2.0
    """
    two_valued(model)
    check_finite_ratio(model)
    hard = model.replace(loss=HardMarginLoss(), ridge=1.0)
    tolerance = default_tolerance(hard) if tolerance is None else tolerance
    near = _near(hard)
    if near is None:
        return Separability(model, math.inf, 0.0)
    previous, found, size = math.nan, math.nan, math.inf
    for level in range(LEVELS):
        at = hard.replace(sample_complexity=near.system.alpha)
        near = _solved(at, level, near)
        previous, (found, size) = found, threshold(near, ORDERS[level])
        change = abs(found - previous) / found
        if change <= tolerance or (level and near.system.problem.features.exact):
            break
    if not size <= 1e3 * ENOUGH or not change <= max(tolerance, 1e-6):
        raise NotConverged(f"{Status.NOT_SOLVED.value}: the threshold of separability, near n/d = {found:.6g}")
    return Separability(model, found, change + size)


def two_valued(model: RidgeModel) -> None:
    """Raise `OutOfDomain` for real labels."""
    if not model.labels.two_values:
        raise OutOfDomain("labels", model.labels, "of two values: SignLabels(), ProbitLabels() or LogisticLabels()")


def _near(hard: RidgeModel) -> Solved | None:
    """A hard margin close below the threshold; None where there seems to be none."""
    unit = min(hard.width_ratio, 1.0)
    n = FIRST * unit
    current = _solved(hard.replace(sample_complexity=n), 0, None)
    s = current.outputs["norm"] ** -0.5
    following = 1.3 * n
    while following < LARGEST * unit:
        found = _solved(hard.replace(sample_complexity=following), 0, current)
        if not found.converged:
            return current
        s_found = found.outputs["norm"] ** -0.5
        slope = (s - s_found) / (following - n)  # 1/|a| vanishes at the threshold
        n, s, current = following, s_found, found
        distance = s / slope if slope > 0 else math.inf
        if distance < NEAR * n:
            return current
        following = n + min(0.5 * distance, (GROWTH - 1) * n)
    return None


def _solved(hard: RidgeModel, level: int, near: Solved | None) -> Solved:
    return solve_point(translate(hard, level), convex_task(hard), control_points(hard, {}), 0, ORDERS[level], near)
