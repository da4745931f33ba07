"""Activations with compiled kernels in the place of the functions that have one."""

from rmt_asymptotics.activations import Activation, ScalarFunction, relu, tanh
from rmt_asymptotics.montecarlo import _kernels

KERNELS: dict[ScalarFunction | None, ScalarFunction] = {
    tanh.function: _kernels.tanh,
    tanh.derivative: _kernels.tanh_derivative,
    relu.derivative: _kernels.relu_derivative,
}


def compiled(activation: Activation) -> Activation:
    """The same function to rounding, evaluated up to six times faster where it or its derivative has a kernel.

    >>> import numpy as np
    >>> bool(abs(compiled(tanh)(np.array([0.3])) - np.tanh(0.3)) < 1e-15)
    True
    """
    function, derivative = activation.function, activation.derivative
    return Activation(
        KERNELS.get(function, function), KERNELS.get(derivative, derivative), activation.kinks, activation.name
    )
