"""Laws of spike coefficients and of readouts.

A law is what the theory needs of it, a quadrature (values and probabilities), and what the Monte
Carlo needs, independent samples.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.errors import OutOfDomain, number
from rmt_asymptotics.gaussian.quadrature import sinh_rule


@dataclass(frozen=True)
class Law(ABC):
    """The distribution of one real coefficient per neuron, independent across neurons."""

    continuous: ClassVar[bool] = False  # uncountably many values: classes are quadrature nodes

    @abstractmethod
    def quadrature(self, count: int, resolution: float) -> tuple[Array, Array]:
        """Values and probabilities, each of shape (K,).

        A continuous law uses `count` nodes, dense enough at 0 for features of width `resolution`;
        a law with finitely many values ignores both and returns its atoms.
        """

    def sample(self, generator: np.random.Generator, size: int) -> Array:
        """Independent draws, shape (size,)."""
        values, probabilities = self.quadrature(0, 1.0)
        return generator.choice(values, size=size, p=probabilities)


@dataclass(frozen=True)
class ConstantLaw(Law):
    """One value for all neurons."""

    value: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", number("value", self.value))

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
        values = tuple(number("values", v) for v in _sequence("values", self.values))
        given = _sequence("probabilities", self.probabilities)
        probabilities = tuple(number("probabilities", q, least=0, most=1) for q in given)
        if not values or len(values) != len(probabilities):
            raise OutOfDomain("probabilities", self.probabilities, f"one number for each of {len(values)} >= 1 values")
        if abs(sum(probabilities) - 1) > 1e-12:
            raise OutOfDomain("probabilities", self.probabilities, "numbers that sum to 1")
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "probabilities", probabilities)

    def quadrature(self, count: int, resolution: float) -> tuple[Array, Array]:
        """The atoms that carry probability."""
        values, probabilities = np.array(self.values), np.array(self.probabilities)
        present = probabilities > 0
        return values[present], probabilities[present] / probabilities.sum()


@dataclass(frozen=True)
class RademacherLaw(Law):
    """+scale or -scale with probability 1/2 each."""

    scale: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "scale", number("scale", self.scale, above=0))

    def quadrature(self, count: int, resolution: float) -> tuple[Array, Array]:
        return np.array([-self.scale, self.scale]), np.array([0.5, 0.5])


@dataclass(frozen=True)
class GaussianLaw(Law):
    """N(0, scale^2)."""

    scale: float = 1.0
    continuous: ClassVar[bool] = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "scale", number("scale", self.scale, above=0))

    def quadrature(self, count: int, resolution: float) -> tuple[Array, Array]:
        rule = sinh_rule(count, min(1.0, resolution / self.scale))
        return self.scale * rule.nodes, rule.weights

    def sample(self, generator: np.random.Generator, size: int) -> Array:
        return self.scale * generator.standard_normal(size)


def _sequence(field: str, values: Any) -> list[Any]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise OutOfDomain(field, values, "a sequence of numbers")
    return list(values)


LAWS: dict[str, type[Law]] = {law.__name__: law for law in (ConstantLaw, DiscreteLaw, RademacherLaw, GaussianLaw)}
