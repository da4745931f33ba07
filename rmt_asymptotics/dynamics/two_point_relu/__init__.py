"""Condensation, plateau and escape of a ReLU network that learns two points (wang23): note dynamics_two_point.md."""

from rmt_asymptotics.dynamics.two_point_relu.comparison import Comparison
from rmt_asymptotics.dynamics.two_point_relu.parameters import TwoPointReLU
from rmt_asymptotics.dynamics.two_point_relu.path import PHASES, Directions
from rmt_asymptotics.dynamics.two_point_relu.simulation import Simulation
from rmt_asymptotics.dynamics.two_point_relu.theory import TABLE, Prediction, written

__all__ = ["PHASES", "TABLE", "Comparison", "Directions", "Prediction", "Simulation", "TwoPointReLU", "written"]
