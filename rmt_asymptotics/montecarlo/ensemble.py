"""Independent replicas of a grid, in parallel: what is asked for is checked here, once for one point and for curves.

Replica k is seeded by the k-th child of `SeedSequence(seed)` and computed by one thread with one BLAS thread, so
that its numbers depend neither on the number of workers nor on the other replicas.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from rmt_asymptotics._types import Array
from rmt_asymptotics.models import RegressionOnData, RidgeModel
from rmt_asymptotics.montecarlo.convex_replica import convex_replica
from rmt_asymptotics.montecarlo.data import TESTED, check_samples, row_replica
from rmt_asymptotics.montecarlo.plan import SimulationPlan
from rmt_asymptotics.montecarlo.replica import Grid, replica_errors
from rmt_asymptotics.montecarlo.sizes import network_sizes, rounded_size
from rmt_asymptotics.progress import tracked

Draw = TypeVar("Draw")


@dataclass(frozen=True)
class Ensemble:
    """Errors of all replicas on a grid of N sample sizes and R ridges.

    grid: as computed, sorted and without repetitions.  samples (N,): n in the order asked for.
    errors: by name, each of shape (replicas, N, R), in the order asked for.
    """

    grid: Grid
    samples: Array
    errors: dict[str, Array]


def ensemble(
    model: RidgeModel,
    plan: SimulationPlan,
    sample_complexity: Sequence[float] | None = None,
    ridge: Sequence[float] | None = None,
) -> Ensemble:
    """Sample the network of `model` at every pair of a sample complexity and a ridge.

    Where an axis is None, the value of the model holds.

    >>> from rmt_asymptotics.activations import sin, tanh
    >>> from rmt_asymptotics.models import RandomFeatures
    >>> model = RandomFeatures(activation=tanh, target=sin, sample_complexity=2.0, width_ratio=1.5, ridge=0.1)
    >>> result = ensemble(model, SimulationPlan(dimension=20, replicas=3, test_samples=100), [2.0, 0.5])
    >>> result.samples, result.errors["test_error"].shape
    (array([40, 10]), (3, 2, 1))
    """
    sampler = sampler_of(model, plan, sample_complexity, ridge)
    draws = replicate(sampler.draw, plan)
    errors = {name: np.stack([draw[name] for draw in draws]) for name in draws[0]}
    return Ensemble(sampler.grid, sampler.samples, errors)


@dataclass(frozen=True)
class Sampler:
    """What one replica computes.  grid, samples (N,): of the `Ensemble`; row (N,), column (R,): places in the grid."""

    model: RidgeModel
    grid: Grid
    samples: Array
    row: NDArray[np.intp]
    column: NDArray[np.intp]

    def draw(self, seeds: np.random.SeedSequence) -> dict[str, Array]:
        """The errors of the replica of these seeds, by name, each of shape (N, R), in the order asked for."""
        drawn = _replica(self.model, self.grid, seeds)
        errors = {name: values[self.row][:, self.column] for name, values in drawn.items()}
        errors.setdefault("test_error", errors["excess_error"] + self.model.noise_variance)
        return errors


def _replica(model: RidgeModel, grid: Grid, seeds: np.random.SeedSequence) -> dict[str, Array]:
    if isinstance(model, RegressionOnData):
        return row_replica(model, grid, seeds)
    return (replica_errors if model.is_ridge_regression else convex_replica)(model, grid, seeds)


def sampler_of(
    model: RidgeModel,
    plan: SimulationPlan,
    sample_complexity: Sequence[float] | None = None,
    ridge: Sequence[float] | None = None,
) -> Sampler:
    """The sampler of an ensemble, whose replicas can be drawn one by one."""
    dimension, width = network_sizes(model, plan.dimension)
    complexities = sample_complexity or [model.sample_complexity]
    asked = np.array([rounded_size("sample_complexity", value, dimension) for value in complexities])
    samples, row = np.unique(asked, return_inverse=True)
    ridges, column = np.unique(ridge or [model.ridge], return_inverse=True)
    if isinstance(model, RegressionOnData):
        check_samples(model, samples)
    tests = plan.test_samples or (TESTED if model.own_dimension else default_test_samples(dimension))
    grid = Grid(dimension, width, samples, ridges, tests)
    return Sampler(model, grid, asked, row, column)


def replica_seeds(plan: SimulationPlan) -> list[np.random.SeedSequence]:
    """The seeds of each replica."""
    return np.random.SeedSequence(plan.seed).spawn(plan.replicas)


def default_test_samples(dimension: int) -> int:
    """max(2000, 4 d), the same for all points of a curve.

    The variance of an estimate is that between draws, of relative size 1/n, plus that of one test sample's squared
    error, 2 to 6 times its squared mean, over the test size: the two balance at 1 to 5 times d in generic cases.

    >>> default_test_samples(1000)
    4000
    """
    return max(2000, 4 * dimension)


def replicate(task: Callable[[np.random.SeedSequence], Draw], plan: SimulationPlan) -> list[Draw]:
    """`task` of each replica's seeds, in the order of the replicas.

    BLAS limits belong to the process: they are set around the pool.

    >>> replicate(lambda seeds: seeds.spawn_key, SimulationPlan(dimension=1, replicas=2))
    [(0,), (1,)]
    """
    seeds = replica_seeds(plan)
    workers = plan.workers or os.cpu_count() or 1
    with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(workers) as pool:
        return list(tracked(pool.map(task, seeds), "replicas", plan.progress, len(seeds)))
