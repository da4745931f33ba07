"""Derivatives of the limiting errors, optima, and boundaries in planes of parameters."""

from rmt_asymptotics.optimisation.boundaries import Boundary, trace_boundary
from rmt_asymptotics.optimisation.conditions import (
    Condition,
    EqualErrors,
    OutlierLeavesBulk,
    Separable,
    VanishingDerivative,
)
from rmt_asymptotics.optimisation.derivatives import Gradient, gradient
from rmt_asymptotics.optimisation.optima import Optimum, OptimumStatus, optimal
from rmt_asymptotics.optimisation.optimal_curves import optimal_curve
from rmt_asymptotics.optimisation.references import (
    best_linear_error,
    kernel_limit,
    noise_floor,
    random_features_of,
    square_loss_of,
)

__all__ = [
    "Boundary",
    "Condition",
    "EqualErrors",
    "Gradient",
    "Optimum",
    "OptimumStatus",
    "OutlierLeavesBulk",
    "Separable",
    "VanishingDerivative",
    "best_linear_error",
    "gradient",
    "kernel_limit",
    "noise_floor",
    "optimal",
    "optimal_curve",
    "random_features_of",
    "square_loss_of",
    "trace_boundary",
]
