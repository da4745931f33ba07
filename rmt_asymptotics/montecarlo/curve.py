"""Simulated curves over sample complexity and ridge: one draw a replica serves all points."""

from typing import TYPE_CHECKING, Any, Unpack

from numpy.typing import ArrayLike

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.checks import sequence
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.estimates import standard_error
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.montecarlo.ensemble import ensemble
from rmt_asymptotics.montecarlo.plan import PlanOptions, SimulationPlan, planned
from rmt_asymptotics.serialisation import provenance
from rmt_asymptotics.vocabulary.fields import FIELDS
from rmt_asymptotics.vocabulary.words import described

if TYPE_CHECKING:
    import xarray

AXES = ("sample_complexity", "ridge")


@checked_arguments
def simulation_curve(
    model: RidgeModel,
    plan: SimulationPlan | None = None,
    *,
    sample_complexity: ArrayLike | None = None,
    ridge: ArrayLike | None = None,
    **options: Unpack[PlanOptions],
) -> "xarray.Dataset":
    """Simulate a model along sample complexities, ridges, or both, from the same draws.

    Samples are nested: within a replica the points of a curve are correlated, which keeps the curve smooth.
    The values at a point are those of `simulate` there, to rounding.  One network serves all points, except where
    its gradient step scales with n (`PowerStep`): then each n has its own, after another step along one gradient.

    sample_complexity, ridge: positive values in any order, shape (N,) and (R,); those given become dimensions, the
        model's own value holds otherwise.  At least one is needed.
    plan: as in `simulate`.
    Returns an xarray.Dataset with `<error>_simulation` and `<error>_standard_error` (over replicas, at each point) of
    the model's outputs, with `replica_values` also `<error>_values` of each replica, and n as the coordinate `samples`.
    Raises `OutOfDomain` for an axis that is not a sequence of positive numbers, and as `simulate` does.

    >>> from rmt_asymptotics.activations import sin, tanh
    >>> from rmt_asymptotics.models import RandomFeatures
    >>> model = RandomFeatures(activation=tanh, target=sin, sample_complexity=2.0, width_ratio=1.5, ridge=0.1)
    >>> curve = simulation_curve(model, sample_complexity=[0.5, 1.0, 2.0], dimension=20, replicas=4)
    >>> curve.test_error_simulation.dims, curve.samples.values
    (('sample_complexity',), array([10, 20, 40]))
    """
    import xarray

    given = {"sample_complexity": sample_complexity, "ridge": ridge}
    axes = {name: _axis(name, values) for name, values in given.items() if values is not None}
    if not axes:
        raise OutOfDomain("sample_complexity", None, "a sequence of values, unless ridge is one")
    plan = planned(plan, options, model.own_dimension)
    result = ensemble(model, plan, axes.get("sample_complexity"), axes.get("ridge"))
    kept = tuple(slice(None) if name in axes else 0 for name in AXES)
    dims = tuple(axes)
    along_samples = tuple(name for name in dims if name == "sample_complexity")
    samples = (along_samples, result.samples[kept[0]], described("samples"))
    coordinates = {name: (name, values, described(name)) for name, values in axes.items()}
    variables: dict[str, Any] = {}
    for error in model.outputs:
        draws = result.errors[error][:, *kept]
        columns = {"simulation": (dims, draws.mean(0)), "standard_error": (dims, standard_error(draws))}
        if plan.replica_values:
            columns["values"] = (("replica", *dims), draws)
        variables |= {(name := f"{error}_{kind}"): (*column, described(name)) for kind, column in columns.items()}
    sizes = {"width": result.grid.width, "test_samples": result.grid.test_samples}
    return xarray.Dataset(variables, coordinates | {"samples": samples}, provenance(model) | plan.attributes | sizes)


def _axis(name: str, values: ArrayLike) -> list[float]:
    return [FIELDS[name].checked(value) for value in sequence(name, values)]
