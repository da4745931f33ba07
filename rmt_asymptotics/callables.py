"""Functions as users write them, evaluated on arrays: plain numbers come out, or a refusal that says what to write."""

from collections.abc import Callable
from typing import Any

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.errors import OutOfDomain, number

VECTORISED = "a function of whole arrays, written with NumPy: np.tanh(x), np.maximum(x, 0), not math.tanh(x), max(x, 0)"


def evaluated(function: Callable[..., Any], x: Array, field: str, *others: Array) -> Array:
    """function(x, *others), elementwise, in double precision: an array of its own, of the shape of x.

    `function` may write into its arguments: pass arrays that may be lost.  Raises `OutOfDomain` naming `field` where
    the function raises, and where it returns anything but real numbers in double precision.

    >>> evaluated(lambda x: x.astype(np.float32), np.array([-1.0, 2.0]), "activation")
    Traceback (most recent call last):
        ...
    rmt_asymptotics.errors.OutOfDomain: activation = '<lambda>' is out of domain: it must be computed in double \
precision; it returns float32
    """
    shape = x.shape
    try:
        values = np.asarray(function(x, *others))
    except OutOfDomain as error:
        raise OutOfDomain(field, error.value, error.allowed) from None
    except Exception as error:
        raise _refusal(field, function, f"{VECTORISED} (it raised {type(error).__name__}: {error})") from None
    if values.dtype in (np.float16, np.float32):
        raise _refusal(field, function, f"computed in double precision; it returns {values.dtype}")
    try:
        if np.iscomplexobj(values):
            raise TypeError("complex numbers")
        values = values.astype(float)
        return values if values.shape == shape else np.broadcast_to(values, shape).copy()
    except (TypeError, ValueError):
        returned = f"{values.dtype} of shape {values.shape} for an argument of shape {shape}"
        raise _refusal(field, function, f"{VECTORISED}, one real number for each (it returned {returned})") from None


def _refusal(field: str, function: Any, allowed: str) -> OutOfDomain:
    return OutOfDomain(field, name_of(function), allowed)


def name_of(function: Any) -> str:
    """What a function calls itself: the name of an activation, the __name__ of a callable, or its type's.

    >>> name_of(np.tanh), name_of(lambda x: x), name_of(slice(3))
    ('tanh', '<lambda>', 'slice')
    """
    inner = getattr(function, "func", function)  # of functools.partial
    return str(getattr(inner, "__name__", None) or getattr(inner, "name", None) or type(inner).__name__)


def identity_of(function: Any) -> Any:
    """What tells two callables apart: themselves, or their place in memory where they cannot be compared."""
    try:
        hash(function)
    except TypeError:
        return id(function)
    return function


def sorted_kinks(kinks: Any) -> tuple[float, ...]:
    """The kinks of a function in order; raises `OutOfDomain` for anything but a sequence of numbers.

    >>> sorted_kinks((1, -2))
    (-2.0, 1.0)
    """
    try:
        return tuple(sorted(number("kinks", x) for x in kinks))
    except TypeError:
        raise OutOfDomain("kinks", kinks, "a sequence of numbers, such as (0.0,)") from None
