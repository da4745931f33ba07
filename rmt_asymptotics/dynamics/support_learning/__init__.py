"""Learning the support by the noise of SGD: parameters, theory, simulation.  Note: theory_notes/dynamics_support.md."""

from rmt_asymptotics.dynamics.support_learning.comparison import Comparison, Mechanism, mechanisms
from rmt_asymptotics.dynamics.support_learning.measurement import Simulation
from rmt_asymptotics.dynamics.support_learning.parameters import SupportLearning
from rmt_asymptotics.dynamics.support_learning.sample import Sample, Weights
from rmt_asymptotics.dynamics.support_learning.simulation import Diverged, draw_sample, draw_weights
from rmt_asymptotics.dynamics.support_learning.theory import Prediction
from rmt_asymptotics.estimates import Estimate

__all__ = [
    "Comparison",
    "Diverged",
    "Estimate",
    "Mechanism",
    "Prediction",
    "Sample",
    "Simulation",
    "SupportLearning",
    "Weights",
    "draw_sample",
    "draw_weights",
    "mechanisms",
]
