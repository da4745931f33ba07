"""Signs of life of long work, on stderr: a bar on a terminal; elsewhere, in a log say, a line now and then."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import Any, TypeVar

from rmt_asymptotics.errors import OutOfDomain

Item = TypeVar("Item")
Tick = Callable[[], object]

SILENCE = 2.0  # seconds before work counts as long, on a terminal
PATIENCE = 30.0  # seconds between lines off a terminal
ASKED = 5.0  # the same where progress was asked for


def silent() -> None:
    """No sign of life."""


@contextmanager
def progress_of(label: str, show: bool | None, total: int | None = None) -> Iterator[Tick]:
    """A function to call after each step of some work, of `total` steps if that is known.

    show: True for signs of life at once, False for none, None for those of long work: on a terminal a bar after two
    seconds, elsewhere a line every half minute.  Raises `OutOfDomain` for anything else.

    >>> with progress_of("sums", False) as tick:
    ...     for _ in range(3):
    ...         tick()
    """
    check_progress(show)
    if show is False:
        yield silent
    elif sys.stderr.isatty():
        from tqdm import tqdm

        with tqdm(desc=label, total=total, file=sys.stderr, delay=0 if show else SILENCE) as bar:
            yield bar.update
    else:
        lines = _Lines(label, total, ASKED if show else PATIENCE)
        yield lines.tick
        if show:
            lines.write()


def tracked(items: Iterable[Item], label: str, show: bool | None, total: int | None = None) -> Iterator[Item]:
    """`items`, each a step of `progress_of`.

    >>> list(tracked([1, 2], "numbers", False))
    [1, 2]
    """
    count = len(items) if total is None and isinstance(items, Sized) else total
    with progress_of(label, show, count) as tick:
        for item in items:
            yield item
            tick()


def check_progress(show: Any) -> None:
    """Raise `OutOfDomain` unless `show` is True, False or None."""
    if show is not None and not isinstance(show, bool):
        raise OutOfDomain("progress", show, "True, False or None (signs of life when the work is long)")


class _Lines:
    """Lines such as "replicas: 7 of 20 after 31 s", at most one every `interval` seconds."""

    def __init__(self, label: str, total: int | None, interval: float) -> None:
        self.label, self.of, self.interval = label, "" if total is None else f" of {total}", interval
        self.steps, self.start = 0, time.monotonic()
        self.next = self.start + interval

    def tick(self) -> None:
        self.steps += 1
        if time.monotonic() >= self.next:
            self.write()
            self.next = time.monotonic() + self.interval

    def write(self) -> None:
        elapsed = time.monotonic() - self.start
        print(f"{self.label}: {self.steps}{self.of} after {elapsed:.0f} s", file=sys.stderr, flush=True)
