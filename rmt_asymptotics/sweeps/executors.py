"""Who computes the blocks: this process, local processes, or any executor, such as that of a Dask cluster."""

import numbers
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from itertools import islice
from typing import Any, TypeVar

from rmt_asymptotics.errors import OutOfDomain

Task = TypeVar("Task")
Result = TypeVar("Result")

IN_FLIGHT = 2  # tasks a worker, at least: one is computed, one waits
FEW = 16  # tasks in flight where the number of workers is not known or may grow
IDLE = 10.0  # seconds after which a local process without work ends, also when this one was killed
LOSSES = 3  # of local processes, without a task finished in between


class WorkersLost(RuntimeError):
    """Who computes went away: a cluster, or local processes that were killed again and again."""


def computed(
    function: Callable[[Task], Result], tasks: Iterable[tuple[int, Task]], executor: Any
) -> Iterator[tuple[int, Result]]:
    """(index, function(task)) of every (index, task), as they are done.

    executor: None for this process; a number of local processes; a `concurrent.futures.Executor`; or an object with
    `get_executor()`, such as a `dask.distributed.Client`.
    Raises `OutOfDomain` for anything else, `WorkersLost` if local processes keep being killed or a cluster goes away.
    """
    if executor is None or (_is_number(executor) and executor == 1):
        return ((index, function(task)) for index, task in tasks)
    if _is_number(executor) and executor > 1:
        return _on_local_processes(function, tasks, executor)
    if hasattr(executor, "get_executor"):
        workers = sum(executor.nthreads().values()) if hasattr(executor, "nthreads") else 0
        return _kept(_on_executor(function, tasks, executor.get_executor(pure=False), max(FEW, IN_FLIGHT * workers)))
    if isinstance(executor, Executor):
        return _kept(_on_executor(function, tasks, executor, FEW))
    raise OutOfDomain(
        "executor", executor, "None, a number of processes >= 1, a concurrent.futures.Executor or a Dask Client"
    )


def _is_number(executor: Any) -> bool:
    return isinstance(executor, numbers.Integral) and not isinstance(executor, bool)


def _kept(results: Iterator[Result]) -> Iterator[Result]:
    """The results of an executor that is not ours; if it goes away, that is said."""
    try:
        yield from results
    except (CancelledError, BrokenExecutor) as error:
        raise WorkersLost(f"the executor or its cluster went away ({type(error).__name__})") from error


def _on_local_processes(
    function: Callable[[Task], Result], tasks: Iterable[tuple[int, Task]], processes: int
) -> Iterator[tuple[int, Result]]:
    """A killed process breaks its pool: what was not done goes to a new one."""
    from loky import ProcessPoolExecutor

    left, losses = dict(tasks), 0
    while left:
        pool = ProcessPoolExecutor(processes, timeout=IDLE)
        try:
            for index, result in _on_executor(function, list(left.items()), pool, IN_FLIGHT * processes):
                del left[index]
                losses = 0
                yield index, result
        except BrokenExecutor as error:
            losses += 1
            if losses == LOSSES:
                raise WorkersLost(f"worker processes were killed {LOSSES} times in a row: {error}") from error
        finally:
            pool.shutdown(kill_workers=True)


def _on_executor(
    function: Callable[[Task], Result], tasks: Iterable[tuple[int, Task]], executor: Executor, in_flight: int
) -> Iterator[tuple[int, Result]]:
    """At most `in_flight` tasks are with the executor, so that little is lost when this process is killed."""
    waiting = iter(tasks)
    pending: dict[Future[Result], int] = {}
    try:
        while True:
            for index, task in islice(waiting, in_flight - len(pending)):
                pending[executor.submit(function, task)] = index
            if not pending:
                return
            done, _ = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                yield pending.pop(future), future.result()
    finally:
        for future in pending:
            future.cancel()
