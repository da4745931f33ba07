"""Laws of spike coefficients and of readouts.

A law is what the theory needs of it, a quadrature (values and probabilities), and what the Monte
Carlo needs, independent samples.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.gaussian.quadrature import sinh_rule
from rmt_asymptotics.vocabulary.declared import Declared


@dataclass(frozen=True)
class Law(Declared, ABC):
    """The distribution of the coefficients of a neuron, one or several, independent across neurons."""

    continuous: ClassVar[bool] = False  # uncountably many values: classes are quadrature nodes

    @property
    def directions(self) -> int | None:
        """The number of coefficients of a joint law; None for a law of one."""
        return None

    @abstractmethod
    def quadrature(self, count: int, resolution: float) -> tuple[Array, Array]:
        """Values and probabilities, each of shape (K,); values (K, r) of a joint law.

        A continuous law uses `count` nodes, dense enough at 0 for features of width `resolution`;
        a law with finitely many values ignores both and returns its atoms.
        """

    def sample(self, generator: np.random.Generator, size: int) -> Array:
        """Independent draws, shape (size,); (size, r) of a joint law."""
        values, probabilities = self.quadrature(0, 1.0)
        return values[generator.choice(len(values), size=size, p=probabilities)]


@dataclass(frozen=True)
class ConstantLaw(Law):
    """One value for all neurons."""

    value: float

    def quadrature(self, count: int, resolution: float) -> tuple[Array, Array]:
        return np.array([self.value]), np.ones(1)


@dataclass(frozen=True)
class DiscreteLaw(Law):
    """Finitely many values with their probabilities.

    >>> DiscreteLaw((-1, 1.5), (0.3, 0.7)).quadrature(0, 1.0)[0]
    array([-1. ,  1.5])
    """

    values: Sequence[float]
    probabilities: Sequence[float]

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.values) != len(self.probabilities):
            raise OutOfDomain("probabilities", self.probabilities, f"one number for each of {len(self.values)} values")

    def quadrature(self, count: int, resolution: float) -> tuple[Array, Array]:
        """The atoms that carry probability."""
        values, probabilities = np.array(self.values), np.array(self.probabilities)
        present = probabilities > 0
        return values[present], probabilities[present] / probabilities.sum()


@dataclass(frozen=True)
class JointLaw(Law):
    """Finitely many vectors of r coefficients, (K, r), with their probabilities: of several spikes, or outputs.

    >>> JointLaw([(1.2, 0.5), (-0.9, 0.8)], (0.4, 0.6)).directions
    2
    """

    values: Sequence[Sequence[float]]
    probabilities: Sequence[float]

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.values) != len(self.probabilities):
            raise OutOfDomain("probabilities", self.probabilities, f"one number for each of {len(self.values)} values")

    @property
    def directions(self) -> int:
        return len(self.values[0])

    def quadrature(self, count: int, resolution: float) -> tuple[Array, Array]:
        """The vectors that carry probability, (K, r), and theirs, (K,)."""
        values, probabilities = np.array(self.values), np.array(self.probabilities)
        present = probabilities > 0
        return values[present], probabilities[present] / probabilities.sum()


@dataclass(frozen=True)
class RademacherLaw(Law):
    """+scale or -scale with probability 1/2 each."""

    scale: float = 1.0

    def quadrature(self, count: int, resolution: float) -> tuple[Array, Array]:
        return np.array([-self.scale, self.scale]), np.array([0.5, 0.5])


@dataclass(frozen=True)
class GaussianLaw(Law):
    """N(0, scale^2)."""

    scale: float = 1.0
    continuous: ClassVar[bool] = True

    def quadrature(self, count: int, resolution: float) -> tuple[Array, Array]:
        rule = sinh_rule(count, min(1.0, resolution / self.scale))
        return self.scale * rule.nodes, rule.weights

    def sample(self, generator: np.random.Generator, size: int) -> Array:
        return self.scale * generator.standard_normal(size)


LAWS: dict[str, type[Law]] = {
    law.__name__: law for law in (ConstantLaw, DiscreteLaw, JointLaw, RademacherLaw, GaussianLaw)
}
