"""Plots on matplotlib Axes: theory as lines and colours, simulation as points."""

from rmt_asymptotics.plotting.bias_variance import plot_bias_variance
from rmt_asymptotics.plotting.boundaries import plot_boundaries
from rmt_asymptotics.plotting.curves import plot_curve
from rmt_asymptotics.plotting.datasets import chosen, plot_dataset
from rmt_asymptotics.plotting.drift import plot_drift
from rmt_asymptotics.plotting.maps import plot_map
from rmt_asymptotics.plotting.optima import plot_optima
from rmt_asymptotics.plotting.spectra import plot_spectrum
from rmt_asymptotics.plotting.staircases import plot_staircase
from rmt_asymptotics.plotting.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    describe,
    figure_of,
    identify,
    labelled,
    new_axes,
    simulated_points,
)

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "ORANGE",
    "chosen",
    "describe",
    "figure_of",
    "identify",
    "labelled",
    "new_axes",
    "plot_bias_variance",
    "plot_boundaries",
    "plot_curve",
    "plot_dataset",
    "plot_drift",
    "plot_map",
    "plot_optima",
    "plot_spectrum",
    "plot_staircase",
    "simulated_points",
]
