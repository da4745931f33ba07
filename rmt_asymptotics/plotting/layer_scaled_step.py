"""A training run by layer-scaled steps: loss, sharpness beside the edge, soft rank; with and without the scaling."""

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from rmt_asymptotics.plotting.style import GREY, STYLES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from rmt_asymptotics.dynamics.layer_scaled_step import Training

LOOKS = tuple(STYLES.values())
WIDTH, HEIGHT, CAPTION_WIDTH = 10.5, 3.7, 130


def plot_training(runs: Mapping[str, "Training"], caption: str = "") -> "Figure":
    """Three panels over the steps: loss, eta sharpness/2 with the edge at 1, soft rank of what enters the last layer.

    runs: by name, at most four.  Sharpness that is not positive, or not defined, is left out.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
    loss, sharpness, rank = figure.subplots(1, 3)
    for (name, run), (colour, line, _) in zip(runs.items(), LOOKS, strict=False):
        eta = run.parameters.learning_rate
        relative = np.where(run.sharpness > 0, 0.5 * eta * run.sharpness, np.nan)
        drawn = ((loss, run.loss), (sharpness, relative), (rank, run.soft_ranks[:, -1]))
        for axes, values in drawn:
            label = f"{name}, $\\eta$ = {eta:.3g}"
            axes.plot(np.arange(len(values)), values, line, color=colour, linewidth=1.6, label=label)
    sharpness.axhline(1, color=GREY, linewidth=0.9)
    sharpness.annotate(
        "edge: sharpness = 2/$\\eta$", (1, 1), (0, 3), xycoords=("axes fraction", "data"), textcoords="offset points",
        ha="right", va="bottom", fontsize="small", color=GREY,
    )  # fmt: skip
    _dress(loss, "loss", logarithmic=True)
    _dress(sharpness, "sharpness along the step $\\times\\ \\eta/2$", logarithmic=True)
    _dress(rank, "soft rank of the last features", logarithmic=False)
    loss.legend(frameon=False, fontsize="small")
    figure.suptitle("\n".join(textwrap.wrap(caption, CAPTION_WIDTH)), fontsize="small", x=0.01, ha="left")
    return figure


def _dress(axes: "Axes", label: str, *, logarithmic: bool) -> None:
    from matplotlib.ticker import MaxNLocator

    if logarithmic:
        axes.set_yscale("log")
    axes.set_xlabel("step")
    axes.set_ylabel(label)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.spines[["top", "right"]].set_visible(False)
