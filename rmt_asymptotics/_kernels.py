"""Where compiled code is kept: beside the package, else in the user's folder of caches, else nowhere."""

from numba import njit


def _nothing() -> None:
    """What is compiled only to see where Numba would keep it."""


def _kept() -> bool:
    try:
        njit(cache=True)(_nothing)
    except RuntimeError:  # neither folder can be written: a read-only installation without a home
        return False
    return True


CACHE = _kept()
