"""Errors along one axis: theory as lines, simulation as points."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.plotting.style import STYLES, abbreviated, finish, new_axes, simulated_points

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes


def plot_curve(
    dataset: "xarray.Dataset",
    simulation: "xarray.Dataset | None" = None,
    quantities: Sequence[str] = ("test_error", "training_error"),
    axes: "Axes | None" = None,
) -> "Axes":
    """Errors along one axis: theory as lines and, if given, the simulation as points with one standard error.

    dataset: theory along one dimension, from `learning_curve` or `sweep`; points that did not converge are crosses.
    simulation: from `simulation_curve` or `compare_curve`; its points stand at n/d as rounded to whole samples.
    Raises `OutOfDomain` for a dataset of other than one dimension and for quantities that it does not hold.
    """
    if len(dataset.dims) != 1:
        raise OutOfDomain("dataset", dict(dataset.sizes), "of one dimension; choose others by .sel(...)")
    for name in quantities:
        if name not in STYLES or name not in dataset:
            raise OutOfDomain("quantities", name, f"among {', '.join(q for q in STYLES if q in dataset)}")
    axes = axes or new_axes()
    (axis,) = map(str, dataset.dims)
    model = json.loads(dataset.attrs["model"])
    theory = "theory" if axis == "width" else f"theory, p = {abbreviated(model['width'])}"
    for name in quantities:
        _theory(axes, dataset, axis, name, theory)
        if simulation is not None:
            _simulation(axes, simulation, axis, name)
    axes.set_xlabel(dataset[axis].attrs.get("long_name", axis))
    axes.set_ylabel(dataset[quantities[0]].attrs["long_name"] if len(quantities) == 1 else "mean squared error")
    finish(axes, model, omitted=(axis, "width"))
    return axes


def _theory(axes: "Axes", dataset: "xarray.Dataset", axis: str, name: str, theory: str) -> None:
    colour, line, _ = STYLES[name]
    x, y = dataset[axis].values, dataset[name].values
    converged = dataset["status"].values == "converged" if "status" in dataset else np.full(len(x), True)
    label = f"{name.replace('_', ' ')}, {theory}"
    axes.plot(x, y, line, color=colour, label=label, zorder=2)
    if not converged.all():
        axes.plot(x[~converged], y[~converged], "x", color=colour, label=f"{label} (not converged)")


def _simulation(axes: "Axes", simulation: "xarray.Dataset", axis: str, name: str) -> None:
    colour, _, marker = STYLES[name]
    whole_samples = axis == "sample_complexity" and "samples" in simulation.coords
    x = simulation.samples.values / simulation.attrs["dimension"] if whole_samples else simulation[axis].values
    label = f"{name.replace('_', ' ')}, simulation, d = {simulation.attrs['dimension']}, ± 1 standard error"
    spread = simulation[f"{name}_standard_error"].values
    simulated_points(axes, x, simulation[name].values, spread, fmt=marker, color=colour, label=label)
