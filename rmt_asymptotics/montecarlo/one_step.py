"""The network after one gradient step on its first layer, and its spiked equivalent on the same draws.

W0 on the unit sphere, the readout g, the label noise and the inputs of the batch are read from the stream of the
weights, in this order: eta = 0 leaves plain random features, and a network and its equivalent share all of them.
In both the updated weights are W0 + (eta/sqrt p) D: D does not depend on eta, and one D serves every step size.
Weights are those that meet z, W Sigma^(1/2): the gradient in them takes one Sigma^(1/2) to be that in W, and another to
meet z.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import singledispatch
from itertools import groupby

import numpy as np
from numpy.random import SeedSequence

from rmt_asymptotics._types import Array
from rmt_asymptotics.activations import Activation
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.models import OneStepNetwork, TwoStepNetwork
from rmt_asymptotics.montecarlo.equivalent import SpikedEquivalent
from rmt_asymptotics.montecarlo.gradient import Batch, descent_direction
from rmt_asymptotics.montecarlo.inputs import Inputs, inputs_of
from rmt_asymptotics.montecarlo.networks import Network, network, networks, unit_rows
from rmt_asymptotics.montecarlo.replica import random_generator
from rmt_asymptotics.montecarlo.sizes import rounded_size


@networks.register
def _(
    model: OneStepNetwork, dimension: int, width: int, samples: Array, generator: np.random.Generator
) -> Iterator[tuple[Array, Network]]:
    """One network for all n of the same learning rate; with a step that scales with n, one for each."""
    start = _start(model, dimension, width, generator, generator)
    for eta, served in groupby(samples, lambda n: model.step.learning_rate(n, width)):
        updated = start.weights + eta / np.sqrt(width) * start.direction
        yield np.array(list(served)), Network(model.activation, model.target, updated, start.inputs.teacher)


@networks.register
def _(
    model: TwoStepNetwork, dimension: int, width: int, samples: Array, generator: np.random.Generator
) -> Iterator[tuple[Array, Network]]:
    """The same, with a second step on the network after the first and a batch of its own."""
    count = rounded_size("second_step_sample_complexity", model.second_step_sample_complexity, dimension)
    start, steps = _start(model, dimension, width, generator, generator), (model.step, model.second_step)
    for (eta, again), served in groupby(samples, lambda n: tuple(step.learning_rate(n, width) for step in steps)):
        updated = start.weights + eta / np.sqrt(width) * start.direction
        noise = np.sqrt(model.noise_variance) * generator.standard_normal(count)
        batch = Batch(model.target, noise, dimension, generator, model.labels, start.inputs.teacher)
        updated += again / np.sqrt(width) * descent_direction(model.activation, updated, start.readout, batch)
        yield np.array(list(served)), Network(model.activation, model.target, updated, start.inputs.teacher)


@dataclass(frozen=True)
class _Start:
    """W0, the readout g of the steps, and D of the first step on its batch."""

    inputs: Inputs
    weights: Array
    readout: Array
    direction: Array


def _start(
    model: OneStepNetwork, dimension: int, width: int, generator: np.random.Generator, of_batch: np.random.Generator
) -> _Start:
    """The initialisation from one generator, the batch of the step from another, or the same."""
    count = rounded_size("step_sample_complexity", model.step_sample_complexity, dimension)
    inputs = inputs_of(model, dimension)
    weights = inputs.seen(unit_rows(width, dimension, generator))
    readout = model.readout.sample(generator, width)
    shape = (count, len(model.step_targets)) if model.step_targets else (count,)
    noise = np.sqrt(model.noise_variance) * of_batch.standard_normal(shape)
    batch = Batch(model.step_targets or model.target, noise, dimension, of_batch, model.labels, inputs.teacher)
    direction = inputs.seen(inputs.seen(update_direction(model, weights, readout, batch)))
    return _Start(inputs, weights, readout, direction)


@network.register
def _(model: OneStepNetwork, dimension: int, width: int, generator: np.random.Generator) -> Network:
    samples = np.array([rounded_size("sample_complexity", model.sample_complexity, dimension)])
    _, finite = next(networks(model, dimension, width, samples, generator))
    return finite


def siblings(
    model: OneStepNetwork, dimension: int, width: int, generators: Sequence[np.random.Generator], of_batch: SeedSequence
) -> list[Network]:
    """Networks of several initialisations after one step on one batch, drawn anew for each from the same seeds.

    Raises `OutOfDomain` for a network of two steps.
    """
    if isinstance(model, TwoStepNetwork):
        raise OutOfDomain("model", type(model).__name__, "a model whose weights see one batch, or none")
    samples = rounded_size("sample_complexity", model.sample_complexity, dimension)
    eta, result = model.step.learning_rate(samples, width), []
    for generator in generators:
        start = _start(model, dimension, width, generator, random_generator(of_batch))
        weights = start.weights + eta / np.sqrt(width) * start.direction
        result.append(Network(model.activation, model.target, weights, start.inputs.teacher))
    return result


@singledispatch
def update_direction(model: OneStepNetwork, weights: Array, readout: Array, batch: Batch) -> Array:
    """D of W1 = W0 + (eta/sqrt p) D, shape (p, d): p G, minus p times the gradient of the network.

    weights: W0, shape (p, d).  readout: g, shape (p,).  Raises `OutOfDomain` for an activation without derivative.

    >>> from rmt_asymptotics.activations import sin, tanh
    >>> from rmt_asymptotics.steps import FixedStep
    >>> model = OneStepNetwork(activation=tanh, target=sin, sample_complexity=2.0, width_ratio=1.5, ridge=0.1,
    ...                        step=FixedStep(1.0), step_sample_complexity=4.0)
    >>> batch = Batch(sin, np.zeros(8), 2, np.random.default_rng(0))
    >>> update_direction(model, np.eye(2), np.ones(2), batch).shape
    (2, 2)
    """
    return descent_direction(model.activation, weights, readout, batch)


@update_direction.register
def _(model: SpikedEquivalent, weights: Array, readout: Array, batch: Batch) -> Array:
    """D_i = g_i (h1 X0^T y'/n0 + s2 ybar omega_i + sqrt(Y2 vs/(alpha0 d)) xi_i), moments of y' those of the batch."""
    # notation: h1, s2, vs of sigma; y' the label less the initial output; ybar, Y2 its moments
    hermite, slope = model.activation.hermite_coefficients(2), model.activation.slope()
    h1, s2 = hermite[1], 2 * hermite[2]
    vs = Activation(lambda z: (slope(z) - h1) ** 2, kinks=slope.kinks).hermite_coefficients(0)[0]
    initial_output = np.mean(readout) * hermite[0]
    moment, ybar, Y2, n0 = np.zeros(batch.dimension), 0.0, 0.0, len(batch.noise)
    for x, y in batch.blocks():
        residual = y - initial_output
        moment += residual @ x / n0
        ybar += residual.sum() / n0
        Y2 += residual @ residual / n0
    direction = np.sqrt(Y2 * vs / n0) * batch.generator.standard_normal(weights.shape)  # n0 = alpha0 d
    direction += s2 * ybar * weights + h1 * moment
    direction *= readout[:, None]
    return direction
