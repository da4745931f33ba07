"""Theories of training dynamics: frozen parameters -> `predict` -> a result; -> `simulate` -> the same names, measured.

Condensation (`TwoPointReLU`), support learning by the noise of SGD (`SupportLearning`) and Taylor expansions along
a layer-scaled step (`LayerScaledStep`).  Notes: theory_notes/dynamics_*.md.
"""

from rmt_asymptotics.dynamics.actions import compare, predict, simulate
from rmt_asymptotics.dynamics.layer_scaled_step import (
    CrossEntropyLoss,
    FixedScaling,
    LayerScaledStep,
    NormCancellingScaling,
    SquaredLoss,
    UniformScaling,
    initial_weights,
    train,
)
from rmt_asymptotics.dynamics.reading import parameters_from
from rmt_asymptotics.dynamics.support_learning import SupportLearning
from rmt_asymptotics.dynamics.two_point_relu import TwoPointReLU

__all__ = [
    "CrossEntropyLoss",
    "FixedScaling",
    "LayerScaledStep",
    "NormCancellingScaling",
    "SquaredLoss",
    "SupportLearning",
    "TwoPointReLU",
    "UniformScaling",
    "compare",
    "initial_weights",
    "parameters_from",
    "predict",
    "simulate",
    "train",
]
