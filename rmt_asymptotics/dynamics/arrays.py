"""Checks of arrays that come in: real, finite, of the right shape; the message names the array."""

import numbers
from typing import Any

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.errors import OutOfDomain


def real_array(field: str, values: Any, allowed: str = "real numbers") -> Array:
    """`values`, of any shape, as floats; raises `OutOfDomain` for ragged lists, complex numbers, text and None.

    >>> real_array("t", [1, 2]).tolist()
    [1.0, 2.0]
    >>> real_array("t", 1j)
    Traceback (most recent call last):
        ...
    rmt_asymptotics.errors.OutOfDomain: t = 1j is out of domain: it must be real numbers
    """
    try:
        array = np.asarray(values)
        objects = array.ravel() if array.dtype.kind == "O" else ()
        if array.dtype.kind in "biufO" and all(isinstance(value, numbers.Real) for value in objects):
            return array.astype(float, copy=False)
    except (TypeError, ValueError, OverflowError):
        pass
    raise OutOfDomain(field, values, allowed)


def finite_array(field: str, values: Any, shape: tuple[int, ...]) -> Array:
    """`values` as floats; raises `OutOfDomain` unless they are real, finite and of this shape."""
    array = real_array(field, values, f"an array of real numbers of shape {shape}")
    if array.shape != shape:
        raise OutOfDomain(field, f"array of shape {array.shape}", f"of shape {shape}")
    if not np.all(np.isfinite(array)):
        raise OutOfDomain(field, "array with nan or inf", "finite everywhere")
    return array
