"""compare_curve: one model along the sample complexity."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Unpack

import numpy as np

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.comparison.corrected import corrected_columns, finite_curve
from rmt_asymptotics.estimates import z_score
from rmt_asymptotics.models import RegressionOnData, RidgeModel
from rmt_asymptotics.montecarlo import SimulationPlan, simulation_curve
from rmt_asymptotics.montecarlo.plan import PlanOptions, planned
from rmt_asymptotics.prediction import intercept_factors
from rmt_asymptotics.sweeps.sweep import learning_curve
from rmt_asymptotics.vocabulary.words import described

if TYPE_CHECKING:
    import xarray


@checked_arguments
def compare_curve(
    model: RidgeModel,
    plan: SimulationPlan | None = None,
    *,
    sample_complexity: Sequence[float] | np.ndarray,
    **options: Unpack[PlanOptions],
) -> "xarray.Dataset":
    """`simulation_curve` over sample_complexity with, for each error, the theory, `<error>`, and `<error>_z_score`.

    plan: as in `simulate`.  The theory is taken at the simulated width and at n/d as rounded to whole samples; its
    status and message are those of `sweep`.  Where there is a theory of the finite network (see `compare`),
    `<error>_corrected` is its mean, `<error>_standard_deviation` that of one draw, and z-scores follow from them; NaN
    at points where it cannot be solved, whose z-scores follow from the limit.
    """
    plan = planned(plan, options, model.own_dimension)
    dataset = simulation_curve(model, plan, sample_complexity=sample_complexity)
    width = int(dataset.attrs["width"])
    fitted = dataset.samples.values - isinstance(model, RegressionOnData)  # an intercept takes one sample
    theory = learning_curve(model.at_width(width, plan.dimension), sample_complexity=fitted / plan.dimension)
    if isinstance(model, RegressionOnData):
        for name, factor in intercept_factors(dataset.samples.values).items():
            theory[name] = theory[name].copy(data=theory[name].values * factor)
        theory["excess_error"] = theory.excess_error.copy(data=theory.test_error.values - model.noise_variance)
    finite = finite_curve(model.at_width(width), plan, dataset.samples.values)
    for name in model.outputs:
        mean, spread = (dataset[f"{name}_{kind}"].values for kind in ("simulation", "standard_error"))
        z = z_score(mean, theory[name].values, spread, plan.replicas)
        columns = {"z_score": z}
        if any(finite):
            corrected, one_draw = corrected_columns(finite, name)
            z = np.where(np.isnan(corrected), z, (mean - corrected) / (one_draw / np.sqrt(plan.replicas)))
            columns = {"corrected": corrected, "standard_deviation": one_draw, "z_score": z}
        for kind, column in columns.items():
            dataset[f"{name}_{kind}"] = ("sample_complexity", column, described(f"{name}_{kind}"))
    for name in (*model.outputs, "status", "message"):
        dataset[name] = ("sample_complexity", theory[name].values, theory[name].attrs)
    return dataset
