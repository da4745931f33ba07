"""What the solver holds as JSON has it."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

INFINITY = "inf"
Answer = dict[str, Any]
Answers = Iterator[Answer | None]


def numbers(values: Any) -> list[float | None]:
    """Numbers; those that are not finite become None.

    >>> numbers(np.array([0.5, np.nan]))
    [0.5, None]
    """
    return [finite(value) for value in np.asarray(values, float).tolist()]


def written(value: Any) -> Any:
    """A value of a field as JSON has it: infinity, which it has not, as a word; `read` is its inverse.

    >>> written({"width_ratio": np.inf}), read({"width_ratio": "inf"})
    ({'width_ratio': 'inf'}, {'width_ratio': inf})
    """
    if isinstance(value, dict):
        return {name: written(inner) for name, inner in value.items()}
    return INFINITY if value == math.inf else value


def read(value: Any) -> Any:
    """A value of a field that a page sent."""
    if isinstance(value, dict):
        return {name: read(inner) for name, inner in value.items()}
    return math.inf if value == INFINITY else value


def finite(value: float | None) -> float | None:
    """A number, or None if it is not finite."""
    return value if value is not None and math.isfinite(value) else None


def told(error: Exception) -> Answer:
    """An error in words, with the field and what is allowed if it names them."""
    return {"message": str(error), "field": getattr(error, "field", ""), "allowed": getattr(error, "allowed", "")}
