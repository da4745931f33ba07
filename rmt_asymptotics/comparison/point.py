"""compare: one model, at one or several dimensions."""

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.asymptotics import solve
from rmt_asymptotics.checks import sequence
from rmt_asymptotics.comparison.result import Comparison
from rmt_asymptotics.comparison.sizes import compared_at
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.montecarlo import SimulationPlan
from rmt_asymptotics.montecarlo.plan import PlanChoices, planned


@checked_arguments
def compare(
    model: RidgeModel,
    plan: SimulationPlan | None = None,
    *,
    dimension: int | Sequence[int] | None = None,
    **options: Unpack[PlanChoices],
) -> Comparison:
    """Simulate a model at one or several dimensions and put the theory at the simulated sizes beside it.

    The theory is evaluated at the width p and at the ratios n/d and p/d that were simulated, the limit
    p = infinity at the model's own.  Beside it `finite_size` gives the mean and spread of finite networks, from which
    z-scores follow, but for networks after a gradient step and for other losses.  With several dimensions the drift of
    the gap is fitted in 1/d.
    plan, dimension: as in `simulate`, where several dimensions take the place of the plan's.  z-scores allow for the
    number of replicas (`z_score`).  Errors raised: see `simulate` and `solve`.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0,
    ...                            width_ratio=1.5, ridge=0.1)
    >>> abs(rmt.compare(model, dimension=60, replicas=10).z_scores["test_error"]) < 4
    True
    """
    sizes = tuple(compared_at(model, each) for each in _plans(plan, dimension, options, model.own_dimension))
    return Comparison(model, sizes, solve(model.at_width(None)))


def _plans(
    plan: SimulationPlan | None, dimension: int | Sequence[int] | None, options: Mapping[str, Any], own: int | None
) -> list[SimulationPlan]:
    """One for each dimension, increasing."""
    if dimension is None:
        return [planned(plan, options, own)]
    one = not isinstance(dimension, (list, tuple, range)) and getattr(dimension, "ndim", 0) == 0
    several = [dimension] if one else sequence("dimension", dimension, "whole numbers")
    plans = {each.dimension: each for d in several for each in [planned(plan, {**options, "dimension": d})]}
    return [plans[d] for d in sorted(plans)]
