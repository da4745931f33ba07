"""Spiked random features on the draws of a one-step network: the equivalent that the theory puts in its place."""

import dataclasses
from dataclasses import dataclass

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.models import OneStepNetwork, check_isotropic, check_one_direction


@dataclass(frozen=True, kw_only=True)
class SpikedEquivalent(OneStepNetwork):
    """Spiked random features drawn with the first layer, the batch and the data of a one-step network.

    w_i = (1 + e_i s2 ybar) omega_i + e_i h1 X0^T y'/n0 + e_i sqrt(Y2 vs/(alpha0 d)) xi_i with e_i = eta g_i/sqrt(p):
    omega_i, g_i, X0 and y are those of the network; of the gradient's first Hermite order the signal is kept and
    the noise is replaced by an independent Gaussian xi_i, and of its second order the mean is kept [net.1, net.2].
    Its theory is that of the network without corrections.  Made by `spiked_equivalent`.
    """


@checked_arguments
def spiked_equivalent(model: OneStepNetwork) -> SpikedEquivalent:
    """The spiked random features that stand for a network after one gradient step.

    With the same dimension and seed `simulate` gives both the same initial weights, readout, batch, training and
    test samples, so that their errors can be compared draw by draw.
    model: a one-step network of isotropic inputs whose activation has a derivative.  Raises `OutOfDomain` for others.

    >>> from rmt_asymptotics.activations import sin, tanh
    >>> from rmt_asymptotics.steps import MaximalStep
    >>> model = OneStepNetwork(activation=tanh, target=sin, sample_complexity=2.0, width_ratio=1.5, ridge=0.1,
    ...                        step=MaximalStep(1.0), step_sample_complexity=4.0)
    >>> spiked_equivalent(model).corrections
    False
    """
    if not isinstance(model, OneStepNetwork):
        raise OutOfDomain("model", model, "a OneStepNetwork")
    check_one_direction(model)
    check_isotropic(model)
    fields = {field.name: getattr(model, field.name) for field in dataclasses.fields(model)}
    return SpikedEquivalent(**fields | {"corrections": False, "span_noise": False, "row_lengths": False})
