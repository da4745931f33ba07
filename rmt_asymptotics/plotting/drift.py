"""How the gap between simulation and theory closes as the dimension grows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.comparison import Comparison
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.plotting.style import GREY, STYLES, finish, new_axes, simulated_points
from rmt_asymptotics.serialisation import model_to_dict

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@checked_arguments
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
    finish(axes, model_to_dict(comparison.model) | {"width": "as simulated"})
    return axes


def _points(axes: "Axes", x: Any, estimates: Sequence[Any], **style: Any) -> None:
    means, spread = [e.mean for e in estimates], [e.standard_error for e in estimates]
    simulated_points(axes, x, means, spread, **style)
