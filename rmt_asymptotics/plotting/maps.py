"""Heat maps of a sweep over two fields, with boundaries on top."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.checks import sequence
from rmt_asymptotics.errors import OutOfDomain, number
from rmt_asymptotics.plotting.boundaries import Boundary, draw_boundaries
from rmt_asymptotics.plotting.captions import describe
from rmt_asymptotics.plotting.frames import SMALL, Size, figure_of, finish, font_of, new_axes, wrapped
from rmt_asymptotics.plotting.grids import cells, failures, hatched
from rmt_asymptotics.plotting.labels import describe_axis, in_type, label_of, model_of, plain_numbers

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.colors import Normalize

COLOURS, SIGNED_COLOURS = "viridis", "PuOr"  # told apart with any colour vision
Extend = Literal["neither", "both", "min", "max"]
LEVELS = 7  # contour lines, about
LABEL = 0.25  # of the width of a figure, for the names of what is no number
RARE, TAIL = (
    0.02,
    0.5,
)  # this share of the points at each end has no colours of its own if the rest fills less than half
WIDE = 5  # a range of positive numbers over more than this has logarithmic colours


@dataclass(frozen=True)
class _Plane:
    """names: of the two dimensions, y first; places, edges: of the cells along each."""

    names: tuple[str, str]
    places: tuple[Array, Array]
    edges: tuple[Array, Array]


@checked_arguments
def plot_map(
    dataset: "xarray.Dataset",
    quantity: str = "test_error",
    boundaries: Mapping[str, Boundary] | None = None,
    axes: "Axes | None" = None,
    x: str | None = None,
    contours: Sequence[float] | None = None,
    *,
    size: Size = "screen",
    caption: str | None = None,
) -> "Axes":
    """A quantity over two fields as colours; points without a converged number are hatched and said in the legend.

    dataset: from `sweep` over two fields, of two values at least.  Axes and colours are logarithmic where the values
    are spaced so.  x: the field of the horizontal axis, by default the second.
    boundaries: by label, what `trace_boundary` returns: `curves` in the plane of its `fields`, drawn on top.
    contours: values of the quantity at which to draw lines; None: round ones.  Colours end where all but a few points
    of a long tail do.  axes: to draw on; by default a new figure of `size`.  caption: by default the model.
    Raises `OutOfDomain` for other datasets, for quantities that they do not hold, and for boundaries elsewhere.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.relu, target=rmt.sign, sample_complexity=1.0,
    ...                            width_ratio=3.0, ridge=0.1)
    >>> phases = rmt.sweep(model, width_ratio=[0.5, 1.0, 2.0], sample_complexity=[1.0, 2.0, 3.0])
    >>> axes = plot_map(phases)
    >>> axes.get_xlabel(), axes.get_xscale(), axes.get_yscale()
    ('sample complexity n/d', 'linear', 'log')
    """
    given = () if contours is None else sequence("contours", contours, "numbers", empty=True)
    levels = None if contours is None else [number("contours", level) for level in given]
    dataset = _sorted(dataset, quantity, x)
    plane = _plane(dataset)
    axes = axes or new_axes(size)
    why = failures(dataset, quantity)
    for direction, name, edges in zip("yx", plane.names, plane.edges, strict=True):
        axes.set(**{f"{direction}lim": (edges[0], edges[-1])})
        _describe_axis(axes, direction, dataset[name])
    norm = _colours(axes, dataset[quantity], plane, why)
    hatched(axes, plane.edges, why)
    if norm is not None and all(dataset[name].dtype.kind in "iuf" for name in plane.names):
        _contours(axes, plane, np.where(why == "", dataset[quantity].values, np.nan), norm, levels)
    draw_boundaries(axes, plane.names[::-1], boundaries or {})
    finish(axes, describe(model_of(dataset), plane.names) if caption is None else caption)
    axes.spines[:].set_visible(True)
    return axes


def _sorted(dataset: "xarray.Dataset", quantity: str, x: str | None) -> "xarray.Dataset":
    """The dataset with its dimensions in the order y, x, both increasing."""
    names = [str(name) for name in dataset.dims]
    if len(names) != 2 or min(dataset.sizes.values()) < 2:
        raise OutOfDomain("dataset", dict(dataset.sizes), "of two dimensions of at least 2; choose others by .sel(...)")
    drawable = [name for name, array in dataset.items() if array.ndim == 2 and array.dtype.kind in "iuf"]
    if quantity not in drawable:
        raise OutOfDomain("quantity", quantity, f"one of {', '.join(map(str, drawable))}")
    if x is not None and x not in names:
        raise OutOfDomain("x", x, f"one of {', '.join(names)}")
    order = names if x in (None, names[1]) else names[::-1]
    numeric = [name for name in order if dataset[name].dtype.kind in "iuf"]
    return dataset.transpose(*order).sortby(numeric)


def _plane(dataset: "xarray.Dataset") -> _Plane:
    y, x = map(str, dataset.dims)
    places, edges = zip(*(cells(dataset[name]) for name in (y, x)), strict=True)
    return _Plane((y, x), places, edges)


def _colours(axes: "Axes", array: "xarray.DataArray", plane: _Plane, why: np.ndarray) -> "Normalize | None":
    """The map and its colour bar, whose range is that of the converged points; None where there are none."""
    converged = array.values[why == ""]
    if not converged.size:
        return None
    signed = str(array.name).endswith("_z_score")
    norm, extend = _norm(converged, signed)
    colours = axes.pcolormesh(
        plane.edges[1], plane.edges[0], array.values, norm=norm, rasterized=True,
        cmap=SIGNED_COLOURS if signed else COLOURS,
    )  # fmt: skip
    bar = figure_of(axes).colorbar(colours, ax=axes, extend=extend, pad=0.02)
    font = font_of(axes)
    bar.set_label(label_of(array), fontsize=font)
    bar.ax.tick_params(labelsize=font)
    if bar.ax.get_yscale() == "log":
        plain_numbers(bar.ax.yaxis)
    return norm


def _norm(values: Array, signed: bool) -> "tuple[Normalize, Extend]":
    """The range of colours, and at which ends some points lie beyond it."""
    from matplotlib.colors import CenteredNorm, LogNorm, Normalize

    low, high = values.min(), values.max()
    if signed:
        return CenteredNorm(0, max(abs(low), abs(high))), "neither"
    logarithmic = low > 0 and high > WIDE * low
    scaled = np.log(values) if logarithmic else values
    ends = np.quantile(scaled, (RARE, 1 - RARE))
    if np.ptp(ends) > TAIL * np.ptp(scaled):
        return (LogNorm if logarithmic else Normalize)(low, high), "neither"
    below, above = (np.exp(ends) if logarithmic else ends).tolist()
    extend: dict[tuple[bool, bool], Extend] = {
        (True, True): "both",
        (True, False): "min",
        (False, True): "max",
        (False, False): "neither",
    }
    return (LogNorm if logarithmic else Normalize)(below, above), extend[bool(low < below), bool(high > above)]


def _contours(axes: "Axes", plane: _Plane, values: Array, norm: "Normalize", levels: list[float] | None) -> None:
    """Lines of equal values with their numbers; white under black, to be seen on any colour."""
    from matplotlib.colors import LogNorm
    from matplotlib.patheffects import withStroke
    from matplotlib.ticker import LogLocator, MaxNLocator

    if levels is None:
        locator = LogLocator(subs=(1, 2, 5)) if isinstance(norm, LogNorm) else MaxNLocator(LEVELS)
        low, high = float(norm.vmin or 0), float(norm.vmax or 0)
        levels = [level for level in locator.tick_values(low, high) if low < level < high]
    inside = [level for level in levels if np.nanmin(values) < level < np.nanmax(values)]
    if not inside or min(values.shape) < 2:
        return
    lines = axes.contour(plane.places[1], plane.places[0], values, sorted(inside), colors="black", linewidths=0.6)
    lines.set_path_effects([withStroke(linewidth=1.4, foreground="white", alpha=0.6)])
    for text in axes.clabel(lines, fontsize=SMALL * font_of(axes), fmt="%g"):
        text.set_path_effects([withStroke(linewidth=2.0, foreground="white")])


def _describe_axis(axes: "Axes", direction: str, coordinate: "xarray.DataArray") -> None:
    describe_axis(axes, direction, coordinate)
    if coordinate.dtype.kind not in "iuf":
        room = LABEL * figure_of(axes).get_figwidth() / (1 if direction == "y" else coordinate.size / 2)
        words = [wrapped(in_type(str(value)), room, font_of(axes)) for value in coordinate.values]
        axes.set(**{f"{direction}ticks": np.arange(coordinate.size), f"{direction}ticklabels": words})
