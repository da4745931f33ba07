"""Plots of curves and of finite-size drifts, on matplotlib Axes: theory as lines, simulation as points.

Figures are made without pyplot, so that they need no display and can be drawn in any thread; global settings are
neither read for anything that matters nor changed.
"""

import json
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from rmt_asymptotics.comparison import Comparison
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.serialisation import model_to_dict

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# colours of Okabe and Ito, told apart with any colour vision; line styles and markers also in black and white
STYLES = {
    "test_error": ("#0072B2", "-", "o"),
    "training_error": ("#D55E00", "--", "s"),
    "training_objective": ("#009E73", "-.", "^"),
    "excess_error": ("#CC79A7", ":", "D"),
}
GREY = "#666666"
SYMBOLS = {
    "sample_complexity": "n/d = {}",
    "width_ratio": "p/d = {}",
    "width": "p = {}",
    "step_sample_complexity": "n0/d = {}",
}
POINTS: dict[str, Any] = {"markersize": 4.5, "capsize": 2.5, "elinewidth": 1.0, "zorder": 3}
CAPTION_WIDTH = 76  # characters that fit above axes of the default size


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
    theory = "theory" if axis == "width" else f"theory, p = {_short(model['width'])}"
    for name in quantities:
        _theory(axes, dataset, axis, name, theory)
        if simulation is not None:
            _simulation(axes, simulation, axis, name)
    axes.set_xlabel(dataset[axis].attrs.get("long_name", axis))
    axes.set_ylabel(dataset[quantities[0]].attrs["long_name"] if len(quantities) == 1 else "mean squared error")
    _finish(axes, model, omitted=(axis, "width"))
    return axes


def plot_drift(comparison: Comparison, quantity: str = "test_error", axes: "Axes | None" = None) -> "Axes":
    """simulation - theory against 1/d with one standard error, and the fitted drift down to 1/d = 0.

    Raises `OutOfDomain` for a comparison at a single dimension and for unknown quantities.
    """
    if not comparison.drift:
        raise OutOfDomain("dimension", comparison.simulation.dimension, "several dimensions, to show a drift")
    if quantity not in comparison.drift:
        raise OutOfDomain("quantity", quantity, f"one of {', '.join(comparison.drift)}")
    axes = axes or new_axes()
    colour, line, marker = STYLES[quantity]
    drift, gaps = comparison.drift[quantity], [size.gap(quantity) for size in comparison.sizes]
    inverse = 1 / np.array([size.simulation.dimension for size in comparison.sizes])
    axes.axhline(0, color=GREY, linewidth=0.8)
    ends = np.array([0, 1.05 * inverse.max()])
    axes.plot(ends, drift.extrapolated.mean + drift.slope.mean * ends, line, color=colour, label="fit: a + b/d")
    _points(axes, inverse, gaps, color=colour, fmt=marker, label="simulation, ± 1 standard error")
    label = "extrapolated, ± 1 standard error"
    _points(axes, [0], [drift.extrapolated], color=colour, fmt=marker, markerfacecolor="white", label=label)
    above = axes.secondary_xaxis("top")
    above.set_ticks([0, *inverse], ["∞", *(str(size.simulation.dimension) for size in comparison.sizes)])
    above.set_xlabel("dimension d")
    axes.set_xlabel("1/d")
    axes.set_ylabel(f"{quantity.replace('_', ' ')}: simulation $-$ theory")
    _finish(axes, model_to_dict(comparison.model) | {"width": "as simulated"})
    return axes


def new_axes() -> "Axes":
    """Axes of a new figure, made without pyplot."""
    from matplotlib.figure import Figure

    return Figure(figsize=(6.4, 4.6), layout="constrained").add_subplot()


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
    axes.errorbar(x, simulation[name].values, spread, fmt=marker, color=colour, label=label, **POINTS)


def _points(axes: "Axes", x: Any, estimates: Sequence[Any], **style: Any) -> None:
    means, spread = [e.mean for e in estimates], [e.standard_error for e in estimates]
    axes.errorbar(x, means, spread, **POINTS, **style)


def _finish(axes: "Axes", model: dict[str, Any], omitted: tuple[str, ...] = ()) -> None:
    unbroken = describe(model, omitted).replace(" ", "\N{NO-BREAK SPACE}").replace(",\N{NO-BREAK SPACE}", ", ")
    _dress(axes, textwrap.wrap(unbroken, CAPTION_WIDTH, break_long_words=False, break_on_hyphens=False))


def _dress(axes: "Axes", caption: Sequence[str]) -> None:
    axes.set_title("\n".join(caption), fontsize="small", loc="left", parse_math=False)
    axes.legend(frameon=False, fontsize="small")
    axes.spines[["top", "right"]].set_visible(False)


def labelled(axes: "Axes", x: str, y: str, caption: str) -> "Figure":
    """The figure of `axes` after labels, caption and legend are set."""
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    _dress(axes, textwrap.wrap(caption, CAPTION_WIDTH))
    return cast("Figure", axes.figure)


def simulated_points(axes: "Axes", x: Any, mean: Any, standard_error: Any, **style: Any) -> None:
    """Simulated means with one standard error, in the project's style of points."""
    axes.errorbar(x, mean, standard_error, **POINTS, **style)


def describe(model: dict[str, Any], omitted: Sequence[str] = ()) -> str:
    """One line that identifies a model, given as by `model_to_dict`, without the fields `omitted`.

    >>> describe({"model": "RandomFeatures", "activation": "tanh", "target": "sin", "ridge": 0.1, "width": None})
    'RandomFeatures: activation tanh, target sin, ridge 0.1, p = ∞'
    """
    shown = [
        SYMBOLS.get(k, f"{k.replace('_', ' ')} {{}}").format(_short(v))
        for k, v in model.items()
        if k not in ("model", *omitted)
    ]
    return f"{model['model']}: {', '.join(shown)}"


def _short(value: Any) -> str:
    if isinstance(value, dict):
        name, *parameters = value.values()  # a law or a step
        return f"{name}({','.join(map(_short, parameters))})"
    if isinstance(value, list):
        return f"[{','.join(map(_short, value))}]"
    if value is None:
        return "∞"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
