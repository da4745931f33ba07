"""Heat maps of a sweep over two fields, with boundaries on top."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.checks import sequence
from rmt_asymptotics.errors import OutOfDomain, number
from rmt_asymptotics.plotting.boundaries import Boundary, draw_boundaries
from rmt_asymptotics.plotting.grids import cells, failures, hatched
from rmt_asymptotics.plotting.labels import describe_axis, label_of, model_of, plain_numbers
from rmt_asymptotics.plotting.style import figure_of, identify, new_axes

if TYPE_CHECKING:
    import xarray
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.colors import Normalize

COLOURS, SIGNED_COLOURS = "cividis", "PuOr"  # told apart with any colour vision
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
    contours: Sequence[float] = (),
) -> "Axes":
    """A quantity over two fields as colours; points without a converged number are hatched and said in the legend.

    dataset: from `sweep` over two fields, of two values at least.  Axes and colours are logarithmic where the values
    are spaced so.  x: the field of the horizontal axis, by default the second.
    boundaries: by label, what `trace_boundary` returns: `curves` in the plane of its `fields`, drawn on top.
    contours: values of the quantity at which to draw lines.
    Raises `OutOfDomain` for other datasets, for quantities that they do not hold, and for boundaries elsewhere.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.relu, target=rmt.sign, sample_complexity=1.0,
    ...                            width_ratio=3.0, ridge=0.1)
    >>> phases = rmt.sweep(model, width_ratio=[0.5, 1.0, 2.0], sample_complexity=[1.0, 2.0, 3.0])
    >>> axes = plot_map(phases)
    >>> axes.get_xlabel(), axes.get_xscale(), axes.get_yscale()
    ('sample complexity n/d', 'linear', 'log')
    """
    levels = [number("contours", level) for level in sequence("contours", contours, "numbers", empty=True)]
    dataset = _sorted(dataset, quantity, x)
    plane = _plane(dataset)
    own = axes is None
    axes = axes or new_axes()
    why = failures(dataset, quantity)
    _colours(axes, dataset[quantity], plane, why)
    shown = hatched(axes, plane.edges, why)
    _contours(axes, plane, np.where(why == "", dataset[quantity].values, np.nan), levels)
    for direction, name, edges in zip("yx", plane.names, plane.edges, strict=True):
        axes.set(**{f"{direction}lim": (edges[0], edges[-1])})
        _describe_axis(axes, direction, dataset[name])
    shown += draw_boundaries(axes, plane.names[::-1], boundaries or {})
    identify(axes, model_of(dataset), omitted=plane.names)
    _legend(axes, shown, outside=own)
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


def _colours(axes: "Axes", array: "xarray.DataArray", plane: _Plane, why: np.ndarray) -> None:
    """The map and its colour bar, whose range is that of the converged points."""
    converged = array.values[why == ""]
    if not converged.size:
        return
    signed = str(array.name).endswith("_z_score")
    colours = axes.pcolormesh(
        plane.edges[1], plane.edges[0], array.values, norm=_norm(converged, signed), rasterized=True,
        cmap=SIGNED_COLOURS if signed else COLOURS,
    )  # fmt: skip
    bar = figure_of(axes).colorbar(colours, ax=axes)
    bar.set_label(label_of(array))
    if bar.ax.get_yscale() == "log":
        plain_numbers(bar.ax.yaxis)


def _norm(values: Array, signed: bool) -> "Normalize":
    from matplotlib.colors import CenteredNorm, LogNorm, Normalize

    low, high = values.min(), values.max()
    if signed:
        return CenteredNorm(0, max(abs(low), abs(high)))
    return LogNorm(low, high) if low > 0 and high > WIDE * low else Normalize(low, high)


def _contours(axes: "Axes", plane: _Plane, values: Array, levels: list[float]) -> None:
    if levels:
        lines = axes.contour(plane.places[1], plane.places[0], values, sorted(levels), colors="white", linewidths=0.8)
        axes.clabel(lines, fontsize="small")


def _describe_axis(axes: "Axes", direction: str, coordinate: "xarray.DataArray") -> None:
    describe_axis(axes, direction, coordinate)
    if coordinate.dtype.kind not in "iuf":
        axes.set(**{f"{direction}ticks": np.arange(coordinate.size), f"{direction}ticklabels": coordinate.values})


def _legend(axes: "Axes", shown: "list[Artist]", outside: bool) -> None:
    if not shown:
        return
    if outside:
        figure_of(axes).legend(handles=shown, loc="outside lower left", frameon=False, fontsize="small")
    else:
        axes.legend(handles=shown, fontsize="small", framealpha=0.85)
