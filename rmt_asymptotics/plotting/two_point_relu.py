"""The loss of the two-point ReLU network over logarithmic time, with its phases."""

from typing import TYPE_CHECKING

from rmt_asymptotics.dynamics.two_point_relu import Comparison, Prediction
from rmt_asymptotics.plotting.frames import finish, new_axes
from rmt_asymptotics.plotting.palette import BLACK, BLUE, GREY, OCHRE, RED, TEAL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARKS = 45  # points of the simulated curve
EVENTS = ("condensed", "plateau begins", "escape", "reactivation")

LINES = ((GREY, ":"), (OCHRE, "-."), (RED, "--"), (TEAL, "-"))


def plot_two_point(prediction: Prediction, comparison: Comparison | None = None, axes: "Axes | None" = None) -> "Axes":
    """The predicted loss and when its phases begin; with a comparison, the network and the theory at its fractions.

    The vertical lines are the events of `prediction`, or those at the living fractions of the network.
    """
    axes = axes or new_axes()
    times = prediction.times()
    dash = "-" if comparison is None else ":"
    axes.plot(times, prediction.loss(times), dash, color=BLUE, label=_label("theory", prediction))
    marked = prediction
    if comparison is not None:
        marked = comparison.at_measured
        times = marked.times()
        axes.plot(times, marked.loss(times), color=BLUE, label=_label("theory", marked))
        seen = marked.times(MARKS)
        label = f"network, m = {comparison.simulation.width}, d = {comparison.simulation.dimension}"
        seen = seen[seen <= comparison.simulation.path.end]
        axes.plot(seen, comparison.simulation.loss(seen), "o", color=BLACK, fillstyle="none", ms=4.5, label=label)
    for start, name, (colour, line) in zip(marked.phase_starts, EVENTS, LINES, strict=True):
        if start:
            axes.axvline(start, color=colour, linestyle=line, linewidth=1.2, label=f"{name}, t = {start:.4g}", zorder=1)
    axes.set(xscale="log", yscale="log", xlabel="time t of the gradient flow", ylabel="loss")
    finish(axes, _caption(prediction))
    return axes


def _label(name: str, prediction: Prediction) -> str:
    return f"{name}, living {prediction.living_positive:.3g} and {prediction.living_negative:.3g}"


def _caption(prediction: Prediction) -> str:
    m = prediction.parameters
    return (
        f"TwoPointReLU: imbalance {m.imbalance:.4g}, angle {m.angle:.4g}, initial scale {m.initial_scale:.4g}, "
        f"output scale {m.output_scale:.4g}"
    )
