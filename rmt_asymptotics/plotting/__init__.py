"""Plots on matplotlib Axes: theory as lines, simulation as points."""

from rmt_asymptotics.plotting.curves import plot_curve
from rmt_asymptotics.plotting.drift import plot_drift
from rmt_asymptotics.plotting.style import describe, labelled, new_axes, simulated_points

__all__ = ["describe", "labelled", "new_axes", "plot_curve", "plot_drift", "simulated_points"]
