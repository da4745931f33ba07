"""Finite networks, sampled: the Monte Carlo twin of the theory, which it does not import.

`plan` says how to simulate, `networks` builds the finite network of a model, `one_step` that of a network after its
gradient step, `readouts` fits all its ridge readouts, `replica` does both on one draw, `ensemble` averages over
replicas; `simulation`, `curve`, `pair` and `diagnostics` are the public face.
"""

from rmt_asymptotics.estimates import Estimate
from rmt_asymptotics.montecarlo import one_step  # registers its networks
from rmt_asymptotics.montecarlo.bias_variance import BiasVarianceSimulation, simulate_bias_variance
from rmt_asymptotics.montecarlo.curve import simulation_curve
from rmt_asymptotics.montecarlo.diagnostics import WeightStatistics, feature_eigenvalues, weight_statistics
from rmt_asymptotics.montecarlo.equivalent import SpikedEquivalent, spiked_equivalent
from rmt_asymptotics.montecarlo.pair import Pair, simulate_pair
from rmt_asymptotics.montecarlo.plan import SimulationPlan
from rmt_asymptotics.montecarlo.simulation import Simulation, simulate
from rmt_asymptotics.montecarlo.training import simulate_training

__all__ = [
    "BiasVarianceSimulation",
    "Estimate",
    "Pair",
    "Simulation",
    "SimulationPlan",
    "SpikedEquivalent",
    "WeightStatistics",
    "feature_eigenvalues",
    "one_step",
    "simulate",
    "simulate_bias_variance",
    "simulate_pair",
    "simulate_training",
    "simulation_curve",
    "spiked_equivalent",
    "weight_statistics",
]
