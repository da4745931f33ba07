"""Scalar functions, activations and targets: what they are (`activation`), and those that have names (`built_in`)."""

from rmt_asymptotics.activations.activation import PROBES, Activation, ScalarFunction
from rmt_asymptotics.activations.built_in import (
    BUILT_IN,
    FAMILIES,
    centred,
    cos,
    erf,
    gelu,
    hermite_polynomial,
    identity,
    leaky_relu,
    polynomial,
    relu,
    sign,
    silu,
    sin,
    softplus,
    tanh,
)

__all__ = [
    "BUILT_IN",
    "FAMILIES",
    "PROBES",
    "Activation",
    "ScalarFunction",
    "centred",
    "cos",
    "erf",
    "gelu",
    "hermite_polynomial",
    "identity",
    "leaky_relu",
    "polynomial",
    "relu",
    "sign",
    "silu",
    "sin",
    "softplus",
    "tanh",
]
