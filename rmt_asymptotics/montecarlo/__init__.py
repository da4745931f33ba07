"""Finite networks, sampled: the Monte Carlo twin of the theory, which it does not import.

`networks` builds the finite network of a model, `readouts` fits all its ridge readouts, `replica` does both on
one draw, `ensemble` averages over replicas; `simulation` and `curve` are the public face.
"""

from rmt_asymptotics.montecarlo.curve import simulation_curve
from rmt_asymptotics.montecarlo.simulation import Estimate, Simulation, simulate

__all__ = ["Estimate", "Simulation", "simulate", "simulation_curve"]
