"""Two readouts at once against finite networks: bias and variance, and readouts while they train."""

from functools import partial
from typing import TypeAlias

import numpy as np

import rmt_asymptotics as rmt
from rmt_asymptotics._types import Array
from rmt_asymptotics.comparison.drift import drift_of
from rmt_asymptotics.comparison.sizes import at_size
from rmt_asymptotics.decomposition import PARTS
from rmt_asymptotics.estimates import estimate, with_error, z_score
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.training.filters import Descent
from validation.cases import CASES, STRUCTURED, Case
from validation.outliers import moved_by_outliers
from validation.sections import LARGEST_Z, Section

TOLERANCE = 1e-4  # relative, of the theory
TIMES, STEPS = [0.3, 3.0, 30.0], [1, 3, 10, 100, 10_000]
PART, MOMENTUM = 0.375, 0.9  # of the largest stable learning rate, which a draw may have lower by a fifth and more
BESIDE = 0.7  # ridge x time of the ridge regression that a readout in training is nearest to
ERRORS = ("test_error", "training_error")
Gap: TypeAlias = tuple[Array, float]  # of each draw, relative, and what is not known of the theory


def _supported() -> list[Case]:
    """Cases of one direction."""
    cases = [case for case in CASES if isinstance(case.model.target, rmt.Activation) and _one_law(case)]
    return [*cases, *STRUCTURED]


def _one_law(case: Case) -> bool:
    return not any(isinstance(value, rmt.JointLaw) for value in vars(case.model).values())


def parts(dimension: int, replicas: int, seed: int) -> Section:
    """Bias and variances, of which pairs of readouts in the six cases of sharing are sums."""
    rows, holds = [], True
    plan = rmt.SimulationPlan(dimension=dimension, replicas=replicas, seed=seed, progress=False)
    for case in _supported():
        compared = rmt.compare_bias_variance(
            case.model, plan, noise_variance=[case.model.noise_variance], tolerance=TOLERANCE
        )
        cells = []
        for name in ("test_error", *PARTS[1:]):
            kinds = ("", "_simulation", "_standard_error", "_z_score")
            theory, mean, spread, z = (float(compared[name + kind][0]) for kind in kinds)
            holds &= abs(z) < LARGEST_Z
            cells.append(f"{theory:.4f} {mean:.4f}({spread:.1e}) {z:+.1f}")
        rows.append((case.name, *cells))
    explanation = (
        f"Theory at the simulated width, simulation at d = {dimension} with {replicas} replicas, and z. The parts are "
        f"sums of errors of pairs of readouts that share more or less. It holds when every |z| < {LARGEST_Z:g}."
    )
    return Section("Bias and variance", explanation, ("model", "test_error", *PARTS[1:]), tuple(rows), holds)


def trained(dimension: int, replicas: int, seed: int) -> Section:
    """Gradient flow and steps of gradient descent, with and without momentum, against the iteration itself."""
    rows, holds = [], True
    options = {"replicas": replicas, "seed": seed, "progress": False, "replica_values": True}
    plans = [rmt.SimulationPlan(dimension=d, **options) for d in (dimension // 2, dimension)]
    for case in _supported():
        sizes = [_gaps(case.model, plan) for plan in plans]
        for name in sizes[0]:
            found = [_extrapolated(*each, plans) for each in zip(*(size[name] for size in sizes), strict=True)]
            holds &= all(abs(z) < LARGEST_Z for _, z in found)
            half = len(found) // 2
            shown = [f"{gap} {z:+.1f}" for gap, z in found]
            rows.append((case.name, name, ", ".join(shown[:half]), ", ".join(shown[half:])))
    explanation = (
        f"Simulation over theory less 1, in percent, at times {TIMES} of the flow and after {STEPS} steps, with a "
        f"learning rate of {PART} of the limit of stability and momentum 0 and {MOMENTUM}, and z. From it is taken the "
        f"same of ridge regression (ridge {BESIDE}/time) on the same draws: what draws and 1/d do to both falls out. "
        f"With momentum, which oscillates along outliers, theory is at those of each draw. Extrapolated in 1/d from "
        f"d = {dimension // 2} and {dimension}, {replicas} replicas. It holds when every |z| < {LARGEST_Z:g}."
    )
    return Section("Training time", explanation, ("model", "training", *ERRORS), tuple(rows), holds)


def _gaps(model: RidgeModel, plan: rmt.SimulationPlan) -> dict[str, list[Gap]]:
    """Of each way to train, the gaps of its test errors, then of its training errors."""
    sized = at_size(model, plan.dimension)
    limit = rmt.training_curve(sized, steps=[1], learning_rate=1e-9, tolerance=TOLERANCE)
    rate, found = PART * limit.attrs["largest_learning_rate"], {}
    for name, momentum in (("flow", 0.0), ("steps", 0.0), ("momentum", MOMENTUM)):
        steps = {"steps": STEPS, "learning_rate": rate, "momentum": momentum}
        way = {"time": TIMES} if name == "flow" else steps
        compared = rmt.compare_training(sized, plan, **way, tolerance=TOLERANCE)
        times = np.array(TIMES) if name == "flow" else rate / (1 - momentum) * np.array(STEPS)
        moved = moved_by_outliers(sized, Descent(rate, momentum), STEPS, plan) if momentum else np.zeros((1, 2, 1))
        beside, solved = (
            route(sized, ridge=BESIDE / times) for route in (partial(rmt.simulation_curve, plan=plan), rmt.sweep)
        )
        found[name] = []
        for place, error in enumerate(ERRORS):
            theory, unsure = compared[error].values, compared[f"{error}_estimate"].values
            trained = compared[f"{error}_values"].values / (theory + moved[:, place])
            gaps = trained - beside[f"{error}_values"].values / solved[error].values
            found[name] += zip(gaps.T, unsure, strict=True)
    return found


def _extrapolated(small: Gap, large: Gap, plans: list[rmt.SimulationPlan]) -> tuple[str, float]:
    """A gap at d = infinity, in percent with its standard error, and its z."""
    dimensions, replicas = [plan.dimension for plan in plans], plans[0].replicas
    gap = drift_of([estimate(small[0]), estimate(large[0])], dimensions, replicas).extrapolated
    unsure = np.hypot(gap.standard_error, max(small[1], large[1]))
    return with_error(100 * gap.mean, 100 * float(unsure)), float(z_score(gap.mean, 0.0, unsure, replicas))
