"""Boundaries in a plane of two fields, by themselves or on top of a map."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.checks import sequence
from rmt_asymptotics.errors import OutOfDomain, number
from rmt_asymptotics.plotting.frames import Size, finish, new_axes
from rmt_asymptotics.plotting.labels import describe_axis, in_type
from rmt_asymptotics.plotting.palette import COLOURS, LINES, OCHRE

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes

Line = tuple[str, str]  # colour and outline
ON_WHITE: tuple[Line, ...] = tuple((colour, "white") for colour in COLOURS)
ON_COLOURS: tuple[Line, ...] = (("white", "black"), (OCHRE, "black"), ("black", "white"))
DECADE = 10  # a window over more than this has a logarithmic axis


class Boundary(Protocol):
    """Curves in the plane of two fields, each of shape (points, 2)."""

    @property
    def fields(self) -> tuple[str, ...]: ...
    @property
    def curves(self) -> Sequence[Array]: ...


@checked_arguments
def plot_boundaries(
    boundaries: Mapping[str, Boundary], plane: Mapping[str, Sequence[float]], axes: "Axes | None" = None,
    x: str | None = None, *, size: Size = "screen", caption: str = "",
) -> "Axes":  # fmt: skip
    """Boundaries by label, in a plane of two fields, which lie as on a map of a sweep over them: the second across.

    plane: the window of each field, or the values of an axis of a sweep.  x: the field of the horizontal axis.
    Boundaries without a curve are named in the caption.
    Raises `OutOfDomain` for planes of other than two fields, and boundaries in another plane.

    >>> from types import SimpleNamespace
    >>> line = SimpleNamespace(fields=("ridge", "alignment"), curves=[np.array([[0.1, 0.2], [0.5, 0.9]])])
    >>> axes = plot_boundaries({"a line": line}, {"ridge": (0.01, 1.0), "alignment": (0.0, 1.0)})
    >>> axes.get_yscale(), axes.get_xlabel()[:29]
    ('log', 'alignment of spike and target')
    """
    if len(plane) != 2:
        raise OutOfDomain("plane", tuple(plane), "two fields, each with its window (low, high)")
    if x is not None and x not in plane:
        raise OutOfDomain("x", x, f"one of {', '.join(plane)}")
    up, across = plane if x in (None, list(plane)[1]) else list(plane)[::-1]
    axes = axes or new_axes(size)
    for direction, name in zip("xy", (across, up), strict=True):
        values = _axis(name, plane[name])
        axes.set(**{f"{direction}lim": (values.values.min(), values.values.max())})
        describe_axis(axes, direction, values)
    draw_boundaries(axes, (across, up), boundaries, ON_WHITE)
    nowhere = [f"{label}: nowhere here" for label, boundary in boundaries.items() if not boundary.curves]
    finish(axes, "; ".join(filter(None, (caption, *nowhere))))
    return axes


def _axis(name: str, window: Sequence[float]) -> "xarray.DataArray":
    """The values of an axis; of a window (low, high), evenly spaced, in the logarithm if it is wide."""
    import xarray

    values = np.array([number(f"plane.{name}", value) for value in sequence(f"plane.{name}", window, "numbers")])
    if len(values) == 2:
        low, high = values
        values = (np.geomspace if low > 0 and high > DECADE * low else np.linspace)(low, high, 3)
    return xarray.DataArray(values, name=name)


def draw_boundaries(
    axes: "Axes", plane: tuple[str, str], boundaries: Mapping[str, Boundary], looks: Sequence[Line] = ON_COLOURS
) -> None:
    """Draw boundaries on axes with the fields of `plane` across and up."""
    from matplotlib.patheffects import withStroke

    for order, (label, boundary) in enumerate(boundaries.items()):
        if not (hasattr(boundary, "fields") and hasattr(boundary, "curves")):
            raise OutOfDomain("boundaries", boundary, "of `trace_boundary`, by label")
        if set(boundary.fields) != set(plane):
            raise OutOfDomain("boundaries", boundary.fields, f"in the plane of {' and '.join(plane)}")
        columns = [boundary.fields.index(name) for name in plane]
        colour, outline = looks[order % len(looks)]
        style: dict[str, Any] = {"color": colour, "linestyle": LINES[order % len(LINES)], "linewidth": 1.8}
        style["path_effects"] = [withStroke(linewidth=3.4, foreground=outline)]
        for place, curve in enumerate(boundary.curves):
            style["label"] = in_type(label) if place == 0 else None
            axes.plot(*curve[:, columns].T, scalex=False, scaley=False, **style)
