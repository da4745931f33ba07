"""The results of a sweep as one xarray Dataset."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_asymptotics.estimates import z_score
from rmt_asymptotics.montecarlo.curve import QUANTITIES
from rmt_asymptotics.serialisation import provenance
from rmt_asymptotics.sweeps.blocks import PENDING, STATUS_NAMES, BlockResult
from rmt_asymptotics.sweeps.points import is_numeric
from rmt_asymptotics.sweeps.request import Request

if TYPE_CHECKING:
    import xarray

VARIABLES = (
    *QUANTITIES,
    "residual",
    "error_estimate",
    "status",
    *(f"{name}_{kind}" for name in QUANTITIES for kind in ("simulation", "standard_error", "z_score")),
    "samples",
)
DESCRIPTIONS = {
    "test_error": "test error E(y - f)^2, noise included",
    "training_error": "training error, mean (y - f)^2",
    "training_objective": "training error + (ridge/n)|a|^2",
    "excess_error": "test error - noise variance",
    "residual": "max |Psi(V) - V|/(1 + |V|) at the returned point",
    "error_estimate": "estimated relative error of the errors",
    "status": "how the point ended",
    "message": "what went wrong, in words",
    "samples": "number of training samples of the simulation, n",
    "simulation_message": "why the point was not simulated",
    "sample_complexity": "sample complexity n/d",
    "step_sample_complexity": "sample complexity of the step n0/d",
    "width_ratio": "width ratio p/d",
    "ridge": "ridge",
    "noise_variance": "noise variance",
    "alignment": "alignment of spike and target",
    "bulk_variance": "bulk variance",
    "width": "width p",
    "step.rate": "rate of the step, eta/sqrt(p)",
    "step.eta": "size of the step, eta",
    "step.exponent": "exponent of the step, log eta/log n",
    "step.prefactor": "prefactor of the step, eta/n^exponent",
    "spike.value": "spike u",
    "spike.scale": "scale of the spike law",
}


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
        {name: (points.dims, array.reshape(points.shape), _described(name)) for name, array in variables.items()},
        {
            name: (name if points.grid else "point", coordinate(values), _described(name))
            for name, values in points.values.items()
        },
        attributes,
    )


def _gathered(request: Request, results: Mapping[int, BlockResult]) -> dict[str, np.ndarray]:
    """The columns of all points, in the order of the request."""
    columns = BlockResult.empty(request.points.count, request.theory, request.simulation is not None, PENDING).columns
    for index, result in results.items():
        for name, column in result.columns.items():
            columns[name][request.places(index)] = column
    return columns


def _derived(request: Request, columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The columns with what follows from them: the excess error, and z-scores where there are theory and simulation."""
    if request.theory:
        points = np.arange(request.points.count)
        noise = "noise_variance"
        given = request.points.at(noise, points) if noise in request.points.values else request.model.noise_variance
        columns["excess_error"] = columns["test_error"] - given
    if request.theory and request.simulation:
        for name in QUANTITIES:
            spread = columns[f"{name}_standard_error"]
            columns[f"{name}_z_score"] = z_score(
                columns[f"{name}_simulation"], columns[name], spread, request.simulation.replicas
            )
    return {name: columns[name] for name in VARIABLES if name in columns}


def _messages(request: Request, results: Mapping[int, BlockResult]) -> dict[str, np.ndarray]:
    kinds = ["message"] * request.theory + ["simulation_message"] * (request.simulation is not None)
    messages = {kind: np.full(request.points.count, "", object) for kind in kinds}
    for index, result in results.items():
        places = request.places(index)
        for kind in kinds:
            for at, text in result.messages[kind].items():
                messages[kind][places[at]] = text
    return {kind: texts.astype(str) for kind, texts in messages.items()}


def coordinate(values: list[Any]) -> np.ndarray:
    """Axis values as a coordinate: numbers as they are, functions and laws as text, "limit" for an infinite width."""
    if is_numeric(values):
        return np.array(values)
    return np.array(["limit" if v is None else str(v) for v in values])


def _described(name: str) -> dict[str, str]:
    """Units and a name in words."""
    for kind, words in (("_simulation", "simulated"), ("_standard_error", "standard error of the simulated")):
        if name.endswith(kind):
            return {"long_name": f"{words} {DESCRIPTIONS[name.removesuffix(kind)]}", "units": "1"}
    if name.endswith("_z_score"):
        return {"long_name": f"z-score of the {name.removesuffix('_z_score').replace('_', ' ')}", "units": "1"}
    described = {"long_name": DESCRIPTIONS.get(name, name)}
    return described if name in ("status", "message", "simulation_message") else described | {"units": "1"}
