"""compare_training: theory and simulation while the readout trains."""

from typing import TYPE_CHECKING, Any, Literal, Unpack

import numpy as np
from numpy.typing import ArrayLike

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.comparison.sizes import TOLERANCE, at_size
from rmt_asymptotics.estimates import z_score
from rmt_asymptotics.models import RidgeModel, check_ridge_regression
from rmt_asymptotics.montecarlo import SimulationPlan, simulate_training
from rmt_asymptotics.montecarlo.plan import PlanOptions, planned
from rmt_asymptotics.vocabulary.words import described

if TYPE_CHECKING:
    import xarray


@checked_arguments
def compare_training(
    model: RidgeModel,
    plan: SimulationPlan | None = None,
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
    **options: Unpack[PlanOptions],
) -> "xarray.Dataset":
    """`training_curve` at the simulated sizes, with `simulate_training` beside it and z-scores.

    plan: as in `simulate`.
    time, steps, learning_rate, momentum, nesterov, weight_decay, sample_step, samples: as in `training_curve`.
    tolerance: relative, of the theory.
    Returns the Dataset of the theory with, for each error, `<error>_simulation`, `<error>_standard_error` and
    `<error>_z_score` (and `<error>_values` with `replica_values`).  z-scores follow from the limit, the spread of the
    draws and the error estimate of the theory; those of few steps with momentum are large at small d, where the
    outliers of the draws oscillate out of step with their limit.  Raises as those two functions do.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0,
    ...                            width_ratio=1.5, ridge=0.1, noise_variance=0.2)
    >>> curve = rmt.compare_training(model, time=[1.0, 10.0], dimension=60, replicas=10)
    >>> bool((abs(curve.test_error_z_score) < 4).all())
    True
    """
    from rmt_asymptotics.training import training_curve  # what it needs is slow to import

    check_ridge_regression(model)
    plan = planned(plan, options, model.own_dimension)
    way: dict[str, Any] = {
        "time": time, "steps": steps, "learning_rate": learning_rate, "momentum": momentum, "nesterov": nesterov,
        "weight_decay": weight_decay, "sample_step": sample_step, "samples": samples,
    }  # fmt: skip
    sized = at_size(model, plan.dimension)
    dataset = training_curve(sized, **way, tolerance=tolerance, progress=plan.progress)
    simulation = simulate_training(sized, plan, **way)
    for error in [name for name in ("test_error", "training_error") if name in dataset]:
        theory, name = dataset[error], f"{error}_z_score"
        mean, spread = (simulation[f"{error}_{kind}"].values for kind in ("simulation", "standard_error"))
        uncertain = np.hypot(spread, theory.values * dataset[f"{error}_estimate"].values)
        z = z_score(mean, theory.values, uncertain, plan.replicas)
        dataset[name] = (theory.dims, z, described(name))
    return dataset.merge(simulation).assign_attrs(dataset.attrs | simulation.attrs)
