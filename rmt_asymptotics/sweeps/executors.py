"""Who computes the blocks: this process, local processes, or any executor, such as that of a Dask cluster."""

import numbers
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from itertools import islice
from typing import Any, TypeVar

from rmt_asymptotics.errors import OutOfDomain, whole_number

Task = TypeVar("Task")
Result = TypeVar("Result")

IN_FLIGHT = 2  # tasks a worker, at least: one is computed, one waits
FEW = 16  # tasks in flight where the number of workers is not known or may grow
IDLE = 10.0  # seconds after which a local process without work ends, also when this one was killed
MOST_PROCESSES = 1024  # of one machine
CLOSED = ("closing", "closed")  # as Dask says it
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
    if hasattr(executor, "get_executor"):
        pool, workers = _of_client(executor)
        return _kept(_on_executor(function, tasks, pool, max(FEW, IN_FLIGHT * workers)))
    if isinstance(executor, Executor):
        return _kept(_on_executor(function, tasks, executor, FEW))
    if executor is not None and not isinstance(executor, numbers.Real):
        raise OutOfDomain(
            "executor", executor, "None, a number of processes >= 1, a concurrent.futures.Executor or a Dask Client"
        )
    processes = 1 if executor is None else whole_number("executor", executor, least=1, most=MOST_PROCESSES)
    if processes == 1:
        return ((index, function(task)) for index, task in tasks)
    return _on_local_processes(function, tasks, processes)


def _of_client(client: Any) -> tuple[Executor, int]:
    """The executor of a client, such as Dask's, and its number of workers; 0 if that is not known."""
    try:
        if getattr(client, "status", "running") in CLOSED:
            raise OSError("it is closed")
        workers = sum(client.nthreads().values()) if hasattr(client, "nthreads") else 0
        return client.get_executor(pure=False), workers
    except (OSError, RuntimeError, CancelledError) as error:
        raise WorkersLost(f"the executor or its cluster went away ({error})") from error


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
                pending[_submitted(executor, function, task)] = index
            if not pending:
                return
            done, _ = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                yield pending.pop(future), future.result()
    finally:
        for future in pending:
            future.cancel()


def _submitted(executor: Executor, function: Callable[[Task], Result], task: Task) -> Future[Result]:
    """The future of a task; an executor that takes no more has gone away."""
    try:
        return executor.submit(function, task)
    except BrokenExecutor:
        raise
    except RuntimeError as error:
        raise WorkersLost(f"the executor or its cluster went away ({error})") from error
