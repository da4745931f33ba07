"""Domains of fields: what is allowed, in words too, and the coordinates in which searches move numbers."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, get_args

import numpy as np

from rmt_asymptotics.checks import flag, rows, sequence
from rmt_asymptotics.errors import OutOfDomain, number, whole_number

ROUNDING = 1e-12  # of a sum


class Domain(ABC):
    """The values that a field may have; `str` gives them as documentation does."""

    @abstractmethod
    def checked(self, name: str, value: Any, kind: Any) -> Any:
        """`value` as the field keeps it; raises `OutOfDomain` under `name`.  kind: the type of the annotation."""


class Coordinate(Enum):
    """x(value): the value itself, its logarithm, or its inverse hyperbolic tangent."""

    LINEAR = "x = value"
    LOGARITHM = "x = log(value)"
    ANGLE = "x = atanh(value)"


@dataclass(frozen=True)
class Number(Domain):
    """A number between low and high; the ends that belong to it are `closed`, infinity only if it is one of them.

    coordinate: in which models are smooth on a scale of order one.  window: where an optimum is looked for.
    remedy: what to use for values outside.  shown: what a slider or an axis spans at first; None: the window.

    >>> print(Number(-1.0, 1.0, "both"), Number(0.0))
    [-1, 1] (0, inf)
    """

    low: float = -math.inf
    high: float = math.inf
    closed: Literal["left", "right", "both", "neither"] = "neither"
    coordinate: Coordinate = Coordinate.LINEAR
    window: tuple[float, float] = (-20.0, 20.0)
    remedy: str = ""
    shown: tuple[float, float] | None = None

    def checked(self, name: str, value: Any, kind: Any = None) -> float:
        if isinstance(value, float) and value in self:
            return float(value)
        left, right = self.closed in ("left", "both"), self.closed in ("right", "both")
        try:
            return number(
                name, value, **{"least" if left else "above": self.low, "most" if right else "below": self.high}
            )
        except OutOfDomain as error:
            raise OutOfDomain(name, value, error.allowed + self.remedy) from None

    def __contains__(self, value: float) -> bool:
        return self.low < value < self.high or (
            (value == self.low and self.closed in ("left", "both"))
            or (value == self.high and self.closed in ("right", "both"))
        )

    def __str__(self) -> str:
        opening, closing = "[" if self.low in self else "(", "]" if self.high in self else ")"
        return f"{opening}{self.low:g}, {self.high:g}{closing}"

    def x(self, value: float) -> float:
        """The coordinate of a value."""
        if self.coordinate is Coordinate.LOGARITHM:
            return math.log(value) if value > 0 else -math.inf
        return math.atanh(value) if self.coordinate is Coordinate.ANGLE else value

    def value(self, x: float) -> float:
        """The value at a coordinate."""
        if self.coordinate is Coordinate.LOGARITHM:
            return math.exp(x)
        return math.tanh(x) if self.coordinate is Coordinate.ANGLE else x

    def slope(self, value: float) -> float:
        """d value/dx."""
        if self.coordinate is Coordinate.LOGARITHM:
            return value
        return (1 - value) * (1 + value) if self.coordinate is Coordinate.ANGLE else 1.0


def positive(low: float, high: float, shown: tuple[float, float] = (0.1, 10.0)) -> Number:
    """Numbers above 0, searched in their logarithm between low and high."""
    return Number(0.0, coordinate=Coordinate.LOGARITHM, window=(low, high), shown=shown)


def not_negative(low: float, high: float, most_shown: float = 5.0) -> Number:
    """Numbers from 0 on, searched between low and high, and at 0."""
    return Number(0.0, closed="left", window=(low, high), shown=(0.0, most_shown))


@dataclass(frozen=True)
class WholeNumber(Domain):
    """Whole numbers from `least` on, up to `most` if there is one."""

    least: int
    most: int | None = None

    def checked(self, name: str, value: Any, kind: Any = None) -> int:
        return whole_number(name, value, least=self.least, **({} if self.most is None else {"most": self.most}))

    def __str__(self) -> str:
        return f"a whole number >= {self.least}" + ("" if self.most is None else f" and <= {self.most}")


@dataclass(frozen=True)
class Numbers(Domain):
    """A sequence of numbers, each in one domain, with a given sum if `total` is not None; kept as a tuple."""

    each: Number
    total: float | None = None

    def checked(self, name: str, value: Any, kind: Any = None) -> tuple[Any, ...]:
        if kind == Sequence[Sequence[float]]:
            return self._rows(name, value)
        found = tuple(self.each.checked(name, entry) for entry in sequence(name, value, "numbers", empty=True))
        if self.total is not None and abs(sum(found) - self.total) > ROUNDING:
            raise OutOfDomain(name, value, str(self))
        return found

    def _rows(self, name: str, value: Any) -> tuple[tuple[float, ...], ...]:
        """A matrix, as the annotation of the field asks for."""
        return tuple(tuple(self.each.checked(name, x) for x in row) for row in rows(name, value))

    def __str__(self) -> str:
        return f"numbers in {self.each}" + ("" if self.total is None else f" that sum to {self.total:g}")


@dataclass(frozen=True)
class Overlaps(Number):
    """One number, or a matrix of the overlaps of two sets of orthonormal vectors: its singular values are at most 1."""

    def checked(self, name: str, value: Any, kind: Any = None) -> Any:
        if not isinstance(value, (list, tuple)) and not getattr(value, "shape", ()):
            return super().checked(name, value, kind)
        found = tuple(tuple(super(Overlaps, self).checked(name, x) for x in row) for row in rows(name, value))
        if np.linalg.norm(found, 2) > 1 + ROUNDING:
            raise OutOfDomain(
                name, value, "overlaps of orthonormal vectors: a matrix with singular values of at most 1"
            )
        return found

    def __str__(self) -> str:
        return f"{super().__str__()}, or a matrix with singular values in it"


@dataclass(frozen=True)
class Flag(Domain):
    """True or False."""

    def checked(self, name: str, value: Any, kind: Any = None) -> bool:
        return flag(name, value)

    def __str__(self) -> str:
        return "True or False"


@dataclass(frozen=True)
class Kind(Domain):
    """Objects of one kind: functions, laws, steps.

    name: of the kind, as files have it.  words: what is allowed.  typed: examples, as typed on a command line.
    """

    name: str
    words: str
    typed: str

    def checked(self, name: str, value: Any, kind: Any) -> Any:
        if not isinstance(value, kind):
            raise OutOfDomain(name, value, self.words)
        return value

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True)
class Kinds(Domain):
    """A tuple of objects of one kind, which may be empty."""

    each: Kind

    def checked(self, name: str, value: Any, kind: Any) -> tuple[Any, ...]:
        entry = get_args(kind)[0]
        return tuple(self.each.checked(name, each, entry) for each in sequence(name, value, "functions", empty=True))

    def __str__(self) -> str:
        return f"a sequence, each {self.each}"
