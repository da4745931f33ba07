"""Targets of several directions, f_*(<theta_1, x>, <theta_2, x>, ...).  Note: several_directions.md [multi.2]."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.activations import PROBES, Activation
from rmt_asymptotics.callables import evaluated, identity_of, name_of
from rmt_asymptotics.errors import OutOfDomain, whole_number

MOST_DIRECTIONS = 4  # that quadrature affords
INDEXED = re.compile(r"\bx[1-9]\d*\b")


@dataclass(frozen=True, eq=False)
class MultiIndexTarget:
    """A smooth function of several projections x1 = <theta_1, x>, x2, ..., the theta orthonormal; at most four.

    function: vectorised NumPy callable of `directions` arrays, in double precision.
    name: shown and stored.
    rebuildable: set by the package, of formulas, which their names bring back.

    Raises `OutOfDomain` for what is no such function; `solve` does where quadrature does not resolve it, as at kinks.

    >>> g = MultiIndexTarget(lambda x1, x2: x1 * x2, directions=2, name="product")
    >>> g(np.array([[2.0, 3.0], [1.0, -1.0]]))
    array([ 6., -1.])
    """

    function: Callable[..., Array] = field(repr=False)
    directions: int
    name: str = ""
    rebuildable: bool = field(default=False, repr=False)

    kinks: ClassVar[tuple[float, ...]] = ()

    def __post_init__(self) -> None:
        if not callable(self.function):
            raise OutOfDomain("function", self.function, "a vectorised callable of one array a direction")
        if not isinstance(self.name, str):
            raise OutOfDomain("name", self.name, "text")
        directions = whole_number("directions", self.directions, least=1)
        if directions > MOST_DIRECTIONS:
            raise OutOfDomain("directions", directions, f"a whole number <= {MOST_DIRECTIONS}")
        object.__setattr__(self, "directions", directions)
        object.__setattr__(self, "name", self.name or name_of(self.function))

    def _key(self) -> tuple[Any, ...]:
        return (self.name,) if self.rebuildable else (self.name, self.directions, identity_of(self.function))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MultiIndexTarget) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __reduce__(self) -> tuple[Any, ...]:
        if self.rebuildable:
            return MultiIndexTarget.from_expression, (self.name,)
        return MultiIndexTarget, (self.function, self.directions, self.name)

    def __str__(self) -> str:
        return self.name

    def __call__(self, x: Array) -> Array:
        """Values (...) at projections (..., directions)."""
        first, *others = (np.array(x[..., place], float) for place in range(self.directions))
        return evaluated(self.function, first, "target", *others)

    def fingerprint(self) -> bytes:
        """What a callable does now, by its values; of formulas, nothing."""
        if self.rebuildable:
            return b""
        try:
            with np.errstate(all="ignore"):
                return self(np.stack([np.roll(PROBES, 17 * i) for i in range(self.directions)], axis=-1)).tobytes()
        except OutOfDomain as error:  # refused where it is used
            return repr(error).encode()

    @staticmethod
    def from_expression(text: str) -> "MultiIndexTarget":
        """The function that a formula in x1, x2, ... describes; raises `OutOfDomain` for anything else.

        >>> g = MultiIndexTarget.from_expression("sin(x1 + x2/2) + x1*x2/2")
        >>> g.directions, float(g(np.array([0.0, np.pi])))
        (2, 1.0)
        """
        from rmt_asymptotics.expressions import ALLOWED_SEVERAL, multi_index_from_expression

        if not isinstance(text, str):
            raise OutOfDomain("expression", text, ALLOWED_SEVERAL)
        return multi_index_from_expression(text)


Target = Activation | MultiIndexTarget


def parse_target(text: str) -> Target:
    """The target of a text: a formula in x1, x2, ..., or an activation.

    >>> parse_target("x1*x2").directions, parse_target("tanh").name
    (2, 'tanh')
    """
    if isinstance(text, str) and INDEXED.search(text):
        return MultiIndexTarget.from_expression(text)
    return Activation.from_expression(text)
