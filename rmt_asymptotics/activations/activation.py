"""Scalar functions.

An `Activation` is a vectorised function that knows its derivative, the points where it has kinks or
jumps (quadrature is split there) and a name.  Built-ins and formulas can be rebuilt from their names
(`expressions.parse_activation`): this is how they are compared, pickled and stored.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.callables import evaluated, identity_of, name_of, sorted_kinks
from rmt_asymptotics.errors import OutOfDomain, whole_number
from rmt_asymptotics.formulas.parity import ParityParts, parts_by_values
from rmt_asymptotics.gaussian import expectations
from rmt_asymptotics.gaussian.quadrature import gaussian_density

ScalarFunction = Callable[[Array], Array]

PROBES = np.sinh(np.linspace(-3.17, 3.19, 256))  # from -12 to 12, generic, dense at 0
PROBES.setflags(write=False)
DIFFERENCE = 1e-6
DIFFERENCE_POINTS = np.linspace(-5.03, 5.11, 97)  # generic: none is a kink that anybody writes
NEAR = 1e-5  # relative, of derivatives and differences; the latter are good to 1e-8 where the scale of f is 0.01
ROUNDED_DIFFERENCE = 1e-9  # of |f|: 1e-16/1e-6, with a margin


@dataclass(frozen=True, eq=False)
class Activation:
    """A scalar function R -> R with a finite second moment under N(0, 1).

    function: vectorised NumPy callable, in double precision.
    derivative: likewise, needed only where a gradient is taken.
    kinks: the points where the function or its derivative jumps.
    name: shown and stored; by default what the callable calls itself.
    rebuildable, parts: set by the package, of functions that their names bring back.

    Callables get copies of their arguments, and may write into them.  They may depend on what changes: results are
    kept only as long as they do what they did, see `remembered`.

    >>> import rmt_asymptotics as rmt
    >>> soft_sign = Activation(lambda x: x / np.sqrt(1 + x * x), name="soft_sign")
    >>> rmt.tanh.hermite_coefficients(3).round(8)
    array([ 0.        ,  0.60570551,  0.        , -0.06059923])
    """

    function: ScalarFunction = field(repr=False)
    derivative: ScalarFunction | None = field(default=None, repr=False)
    kinks: tuple[float, ...] = ()
    name: str = ""
    rebuildable: bool = field(default=False, repr=False)
    parts: Callable[[], ParityParts] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not callable(self.function):
            raise OutOfDomain("function", self.function, "a vectorised callable of one array")
        if self.derivative is not None and not callable(self.derivative):
            raise OutOfDomain("derivative", self.derivative, "a vectorised callable of one array, or None")
        if not isinstance(self.name, str):
            raise OutOfDomain("name", self.name, "text")
        object.__setattr__(self, "kinks", sorted_kinks(self.kinks))
        object.__setattr__(self, "name", self.name or name_of(self.function))

    def _key(self) -> tuple[Any, ...]:
        if self.rebuildable:
            return (self.name,)
        return self.name, identity_of(self.function), identity_of(self.derivative), self.kinks

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Activation) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __reduce__(self) -> tuple[Any, ...]:
        from rmt_asymptotics.expressions import parse_activation

        if self.rebuildable:
            return parse_activation, (self.name,)
        return Activation, (self.function, self.derivative, self.kinks, self.name)

    def __call__(self, x: Array) -> Array:
        x = np.asarray(x, float) if self.rebuildable else np.array(x, float)
        return evaluated(self.function, x, "function")

    def __str__(self) -> str:
        return self.name

    def slope(self) -> "Activation":
        """The derivative as a function of its own.

        Raises `OutOfDomain` for an activation without it, and for a callable whose differences it does not give.

        >>> import rmt_asymptotics as rmt
        >>> rmt.relu.slope()(np.array([-1.0, 2.0]))
        array([0., 1.])
        """
        if self.derivative is None:
            allowed = "an activation with its derivative: Activation(function, derivative)"
            raise OutOfDomain("activation", self.name, allowed)
        slope = Activation(self.derivative, kinks=self.kinks, name=f"derivative of {self.name}")
        if not self.rebuildable:
            self._compare(slope)
        return slope

    def _compare(self, slope: "Activation") -> None:
        """Compare a derivative with central differences, pointwise and away from kinks, in units of the function."""
        distance = np.min(np.abs(DIFFERENCE_POINTS[:, None] - np.array([*self.kinks, np.inf])), axis=1)
        x = DIFFERENCE_POINTS[distance > 4 * DIFFERENCE]
        with np.errstate(all="ignore"):
            above, below, given = self(x + DIFFERENCE), self(x - DIFFERENCE), slope(x)
            difference = (above - below) / (2 * DIFFERENCE)
            typical = np.sqrt(np.average(difference**2, weights=gaussian_density(x)))
            rounding = ROUNDED_DIFFERENCE * np.max(np.abs(above))
            allowed = NEAR * (np.abs(given) + np.abs(difference) + typical) + rounding
        wrong = ~(np.abs(given - difference) <= allowed) | ~np.isfinite(given)
        if wrong.any():
            at = x[wrong][np.argmin(np.abs(x[wrong]))]
            found = f"at x = {at:.3g} it is {given[x == at][0]:.6g}, differences are {difference[x == at][0]:.6g}"
            raise OutOfDomain("activation", self.name, f"given with its own derivative ({found})")

    def hermite_coefficients(self, degree: int) -> Array:
        """c_k = E[f He_k]/k!, k = 0..degree <= 170, He_k the probabilists' polynomials; shape (degree + 1,).

        Raises `OutOfDomain` where quadrature does not resolve the function.
        """
        degree = whole_number("degree", degree, least=0)
        return expectations.hermite_coefficients(self, self.kinks, degree, field="activation")

    def fingerprint(self) -> bytes:
        """What a callable and its derivative do now, by their values; of built-ins and formulas, nothing."""
        if self.rebuildable:
            return b""
        try:
            with np.errstate(all="ignore"):
                values = [self(PROBES), *([] if self.derivative is None else [self.derivative(PROBES.copy())])]
            return np.array(values, float).tobytes()
        except Exception as error:  # refused where it is used
            return repr(error).encode()

    def parity_parts(self) -> ParityParts:
        """Which of the even and the odd part are polynomials; of callables as their values far out show it."""
        return self.parts() if self.parts else parts_by_values(self)

    @staticmethod
    def from_expression(text: str) -> "Activation":
        """The function that a text describes: "tanh(x) + x**2/5", "Max(x, 0)", "centred(leaky_relu(0.1))".

        A formula in x, with its derivative and kinks, or the name of a built-in.
        Raises `OutOfDomain` for anything else.

        >>> float(Activation.from_expression("Abs(x) - 1")(np.array(-3.0)))
        2.0
        """
        from rmt_asymptotics.expressions import parse_activation

        return parse_activation(text)
