"""Models: what the user writes down, in the dimensionless parameters of the papers.

Frozen and validated; they know nothing of the theory or of the simulation that read them.
Notation and normalisations: theory_notes/conventions.md.
"""

from rmt_asymptotics.models.base import A_MODEL, RidgeModel, check_ridge_regression
from rmt_asymptotics.models.checks import (
    check_finite_ratio,
    check_isotropic,
    check_one_direction,
)
from rmt_asymptotics.models.features import RandomFeatures, SpikedRandomFeatures
from rmt_asymptotics.models.networks import OneStepNetwork, TwoStepNetwork
from rmt_asymptotics.models.regression import RegressionOnData, RidgeRegression

__all__ = [
    "A_MODEL",
    "OneStepNetwork",
    "RandomFeatures",
    "RegressionOnData",
    "RidgeModel",
    "RidgeRegression",
    "SpikedRandomFeatures",
    "TwoStepNetwork",
    "check_finite_ratio",
    "check_isotropic",
    "check_one_direction",
    "check_ridge_regression",
]
