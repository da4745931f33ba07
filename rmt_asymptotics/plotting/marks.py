"""Theory as lines, with dots where it was computed if these are few; simulation as points with one standard error."""

from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.plotting.palette import Look

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEW = 30  # points of a line that are shown
SPACED = 7  # marks on a line of more points
DOT, POINT = 3.0, 5.0  # sizes of marks, in points of print
ERRORS: dict[str, Any] = {"capsize": 2.5, "elinewidth": 1.0, "markersize": POINT, "zorder": 3}


def theory_line(axes: "Axes", x: Array, y: Array, look: Look, label: str | None = None, **style: Any) -> None:
    """A line through the points, and dots on them if they are few."""
    marked = {"marker": look.marker, "markersize": DOT} if len(x) <= FEW else {}
    axes.plot(x, y, **{"linestyle": look.line, "color": look.colour, "label": label, "zorder": 2} | marked | style)


def spaced_marks(look: Look, count: int) -> dict[str, Any]:
    """Marks at some points of a line: what tells it apart where dashes do not."""
    return {"marker": look.marker, "markersize": POINT, "markevery": max(count // SPACED, 1)}


def simulated_points(
    axes: "Axes", x: Any, mean: Any, standard_error: Any, look: Look, label: str | None = None, **style: Any
) -> None:
    """Simulated means with one standard error; hollow, so that a line stays visible behind them."""
    keywords = {
        "marker": look.marker,
        "linestyle": "",
        "color": look.colour,
        "markerfacecolor": "white",
        "label": label,
    }
    axes.errorbar(x, mean, standard_error, **ERRORS | keywords | {"label": label} | style)


def band(axes: "Axes", x: Array, mean: Array, spread: Array, look: Look, label: str | None = None) -> None:
    """One standard deviation around a mean."""
    axes.fill_between(
        x, mean - spread, mean + spread, color=look.colour, alpha=0.18, linewidth=0, zorder=0, label=label
    )


def plateaus(axes: "Axes", ends: Array, heights: Array, look: Look, label: str | None = None) -> None:
    """Level lines from one end to the next; nothing joins them.  Heights that are NaN are left out."""
    for place in np.flatnonzero(np.isfinite(heights)):
        axes.plot(
            ends[place : place + 2], [heights[place]] * 2, color=look.colour, linestyle=look.line, linewidth=2.2,
            label=label, zorder=2,
        )  # fmt: skip
        label = None
