"""A formula in x, or in x1, x2, ..., as a tree: its value at arrays or at numbers of mpmath; its slope and kinks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.formulas.numbers import DOUBLES
from rmt_asymptotics.formulas.operations import UNARY

SCAN = np.sinh(np.linspace(-10, 10, 2**13 + 1))  # where kinks are looked for: steps of .002 at 0, up to 11,000
LARGEST_POWER = 1000  # whole exponents up to this one are multiplied out
MOST_KINKS = 64
CLOSE = 1e-13  # kinks closer than this, relative, are one


@dataclass(frozen=True)
class Formula:
    """An operation with its arguments: x, variable (its number counts from 0), number, pi; + - * / **; largest, least;
    where; < <= and; or one of `UNARY`.

    >>> x = Formula("x")
    >>> square = Formula("**", (x, Formula("number", number=2.0)))
    >>> square.value(np.array([1.0, 3.0])), square.slope(np.array([1.0, 3.0]))
    (array([1., 9.]), array([2., 6.]))
    """

    operation: str
    arguments: tuple["Formula", ...] = ()
    number: float = 0.0

    def value(self, x: Any, m: Any = DOUBLES) -> Any:
        """The value at x, an array, a number of mpmath with m = numbers.digits(), or of variables a sequence."""
        match self.operation:
            case "x":
                return x
            case "variable":
                return x[int(self.number)]
            case "number":
                return m.number(self.number)
            case "pi":
                return m.pi
        values = [argument.value(x, m) for argument in self.arguments]
        return self._of(values, m)

    def slope(self, x: Any, m: Any = DOUBLES) -> Any:
        """The derivative at x, where it exists; jumps are left out."""
        return self._value_and_slope(x, m)[1]

    def _of(self, values: list[Any], m: Any) -> Any:
        if self.operation in UNARY:
            return UNARY[self.operation].value(m, *values)
        a, b = values[:2]
        match self.operation:
            case "+":
                return a + b
            case "-":
                return a - b
            case "*":
                return a * b
            case "/":
                return m.number(1) * a / b
            case "**":
                exponent = self.arguments[1]
                whole = exponent.operation == "number" and exponent.number in range(LARGEST_POWER)
                return m.power(a, int(exponent.number) if whole else b)
            case "largest":
                return m.largest(a, b)
            case "least":
                return m.least(a, b)
            case "<":
                return a < b
            case "<=":
                return a <= b
            case "and":
                return m.both(a, b)
        return m.where(*values)  # where

    def _value_and_slope(self, x: Any, m: Any) -> tuple[Any, Any]:
        if not self.arguments or self.operation in ("<", "<=", "and"):
            return self.value(x, m), m.number(self.operation == "x")
        values, slopes = (
            list(parts) for parts in zip(*(a._value_and_slope(x, m) for a in self.arguments), strict=True)
        )
        value = self._of(values, m)
        if self.operation in UNARY:
            return value, UNARY[self.operation].slope(m, *values) * slopes[0]
        (a, b), (da, db) = values[:2], slopes[:2]
        match self.operation:
            case "+":
                return value, da + db
            case "-":
                return value, da - db
            case "*":
                return value, da * b + a * db
            case "/":
                return value, (da - value * db) / b
            case "**" if self.arguments[1].constant:
                return value, b * m.power(a, b - 1) * da if b != 0 else 0 * value
            case "**" if self.arguments[0].constant:
                return value, value * m.log(a) * db
            case "**":
                return value, value * (db * m.log(a) + b * da / a)
            case "largest":
                return value, m.where(a > b, da, m.where(a < b, db, (da + db) / 2))
            case "least":
                return value, m.where(a < b, da, m.where(a > b, db, (da + db) / 2))
        return value, m.where(a, *slopes[1:])  # where

    @property
    def constant(self) -> bool:
        """Whether it does not contain x."""
        return all(part.operation not in ("x", "variable") for part in self.parts())

    def parts(self) -> Iterator["Formula"]:
        """The formula and everything in it."""
        yield self
        for argument in self.arguments:
            yield from argument.parts()

    def kinks(self) -> tuple[float, ...]:
        """The points where the argument of |.|, a sign or a step changes its sign, where pieces and extremes meet.

        Not all of them where they are more than `MOST_KINKS`.
        """
        edges = set()
        for part in self.parts():
            if part.operation in UNARY and UNARY[part.operation].kinked:
                edges.add(part.arguments[0])
            elif part.operation in ("largest", "least", "<", "<="):
                edges.add(Formula("-", part.arguments))
        points: list[float] = []
        for edge in edges:
            points = sorted([*points, *edge._sign_changes()])
            points = [x for x, y in zip(points, [-np.inf, *points], strict=False) if x - y > CLOSE * (1 + abs(x))]
            if len(points) > MOST_KINKS:
                break
        return tuple(points)

    def _sign_changes(self) -> list[float]:
        """Where the sign changes, found by bisection to the last bit; where it vanishes on an interval, its ends."""
        with np.errstate(all="ignore"):
            signs = np.broadcast_to(np.nan_to_num(np.sign(self.value(SCAN))), SCAN.shape)
            found = np.flatnonzero(signs[:-1] != signs[1:])[: MOST_KINKS + 1]
            low, high, below = SCAN[found], SCAN[found + 1], signs[found]
            for _ in range(64):
                middle = low + 0.5 * (high - low)
                same = np.nan_to_num(np.sign(self.value(middle))) == below
                low, high = np.where(same, middle, low), np.where(same, high, middle)
        return np.where(below == 0, low, high).tolist()


def array_function(formula: Formula, what: str) -> Any:
    """The value or the slope of a formula as a function of arrays."""
    evaluate = getattr(formula, what)

    def function(x: Array) -> Array:
        with np.errstate(all="ignore"):
            return np.broadcast_to(np.asarray(evaluate(x), float), x.shape)

    return function
