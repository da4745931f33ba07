"""Ridge regression on random rows of data, with an intercept; the rows that are left are the test set.

Row samples are nested, and a test set does not depend on what else is asked for.
"""

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.models import RegressionOnData
from rmt_asymptotics.montecarlo.networks import blocks
from rmt_asymptotics.montecarlo.readouts import ridge_readouts
from rmt_asymptotics.montecarlo.replica import Grid, random_generator

TESTED = 10_000  # rows, where a plan does not say how many
BLOCK = 4096  # test rows read at once


def check_samples(model: RegressionOnData, samples: Array) -> None:
    """Raise `OutOfDomain` unless all n are at least 2, as an intercept takes one, and half of the rows at most."""
    s = model.data.summary
    for n in samples.tolist():
        if not 2 <= n <= (s.rows + 1) // 2:
            allowed = f"from {2 / s.rank:g} to {s.rows / 2 / s.rank:g}: half of the {s.rows} rows are left to test on"
            raise OutOfDomain("sample_complexity", n / s.rank, allowed)


def row_replica(model: RegressionOnData, grid: Grid, seeds: np.random.SeedSequence) -> dict[str, Array]:
    """The errors of one choice of rows by name, each of shape (N, R).

    Memory is that of the features of the largest sample, of its Gram matrix, and of a block of test rows.
    """
    rows, summary = model.data.rows, model.data.summary
    order = random_generator(seeds.spawn(2)[1]).permutation(len(rows))
    features, labels = rows.take(order[: grid.samples[-1]]), rows.labels[order[: grid.samples[-1]]]
    scale = np.sqrt(features.shape[1] / summary.trace)  # readouts divide by the number of features
    found: dict[str, list[Array]] = {"training_error": [], "training_objective": [], "excess_error": []}
    for n in grid.samples.tolist():
        mean, level = features[:n].mean(axis=0), float(labels[:n].mean())
        fit = ridge_readouts((features[:n] - mean) * scale, labels[:n] - level, np.array([n]), grid.ridges)
        vectors = fit.vectors[0].T * scale
        tests, total = order[max(n, len(order) - grid.test_samples) :], np.zeros(len(grid.ridges))
        for part in blocks(len(tests), BLOCK):
            fresh = np.sort(tests[part])
            errors = rows.labels[fresh][:, None] - level - (rows.take(fresh) - mean) @ vectors
            total += np.sum(errors**2, axis=0)
        found["training_error"].append(fit.training_error[0])
        found["training_objective"].append(fit.training_objective[0])
        found["excess_error"].append(total / len(tests) - model.noise_variance)
    return {name: np.array(values) for name, values in found.items()}
