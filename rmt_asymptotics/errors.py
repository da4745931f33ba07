"""Errors of the public interface, and the checks that raise them.

`OutOfDomain` names the field, the value and the allowed range; `NotConverged` carries
the solution that was reached, so that nothing computed is lost.
"""

import math
import numbers
from typing import Any


class OutOfDomain(ValueError):
    """A parameter lies outside the domain of the formula that it enters.

    >>> raise OutOfDomain("ridge", -1.0, "a positive number")
    Traceback (most recent call last):
        ...
    rmt_asymptotics.errors.OutOfDomain: ridge = -1.0 is out of domain: it must be a positive number
    """

    def __init__(self, field: str, value: Any, allowed: str) -> None:
        super().__init__(f"{field} = {value!r} is out of domain: it must be {allowed}")
        self.field = field
        self.value = value
        self.allowed = allowed

    def __reduce__(self) -> tuple[type, tuple[str, Any, str]]:
        return type(self), (self.field, self.value, self.allowed)


class NotConverged(RuntimeError):
    """The requested tolerance was not reached; `asymptotics` holds the point that was."""

    def __init__(self, message: str, asymptotics: Any = None) -> None:
        super().__init__(message)
        self.asymptotics = asymptotics


def number(
    field: str,
    value: Any,
    *,
    above: float = -math.inf,
    least: float = -math.inf,
    below: float = math.inf,
    most: float = math.inf,
) -> float:
    """Return `value` as a float, or raise `OutOfDomain` unless above < value < below, least <= value <= most."""
    bounds = [f"> {above:g}"] * (above > -math.inf) + [f">= {least:g}"] * (least > -math.inf)
    bounds += [f"< {below:g}"] * (below < math.inf) + [f"<= {most:g}"] * (most < math.inf)
    allowed = "a finite number" + (" " + " and ".join(bounds) if bounds else "")
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise OutOfDomain(field, value, allowed)
    result = float(value)
    if not (math.isfinite(result) and above < result < below and least <= result <= most):
        raise OutOfDomain(field, value, allowed)
    return result


def whole_number(field: str, value: Any, *, least: int) -> int:
    """Return `value` as an int, or raise `OutOfDomain` unless it is a whole number >= least."""
    integral = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not integral or int(value) < least:
        raise OutOfDomain(field, value, f"a whole number >= {least}")
    return int(value)
