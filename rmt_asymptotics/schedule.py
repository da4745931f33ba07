"""How a readout trains: times of gradient flow or steps of descent, checked once for theory and simulation."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics.checks import sequence
from rmt_asymptotics.errors import OutOfDomain, number, whole_number
from rmt_asymptotics.models import RidgeModel, check_ridge_regression

LARGEST_MOMENTUM = 0.999


@dataclass(frozen=True)
class Schedule:
    """name: "time" or "steps", of the axis.  axis (T,): positive times, or increasing whole numbers of steps.

    learning_rate, momentum, nesterov: of the steps.  decay: of the weights.  sample_step: of one sample's gradient in
    stochastic gradient descent, None for gradient flow.  fresh: it sees no sample twice.
    """

    name: str
    axis: NDArray[Any]
    learning_rate: float
    momentum: float
    nesterov: bool
    decay: float
    sample_step: float | None = None
    fresh: bool = False


def schedule_of(
    model: RidgeModel,
    time: Any,
    steps: Any,
    learning_rate: float | None,
    momentum: float,
    nesterov: bool,
    weight_decay: float | None,
    sample_step: float | None = None,
    samples: Any = "shared",
) -> Schedule:
    """The schedule of a caller; raises `OutOfDomain` for a model, times or steps that cannot be."""
    check_ridge_regression(model)
    if (time is None) == (steps is None):
        raise OutOfDomain("time", time, "given, or steps with a learning_rate, and not both")
    decay = model.ridge if weight_decay is None else number("weight_decay", weight_decay, least=0)
    if not isinstance(nesterov, bool):
        raise OutOfDomain("nesterov", nesterov, "True or False")
    if samples not in ("shared", "fresh") or (samples == "fresh" and sample_step is None):
        raise OutOfDomain("samples", samples, '"shared", or "fresh" with a sample_step')
    if sample_step is not None:
        _check_stochastic(steps, decay)
        sample_step = number("sample_step", sample_step, above=0)
    momentum = number("momentum", momentum, least=0, most=LARGEST_MOMENTUM)
    if steps is None:
        times = np.array([number("time", value, above=0) for value in sequence("time", time, "times")])
        if sample_step is not None and np.any(np.diff(times) <= 0):
            raise OutOfDomain("time", time, "increasing, for stochastic gradient descent")
        return Schedule("time", times, 0.0, momentum, nesterov, decay, sample_step, samples == "fresh")
    counts = np.array([whole_number("steps", value, least=1) for value in sequence("steps", steps, "whole numbers")])
    if np.any(np.diff(counts) <= 0):
        raise OutOfDomain("steps", steps, "increasing whole numbers")
    rate = number("learning_rate", learning_rate, above=0)
    return Schedule("steps", counts, rate, momentum, nesterov, decay)


def _check_stochastic(steps: Any, decay: float) -> None:
    """Stochastic gradient descent is known at times, without weight decay."""
    if steps is not None:
        raise OutOfDomain("steps", steps, "None with a sample_step: give times, sample_step * (samples seen)/n")
    if decay > 0:
        raise OutOfDomain("weight_decay", decay, "0 with a sample_step")
