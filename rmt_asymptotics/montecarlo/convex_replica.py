"""One draw of weights, training and test samples for any loss and any labels, at all sizes and ridges of a grid.

The random streams are those of `replica`: what is drawn does not depend on the loss.
"""

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.labels import BinaryLabels
from rmt_asymptotics.losses import ConvexFunction
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.montecarlo.convex_readouts import Readout, convex_readout
from rmt_asymptotics.montecarlo.networks import BLOCK, Network, blocks, networks
from rmt_asymptotics.montecarlo.replica import Grid, random_generator


def convex_replica(model: RidgeModel, grid: Grid, seeds: np.random.SeedSequence) -> dict[str, Array]:
    """The outputs of one replica by name, each of shape (N, R).

    >>> from rmt_asymptotics.activations import sin, tanh
    >>> from rmt_asymptotics.labels import SignLabels
    >>> from rmt_asymptotics.losses import LogisticLoss
    >>> from rmt_asymptotics.models import RandomFeatures
    >>> model = RandomFeatures(activation=tanh, target=sin, sample_complexity=2.0, width_ratio=1.5, ridge=0.1,
    ...                        labels=SignLabels(0.1), loss=LogisticLoss())
    >>> grid = Grid(20, 30, np.array([15, 40]), np.array([0.1, 1.0, 10.0]), 100)
    >>> convex_replica(model, grid, np.random.SeedSequence(0))["misclassification"].shape
    (2, 3)
    """
    for_weights, for_inputs, for_noise, for_tests = seeds.spawn(4)
    loss = model.loss.function(model.labels.two_values)
    rows = []
    for samples, finite in networks(model, grid.dimension, grid.width, grid.samples, random_generator(for_weights)):
        features, signal = np.empty((samples[-1], grid.width)), np.empty(samples[-1])
        finite.draw(random_generator(for_inputs), features, signal)
        labels = _noisy(model, signal, random_generator(for_noise))
        for n in samples:
            fits = [
                convex_readout(features[:n], labels[:n], loss, model.labels.two_values, ridge, model.intercept)
                for ridge in grid.ridges
            ]
            tests = _tested(model, finite, fits, loss, random_generator(for_tests), grid.test_samples)
            pairs = zip(fits, grid.ridges.tolist(), strict=True)
            trained = [_trained(model, fit, ridge, labels[:n], loss) for fit, ridge in pairs]
            rows.append([test | train for test, train in zip(tests, trained, strict=True)])
    return {name: np.array([[point[name] for point in row] for row in rows]) for name in rows[0][0]}


def _noisy(model: RidgeModel, signal: Array, generator: np.random.Generator) -> Array:
    labels = model.labels.sample(signal, generator)
    if model.noise_variance > 0:
        labels = labels + np.sqrt(model.noise_variance) * generator.standard_normal(len(labels))
    return labels


def _trained(model: RidgeModel, fit: Readout, ridge: float, labels: Array, loss: ConvexFunction) -> dict[str, float]:
    u = labels * fit.fitted if model.labels.two_values else fit.fitted - labels
    unit, count = model.loss.unit, len(labels)
    training_loss = unit * float(np.mean(loss.value(u))) if np.all(np.isfinite(loss.value(u))) else 0.0
    found = {
        "training_error": float(np.mean((labels - fit.fitted) ** 2)),
        "training_loss": training_loss,
        "training_objective": training_loss + unit * ridge * fit.norm / (2 * count),
        "norm": fit.norm / len(fit.vector),
    }
    if model.labels.two_values:
        found["training_misclassification"] = float(np.mean(u < 0))
    return found


def _tested(
    model: RidgeModel, finite: Network, fits: list[Readout], loss: ConvexFunction, generator: np.random.Generator,
    count: int,
) -> list[dict[str, float]]:  # fmt: skip
    """Means over fresh samples and, given the inputs, over labels of two values and over the noise in squares."""
    columns = np.array([fit.vector for fit in fits]).T
    intercepts = np.array([fit.intercept for fit in fits])
    features, signal = np.empty((min(BLOCK, count), len(columns))), np.empty(min(BLOCK, count))
    parts = []
    for rows in blocks(count, BLOCK):
        size = rows.stop - rows.start
        finite.draw(generator, features[:size], signal[:size])
        fresh, f = signal[:size, None], features[:size] @ columns + intercepts
        if isinstance(model.labels, BinaryLabels):
            p = model.labels.probability(fresh)
            parts.append(_binary(p, f, loss))
        else:
            noisy = _noisy(model, signal[:size], generator)[:, None]
            parts.append(_real(model, fresh, noisy, f, loss))
    means = {name: np.concatenate([part[name] for part in parts]).mean(axis=0) for name in parts[0]}
    means["test_loss"] = model.loss.unit * means["test_loss"]
    return [{name: float(values[i]) for name, values in means.items()} for i in range(len(fits))]


def _binary(p: Array, f: Array, loss: ConvexFunction) -> dict[str, Array]:
    return {
        "test_loss": p * loss.value(f) + (1 - p) * loss.value(-f),
        "test_error": p * (1 - f) ** 2 + (1 - p) * (1 + f) ** 2,
        "excess_error": (2 * p - 1 - f) ** 2,
        "misclassification": np.where(f > 0, 1 - p, p),
    }


def _real(model: RidgeModel, fresh: Array, noisy: Array, f: Array, loss: ConvexFunction) -> dict[str, Array]:
    mean = model.labels.mean(fresh)
    variance = model.labels.variance(fresh) + model.noise_variance
    return {
        "test_loss": loss.value(f - noisy),
        "test_error": (mean - f) ** 2 + variance,
        "excess_error": (mean - f) ** 2,
    }
