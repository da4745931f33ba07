"""Errors along one axis: theory as lines, simulation as points."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.plotting.labels import describe_axis, label_of, model_of
from rmt_asymptotics.plotting.style import (
    DASHES,
    GREY,
    OTHER,
    STYLES,
    abbreviated,
    finish,
    main_outputs,
    new_axes,
    simulated_points,
)

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes


@checked_arguments
def plot_curve(
    dataset: "xarray.Dataset",
    simulation: "xarray.Dataset | None" = None,
    quantities: Sequence[str] | None = None,
    axes: "Axes | None" = None,
    references: Mapping[str, Any] | None = None,
) -> "Axes":
    """Errors along one axis: theory as lines and, where there is one, the simulation as points with one standard error.

    dataset: along one dimension, from `learning_curve` or `sweep`; points that did not converge are crosses, and what
    a `SimulationPlan` simulated is drawn.  An axis is logarithmic if its points are spaced so.
    quantities: names of outputs; None: test and training error, of labels of two values the misclassification.
    simulation: from `simulation_curve` or `compare_curve`; its points stand at n/d as rounded to whole samples.
    Where the dataset holds a theory of finite networks (`finite_size_curve`), it is a thin line in a band, of one draw.
    references: by label, a number or one value a point, such as {"noise variance": 0.1}; drawn in grey.
    Raises `OutOfDomain` for a dataset of other than one dimension and for quantities that it does not hold.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.relu, target=rmt.sign, sample_complexity=1.0,
    ...                            width_ratio=3.0, ridge=0.1)
    >>> curve = rmt.learning_curve(model, sample_complexity=[0.5, 1.0, 2.0])
    >>> plot_curve(curve, quantities=["test_error"], references={"best linear": 0.36}).get_xscale()
    'log'
    """
    if len(dataset.dims) != 1:
        raise OutOfDomain("dataset", dict(dataset.sizes), "of one dimension; choose others by .sel(...)")
    quantities = main_outputs(dataset) if quantities is None else quantities
    drawable = [q for q in STYLES if q in dataset or f"{q}_simulation" in dataset]
    drawable += [str(q) for q, v in dataset.data_vars.items() if q not in drawable and v.dtype.kind in "if"]
    for name in quantities:
        if name not in drawable:
            raise OutOfDomain("quantities", name, f"among {', '.join(drawable)}")
    axes = axes or new_axes()
    (axis,) = map(str, dataset.dims)
    model = model_of(dataset)
    theory = "theory" if axis == "width" else f"theory, p = {abbreviated(model['width'])}"
    for name in quantities:
        if name in dataset:
            _theory(axes, dataset, axis, name, theory)
        if f"{name}_corrected" in dataset:
            _finite(axes, dataset, axis, name)
        if simulation is not None:
            _simulation(axes, simulation, axis, name)
        elif f"{name}_simulation" in dataset:
            _simulation(axes, dataset, axis, name)
    _references(axes, dataset[axis].values, references or {})
    describe_axis(axes, "x", dataset[axis])
    shown = quantities[0] if quantities[0] in dataset else f"{quantities[0]}_simulation"
    axes.set_ylabel(label_of(dataset[shown]) if len(quantities) == 1 else "mean squared error")
    finish(axes, model, omitted=(axis, "width"))
    return axes


def _theory(axes: "Axes", dataset: "xarray.Dataset", axis: str, name: str, theory: str) -> None:
    colour, line, _ = STYLES.get(name, OTHER)
    x, y = dataset[axis].values, dataset[name].values
    converged = dataset["status"].values == "converged" if "status" in dataset else np.full(len(x), True)
    label = f"{name.replace('_', ' ')}, {theory}"
    axes.plot(x, y, line, color=colour, label=label, zorder=2)
    if not converged.all():
        axes.plot(x[~converged], y[~converged], "x", color=colour, label=f"{label} (not converged)")


def _finite(axes: "Axes", dataset: "xarray.Dataset", axis: str, name: str) -> None:
    """The mean of finite networks, and the band of one draw around it."""
    colour, _, _ = STYLES.get(name, OTHER)
    x, dimension = dataset[axis].values, dataset.attrs.get("dimension")
    mean, spread = (dataset[f"{name}_{kind}"].values for kind in ("corrected", "standard_deviation"))
    label = f"{name.replace('_', ' ')}, theory at d = {dimension}, band: one draw"
    axes.plot(x, mean, "-", color=colour, linewidth=0.9, alpha=0.8, label=label, zorder=2)
    axes.fill_between(x, mean - spread, mean + spread, color=colour, alpha=0.15, linewidth=0, zorder=0)


def _simulation(axes: "Axes", simulation: "xarray.Dataset", axis: str, name: str) -> None:
    """Points with their standard error, theoretical where it is known, at n/d as simulated."""
    colour, _, marker = STYLES.get(name, OTHER)
    dimension = simulation.attrs.get("dimension")
    whole_samples = axis == "sample_complexity" and "samples" in simulation.variables and dimension
    x = simulation["samples"].values / dimension if whole_samples else simulation[axis].values
    of = f", d = {dimension}" if dimension else ""
    label = f"{name.replace('_', ' ')}, simulation{of}, ± 1 standard error"
    mean, spread = (simulation[f"{name}_{kind}"].values for kind in ("simulation", "standard_error"))
    if f"{name}_standard_deviation" in simulation and "replicas" in simulation.attrs:  # the theoretical one
        spread = simulation[f"{name}_standard_deviation"].values / np.sqrt(simulation.attrs["replicas"])
    simulated_points(axes, x, mean, spread, fmt=marker, color=colour, label=label)


def _references(axes: "Axes", x: np.ndarray, references: Mapping[str, Any]) -> None:
    for place, (label, value) in enumerate(references.items()):
        values = np.broadcast_to(np.asarray(value, float), x.shape)
        axes.plot(x, values, linestyle=DASHES[place % len(DASHES)], color=GREY, linewidth=1.2, label=label, zorder=1)
