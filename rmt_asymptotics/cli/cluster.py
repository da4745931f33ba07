"""Who computes a sweep of the command line: this machine, or the Dask cluster behind an address."""

import importlib.util
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

PATIENCE = 10  # seconds for a scheduler, and for its first worker, to answer


@contextmanager
def chosen_executor(workers: int | None, scheduler: str | None) -> Iterator[Any]:
    """What `sweep` takes as executor; a client of the scheduler is closed at the end.

    Raises click's usage error for a scheduler that does not answer or has no workers.
    """
    if scheduler is None:
        yield workers
        return
    with _client(scheduler) as client:
        yield client


def _client(scheduler: str) -> Any:
    if importlib.util.find_spec("distributed") is None:
        raise click.UsageError("--scheduler needs Dask: install rmt_asymptotics[cluster]")
    from distributed import Client

    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # what goes wrong is said in one line, by us
    try:
        client = Client(scheduler, timeout=PATIENCE, set_as_default=False)
        client.wait_for_workers(1, timeout=PATIENCE)
    except (OSError, ValueError, TimeoutError) as error:
        raise click.UsageError(f"--scheduler {scheduler}: no workers within {PATIENCE} s ({error})") from None
    return client
