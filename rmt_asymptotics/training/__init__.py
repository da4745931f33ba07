"""Two readouts at once: bias and variance, ensembles, and how the errors evolve while the readout trains."""

from rmt_asymptotics.training.ensembles import (
    BiasVariance,
    EnsembleErrors,
    bias_variance,
    bias_variance_curve,
    ensemble,
)

__all__ = ["BiasVariance", "EnsembleErrors", "bias_variance", "bias_variance_curve", "ensemble"]
