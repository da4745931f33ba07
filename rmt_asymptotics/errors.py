"""Errors of the public interface, and the checks that raise them.

`OutOfDomain` names the field, the value and the allowed range; `NotConverged` carries
the solution that was reached, so that nothing computed is lost.
"""

import math
import numbers
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

LONGEST = 120  # characters of a value in a message
BEYOND_DOUBLES = "the equations overflow or are singular in double precision at these parameters"
LARGEST_WHOLE = 10**300  # floats hold it


class OutOfDomain(ValueError):
    """A parameter lies outside the domain of the formula that it enters.

    >>> raise OutOfDomain("ridge", -1.0, "a positive number")
    Traceback (most recent call last):
        ...
    rmt_asymptotics.errors.OutOfDomain: ridge = -1.0 is out of domain: it must be a positive number
    """

    def __init__(self, field: str, value: Any, allowed: str) -> None:
        super().__init__(f"{field} = {shown(value)} is out of domain: it must be {allowed}")
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


class LowEffectiveRank(UserWarning):
    """So few directions carry the variance of the inputs that the theory of nonlinear features is percents off."""


@contextmanager
def numerical_failures() -> Iterator[None]:
    """Around a computation, or as its decorator: what arithmetic and linear algebra raise becomes `NotConverged`.

    Numbers that overflow or are not defined end there, or in the residual, and are not warned of.
    """
    try:
        with np.errstate(all="ignore"):
            yield
    except OutOfDomain:
        raise
    except (ArithmeticError, ValueError) as error:  # LinAlgError is a ValueError
        raise NotConverged(BEYOND_DOUBLES) from error


def shown(value: Any) -> str:
    """A value in one line of a message; also those whose repr fails, is long, or has several lines."""
    try:
        text = repr(value)
    except Exception:  # of anyone's class; whole numbers of thousands of digits have no repr either
        return f"<{type(value).__name__}>"
    text = " ".join(text.split()) if "\n" in text else text
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def number(
    field: str,
    value: Any,
    *,
    above: float = -math.inf,
    least: float = -math.inf,
    below: float = math.inf,
    most: float = math.inf,
) -> float:
    """Return `value` as a float, or raise `OutOfDomain` unless above < value < below, least <= value <= most.

    Arrays of no dimension are numbers, those of xarray too; truth values are not.
    """
    bounds = [f"> {above:g}"] * (above > -math.inf) + [f">= {least:g}"] * (least > -math.inf)
    bounds += [f"< {below:g}"] * (below < math.inf) + [f"<= {most:g}"] * (most < math.inf)
    allowed = "a finite number" + (" " + " and ".join(bounds) if bounds else "")
    try:
        result = float(_real(value))
    except (TypeError, ValueError, OverflowError):
        raise OutOfDomain(field, value, allowed) from None
    if not (math.isfinite(result) and above < result < below and least <= result <= most):
        raise OutOfDomain(field, value, allowed)
    return result


def whole_number(field: str, value: Any, *, least: int, most: int = LARGEST_WHOLE) -> int:
    """Return `value` as an int, or raise `OutOfDomain` unless it is a whole number, least <= value <= most.

    300.0 is a whole number: tables and coordinates of Datasets hold it so.

    >>> whole_number("width", 300.0, least=1)
    300
    """
    try:
        real = _real(value)
        result = int(real)
    except (TypeError, ValueError, OverflowError):
        real, result = 0, least - 1
    if result != real or not least <= result <= most:
        limit = f" and <= {most:g}" if most < LARGEST_WHOLE or result > most else ""
        raise OutOfDomain(field, value, f"a whole number >= {least}{limit}")
    return result


def _real(value: Any) -> Any:
    """A real number of Python or NumPy; raises TypeError for what is none."""
    if getattr(value, "ndim", None) == 0 and getattr(getattr(value, "dtype", None), "kind", "") in "biuf":
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError
    return value
