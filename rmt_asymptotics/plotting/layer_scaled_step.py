"""A training run by layer-scaled steps: loss, sharpness beside the edge, soft rank; with and without the scaling."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from rmt_asymptotics.plotting.frames import figure_of, finish, font_of, new_panels
from rmt_asymptotics.plotting.palette import GREY, LOOKS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from rmt_asymptotics.dynamics.layer_scaled_step import Training

HEIGHT = 1.1  # of a panel, over its width


def plot_training(runs: Mapping[str, "Training"], caption: str = "") -> "Figure":
    """Three panels over the steps: loss, eta sharpness/2 with the edge at 1, soft rank of what enters the last layer.

    runs: by name, at most four.  Sharpness that is not positive, or not defined, is left out.
    """
    loss, sharpness, rank = new_panels(1, 3, "double", HEIGHT)
    for (name, run), look in zip(runs.items(), LOOKS, strict=False):
        eta = run.parameters.learning_rate
        relative = np.where(run.sharpness > 0, 0.5 * eta * run.sharpness, np.nan)
        drawn = ((loss, run.loss), (sharpness, relative), (rank, run.soft_ranks[:, -1]))
        for axes, values in drawn:
            label = f"{name}, $\\eta$ = {eta:.3g}"
            style = {"linestyle": look.line, "color": look.colour, "linewidth": 1.6}
            axes.plot(np.arange(len(values)), values, label=label, **style)
    sharpness.axhline(1, color=GREY, linewidth=0.9)
    sharpness.annotate(
        "edge", (1, 1), (0, 3), xycoords=("axes fraction", "data"), textcoords="offset points",
        ha="right", va="bottom", fontsize=font_of(sharpness), color=GREY,
    )  # fmt: skip
    _dress(rank, "soft rank of the last features", logarithmic=False)
    _dress(sharpness, "sharpness along the step \N{MULTIPLICATION SIGN} η/2", logarithmic=True)
    _dress(loss, "loss", logarithmic=True, caption=caption)
    return figure_of(loss)


def _dress(axes: "Axes", label: str, *, logarithmic: bool, caption: str = "") -> None:
    from matplotlib.ticker import MaxNLocator

    if logarithmic:
        axes.set_yscale("log")
    axes.set(xlabel="step", ylabel=label)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    finish(axes, caption)
