"""Simulation of one point: the finite network that a model describes, averaged over replicas."""

from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.montecarlo.ensemble import Ensemble, ensemble


@dataclass(frozen=True)
class Estimate:
    """A mean over independent replicas, and its standard error."""

    mean: float
    standard_error: float
    replicas: int


@dataclass(frozen=True)
class Simulation:
    """Errors of the finite network of `model` at dimension d, width p and n samples.

    test_error: E (y - f)^2 on fresh data, label noise included; excess_error: without the noise.
    training_error: mean (y - f)^2 on the training set; training_objective: that plus ridge/n |a|^2.
    """

    model: RidgeModel
    dimension: int
    width: int
    samples: int
    replicas: int
    seed: int
    test_error: Estimate
    training_error: Estimate
    training_objective: Estimate
    excess_error: Estimate


def simulate(
    model: RidgeModel,
    *,
    dimension: int,
    replicas: int = 20,
    seed: int = 0,
    workers: int | None = None,
    test_samples: int | None = None,
    progress: bool | None = None,
) -> Simulation:
    """Train the finite network of a model on independent draws and measure its errors.

    The width is p = round(width_ratio * dimension), the sample size n = round(sample_complexity * dimension); the
    gradient step of a `OneStepNetwork` is taken on round(step_sample_complexity * dimension) samples of its own.

    model: any model with a finite network.  dimension: d.
    replicas: independent draws of everything, >= 2 (a standard error needs two).
    seed: whole number >= 0; the result depends on it, not on `workers`.
    workers: threads, one replica each at a time (default: the number of processors).
    test_samples: fresh samples a replica (default: see `default_test_samples`).
    progress: True for a bar on stderr, False for none, None for one on a terminal when the run is long.
    Raises `OutOfDomain` for input out of range, for a dimension at which p, n or n0 rounds to 0 or at which p is
    not the width that the model resolves, for an activation or target that is not finite on the draws, for one
    without derivative where a step needs it, and for a ridge too small for the rounding of linearly dependent features.

    >>> from rmt_asymptotics.activations import sin, tanh
    >>> from rmt_asymptotics.models import RandomFeatures
    >>> model = RandomFeatures(activation=tanh, target=sin, sample_complexity=2.0, width_ratio=1.5, ridge=1e9)
    >>> error = simulate(model, dimension=20, replicas=4).test_error  # E sin^2 = (1 - exp(-2))/2 = 0.4323
    >>> abs(error.mean - 0.4323) < 4 * error.standard_error
    True
    """
    result = ensemble(
        model,
        sample_complexity=None,
        ridge=None,
        dimension=dimension,
        replicas=replicas,
        seed=seed,
        workers=workers,
        test_samples=test_samples,
        progress=progress,
    )
    return simulation(model, result, seed)


def simulation(model: RidgeModel, result: Ensemble, seed: int) -> Simulation:
    """The record of an ensemble of one sample size and one ridge."""
    estimates = {name: estimate(errors[:, 0, 0]) for name, errors in result.errors.items()}
    replicas = len(result.errors["test_error"])
    grid = result.grid
    return Simulation(model, grid.dimension, grid.width, int(result.samples[0]), replicas, seed, **estimates)


def estimate(draws: Array) -> Estimate:
    """Mean and standard error of independent draws, shape (replicas,).

    >>> estimate(np.array([1.0, 3.0]))
    Estimate(mean=2.0, standard_error=1.0, replicas=2)
    """
    return Estimate(float(draws.mean()), float(standard_error(draws)), len(draws))


def standard_error(errors: Array) -> Array:
    """Of the mean over the first axis, the replicas."""
    return np.asarray(np.std(errors, axis=0, ddof=1) / np.sqrt(len(errors)))


def z_score(mean: np.ndarray | float, theory: np.ndarray | float, standard_error: np.ndarray | float) -> np.ndarray:
    """(mean - theory)/standard_error; 0 where both agree exactly."""
    gap = np.subtract(mean, theory)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(gap == 0, 0.0, gap / standard_error)
