"""The finite network of a model: its first layer and its teacher, at dimension d and width p.

Inputs are z ~ N(0, I_d), weights and teacher are those that meet z (`inputs`).  Without a covariance z is rotation
invariant, so the teacher theta, and the spike direction v where there is one, are put in the span of the first axes.
A new model registers its own `network`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import singledispatch

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.activations import Activation, identity
from rmt_asymptotics.callables import evaluated
from rmt_asymptotics.errors import OutOfDomain, whole_number
from rmt_asymptotics.models import RandomFeatures, RegressionOnData, RidgeModel, RidgeRegression, SpikedRandomFeatures
from rmt_asymptotics.montecarlo.compiled import compiled
from rmt_asymptotics.montecarlo.inputs import inputs_of, spike_of
from rmt_asymptotics.targets import MultiIndexTarget, Target

BLOCK = 512  # rows of inputs drawn at once: a matrix product of this size reaches full speed
CACHED = 32_768  # numbers an activation is applied to at once: its temporaries stay in the second-level cache
LARGEST = 1e100  # squares of values up to this size do not overflow


@dataclass(frozen=True)
class Network:
    """Features sigma(<w_i, z>) and noise-free labels f_*(<theta, z>).

    weights: the rows w_i, shape (p, d), as they meet z.  teacher: leading coordinates of theta, (D,), the others are
    zero; of several directions (L, D).
    """

    activation: Activation
    target: Target
    weights: Array
    teacher: Array

    def draw(self, generator: np.random.Generator, features: Array, labels: Array) -> None:
        """Draw fresh inputs, one a row of `features`, and fill features (m, p) and noise-free labels (m,).

        Draws are sequential: more rows leave the earlier ones as they are.  Raises `OutOfDomain`, naming the
        activation or the target, where one of them is not finite.
        """
        activation = compiled(self.activation)
        inputs = np.empty((min(BLOCK, len(labels)), self.weights.shape[1]))
        for rows in blocks(len(labels), BLOCK):
            x = generator.standard_normal(out=inputs[: rows.stop - rows.start])
            labels[rows] = signal(self.target, x, self.teacher)
            preactivations = np.matmul(x, self.weights.T, out=features[rows])
            for part in blocks(len(x), max(1, CACHED // len(self.weights))):
                preactivations[part] = evaluate("activation", activation, preactivations[part])


@dataclass(frozen=True)
class Plain(Network):
    """The inputs themselves as features: weights are diagonal."""

    def draw(self, generator: np.random.Generator, features: Array, labels: Array) -> None:
        """As of a `Network`, without the product."""
        for rows in blocks(len(labels), BLOCK):
            x = generator.standard_normal((rows.stop - rows.start, len(self.weights)))
            labels[rows] = signal(self.target, x, self.teacher)
            features[rows] = x * self.weights.diagonal()


def blocks(total: int, size: int) -> Iterator[slice]:
    """Consecutive slices of `size` rows, the last one shorter, that cover `total` rows."""
    return (slice(start, min(start + size, total)) for start in range(0, total, size))


def evaluate(field: str, function: Target, argument: Array) -> Array:
    """function(argument), (..., L) for several directions; raises `OutOfDomain` for `field` where it is not finite.

    >>> from rmt_asymptotics.activations import relu
    >>> evaluate("activation", relu, np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    with np.errstate(all="ignore"):
        values = evaluated(function, argument, field) if isinstance(function, Activation) else function(argument)
        if not (np.abs(values) <= LARGEST).all():
            allowed = f"a function whose values are finite and below {LARGEST:g} on the sampled arguments"
            raise OutOfDomain(field, function.name, allowed)
    return values


def signal(target: Target, inputs: Array, teacher: Array) -> Array:
    """f_*(<theta, z>) of inputs (m, d), for a teacher (D,) or (L, D); of one direction for the first theta.  (m,)

    >>> from rmt_asymptotics.activations import sin
    >>> signal(sin, np.array([[0.0, 5.0]]), np.eye(2))
    array([0.])
    """
    rows = teacher if isinstance(target, MultiIndexTarget) else np.atleast_2d(teacher)[0]
    return evaluate("target", target, inputs[:, : rows.shape[-1]] @ rows.T)


@singledispatch
def network(model: RidgeModel, dimension: int, width: int, generator: np.random.Generator) -> Network:
    """Draw the first layer of a model: p = `width` neurons with inputs of dimension d = `dimension`.

    Raises `OutOfDomain` for a model without a finite network, or a dimension too small for its directions.

    >>> from rmt_asymptotics.activations import sin, tanh
    >>> model = RandomFeatures(activation=tanh, target=sin, sample_complexity=2.0, width_ratio=1.5, ridge=0.1)
    >>> network(model, 4, 6, np.random.default_rng(0)).weights.shape
    (6, 4)
    """
    raise OutOfDomain("model", type(model).__name__, "a model whose finite network is known to the Monte Carlo")


@network.register
def _(model: RandomFeatures, dimension: int, width: int, generator: np.random.Generator) -> Network:
    inputs = inputs_of(model, dimension)
    weights = inputs.seen(unit_rows(width, dimension, generator))
    return Network(model.activation, model.target, weights, inputs.teacher)


@network.register
def _(model: SpikedRandomFeatures, dimension: int, width: int, generator: np.random.Generator) -> Network:
    """w_i = sqrt(c) Sigma^(1/2) omega_i + u_i v."""
    inputs, v = spike_of(model, dimension)
    whole_number("dimension", dimension, least=max(2, inputs.teacher.shape[-1]))
    weights = inputs.seen(unit_rows(width, dimension, generator))
    weights *= np.sqrt(model.bulk_variance)
    weights[:, : v.shape[-1]] += model.spike.sample(generator, width).reshape(width, -1) @ np.atleast_2d(v)
    return Network(model.activation, model.target, weights, inputs.teacher)


@network.register
def _(model: RegressionOnData, dimension: int, width: int, generator: np.random.Generator) -> Network:
    raise OutOfDomain("model", model, "one of Gaussian inputs, such as its .gaussian(): rows of data are not drawn")


@network.register
def _(model: RidgeRegression, dimension: int, width: int, generator: np.random.Generator) -> Network:
    """The inputs themselves as features."""
    inputs = inputs_of(model, dimension)
    return Plain(identity, model.target, inputs.seen(np.eye(dimension)), inputs.teacher)


@singledispatch
def networks(
    model: RidgeModel, dimension: int, width: int, samples: Array, generator: np.random.Generator
) -> Iterator[tuple[Array, Network]]:
    """The networks of a curve: each with those of the readout's sample sizes `samples`, shape (N,), that it serves.

    One network serves them all, unless a model, whose first layer depends on n, registers its own.

    >>> from rmt_asymptotics.activations import sin, tanh
    >>> model = RandomFeatures(activation=tanh, target=sin, sample_complexity=2.0, width_ratio=1.5, ridge=0.1)
    >>> [served for served, _ in networks(model, 4, 6, np.array([3, 8]), np.random.default_rng(0))]
    [array([3, 8])]
    """
    yield samples, network(model, dimension, width, generator)


def unit_rows(count: int, dimension: int, generator: np.random.Generator) -> Array:
    """Rows uniform on the unit sphere, shape (count, dimension).

    >>> float((unit_rows(1, 3, np.random.default_rng(0)) ** 2).sum().round(12))
    1.0
    """
    rows = generator.standard_normal((count, dimension))
    rows /= np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None]
    return rows
