"""Decay of the irrelevant weights: predicted as lines, simulated as points."""

import json
from typing import TYPE_CHECKING

import numpy as np

from rmt_asymptotics.plotting.frames import figure_of, finish, new_axes
from rmt_asymptotics.plotting.marks import simulated_points
from rmt_asymptotics.plotting.palette import BLACK, LOOKS

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SAMPLE, LAW, SIMULATION = LOOKS[:3]
SHOWN = 25  # points of the simulated curve


def decay_figure(dataset: "xarray.Dataset") -> "Figure":
    """Norm of the irrelevant weights over steps, from a Dataset of a prediction or a comparison; a logarithmic axis."""
    axes = new_axes()
    steps = dataset.steps.values
    law = dataset.irrelevant_norm.values
    axes.plot(steps, law, LAW.line, color=LAW.colour, label="law, $\\Lambda = 1$")
    if "irrelevant_norm_simulation" in dataset:
        sample = dataset.irrelevant_norm_sample.values
        axes.plot(steps, sample, color=SAMPLE.colour, label="sample, own $\\Lambda$ and weights")
        mean, spread = dataset.irrelevant_norm_simulation.values, dataset.irrelevant_norm_standard_error.values
        label = f"simulation, {dataset.attrs['runs']} runs, ± 1 standard error"
        shown = slice(None, None, max(len(steps) // SHOWN, 1))
        simulated_points(axes, steps[shown], mean[shown], spread[shown], SIMULATION, label, color=BLACK, zorder=1.5)
    _scale(axes, law)
    axes.set(xlabel="steps", ylabel="norm of the irrelevant weights")
    finish(axes, _caption(json.loads(dataset.attrs["parameters"])))
    return figure_of(axes)


def _scale(axes: "Axes", law: np.ndarray) -> None:
    """Logarithmic where the norm falls by much; otherwise the norm from 0, so that no decay looks like none."""
    if law[-1] < 0.3 * law[0]:
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter("{x:g}" if law[-1] > 0.05 * law[0] else "")
    else:
        axes.set_ylim(bottom=0)


def _caption(s: dict[str, object]) -> str:
    sampling = "fresh label noise" if s["fresh_noise"] else "with replacement" if s["replacement"] else "in passes"
    return (
        f"Support learning: depth {s['depth']}, {s['activation']}, {s['relevant']} + {s['irrelevant']} inputs, "
        f"n = {s['samples']}, b = {s['batch']} {sampling}, step {s['step']:g}, noise variance {s['noise_variance']:g}, "
        f"weight decay {s['weight_decay']:g}"
    )
