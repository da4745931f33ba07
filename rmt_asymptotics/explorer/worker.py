"""A process that answers requests, the newest first, and that can be ended at any time."""

import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection
from typing import Any

from rmt_asymptotics.explorer.answers import answers

Message = dict[str, Any]

FORKED = "forkserver" in get_all_start_methods()
CONTEXT: Any = get_context("forkserver" if FORKED else "spawn")
# what workers need, and what imports the command that they are started from
PRELOADED = ["rmt_asymptotics.explorer.warm", "rmt_asymptotics.cli"]


def prepare() -> None:
    """Begin to load what all workers need."""
    if FORKED:
        CONTEXT.set_forkserver_preload(PRELOADED)
        from multiprocessing import forkserver

        forkserver.ensure_running()


def work(connection: Connection) -> None:
    """Answer requests until the other end is closed; one that is followed by another is given up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server ends its workers
    with suppress(EOFError, OSError):
        connection.send({"part": "ready"})
        while True:
            request = connection.recv()
            while connection.poll():
                request = connection.recv()
            _answer(connection, request)


def _answer(connection: Connection, request: Message) -> None:
    try:
        for answer in answers(request["view"]):
            if answer is not None:
                connection.send({"id": request["id"]} | answer)
            if connection.poll():
                return
    except OSError:
        raise
    except Exception as error:  # a fault of ours: the page says so, and lives on
        connection.send({"id": request["id"], "part": "fault", "message": f"{type(error).__name__}: {error}"})
    else:
        connection.send({"id": request["id"], "part": "done"})


class Worker:
    """A worker and the thread that listens to it.

    deliver: called from that thread with each message, with None when the process has ended.
    """

    def __init__(self, deliver: Callable[["Worker", Message | None], object]) -> None:
        self._deliver = deliver
        self._here, there = CONTEXT.Pipe()
        self._process = CONTEXT.Process(target=work, args=(there,), daemon=True)
        self._ended = threading.Event()
        threading.Thread(target=self._listen, args=(there,), daemon=True).start()

    def _listen(self, there: Connection) -> None:
        self._process.start()
        there.close()
        if self._ended.is_set():
            self._process.kill()
        with suppress(EOFError, OSError):
            while not self._ended.is_set():
                self._deliver(self, self._here.recv())
        self._process.join()
        self._deliver(self, None)

    def ask(self, request: Message) -> None:
        """Send a request, which displaces the one before; in vain if the process has ended."""
        with suppress(OSError):
            self._here.send(request)

    def end(self) -> None:
        """End the process, whatever it does."""
        self._ended.set()
        if self._process.pid is not None:
            self._process.kill()
