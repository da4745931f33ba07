"""One request in flight for each page, while the newest waits.

A request whose curve is complete, or that has had its time, is displaced by the next one.  The worker looks for that
between two steps; where a step takes too long its process is ended and another one goes on.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

Message = dict[str, Any]

PATIENCE = 0.3  # seconds in which a request may complete its curve before the next one displaces it
GRACE = 0.5  # seconds in which a worker has to turn to a new request
LOST = "the solver ended unexpectedly, perhaps for want of memory; another request starts it again"


class Answering(Protocol):
    """What a session asks of its worker."""

    def ask(self, request: Message) -> None: ...

    def end(self) -> None: ...


Deliver = Callable[[Any, Message | None], object]


class Session:
    """start: makes a worker, which delivers its messages from any thread.  send: takes those for the page.

    ended: workers that were ended because they did not turn to a new request.
    """

    def __init__(self, start: Callable[[Deliver], Answering], send: Callable[[Message], object]) -> None:
        self._loop = asyncio.get_running_loop()
        self._start, self._send = start, send
        self._worker: Answering | None = None
        self._ready = False
        self._waiting: Message | None = None
        self._asked: Message | None = None
        self._since, self._complete, self._heard = 0.0, True, True
        self._closed = False
        self.ended = 0
        self._hire()

    def ask(self, request: Message) -> None:
        """Answer this request as soon as the one in flight allows it, unless a newer one comes first."""
        self._waiting = request
        self._consider()

    def close(self) -> None:
        """End the worker."""
        self._closed = True
        if self._worker is not None:
            self._worker.end()

    def _hire(self) -> None:
        self._ready, self._complete, self._heard = False, True, True
        self._worker = self._start(self._from_thread)

    def _from_thread(self, worker: Answering, message: Message | None) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._arrived, worker, message)

    def _consider(self) -> None:
        """Send the request that waits, or see to it later."""
        if self._closed or self._waiting is None:
            return
        if self._worker is None:
            self._hire()
        if not self._ready:
            return
        left = self._since + PATIENCE - self._loop.time()
        if not self._complete and left > 0:
            self._loop.call_later(left, self._consider)
            return
        assert self._worker is not None
        self._asked, self._waiting = self._waiting, None
        self._since, self._complete, self._heard = self._loop.time(), False, False
        self._worker.ask(self._asked)
        self._loop.call_later(GRACE, self._check, self._asked)

    def _check(self, request: Message) -> None:
        """Replace a worker that has not turned to a request."""
        if self._closed or request is not self._asked or self._heard or self._worker is None:
            return
        self.ended += 1
        self._worker.end()
        self._waiting = self._waiting or request
        self._hire()

    def _arrived(self, worker: Answering, message: Message | None) -> None:
        if worker is not self._worker or self._closed:
            return
        if message is None:
            if not self._ready:  # it would not start the next time either
                self._waiting = None
            self._worker, self._ready, self._complete = None, False, True
            self._send({"id": (self._asked or {}).get("id"), "part": "fault", "message": LOST})
        elif message["part"] == "ready":
            self._ready = True
        elif self._asked is not None and message["id"] == self._asked["id"]:
            self._heard = True
            self._complete = (
                self._complete
                or message["part"] in ("refused", "fault", "done")
                or (message["part"] == "curve" and ("failure" in message or message["complete"]))
            )
            self._send(message)
        self._consider()
