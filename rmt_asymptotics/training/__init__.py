"""Two readouts at once: bias and variance, ensembles, and how the errors evolve while the readout trains."""

from rmt_asymptotics.training.curves import training_curve
from rmt_asymptotics.training.ensembles import (
    BiasVariance,
    EnsembleErrors,
    bias_variance,
    bias_variance_curve,
    ensemble,
)
from rmt_asymptotics.training.stopping import OptimalStopping, optimal_stopping

__all__ = [
    "BiasVariance",
    "EnsembleErrors",
    "OptimalStopping",
    "bias_variance",
    "bias_variance_curve",
    "ensemble",
    "optimal_stopping",
    "training_curve",
]
