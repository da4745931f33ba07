"""How kernels are compiled; the code is kept beside the package, else in the user's folder of caches, else nowhere."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from numba import njit, vectorize

Decorator = Callable[[Callable[..., Any]], Any]


def _nothing() -> None:
    """What is compiled only to see where Numba would keep it."""


def _kept() -> bool:
    try:
        njit(cache=True)(_nothing)
    except RuntimeError:  # neither folder can be written: a read-only installation without a home
        return False
    return True


CACHE = _kept()


def compiled(**options: Any) -> Decorator:
    """A kernel that runs without the interpreter's lock and divides as NumPy does; `options` are those of Numba."""

    def decorate(function: Callable[..., Any]) -> Any:
        kernel = njit(cache=CACHE, nogil=True, error_model="numpy", **options)(function)
        if CACHE:
            _forgive(kernel._cache)
        return kernel

    return decorate


def vectorised(**options: Any) -> Decorator:
    """A ufunc of one float64, compiled at once."""

    def decorate(function: Callable[..., Any]) -> Any:
        try:
            return vectorize(["float64(float64)"], cache=CACHE, **options)(function)
        except OSError:
            return vectorize(["float64(float64)"], **options)(function)

    return decorate


def _forgive(cache: Any) -> None:
    """What cannot be written, as on a full disk, is compiled again by the next process."""
    save = cache.save_overload

    def keep(*what: Any) -> None:
        with suppress(OSError):
            save(*what)

    cache.save_overload = keep
