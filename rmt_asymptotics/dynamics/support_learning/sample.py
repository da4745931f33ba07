"""What a network is trained on, and its weights: plain records of arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.dynamics.arrays import finite_array
from rmt_asymptotics.dynamics.support_learning.parameters import SupportLearning
from rmt_asymptotics.errors import OutOfDomain


@dataclass(frozen=True, eq=False)
class Sample:
    """n inputs (n, d), relevant ones first, labels without noise (n,) and the noise that belongs to them (n,).

    E x x^T = 1, E x noise = 0 and E noise^2 = noise_variance hold exactly for the averages over the sample.
    """

    inputs: Array
    clean_labels: Array
    noise: Array

    @property
    def gradient_moment(self) -> Array:
        """E[e^2 x x^T]/E e^2, shape (d, d): Gamma of [sup.3]; E x x^T where the sample has no noise of its own."""
        weights = self.noise**2 if self.noise.any() else np.ones(len(self.noise))
        return (self.inputs.T * weights) @ self.inputs / weights.sum()


@dataclass(frozen=True, eq=False)
class Weights:
    """Of a network: first (h, d), middle (L - 2, h, h), readout (h,)."""

    first: Array
    middle: Array
    readout: Array

    @property
    def layers(self) -> list[Array]:
        """W_1, ..., W_L as matrices; W_L has shape (1, h)."""
        return [self.first, *self.middle, self.readout[None]]

    @staticmethod
    def from_layers(layers: Sequence[Array]) -> "Weights":
        first, *middle, readout = layers
        return Weights(first, np.array(middle).reshape(-1, len(first), len(first)), readout[0])


def checked_sample(parameters: SupportLearning, sample: Any) -> Sample:
    """The sample as arrays of floats; raises `OutOfDomain` unless it is finite, with the shapes of these parameters."""
    s = parameters
    if not isinstance(sample, Sample):
        raise OutOfDomain("sample", sample, "a Sample, such as that of `draw_sample`")
    shapes = {"inputs": (s.samples, s.inputs), "clean_labels": (s.samples,), "noise": (s.samples,)}
    return Sample(**_arrays("sample", sample, shapes))


def checked_weights(parameters: SupportLearning, weights: Any) -> Weights:
    """The weights as arrays of floats; raises `OutOfDomain` unless finite, with the shapes of these parameters."""
    s, h = parameters, parameters.width
    if not isinstance(weights, Weights):
        raise OutOfDomain("weights", weights, "Weights, such as those of `draw_weights`")
    shapes = {"first": (h, s.inputs), "middle": (s.depth - 2, h, h), "readout": (h,)}
    return Weights(**_arrays("weights", weights, shapes))


def _arrays(record: str, given: Sample | Weights, shapes: dict[str, tuple[int, ...]]) -> dict[str, Array]:
    return {name: finite_array(f"{record}.{name}", getattr(given, name), shape) for name, shape in shapes.items()}


def minimum(parameters: SupportLearning, directions: Array, irrelevant: Array) -> Weights:
    """The balanced minimum: one path of equal strengths through the unit vectors `directions`, (L - 1, m) [sup.1].

    irrelevant (m, irrelevant): proportional to those columns of W_1, orthogonal to the first direction.
    With relu each of the m neurons is followed by its opposite, so that f is linear and h = 2 m [sup.9].
    """
    strength = parameters.target_norm ** (1 / parameters.depth)
    beta = np.full(parameters.relevant, parameters.relevant**-0.5)
    first = strength * np.outer(directions[0], beta)
    middle = [strength * np.outer(end, start) for start, end in pairwise(directions)]
    signs = np.ones((1, 1)) if parameters.negative_slope == 1 else np.array([[1.0], [-1.0]])
    irrelevant = irrelevant * parameters.initial_norm / (np.linalg.norm(irrelevant) * np.sqrt(len(signs)))
    layers = [np.kron(signs, np.hstack([first, irrelevant])), *middle, strength * np.kron(signs.T, directions[-1:])]
    return Weights.from_layers(layers)


def readout_direction(weights: Weights) -> Array:
    """v = W_L ... W_2, shape (h,) [sup.1]."""
    v = weights.readout
    for layer in weights.middle[::-1]:
        v = v @ layer
    return v


def off_readout(weights: Weights, relevant: int) -> Array:
    """The irrelevant columns of W_1 off the readout direction, shape (h, irrelevant) [sup.1]."""
    v, columns = readout_direction(weights), weights.first[:, relevant:]
    return columns - np.outer(v, v @ columns) / (v @ v)
