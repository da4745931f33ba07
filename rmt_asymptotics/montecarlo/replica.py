"""One draw of weights, training and test samples serves every point of a grid of sample sizes and ridges.

Weights (with all of their gradient step), training inputs, label noise and test inputs have their own random
streams, each read in sequence: a longer curve, another ridge or another test size leaves the other draws as they are.
Where the weights depend on n, each of their networks reads the streams of the data anew.
"""

from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.montecarlo.networks import BLOCK, Network, blocks, networks
from rmt_asymptotics.montecarlo.readouts import ridge_readouts


@dataclass(frozen=True)
class Grid:
    """Sizes d, p and number of test samples; training sizes (N,), increasing; ridges (R,)."""

    dimension: int
    width: int
    samples: Array
    ridges: Array
    test_samples: int


def replica_errors(model: RidgeModel, grid: Grid, seeds: np.random.SeedSequence) -> dict[str, Array]:
    """Training error, training objective and excess error of one replica, each of shape (N, R).

    Memory is that of the training features, 8 n p bytes at the largest n, of two Gram matrices, and for a network
    after a gradient step of four arrays of weights, 8 p d bytes each: 1.2 GB in all at d = p = 4000, n = n0 = 8000.

    >>> from rmt_asymptotics.activations import sin, tanh
    >>> from rmt_asymptotics.models import RandomFeatures
    >>> model = RandomFeatures(activation=tanh, target=sin, sample_complexity=2.0, width_ratio=1.5, ridge=0.1)
    >>> grid = Grid(20, 30, np.array([15, 40]), np.array([0.1, 1.0, 10.0]), 100)
    >>> replica_errors(model, grid, np.random.SeedSequence(0))["excess_error"].shape
    (2, 3)
    """
    for_weights, for_inputs, for_noise, for_tests = seeds.spawn(4)
    parts = []
    for samples, finite in networks(model, grid.dimension, grid.width, grid.samples, random_generator(for_weights)):
        features, labels = np.empty((samples[-1], grid.width)), np.empty(samples[-1])
        finite.draw(random_generator(for_inputs), features, labels)
        labels += np.sqrt(model.noise_variance) * random_generator(for_noise).standard_normal(len(labels))
        fit = ridge_readouts(features, labels, samples, grid.ridges)
        excess = _excess_error(finite, fit.vectors, random_generator(for_tests), grid.test_samples)
        parts.append((fit.training_error, fit.training_objective, excess))
    names = ("training_error", "training_objective", "excess_error")
    return {name: np.concatenate(errors) for name, errors in zip(names, zip(*parts, strict=True), strict=True)}


def random_generator(seeds: np.random.SeedSequence) -> np.random.Generator:
    """The generator of one stream.

    >>> first, again = (random_generator(np.random.SeedSequence(5)).standard_normal(3) for _ in range(2))
    >>> bool((first == again).all())
    True
    """
    return np.random.Generator(np.random.SFC64(seeds))  # draws normals a fifth faster than the default, PCG64


def _excess_error(finite: Network, readouts: Array, generator: np.random.Generator, count: int) -> Array:
    """Mean (f_* - f)^2 over `count` fresh samples for readouts of shape (N, R, p); test features are not kept."""
    columns = readouts.reshape(-1, readouts.shape[-1]).T
    features, labels = np.empty((min(BLOCK, count), len(columns))), np.empty(min(BLOCK, count))
    total = np.zeros(columns.shape[1])
    for rows in blocks(count, BLOCK):
        size = rows.stop - rows.start
        finite.draw(generator, features[:size], labels[:size])
        total += ((labels[:size, None] - features[:size] @ columns) ** 2).sum(0)
    return (total / count).reshape(readouts.shape[:-1])
