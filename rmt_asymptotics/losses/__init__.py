"""Convex losses: the records of a user (`records`), and the functions behind them with their proximal operators."""

from rmt_asymptotics.losses.convex import ConvexFunction, Proximal
from rmt_asymptotics.losses.records import (
    LOSSES,
    AbsoluteLoss,
    ConvexLoss,
    EpsilonInsensitiveLoss,
    ExponentialLoss,
    HardMarginLoss,
    HingeLoss,
    HuberLoss,
    LogisticLoss,
    Loss,
    QuantileLoss,
    SquaredHingeLoss,
    SquareLoss,
)

__all__ = [
    "LOSSES",
    "AbsoluteLoss",
    "ConvexFunction",
    "ConvexLoss",
    "EpsilonInsensitiveLoss",
    "ExponentialLoss",
    "HardMarginLoss",
    "HingeLoss",
    "HuberLoss",
    "LogisticLoss",
    "Loss",
    "Proximal",
    "QuantileLoss",
    "SquareLoss",
    "SquaredHingeLoss",
]
