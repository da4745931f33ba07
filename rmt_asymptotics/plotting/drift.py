"""How the gap between simulation and theory closes as the dimension grows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.comparison import Comparison
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.plotting.captions import describe
from rmt_asymptotics.plotting.frames import Size, finish, font_of, new_axes
from rmt_asymptotics.plotting.marks import simulated_points
from rmt_asymptotics.plotting.palette import GREY, LOOKS, Look
from rmt_asymptotics.serialisation import model_to_dict

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@checked_arguments
def plot_drift(
    comparison: Comparison, quantity: str = "test_error", axes: "Axes | None" = None, *, size: Size = "screen",
    caption: str | None = None,
) -> "Axes":  # fmt: skip
    """simulation - theory against 1/d with one standard error, and the fitted drift down to 1/d = 0.

    Raises `OutOfDomain` for a comparison at a single dimension and for unknown quantities.
    """
    if not comparison.drift:
        raise OutOfDomain("dimension", comparison.simulation.dimension, "several dimensions, to show a drift")
    if quantity not in comparison.drift:
        raise OutOfDomain("quantity", quantity, f"one of {', '.join(comparison.drift)}")
    axes = axes or new_axes(size)
    look = LOOKS[0]
    drift, gaps = comparison.drift[quantity], [size.gap(quantity) for size in comparison.sizes]
    dimensions = [size.simulation.dimension for size in comparison.sizes]
    inverse = 1 / np.array(dimensions)
    axes.axhline(0, color=GREY, linewidth=0.8)
    ends = np.array([0, 1.05 * inverse.max()])
    line = drift.extrapolated.mean + drift.slope.mean * ends
    axes.plot(ends, line, linestyle=look.line, color=look.colour, label="fit: a + b/d")
    _points(axes, inverse, gaps, look, "simulation, ± 1 standard error")
    _points(axes, [0], [drift.extrapolated], look, "extrapolated, ± 1 standard error", marker="*", markersize=10)
    axes.set_xticks([0, *inverse], ["d = ∞", *(f"{d}" for d in dimensions)])
    axes.tick_params(labelsize=font_of(axes))
    axes.set_xlabel("dimension d, on a scale of 1/d")
    axes.set_ylabel(f"{quantity.replace('_', ' ')}: simulation $-$ theory")
    finish(axes, describe(model_to_dict(comparison.model), ("width",)) if caption is None else caption)
    return axes


def _points(axes: "Axes", x: Any, estimates: Sequence[Any], look: Look, label: str, **style: Any) -> None:
    means, spread = [e.mean for e in estimates], [e.standard_error for e in estimates]
    simulated_points(axes, x, means, spread, look, label, **style)
