"""The first layer's rows sqrt(c_i) omega_i + u_i v as spectra see them.  Note: theory_notes/spectra.md [spec.11]."""

from dataclasses import dataclass
from functools import singledispatch

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.gradient_step import gradient_step
from rmt_asymptotics.canonical.one_step_network import relative_rate
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.laws import Law
from rmt_asymptotics.models import OneStepNetwork, RandomFeatures, RidgeModel, SpikedRandomFeatures
from rmt_asymptotics.steps import FixedStep, MaximalStep, PowerStep

MOMENT_NODES = 400  # for the second moment of a law to rounding


@dataclass(frozen=True)
class WeightLaw:
    """What the spectrum of W depends on: K classes of rows.

    variances (K,): c_k.  squared_spikes (K,): p u_k^2, which sum to the squared strength with `probabilities` (K,).
    alignment: <theta, v>.
    growing: the strength is infinite at p = infinity; squared_spikes then holds its shape only.
    exact: more classes change nothing.
    """

    variances: Array
    squared_spikes: Array
    probabilities: Array
    alignment: float
    growing: bool = False
    exact: bool = True


@singledispatch
def weight_law(model: RidgeModel, count: int) -> WeightLaw:
    """The classes of rows of a model's first layer, `count` of them for a continuous law; new models register."""
    raise OutOfDomain("model", type(model).__name__, "a model whose first layer is known to the spectra")


@weight_law.register
def _(model: RandomFeatures, count: int) -> WeightLaw:
    return WeightLaw(np.ones(1), np.zeros(1), np.ones(1), 0.0)


@weight_law.register
def _(model: SpikedRandomFeatures, count: int) -> WeightLaw:
    square = _second_moment(model.spike)
    growing = model.width is None and bool(np.any(model.spike.quadrature(count, 1.0)[0]))
    scale = 1.0 if model.width is None else model.width
    return WeightLaw(np.array([model.bulk_variance]), np.array([scale * square]), np.ones(1), model.overlap, growing)


@weight_law.register
def _(model: OneStepNetwork, count: int) -> WeightLaw:
    """[net.1]-[net.2]; what the batch does to the bulk beyond its variance is left out."""
    step = gradient_step(model)
    if model.width is not None or isinstance(model.step, MaximalStep):
        g, pi = model.readout.quadrature(count, 1.0)
        e, scale = relative_rate(model) * g, (1.0 if model.width is None else model.width)
        squares, c = scale * (e * step.reach) ** 2, step.bulk_variance(e[:, None])
        growing = model.width is None and bool(np.any(squares))
        return WeightLaw(c, squares, pi, step.alignment, growing, not model.readout.continuous)
    growing = isinstance(model.step, PowerStep) and model.step.exponent > 0
    eta = model.step.eta if isinstance(model.step, FixedStep) else model.step.learning_rate(1.0, 1.0)
    square = (eta * step.reach) ** 2 * _second_moment(model.readout)
    return WeightLaw(np.ones(1), np.array([square]), np.ones(1), step.alignment, growing and square > 0)


def _second_moment(law: Law) -> float:
    values, probabilities = law.quadrature(MOMENT_NODES, 1.0)
    return float(probabilities @ values**2)
