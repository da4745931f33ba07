"""optimal_curve(): how an optimum moves along an axis, or over two.  Note: theory_notes/optimisation.md [opt.1]."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.checks import sequence
from rmt_asymptotics.errors import OutOfDomain, number, numerical_failures
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.optimisation.fields import checked_model, domain_of
from rmt_asymptotics.optimisation.optima import Bounds, Optimum, best_over, distinct_names
from rmt_asymptotics.progress import tracked
from rmt_asymptotics.serialisation import provenance
from rmt_asymptotics.vocabulary.words import described

if TYPE_CHECKING:
    import xarray


@checked_arguments
@numerical_failures()
def optimal_curve(
    model: RidgeModel,
    over: Sequence[str] = ("ridge",),
    quantity: str = "test_error",
    *,
    maximise: bool = False,
    bounds: Bounds | None = None,
    tolerance: float | None = None,
    progress: bool | None = None,
    **axis: Sequence[float] | Array,
) -> "xarray.Dataset":
    """The optimum against one field, such as sample_complexity: optimally tuned ridge along a learning curve; or two.

    axis: the name of one field of the model that is not tuned, with a one-dimensional array of values (a field of a
        record as **{"step.rate": values}); two for a map.
    progress: as in `sweep`.  The other parameters are those of `optimal`.
    Returns the Dataset over the axes with variables: the output, each tuned field, status, message.  Each point starts
    from its neighbour *and* from a scan, so that a jump from one valley to another is seen.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.identity, target=rmt.identity, sample_complexity=2.0, width_ratio=1e6,
    ...                            ridge=7.0, noise_variance=0.5)
    >>> curve = optimal_curve(model, over=("ridge",), sample_complexity=[0.5, 1.0, 2.0])
    >>> curve.ridge.round(4).values.tolist(), curve.status.values.tolist()
    ([0.5, 0.5, 0.5], ['interior', 'interior', 'interior'])
    """
    import xarray

    checked_model(model)
    names = distinct_names(over)
    axes = _axes(model, names, axis)
    shape = [len(values) for values in axes.values()]
    found: list[Optimum] = []
    for place, values in enumerate(tracked(list(product(*axes.values())), "optimum", progress)):
        before = place - (1 if place % shape[-1] else shape[-1])  # the neighbour, of a row's first the one above
        start = found[before].model if before >= 0 else None
        found.append(
            best_over(
                model.replace(**dict(zip(axes, values, strict=True))),
                names,
                quantity,
                maximise,
                {} if bounds is None else bounds,
                tolerance,
                start,
            )
        )
    columns: dict[str, list[Any]] = {quantity: [o.value for o in found]}
    columns |= {field: [o.model.value(field) for o in found] for field in names}
    columns |= {"status": [o.status.name.lower() for o in found], "message": [o.message for o in found]}
    attributes = provenance(model) | {"over": ", ".join(names), "sense": "largest" if maximise else "least"}
    return xarray.Dataset(
        {key: (tuple(axes), np.reshape(column, shape), described(key)) for key, column in columns.items()},
        {name: (name, values, described(name)) for name, values in axes.items()},
        attributes,
    )


def _axes(model: RidgeModel, names: tuple[str, ...], axis: Mapping[str, Any]) -> dict[str, list[float]]:
    """The one axis or two, with their values."""
    if len(axis) not in (1, 2) or set(axis) & set(names):
        raise OutOfDomain("axis", tuple(axis), "one field or two that are not in `over`, with their values")
    for name in axis:
        domain_of(model, name)
    return {name: [number(name, entry) for entry in sequence(name, values)] for name, values in axis.items()}
