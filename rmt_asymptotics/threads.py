"""One thread for linear algebra on small matrices: threads do not pay there, and sums depend on their number."""

from contextlib import AbstractContextManager
from functools import cache

from threadpoolctl import ThreadpoolController


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()  # scans the libraries of the process, which takes milliseconds


def one_thread() -> AbstractContextManager[object]:
    """A context in which BLAS works on one thread."""
    return _controller().limit(limits=1, user_api="blas")
