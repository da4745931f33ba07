"""Errors along one axis: theory as lines, simulation as points, one colour, dash and mark for each value of a field."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.checks import sequence
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.plotting.captions import abbreviated, describe
from rmt_asymptotics.plotting.families import LIMIT, Family, family
from rmt_asymptotics.plotting.frames import Size, entry, finish, new_axes
from rmt_asymptotics.plotting.labels import common_words, describe_axis, label_of, model_of, plain_numbers
from rmt_asymptotics.plotting.marks import band, plateaus, simulated_points, spaced_marks, theory_line
from rmt_asymptotics.plotting.palette import GREY, LINES, Look, looks_along, looks_of
from rmt_asymptotics.plotting.stairs import EXPONENT, mark_critical, stairs
from rmt_asymptotics.vocabulary.quantities import QUANTITIES

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes

TALL, DECADES = 5, 1e3  # a highest value over the median, and over the least: between them the axis is logarithmic
SUFFIXES = ("", "_simulation", "_corrected")  # of variables that can be drawn


@checked_arguments
def plot_curve(
    dataset: "xarray.Dataset",
    simulation: "xarray.Dataset | None" = None,
    quantities: Sequence[str] | None = None,
    axes: "Axes | None" = None,
    references: Mapping[str, Any] | None = None,
    *,
    x: str | None = None,
    hue: str | None = None,
    size: Size = "screen",
    caption: str | None = None,
) -> "Axes":
    """Errors along one field: theory as lines and, where there is one, simulation as points with a standard error.

    dataset: along one field, or two of which one is `hue`; points that did not converge are crosses, and what
    a `SimulationPlan` simulated is drawn.  An axis is logarithmic if its points are spaced so.
    quantities: names of outputs; None: test and training error, of labels of two values the misclassification, and
    beside a hue the first of these.  x: a field, an output, or a ratio of n, n0, p and d such as "p/n".
    hue: the field of which each value has a curve.
    simulation: from `simulation_curve` or `compare_curve`; its points stand at n/d as rounded to whole samples.
    Where the dataset holds a theory of finite networks (`finite_size_curve`), it is a thin line in a band, of one draw.
    references: by label, a number or one value a point, such as {"noise variance": 0.1}; drawn in grey.
    axes: to draw on; by default a new figure of `size`.  caption: by default the model.
    Raises `OutOfDomain` for a dataset over more fields and for quantities that it does not hold.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.relu, target=rmt.sign, sample_complexity=1.0,
    ...                            width_ratio=3.0, ridge=0.1)
    >>> curve = rmt.learning_curve(model, sample_complexity=[0.5, 1.0, 2.0])
    >>> plot_curve(curve, quantities=["test_error"], references={"best linear": 0.36}).get_xscale()
    'log'
    >>> family = rmt.sweep(model, sample_complexity=[0.5, 1.0, 2.0], ridge=[0.01, 0.1])
    >>> axes = plot_curve(family, x="p/n", hue="ridge")
    >>> axes.get_xlabel(), [line.get_label() for line in axes.lines]
    ('p/n', ['ridge = 0.01', 'ridge = 0.1'])
    """
    names = _checked(dataset, quantities)
    drawn = family(dataset, _variables(dataset, names), x, hue)
    names = names[:1] if quantities is None and drawn.hue else names
    beside = None if simulation is None else family(simulation, _variables(simulation, names), x, drawn.hue)
    axes = axes or new_axes(size)
    model = model_of(dataset)
    if drawn.hue:
        _family(axes, drawn, beside, names, (dataset, simulation))
    else:
        for name, look in looks_of(names).items():
            _alone(axes, drawn, beside, name, look, (dataset, simulation))
    _references(axes, drawn.curves[0]["x"], references or {})
    describe_axis(axes, "x", drawn.label)
    shown = next((names[0] + suffix for suffix in SUFFIXES if names[0] + suffix in dataset), names[0])
    axes.set_ylabel(label_of(dataset[shown]) if len(names) == 1 else common_words(names))
    if _is_tall(drawn, names):
        axes.set_yscale("log")
        plain_numbers(axes.yaxis)
    if drawn.x == EXPONENT:
        mark_critical(axes, drawn.curves[0]["x"])
    finish(axes, describe(model, (*drawn.fields, drawn.x, "width")) if caption is None else caption)
    return axes


def _is_tall(drawn: Family, names: Sequence[str]) -> bool:
    """Whether a peak over positive values would press all others to the axis."""
    values = np.concatenate([rows[name] for rows in drawn.curves for name in names if name in rows] or [np.empty(0)])
    values = values[np.isfinite(values)]
    return bool(values.size and values.min() > 0 and TALL * np.median(values) < values.max() < DECADES * values.min())


def main_outputs(dataset: "xarray.Dataset") -> tuple[str, str]:
    """What is drawn of a dataset unless something else is asked for: of labels of two values, the misclassification."""
    binary = "misclassification" in dataset or "misclassification_simulation" in dataset
    return ("misclassification", "training_misclassification") if binary else ("test_error", "training_error")


def _checked(dataset: "xarray.Dataset", quantities: Sequence[str] | None) -> list[str]:
    held = [str(name) for name, values in dataset.data_vars.items() if values.dtype.kind in "if"]
    drawable = list(dict.fromkeys([*(n for n in QUANTITIES if {*_variables(dataset, [n])} & {*held}), *held]))
    names = [n for n in main_outputs(dataset) if n in drawable] if quantities is None else named(quantities)
    for name in names or ["test_error"]:
        if name not in drawable:
            raise OutOfDomain("quantities", name, f"among {', '.join(drawable)}")
    return names


def named(quantities: Any) -> list[str]:
    """The names in a sequence; raises `OutOfDomain` for anything else."""
    names = sequence("quantities", quantities, "names")
    for name in names:
        if not isinstance(name, str):
            raise OutOfDomain("quantities", name, "a name of an output")
    return names


def _variables(dataset: "xarray.Dataset", names: Sequence[str]) -> list[str]:
    return [name + suffix for name in names for suffix in SUFFIXES if name + suffix in dataset]


Sources = tuple["xarray.Dataset", "xarray.Dataset | None"]


def _alone(axes: "Axes", drawn: Family, beside: Family | None, name: str, look: Look, sources: Sources) -> None:
    """One quantity, each of what there is of it with an entry of its own in the legend."""
    words, (dataset, simulation) = name.replace("_", " "), sources
    (rows,) = drawn.curves
    if name in rows:
        _theory(
            axes, drawn, rows, name, look, f"{words}, {_theory_of(dataset)}", drawn.x == EXPONENT and _limit(dataset)
        )
    if f"{name}_corrected" in rows:
        spread = rows[f"{name}_standard_deviation"]
        label = f"{words}, theory at d = {dataset.attrs.get('dimension')}"
        theory_line(
            axes, rows["x"], rows[f"{name}_corrected"], look, label, linewidth=0.9, linestyle=LINES[4], marker=""
        )
        band(axes, rows["x"], rows[f"{name}_corrected"], spread, look, f"{words}, one draw")
    held, of = (beside, simulation) if beside is not None and simulation is not None else (drawn, dataset)
    if f"{name}_simulation" in held.curves[0]:
        _simulation(axes, held, held.curves[0], name, look, of, f"{words}, {_simulation_of(of)}")


def _family(axes: "Axes", drawn: Family, beside: Family | None, names: Sequence[str], sources: Sources) -> None:
    """A colour and mark for each value of the hue; dashes tell these apart too, or else the quantities."""
    dataset, simulation = sources
    several = len(names) > 1
    held, of = (beside, simulation) if beside is not None and simulation is not None else (drawn, dataset)
    for place, look in enumerate(looks_along(len(drawn.values), drawn.ordered)):
        title, rows = drawn.title(place), drawn.curves[place]
        limit = drawn.x == EXPONENT and (str(drawn.values[place]) == LIMIT if drawn.hue == "width" else _limit(dataset))
        for quantity, name in enumerate(names):
            dashed = Look(look.colour, LINES[quantity], look.marker) if several else look
            label = title if not quantity else None
            if name in rows:
                marks = spaced_marks(look, len(rows["x"])) if several else {}
                _theory(axes, drawn, rows, name, dashed, label, limit, **marks)
            if f"{name}_simulation" in rows or beside is not None:
                simulated = _of_value(held, drawn.values[place])
                if simulated is not None:
                    _simulation(axes, held, simulated, name, look, of, None if name in rows else label)
    for quantity, name in enumerate(names if several else ()):
        entry(axes, name.replace("_", " "), color=GREY, linestyle=LINES[quantity])
    if any(f"{name}_simulation" in held.curves[0] for name in names):
        entry(axes, _simulation_of(of), color=GREY, linestyle="", marker="o", markerfacecolor="white")


def _of_value(held: Family, value: Any) -> dict[str, np.ndarray] | None:
    places = [place for place, other in enumerate(held.values) if other == value]
    return held.curves[places[0]] if places else None


def _limit(dataset: "xarray.Dataset") -> bool:
    return model_of(dataset).get("width") is None


def _theory(
    axes: "Axes", drawn: Family, rows: dict[str, np.ndarray], name: str, look: Look, label: str | None, limit: bool,
    **style: Any,
) -> None:  # fmt: skip
    """A line; at p = infinity along the exponent of the step a staircase; crosses where it did not converge."""
    x, y = rows["x"], rows[name]
    converged = rows["status"].astype(str) == "converged" if "status" in rows else np.full(len(x), True)
    if limit:
        ends, heights, dots = stairs(x[converged], y[converged])
        plateaus(axes, ends, heights, look, label)
        axes.plot(*dots, linestyle="", marker=look.marker, color=look.colour, markersize=6)
    else:
        theory_line(axes, x, y, look, label, **style)
    if not converged.all():
        axes.plot(x[~converged], y[~converged], "x", color=look.colour, label=f"{label or name} (not converged)")


def _simulation(
    axes: "Axes", held: Family, rows: dict[str, np.ndarray], name: str, look: Look, of: "xarray.Dataset",
    label: str | None,
) -> None:  # fmt: skip
    """Points with their standard error, theoretical where it is known, at n/d as simulated."""
    x, dimension = rows["x"], of.attrs.get("dimension")
    if held.x == "sample_complexity" and "samples" in rows and dimension:
        x = rows["samples"] / dimension
    mean, spread = (rows[f"{name}_{kind}"] for kind in ("simulation", "standard_error"))
    if f"{name}_standard_deviation" in rows and "replicas" in of.attrs:  # the theoretical one
        spread = rows[f"{name}_standard_deviation"] / np.sqrt(of.attrs["replicas"])
    there = np.isfinite(mean)
    if there.any():
        simulated_points(axes, x[there], mean[there], spread[there], look, label)


def _theory_of(dataset: "xarray.Dataset") -> str:
    model = model_of(dataset)
    return (
        f"theory, p = {abbreviated(model['width'])}" if "width" in model and "width" not in dataset.dims else "theory"
    )


def _simulation_of(dataset: "xarray.Dataset") -> str:
    dimension = dataset.attrs.get("dimension")
    return f"simulation{f', d = {dimension}' if dimension else ''}, ± 1 standard error"


def _references(axes: "Axes", x: Array, references: Mapping[str, Any]) -> None:
    for place, (label, value) in enumerate(references.items()):
        values = np.broadcast_to(np.asarray(value, float), x.shape)
        axes.plot(x, values, linestyle=LINES[1:][place % 5], color=GREY, linewidth=1.2, label=label, zorder=1)
