"""Checks of what the public interface is given, numbers aside (`errors.number`); each returns what it accepts.

All raise `OutOfDomain`, which names the field.  What others call an array, a table or a column is taken as one.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.errors import OutOfDomain

Kind = TypeVar("Kind")


def flag(field: str, value: Any) -> bool:
    """Return `value` as a bool, or raise `OutOfDomain` unless it is True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise OutOfDomain(field, value, "True or False")
    return bool(value)


def instance(field: str, value: Any, kind: type[Kind], allowed: str) -> Kind:
    """Return `value`, or raise `OutOfDomain` unless it is a `kind`."""
    if not isinstance(value, kind):
        raise OutOfDomain(field, value, allowed)
    return value


def one_of(field: str, value: Any, choices: Collection[str]) -> str:
    """Return `value`, or raise `OutOfDomain` unless it is one of `choices`."""
    if not isinstance(value, str) or value not in choices:
        raise OutOfDomain(field, value, f"one of {', '.join(choices)}")
    return value


def sequence(field: str, value: Any, of: str = "values", *, empty: bool = False) -> list[Any]:
    """The entries of a list, tuple, range, or of any array of one dimension: of NumPy, pandas, xarray, ...

    Raises `OutOfDomain` for what is empty, unless that is allowed, has another dimension, or is none of these (text,
    sets, generators).
    """
    allowed = f"a one-dimensional{'' if empty else ', non-empty'} array of {of}"
    if hasattr(value, "__array__"):
        try:
            array = np.asarray(value)
        except (TypeError, ValueError, RuntimeError):
            raise OutOfDomain(field, value, allowed) from None
        if array.ndim != 1:
            raise OutOfDomain(field, value, f"{allowed} (this one has the shape {array.shape})")
        value = array.tolist()
    if not isinstance(value, (list, tuple, range)) or not (empty or len(value)):
        raise OutOfDomain(field, value, allowed)
    return list(value)


def rows(field: str, value: Any) -> list[list[Any]]:
    """The rows of a matrix, as lists; raises `OutOfDomain` where they differ in length or are empty.

    >>> rows("values", np.eye(2))
    [[1.0, 0.0], [0.0, 1.0]]
    """
    allowed = "a matrix of numbers: rows of equal length, such as [[1.0, 0.5], [0.0, 2.0]]"
    if hasattr(value, "__array__"):
        try:
            value = np.asarray(value).tolist()
        except (TypeError, ValueError, RuntimeError):
            raise OutOfDomain(field, value, allowed) from None
    try:
        found = [sequence(field, row) for row in sequence(field, value)]
    except OutOfDomain:
        raise OutOfDomain(field, value, allowed) from None
    if len({len(row) for row in found}) != 1:
        raise OutOfDomain(field, value, allowed)
    return found


def real_array(field: str, value: Any) -> Array:
    """An array of finite or infinite numbers, of any shape; raises `OutOfDomain` for what is none."""
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError):
        array = np.array(None)
    if array.dtype.kind not in "biuf" or np.isnan(array).any():
        raise OutOfDomain(field, value, "a number or an array of numbers")
    return np.asarray(array, float)


def mapping(field: str, value: Any, of: str) -> dict[str, Any]:
    """The entries of a dictionary, or the columns of a table of pandas, by name; raises `OutOfDomain` for others."""
    if not isinstance(value, Mapping) and not (hasattr(value, "columns") and hasattr(value, "items")):
        raise OutOfDomain(field, value, f"a dictionary of {of}")
    result = dict(value.items())
    for name in result:
        if not isinstance(name, str):
            raise OutOfDomain(field, name, f"a dictionary of {of}: names are strings")
    return result


def path_of(field: str, value: Any) -> Path:
    """The name of a file or folder, or raise `OutOfDomain` unless it is a text or a path, not empty, without NUL."""
    try:
        path = Path(value)
    except TypeError:
        path = Path("\0")
    if "\0" in str(path) or (isinstance(value, str) and not value):
        raise OutOfDomain(field, value, "the name of a file or folder, as text or path")
    return path
