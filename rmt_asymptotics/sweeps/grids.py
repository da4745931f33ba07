"""Theory over a product grid of model fields, as one xarray Dataset.

Axes that leave the translated problem alone (sample_complexity, width_ratio, ridge, noise_variance) share
it and run through one solver loop; any other axis is an outer loop over problems.
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_asymptotics.asymptotics import control_points, solution_at, solve_controls
from rmt_asymptotics.canonical.translation import control_fields
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.progress import progress_bar
from rmt_asymptotics.serialisation import provenance
from rmt_asymptotics.state_evolution.refinement import CONVERGED, STATUSES, RefinedSolutions

if TYPE_CHECKING:
    import xarray

STATUS_NAMES = np.array([status.name.lower() for status in STATUSES])
DESCRIPTIONS = {
    "test_error": "test error E(y - f)^2, noise included",
    "training_error": "training error, mean (y - f)^2",
    "training_objective": "training error + (ridge/n)|a|^2",
    "excess_error": "test error - noise variance",
    "residual": "max |Psi(V) - V|/(1 + |V|) at the returned point",
    "error_estimate": "estimated relative error of the errors",
    "status": "how the point ended",
    "message": "what went wrong, in words",
    "sample_complexity": "sample complexity n/d",
    "width_ratio": "width ratio p/d",
    "ridge": "ridge",
    "noise_variance": "noise variance",
    "alignment": "alignment of spike and target",
    "bulk_variance": "bulk variance",
    "width": "width p",
}


def learning_curve(
    model: RidgeModel, *, sample_complexity: Sequence[float] | np.ndarray, tolerance: float | None = None
) -> "xarray.Dataset":
    """Limiting errors against n/d: `sweep` over sample_complexity.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.relu, target=rmt.sign, sample_complexity=1.0,
    ...                            width_ratio=3.0, ridge=0.1)
    >>> rmt.learning_curve(model, sample_complexity=[1.0, 2.0]).test_error.round(4).values.tolist()
    [0.8181, 0.7173]
    """
    return sweep(model, sample_complexity=sample_complexity, tolerance=tolerance)


def sweep(
    model: RidgeModel, *, tolerance: float | None = None, progress: bool | None = None, **axes: Any
) -> "xarray.Dataset":
    """Limiting errors on the product grid of `axes`, each the name of a field with a one-dimensional array of values.

    Variables test_error, training_error, training_objective, excess_error, residual, error_estimate, status,
    message have one dimension an axis, in the order given.  A point that fails is data: see its status and message.
    Raises `OutOfDomain` for unknown fields, empty axes and values outside a field's domain, before solving any point.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.relu, target=rmt.sign, sample_complexity=1.0,
    ...                            width_ratio=3.0, ridge=0.1)
    >>> dict(rmt.sweep(model, ridge=[0.1, 1.0], sample_complexity=[1.0, 2.0, 3.0]).sizes)
    {'ridge': 2, 'sample_complexity': 3}
    """
    values = {name: axis_values(model, name, axis) for name, axis in axes.items()}
    if not values:
        raise OutOfDomain("axes", {}, "at least one field of the model with its values")
    steps = [model.replace(step=step) for step in values.get("step", [])]
    shared = set.intersection(*(control_fields(m) for m in steps or [model]))
    outer = {name: v for name, v in values.items() if name not in shared}
    inner = {name: np.array(v, float) for name, v in values.items() if name in shared}
    grid = dict(zip(inner, (a.ravel() for a in np.meshgrid(*inner.values(), indexing="ij")), strict=True))
    combinations = list(itertools.product(*outer.values()))
    parts = []
    for combination in progress_bar(combinations, "theory", progress):
        point = model.replace(**dict(zip(outer, combination, strict=True)))
        parts.append(solve_controls(point, control_points(point, grid), tolerance))
    return _dataset(model, values, list(outer) + list(inner), parts, tolerance)


def axis_values(model: RidgeModel, name: str, axis: Any) -> list[Any]:
    """The values of one axis, each checked against the model's field."""
    model.check_fields([name])
    values = axis.tolist() if isinstance(axis, np.ndarray) else axis
    if not isinstance(values, (list, tuple, range)) or len(values) == 0 or np.ndim(axis) > 1:
        raise OutOfDomain(name, axis, "a one-dimensional, non-empty array of values")
    if all(type(value) in (int, float) for value in values):
        array = np.array(values)
        for value in (*array[np.isnan(array)], array.min(), array.max()):  # the domains are intervals
            model.replace(**{name: value.item()})
        return list(values)
    return [getattr(model.replace(**{name: value}), name) for value in values]


def _dataset(
    model: RidgeModel,
    values: Mapping[str, list[Any]],
    order: list[str],
    parts: list[RefinedSolutions],
    tolerance: float | None,
) -> "xarray.Dataset":
    """Gather the parts, computed with axes in `order`, into arrays with the axes in the order of `values`."""
    import xarray

    shape = [len(values[name]) for name in order]
    dims = list(values)

    def gather(arrays: list[np.ndarray]) -> np.ndarray:
        return np.concatenate(arrays).reshape(shape).transpose([order.index(name) for name in dims])

    test, training, objective = (gather([part.errors[i] for part in parts]) for i in range(3))
    noise = np.array(values.get("noise_variance", [model.noise_variance]))
    noise = noise.reshape([-1 if name == "noise_variance" else 1 for name in dims])
    variables = {
        "test_error": test,
        "training_error": training,
        "training_objective": objective,
        "excess_error": test - noise,
        "residual": gather([part.residual for part in parts]),
        "error_estimate": gather([part.error_estimate for part in parts]),
        "status": gather([STATUS_NAMES[part.status] for part in parts]),
        "message": gather([_messages(part) for part in parts]),
    }
    attributes = provenance(model) | {
        "tolerance": "default" if tolerance is None else tolerance,
        "quadrature_nodes": max(int(part.nodes.max()) for part in parts),
        "classes": max(int(part.classes.max()) for part in parts),
    }
    return xarray.Dataset(
        {name: (dims, array, _attributes(name)) for name, array in variables.items()},
        {name: (name, coordinate(v), _attributes(name)) for name, v in values.items()},
        attributes,
    )


def coordinate(values: list[Any]) -> np.ndarray:
    """Axis values as a coordinate: numbers as they are, functions and laws as text, "limit" for an infinite width."""
    if all(isinstance(v, (int, float)) for v in values):
        return np.array(values)
    return np.array(["limit" if v is None else str(v) for v in values])


def _messages(part: RefinedSolutions) -> np.ndarray:
    messages = np.full(len(part.status), "", object)
    for point in np.flatnonzero(part.status != CONVERGED).tolist():
        messages[point] = solution_at(part, point).message
    return messages.astype(str)


def _attributes(name: str) -> dict[str, str]:
    numeric = name not in ("status", "message")
    return {"long_name": DESCRIPTIONS.get(name, name)} | ({"units": "1"} if numeric else {})
