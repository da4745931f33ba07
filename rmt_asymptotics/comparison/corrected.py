"""The theory of finite networks beside a simulation, where there is one."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rmt_asymptotics.asymptotics import Asymptotics, solve
from rmt_asymptotics.errors import NotConverged, OutOfDomain
from rmt_asymptotics.models import OneStepNetwork, RegressionOnData, RidgeModel, RidgeRegression
from rmt_asymptotics.montecarlo import SimulationPlan
from rmt_asymptotics.montecarlo.ensemble import default_test_samples
from rmt_asymptotics.vocabulary.quantities import ERRORS

if TYPE_CHECKING:
    from rmt_asymptotics.finite.result import FiniteSize


def finite_size_at(limit: Asymptotics, plan: SimulationPlan) -> "tuple[FiniteSize | None, str]":
    """The corrected theory for the test samples of a plan, or None and, where one might expect it, why."""
    from rmt_asymptotics.finite.result import finite_size_of  # what it needs is slow to import

    d = plan.dimension
    if not _has_finite_theory(limit.model):
        return None, ""
    try:
        return finite_size_of(limit, d, plan.test_samples or default_test_samples(d)), ""
    except (NotConverged, OutOfDomain) as reason:
        return None, f"no corrected theory, {reason}"


def finite_curve(model: RidgeModel, plan: SimulationPlan, samples: np.ndarray) -> "list[FiniteSize | None]":
    """The corrected theory at each number of samples, none where there is none for the model."""
    if not _has_finite_theory(model):
        return []
    d = plan.dimension
    sized = [model.at_width(model.width, d).replace(sample_complexity=n / d) for n in samples.tolist()]
    return [_solved(each, plan) for each in sized]


def _has_finite_theory(model: RidgeModel) -> bool:
    if isinstance(model, (OneStepNetwork, RegressionOnData)) or model.has_several_directions:
        return False
    known = isinstance(model, RidgeRegression) or (model.covariance is None and math.isfinite(model.width_ratio))
    return known and model.is_ridge_regression


def _solved(model: RidgeModel, plan: SimulationPlan) -> "FiniteSize | None":
    try:
        return finite_size_at(solve(model), plan)[0]
    except NotConverged:
        return None


def corrected_columns(finite: "Sequence[FiniteSize | None]", name: str) -> tuple[np.ndarray, np.ndarray]:
    """Means and standard deviations of an error, NaN where there is no corrected theory."""
    values = [None if each is None else getattr(each, name) for each in finite]
    pairs = [(np.nan, np.nan) if value is None else (value.mean, value.standard_deviation) for value in values]
    mean, one_draw = np.array(pairs).T
    return mean, one_draw


def untrusted(finite: "FiniteSize | None") -> list[str]:
    """The errors whose corrections are too large to be trusted."""
    return [name for name in ERRORS if finite is not None and not getattr(finite, name).trusted]
