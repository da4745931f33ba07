"""The results of a sweep as one xarray Dataset."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_asymptotics.estimates import z_score
from rmt_asymptotics.serialisation import provenance
from rmt_asymptotics.sweeps.blocks import PENDING, STATUS_NAMES, BlockResult
from rmt_asymptotics.sweeps.points import is_numeric
from rmt_asymptotics.sweeps.request import Request
from rmt_asymptotics.vocabulary.fields import field_of
from rmt_asymptotics.vocabulary.words import described

if TYPE_CHECKING:
    import xarray


def _variables(outputs: tuple[str, ...]) -> tuple[str, ...]:
    """The names of all variables, in their order."""
    simulated = (f"{name}_{kind}" for name in outputs for kind in ("simulation", "standard_error", "z_score"))
    return (*outputs, "residual", "error_estimate", "status", *simulated, "samples")


def assembled(request: Request, results: Mapping[int, BlockResult]) -> "xarray.Dataset":
    """The results of all blocks, with the axes in the order of the request; points without result are pending."""
    import xarray

    columns = _gathered(request, results)
    variables = _derived(request, columns) | _messages(request, results)
    attributes: dict[str, Any] = provenance(request.model)
    if request.theory:
        variables["status"] = np.array(STATUS_NAMES)[variables["status"].astype(int)]
        attributes["tolerance"] = "default" if request.tolerance is None else request.tolerance
        attributes |= {"quadrature_nodes": int(columns["nodes"].max()), "classes": int(columns["classes"].max())}
    if request.simulation:
        attributes |= request.simulation.attributes
    points = request.points
    return xarray.Dataset(
        {name: (points.dims, array.reshape(points.shape), described(name)) for name, array in variables.items()},
        {
            name: (name if points.grid else "point", coordinate(name, values), described(name))
            for name, values in points.values.items()
        },
        attributes,
    )


def _gathered(request: Request, results: Mapping[int, BlockResult]) -> dict[str, np.ndarray]:
    """The columns of all points, in the order of the request."""
    simulated = request.simulation is not None
    columns = BlockResult.empty(request.points.count, request.outputs, request.theory, simulated, PENDING).columns
    for index, result in results.items():
        for name, column in result.columns.items():
            columns[name][request.places(index)] = column
    return columns


def _derived(request: Request, columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The columns, with z-scores where there are theory and simulation."""
    if request.theory and request.simulation:
        for name in request.outputs:
            spread = columns[f"{name}_standard_error"]
            columns[f"{name}_z_score"] = z_score(
                columns[f"{name}_simulation"], columns[name], spread, request.simulation.replicas
            )
    return {name: columns[name] for name in _variables(request.outputs) if name in columns}


def _messages(request: Request, results: Mapping[int, BlockResult]) -> dict[str, np.ndarray]:
    kinds = ["message"] * request.theory + ["simulation_message"] * (request.simulation is not None)
    messages = {kind: np.full(request.points.count, "", object) for kind in kinds}
    for index, result in results.items():
        places = request.places(index)
        for kind in kinds:
            for at, text in result.messages[kind].items():
                messages[kind][places[at]] = text
    return {kind: texts.astype(str) for kind, texts in messages.items()}


def coordinate(name: str, values: list[Any]) -> np.ndarray:
    """Values of a field as a coordinate: numbers as they are, others as text, None as what it stands for."""
    if is_numeric(values):
        coordinates = np.array(values)
        return coordinates.astype(float) if coordinates.dtype == object else coordinates  # widths beyond 2^63
    field = field_of(name)
    return np.array([field.none if v is None and field else str(v) for v in values])
