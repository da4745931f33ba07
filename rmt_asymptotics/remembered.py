"""Results kept for functions of activations and models, as long as their callables do what they did.

A callable may depend on what can change: a global, an attribute, a file.  What it does, its values and slopes at the
256 points `activations.PROBES`, is part of the key under which a result is kept; a change that shows at none of them
is not seen.  Built-ins and formulas cannot change.
"""

from collections.abc import Callable
from dataclasses import is_dataclass
from functools import lru_cache, wraps
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


def remembered(maxsize: int) -> Callable[[Function], Function]:
    """`functools.lru_cache` for functions whose positional arguments may be activations, or records that hold some.

    >>> from rmt_asymptotics.activations import Activation
    >>> factor = [1.0]
    >>> linear = Activation(lambda x: factor[0] * x)
    >>> slope = remembered(8)(lambda activation: float(activation.hermite_coefficients(1)[1].round(12)))
    >>> slope(linear), factor.append(factor.pop() + 1), slope(linear)
    (1.0, None, 2.0)
    """

    def decorate(function: Function) -> Function:
        @lru_cache(maxsize)
        def kept(_: tuple[bytes, ...], *arguments: Any) -> Any:
            return function(*arguments)

        @wraps(function)
        def remembering(*arguments: Any) -> Any:
            return kept(tuple(mark for argument in arguments for mark in _fingerprints(argument)), *arguments)

        return remembering  # type: ignore[return-value]

    return decorate


def _fingerprints(argument: Any) -> list[bytes]:
    """Those of an activation, or of the activations in a record and in its records."""
    if hasattr(argument, "fingerprint"):
        return [argument.fingerprint()]
    inside = vars(argument).values() if is_dataclass(argument) else ()
    return [mark for value in inside for mark in _fingerprints(value)]
