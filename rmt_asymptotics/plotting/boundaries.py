"""Boundaries in a plane of two fields, by themselves or on top of a map."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.plotting.labels import describe_axis
from rmt_asymptotics.plotting.style import BLUE, GREEN, ORANGE, PINK, new_axes

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

Look = tuple[str, str]  # colour and outline
ON_WHITE: tuple[Look, ...] = tuple((colour, "white") for colour in (BLUE, ORANGE, GREEN, PINK))
ON_COLOURS: tuple[Look, ...] = (("white", "black"), (ORANGE, "white"), ("black", "white"))
LINES = ("-", "--", ":", "-.")
DECADE = 10  # a window over more than this has a logarithmic axis


class Boundary(Protocol):
    """Curves in the plane of two fields, each of shape (points, 2)."""

    @property
    def fields(self) -> tuple[str, ...]: ...
    @property
    def curves(self) -> Sequence[Array]: ...


@checked_arguments
def plot_boundaries(
    boundaries: Mapping[str, Boundary], plane: Mapping[str, tuple[float, float]], axes: "Axes | None" = None
) -> "Axes":
    """Boundaries by label, in a plane given as for `trace_boundary`: two fields, the first across, with their windows.

    Raises `OutOfDomain` for planes of other than two fields, and boundaries in another plane.

    >>> from types import SimpleNamespace
    >>> line = SimpleNamespace(fields=("ridge", "alignment"), curves=[np.array([[0.1, 0.2], [0.5, 0.9]])])
    >>> plot_boundaries({"a line": line}, {"ridge": (0.01, 1.0), "alignment": (0.0, 1.0)}).get_xscale()
    'log'
    """
    import xarray

    if len(plane) != 2:
        raise OutOfDomain("plane", tuple(plane), "two fields, each with its window (low, high)")
    axes = axes or new_axes()
    for direction, (name, (low, high)) in zip("xy", plane.items(), strict=True):
        space = np.geomspace if low > 0 and high > DECADE * low else np.linspace
        axes.set(**{f"{direction}lim": (low, high)})
        describe_axis(axes, direction, xarray.DataArray(space(low, high, 3), name=name))
    across, up = plane
    axes.legend(handles=draw_boundaries(axes, (across, up), boundaries, ON_WHITE), frameon=False, fontsize="small")
    return axes


def draw_boundaries(
    axes: "Axes", plane: tuple[str, str], boundaries: Mapping[str, Boundary], looks: Sequence[Look] = ON_COLOURS
) -> "list[Artist]":
    """Draw boundaries on axes with the fields of `plane` across and up; returns what stands for them in a legend."""
    from matplotlib.patheffects import withStroke

    shown: list[Any] = []
    for place, (label, boundary) in enumerate(boundaries.items()):
        if not (hasattr(boundary, "fields") and hasattr(boundary, "curves")):
            raise OutOfDomain("boundaries", boundary, "of `trace_boundary`, by label")
        if set(boundary.fields) != set(plane):
            raise OutOfDomain("boundaries", boundary.fields, f"in the plane of {' and '.join(plane)}")
        columns = [boundary.fields.index(name) for name in plane]
        colour, outline = looks[place % len(looks)]
        style: dict[str, Any] = {"color": colour, "linestyle": LINES[place % len(LINES)], "linewidth": 1.8}
        style["path_effects"] = [withStroke(linewidth=3.4, foreground=outline)]
        for curve in boundary.curves:
            axes.plot(*curve[:, columns].T, scalex=False, scaley=False, **style)
        shown += axes.plot([], [], label=label if boundary.curves else f"{label}: nowhere here", **style)
    return shown
