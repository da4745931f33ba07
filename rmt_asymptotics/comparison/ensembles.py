"""compare_bias_variance, compare_ensemble: theory and simulation of pairs of networks."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias, Unpack

import numpy as np
from numpy.typing import ArrayLike

from rmt_asymptotics._types import Array
from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.checks import sequence
from rmt_asymptotics.comparison.sizes import TOLERANCE, at_size
from rmt_asymptotics.decomposition import NOTHING, OTHER_WEIGHTS, PAIRS, PARTS, SAME
from rmt_asymptotics.errors import OutOfDomain, whole_number
from rmt_asymptotics.estimates import Estimate, estimate, z_score
from rmt_asymptotics.models import RidgeModel, check_ridge_regression
from rmt_asymptotics.montecarlo import SimulationPlan, simulate_bias_variance
from rmt_asymptotics.montecarlo.bias_variance import simulated_pairs
from rmt_asymptotics.montecarlo.plan import PlanOptions, planned
from rmt_asymptotics.serialisation import provenance
from rmt_asymptotics.vocabulary.quantities import PARTS as DESCRIBED
from rmt_asymptotics.vocabulary.quantities import QUANTITIES
from rmt_asymptotics.vocabulary.words import OF_SIMULATION, described

if TYPE_CHECKING:
    import xarray

    Variables: TypeAlias = dict[str, tuple[str, Array, dict[str, str]]]


@checked_arguments
def compare_bias_variance(
    model: RidgeModel,
    plan: SimulationPlan | None = None,
    *,
    tolerance: float = TOLERANCE,
    sample_complexity: ArrayLike | None = None,
    width_ratio: ArrayLike | None = None,
    ridge: ArrayLike | None = None,
    noise_variance: ArrayLike | None = None,
    **options: Unpack[PlanOptions],
) -> "xarray.Dataset":
    """`bias_variance` and `simulate_bias_variance` along one of four fields, each point at the simulated sizes.

    plan: as in `simulate`.
    tolerance: relative, of the theory.
    sample_complexity, width_ratio, ridge, noise_variance: values of one of them.
    Returns the test error and its parts with, for each but the noise of fresh labels, which is known,
    `<part>_simulation`, `<part>_standard_error` and `<part>_z_score`.  Raises as those two functions do.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.relu, target=rmt.sign, sample_complexity=2.0,
    ...                            width_ratio=3.0, ridge=0.1, noise_variance=0.05)
    >>> parts = rmt.compare_bias_variance(model, width_ratio=[1.0, 2.0], dimension=40, replicas=10)
    >>> bool((abs(parts.bias_z_score) < 4).all())
    True
    """
    import xarray

    from rmt_asymptotics.training import bias_variance  # what it needs is slow to import

    check_ridge_regression(model)
    plan = planned(plan, options, model.own_dimension)
    given = {
        "sample_complexity": sample_complexity, "width_ratio": width_ratio, "ridge": ridge,
        "noise_variance": noise_variance,
    }  # fmt: skip
    axes = [(name, sequence(name, values)) for name, values in given.items() if values is not None]
    if len(axes) != 1:
        raise OutOfDomain("sample_complexity", sample_complexity, f"given, or another of {', '.join(given)}: one alone")
    ((axis, values),) = axes
    points = [at_size(model.replace(**{axis: value}), plan.dimension) for value in values]
    theory = [bias_variance(point, tolerance=tolerance) for point in points]
    simulation = [simulate_bias_variance(point, plan) for point in points]
    variables: Variables = {}
    for name in ("test_error", *PARTS):
        words = (QUANTITIES if name == "test_error" else DESCRIBED)[name].words
        limits = np.array([getattr(parts, name) for parts in theory])
        draws = [getattr(parts, name) for parts in simulation]
        variables |= _beside(axis, name, words, limits, draws)
    coordinates = {axis: (axis, [point.value(axis) for point in points], described(axis))}
    known = [f"noise_{kind}" for kind in ("simulation", "standard_error", "z_score")]
    attributes = provenance(model) | plan.attributes
    return xarray.Dataset(variables, coordinates, attributes).drop_vars(known)


@checked_arguments
def compare_ensemble(
    model: RidgeModel,
    plan: SimulationPlan | None = None,
    *,
    members: Sequence[int] | np.ndarray,
    samples: Literal["shared", "fresh"] = "shared",
    tolerance: float = TOLERANCE,
    **options: Unpack[PlanOptions],
) -> "xarray.Dataset":
    """`ensemble` over numbers of members beside simulated pairs of networks, at the simulated sizes.

    plan: as in `simulate`; a draw has two networks, whose errors and whose product of residuals make up an ensemble of
    any size.
    members: whole numbers >= 1.
    samples: "shared" by all members, or "fresh" for each.
    tolerance: relative, of the theory.
    Returns `test_error`, `test_error_simulation`, `test_error_standard_error` and `test_error_z_score` along "members".
    Raises as `ensemble` and `simulate_bias_variance` do.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.relu, target=rmt.sign, sample_complexity=2.0,
    ...                            width_ratio=3.0, ridge=0.1, noise_variance=0.05)
    >>> curve = rmt.compare_ensemble(model, members=[1, 4], dimension=40, replicas=10)
    >>> bool((abs(curve.test_error_z_score) < 4).all())
    True
    """
    import xarray

    from rmt_asymptotics.training import ensemble  # what it needs is slow to import

    check_ridge_regression(model)
    plan = planned(plan, options, model.own_dimension)
    counts = np.array([whole_number("members", value, least=1) for value in sequence("members", members)])
    sized = at_size(model, plan.dimension)
    solved = ensemble(sized, samples=samples, tolerance=tolerance)
    theory = solved.limit + (solved.single - solved.limit) / counts  # [two.5]
    pairs = simulated_pairs(sized, plan)
    one, two = pairs[PAIRS.index(SAME)], pairs[PAIRS.index(OTHER_WEIGHTS if samples == "shared" else NOTHING)]
    draws = [estimate(two + (one - two) / count) for count in counts]
    variables = _beside("members", "test_error", QUANTITIES["test_error"].words, theory, draws)
    words = {"long_name": "networks whose predictions are averaged", "units": "1"}
    attributes = provenance(sized) | plan.attributes | {"sharing": f"{samples} samples"}
    return xarray.Dataset(variables, {"members": ("members", counts, words)}, attributes)


def _beside(axis: str, name: str, words: str, theory: Array, draws: Sequence[Estimate]) -> "Variables":
    """The theory along an axis, the simulated mean, its standard error and z-score, with words and units."""
    mean, spread = (np.array([getattr(each, kind) for each in draws]) for kind in ("mean", "standard_error"))
    z = z_score(mean, theory, spread, draws[0].replicas)
    columns = {"": theory, "_simulation": mean, "_standard_error": spread, "_z_score": z}
    texts = {suffix: f"{OF_SIMULATION[suffix]} {words}" if suffix else words for suffix in columns}
    return {
        name + suffix: (axis, values, {"long_name": texts[suffix], "units": "1"}) for suffix, values in columns.items()
    }
