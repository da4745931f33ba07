"""The gradient of the first layer on one batch of fresh samples, accumulated over blocks of the batch.

Minus the gradient of the loss (1/2n0) sum_mu (y_mu - f(x_mu))^2 is
G_i = (a_i/sqrt p)(1/n0) sum_mu x_mu (y_mu - f(x_mu)) sigma'(<w_i, x_mu>), with a_i = g_i/sqrt(p) and the true
residual y - f(x).  Of the batch one block is held at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.activations import Activation
from rmt_asymptotics.labels import Labels, Regression
from rmt_asymptotics.montecarlo.compiled import compiled
from rmt_asymptotics.montecarlo.networks import BLOCK, CACHED, blocks, evaluate, signal
from rmt_asymptotics.targets import Target

REAL = Regression()


@dataclass(frozen=True)
class Batch:
    """The n0 samples of a gradient step, labels of f_*(<theta, x>) + noise: a stream, which can be read once.

    target: f_*; of several outputs, theirs.  noise: of the labels, shape (n0,) or (n0, q).  dimension: d.
    teacher: the leading coordinates of theta, (D,), or of several (L, D).
    """

    target: Target | tuple[Target, ...]
    noise: Array
    dimension: int
    generator: np.random.Generator
    labels: Labels = REAL
    teacher: Array = field(default_factory=lambda: np.ones(1))

    def blocks(self) -> Iterator[tuple[Array, Array]]:
        """Inputs (m, d), valid until the next block is drawn, and their labels, (m,) or (m, q)."""
        inputs = np.empty((min(BLOCK, len(self.noise)), self.dimension))
        for rows in blocks(len(self.noise), BLOCK):
            x = self.generator.standard_normal(out=inputs[: rows.stop - rows.start])
            if isinstance(self.target, tuple):
                y = np.stack([signal(target, x, self.teacher) for target in self.target], axis=-1)
            else:
                y = self.labels.sample(signal(self.target, x, self.teacher), self.generator)
            yield x, y + self.noise[rows]


def descent_direction(activation: Activation, weights: Array, readout: Array, batch: Batch) -> Array:
    """p G, minus the gradient times p, shape (p, d): the step is W1 = W0 + (eta/sqrt p) p G.

    weights: the rows w_i of W0, shape (p, d).  readout: g_i of a_i = g_i/sqrt(p), shape (p,), or
    (p, q) of several outputs, whose losses are added.
    Memory is that of two arrays of the shape of the weights and of one block of the batch.
    Raises `OutOfDomain` for an activation without derivative, and where a function is not finite.

    >>> from rmt_asymptotics.activations import identity
    >>> batch = Batch(identity, np.zeros(1), 1, np.random.default_rng(0))  # one sample, y = x = .1257
    >>> descent_direction(identity, np.array([[0.5]]), np.ones(1), batch).round(4)  # x (x - x/2)
    array([[0.0079]])
    """
    activation = compiled(activation)
    slope = activation.slope()
    width = len(weights)
    readout = readout.reshape(width, -1)
    total, product = np.zeros_like(weights), np.empty_like(weights)
    hidden = np.empty((min(BLOCK, len(batch.noise)), width))
    for x, y in batch.blocks():
        h = np.matmul(x, weights.T, out=hidden[: len(x)])
        for part in blocks(len(x), max(1, CACHED // width)):
            outputs = evaluate("activation", activation, h[part]) @ readout / width
            residual = y[part].reshape(outputs.shape) - outputs
            h[part] = evaluate("activation", slope, h[part]) * (residual @ readout.T)
        total += np.matmul(h.T, x, out=product)
    total /= len(batch.noise)
    return total
