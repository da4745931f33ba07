"""The staircase of the limit over the exponent of the step size: where it is level, and where it jumps (moniri24)."""

from typing import TYPE_CHECKING

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.plotting.palette import GREY

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EXPONENT, WIDTH = "step.exponent", "width"
ORDERS = 12  # of spikes whose critical exponents are marked
SAME = 1e-12  # an exponent is critical


def critical_exponent(order: int) -> float:
    """The exponent of the step at which a polynomial spike kappa^order has finite strength (moniri24).

    >>> [critical_exponent(order) for order in (1, 2, 4)]
    [0.0, 0.25, 0.375]
    """
    return (order - 1) / (2 * order)


CRITICAL = np.array([critical_exponent(order) for order in range(1, ORDERS)])


def stairs(exponents: Array, values: Array) -> tuple[Array, Array, tuple[Array, Array]]:
    """Ends (C + 1,) of the plateaus, their heights (C,), NaN where there is no point; and the points between them.

    A plateau reaches over all exponents between two critical ones, within the range of the points.

    >>> stairs(np.array([-0.1, 0.25, 0.3]), np.array([3.0, 2.0, 1.0]))[:2]
    (array([-0.1 ,  0.  ,  0.25,  0.3 ]), array([ 3., nan,  1.]))
    """
    first, last = exponents.min(), exponents.max()
    ends = np.array([first, *CRITICAL[(first + SAME < CRITICAL) & (last - SAME > CRITICAL)], last])
    jumps = np.isclose(exponents[:, None], CRITICAL, atol=SAME, rtol=0).any(1)
    step = np.clip(np.searchsorted(ends, exponents, side="right") - 1, 0, len(ends) - 2)
    level = [values[(step == place) & ~jumps] for place in range(len(ends) - 1)]
    heights = np.array([np.median(each) if each.size else np.nan for each in level])
    return ends, heights, (exponents[jumps], values[jumps])


def mark_critical(axes: "Axes", exponents: Array) -> None:
    """Thin lines where the spike of order q has finite strength: at (q - 1)/(2 q)."""
    within = [place for place in CRITICAL if exponents.min() <= place <= exponents.max()]
    room = np.ptp(exponents) / 12  # below which two names would overlap
    named = -np.inf
    for order, place in enumerate(CRITICAL, start=1):
        if place not in within:
            continue
        axes.axvline(place, color=GREY, linewidth=0.7, linestyle=":", zorder=0)
        if place - named >= room:
            axes.annotate(
                f"q = {order}", (place, 1), (2, -2), xycoords=axes.get_xaxis_transform(), textcoords="offset points",
                ha="left", va="top", fontsize="x-small", color=GREY,
            )  # fmt: skip
            named = place
