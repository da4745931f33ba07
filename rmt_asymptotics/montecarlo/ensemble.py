"""Independent replicas of a grid, in parallel: what is asked for is checked here, once for one point and for curves.

Replica k is seeded by the k-th child of `SeedSequence(seed)` and computed by one thread with one BLAS thread, so
that its numbers depend neither on the number of workers nor on the other replicas.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from threadpoolctl import threadpool_limits

from rmt_asymptotics._types import Array
from rmt_asymptotics.errors import OutOfDomain, whole_number
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.montecarlo.replica import Grid, replica_errors

SILENCE = 2.0  # seconds before a run counts as long and shows its progress


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
    sample_complexity: Sequence[float] | None,
    ridge: Sequence[float] | None,
    *,
    dimension: int,
    replicas: int,
    seed: int,
    workers: int | None,
    test_samples: int | None,
    progress: bool | None,
) -> Ensemble:
    """Sample the network of `model` at every pair of a sample complexity and a ridge; see `simulate`.

    Where an axis is None, the value of the model holds.

    >>> from rmt_asymptotics.activations import sin, tanh
    >>> from rmt_asymptotics.models import RandomFeatures
    >>> model = RandomFeatures(activation=tanh, target=sin, sample_complexity=2.0, width_ratio=1.5, ridge=0.1)
    >>> result = ensemble(model, [2.0, 0.5], None, dimension=20, replicas=3, seed=0, workers=1,
    ...                   test_samples=100, progress=False)
    >>> result.samples, result.errors["test_error"].shape
    (array([40, 10]), (3, 2, 1))
    """
    if not isinstance(model, RidgeModel):
        raise OutOfDomain("model", model, "a model, such as RandomFeatures(...)")
    dimension = whole_number("dimension", dimension, least=1)
    replicas = whole_number("replicas", replicas, least=2)
    seed = whole_number("seed", seed, least=0)
    workers = whole_number("workers", (os.cpu_count() or 1) if workers is None else workers, least=1)
    width = _size("width_ratio", model.width_ratio, dimension)
    _check_width(model, dimension, width)
    if test_samples is None:
        test_samples = default_test_samples(dimension)
    complexities = sample_complexity or [model.sample_complexity]
    asked = np.array([_size("sample_complexity", value, dimension) for value in complexities])
    samples, row = np.unique(asked, return_inverse=True)
    ridges, column = np.unique(ridge or [model.ridge], return_inverse=True)
    grid = Grid(dimension, width, samples, ridges, whole_number("test_samples", test_samples, least=1))
    draws = _draws(model, grid, np.random.SeedSequence(seed).spawn(replicas), workers, progress)
    errors = {name: np.stack([draw[name] for draw in draws])[:, row][:, :, column] for name in draws[0]}
    errors["test_error"] = errors["excess_error"] + model.noise_variance
    return Ensemble(grid, asked, errors)


def default_test_samples(dimension: int) -> int:
    """max(2000, 4 d), the same for all points of a curve.

    The variance of an estimate is that between draws, of relative size 1/n, plus that of one test sample's squared
    error, 2 to 6 times its squared mean, over the test size: the two balance at 1 to 5 times d in generic cases.

    >>> default_test_samples(1000)
    4000
    """
    return max(2000, 4 * dimension)


def _size(ratio_name: str, ratio: float, dimension: int) -> int:
    size = round(ratio * dimension)
    if size < 1:
        allowed = f"above {0.5 / ratio:g}, so that {ratio_name} = {ratio:g} times it rounds to 1 or more"
        raise OutOfDomain("dimension", dimension, allowed)
    return size


def _check_width(model: RidgeModel, dimension: int, width: int) -> None:
    if model.width is None or width == model.width:
        return
    nearest = round(model.width / model.width_ratio)
    found = nearest >= 1 and round(model.width_ratio * nearest) == model.width
    remedy = f"take dimension={nearest}" if found else f"no dimension has it at width_ratio={model.width_ratio:g}"
    allowed = f"one of width p = {model.width}, which the model resolves, not {width}: {remedy}"
    raise OutOfDomain("dimension", dimension, allowed)


def _draws(
    model: RidgeModel, grid: Grid, seeds: list[np.random.SeedSequence], workers: int, progress: bool | None
) -> list[dict[str, Array]]:
    """One result a seed, in their order.  BLAS limits belong to the process: they are set around the pool."""
    from tqdm import tqdm

    if progress not in (None, True, False):
        raise OutOfDomain("progress", progress, "True, False or None (a bar on a terminal, when the run is long)")
    hidden = None if progress is None else not progress  # None: unless stderr is a terminal
    with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(workers) as pool:
        results = pool.map(partial(replica_errors, model, grid), seeds)
        bar = tqdm(results, total=len(seeds), desc="replicas", disable=hidden, delay=0 if progress else SILENCE)
        return list(bar)
