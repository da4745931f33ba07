"""Threads: one for linear algebra on small matrices, where more do not pay; one a core for loops that are compiled."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import cache
from typing import TypeVar

from threadpoolctl import ThreadpoolController

Task = TypeVar("Task")


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()  # scans the libraries of the process, which takes milliseconds


def one_thread() -> AbstractContextManager[object]:
    """A context in which BLAS works on one thread: its sums depend on the number of threads."""
    return _controller().limit(limits=1, user_api="blas")


def in_parallel(action: Callable[[Task], None], tasks: Sequence[Task]) -> None:
    """The action on every task, on as many threads as there are cores, for actions that release the interpreter lock.

    >>> done = []
    >>> in_parallel(done.append, [1, 2, 3])
    >>> sorted(done)
    [1, 2, 3]
    """
    if len(tasks) < 2:
        for task in tasks:
            action(task)
        return
    with ThreadPoolExecutor(min(len(tasks), os.cpu_count() or 1)) as pool:
        list(pool.map(action, tasks))
