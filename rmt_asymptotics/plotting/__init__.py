"""Plots on matplotlib Axes, in one grammar: theory as lines and colours, simulation as hollow points."""

from rmt_asymptotics.plotting.bias_variance import plot_bias_variance
from rmt_asymptotics.plotting.boundaries import plot_boundaries
from rmt_asymptotics.plotting.captions import describe
from rmt_asymptotics.plotting.curves import plot_curve
from rmt_asymptotics.plotting.datasets import chosen, plot
from rmt_asymptotics.plotting.drift import plot_drift
from rmt_asymptotics.plotting.frames import entry, figure_of, finish, font_of, new_axes, new_panels
from rmt_asymptotics.plotting.maps import plot_map
from rmt_asymptotics.plotting.marks import simulated_points, theory_line
from rmt_asymptotics.plotting.optima import plot_optima
from rmt_asymptotics.plotting.palette import LOOKS, looks_along
from rmt_asymptotics.plotting.spectra import plot_spectrum
from rmt_asymptotics.plotting.staircases import plot_staircase

__all__ = [
    "LOOKS",
    "chosen",
    "describe",
    "entry",
    "figure_of",
    "finish",
    "font_of",
    "looks_along",
    "new_axes",
    "new_panels",
    "plot",
    "plot_bias_variance",
    "plot_boundaries",
    "plot_curve",
    "plot_drift",
    "plot_map",
    "plot_optima",
    "plot_spectrum",
    "plot_staircase",
    "simulated_points",
    "theory_line",
]
