"""The cells of a map: where they end on each axis, and which of them hold no converged number."""

from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.plotting.labels import log_spaced
from rmt_asymptotics.plotting.palette import GREY

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes

HATCHES = ("xx", "//", "..", "\\\\", "++", "oo")
VEIL = (1.0, 1.0, 1.0, 0.6)  # over numbers that are not converged
SIMULATED = ("_simulation", "_standard_error")


def cells(coordinate: "xarray.DataArray") -> tuple[Array, Array]:
    """Centres and edges of the cells of an axis; functions, laws and other words have one place each."""
    if coordinate.dtype.kind in "iuf":
        x = coordinate.values.astype(float)
        return x, cell_edges(x)
    return np.arange(coordinate.size, dtype=float), np.arange(coordinate.size + 1) - 0.5


def cell_edges(x: Array) -> Array:
    """Ends of the cells around increasing values: halfway between neighbours, in the logarithm if they are spaced so.

    Around values that are not negative, no cell reaches below 0.

    >>> cell_edges(np.array([1.0, 2.0, 3.0])), cell_edges(np.array([1.0, 100.0, 10000.0])).round(3)
    (array([0.5, 1.5, 2.5, 3.5]), array([1.e-01, 1.e+01, 1.e+03, 1.e+05]))
    """
    if log_spaced(x):
        return np.exp(_halfway(np.log(x)))
    edges = _halfway(x)
    return np.maximum(edges, 0) if x[0] >= 0 else edges


def _halfway(x: Array) -> Array:
    inner = 0.5 * (x[1:] + x[:-1])
    return np.concatenate([[2 * x[0] - inner[0]], inner, [2 * x[-1] - inner[-1]]])


def failures(dataset: "xarray.Dataset", quantity: str) -> np.ndarray:
    """For each point, in words why it has no converged number; empty where it has one."""
    missing = ~np.isfinite(dataset[quantity].values)
    if quantity.endswith(SIMULATED):
        return np.where(missing, "not simulated", "")
    words = np.where(missing, "without a number", "")
    if "status" not in dataset:
        return words
    status = dataset["status"].transpose(*dataset[quantity].dims).values.astype(str)
    return np.where(status == "converged", words, np.char.replace(status, "_", " "))


def hatched(axes: "Axes", edges: tuple[Array, Array], why: np.ndarray) -> None:
    """Hatch the cells without a converged number, by reason, and say in the legend how many there are."""
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Rectangle

    veil = ListedColormap([VEIL])
    for place, reason in enumerate(np.unique(why[why != ""]).tolist()):
        hatch = HATCHES[place % len(HATCHES)]
        cells = np.ma.masked_where(why != reason, np.zeros(why.shape))
        axes.pcolor(edges[1], edges[0], cells, cmap=veil, hatch=hatch, edgecolor=GREY, linewidth=0)
        count = int((why == reason).sum())
        label = f"{reason}: {count} point{'s' * (count > 1)}"
        style: dict[str, Any] = {"facecolor": "white", "edgecolor": GREY, "hatch": 2 * hatch, "label": label}
        axes.add_patch(Rectangle((0, 0), 0, 0, transform=axes.transAxes, **style))
