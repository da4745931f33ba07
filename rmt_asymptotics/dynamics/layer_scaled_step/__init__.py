"""Taylor expansion of the loss along a layer-scaled step of a network at the edge of chaos, and its width pattern.

Setting: terjek25.  Derivations: theory_notes/dynamics_layer_scaled.md.
"""

from rmt_asymptotics.dynamics.layer_scaled_step.comparison import LayerScaledComparison
from rmt_asymptotics.dynamics.layer_scaled_step.data import digits
from rmt_asymptotics.dynamics.layer_scaled_step.expansion import Expansion, soft_rank
from rmt_asymptotics.dynamics.layer_scaled_step.losses import CrossEntropyLoss, Loss, SquaredLoss
from rmt_asymptotics.dynamics.layer_scaled_step.parameters import LayerScaledStep
from rmt_asymptotics.dynamics.layer_scaled_step.scalings import (
    FixedScaling,
    NormCancellingScaling,
    Scaling,
    UniformScaling,
)
from rmt_asymptotics.dynamics.layer_scaled_step.simulation import (
    LayerScaledSimulation,
    gaussian_classes,
    initial_weights,
    train,
)
from rmt_asymptotics.dynamics.layer_scaled_step.theory import LayerScaledPrediction
from rmt_asymptotics.dynamics.layer_scaled_step.training import Training, TrainingStatus

__all__ = [
    "CrossEntropyLoss",
    "Expansion",
    "FixedScaling",
    "LayerScaledComparison",
    "LayerScaledPrediction",
    "LayerScaledSimulation",
    "LayerScaledStep",
    "Loss",
    "NormCancellingScaling",
    "Scaling",
    "SquaredLoss",
    "Training",
    "TrainingStatus",
    "UniformScaling",
    "digits",
    "gaussian_classes",
    "initial_weights",
    "soft_rank",
    "train",
]
