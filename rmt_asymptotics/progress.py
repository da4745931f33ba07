"""Progress of long loops, on stderr."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

WORTH_SHOWING = 4  # shorter loops are over before a bar could be read


def progress_bar(items: Iterable[Any], label: str, show: bool | None, total: int | None = None) -> Iterable[Any]:
    """`items`, with a bar if `show`, by default on a terminal and for longer loops only."""
    if total is None:
        total = len(items)  # type: ignore[arg-type]
    if show is None:
        show = sys.stderr.isatty() and total >= WORTH_SHOWING
    if not show:
        return items
    from tqdm import tqdm

    return tqdm(items, desc=label, total=total, file=sys.stderr)


@contextmanager
def progress_counter(label: str, show: bool | None) -> Iterator[Callable[[], object]]:
    """A function to call at each of an unknown number of steps, which are counted on stderr if `show` (see above)."""
    if not (sys.stderr.isatty() if show is None else show):
        yield lambda: None
        return
    from tqdm import tqdm

    with tqdm(desc=label, file=sys.stderr, delay=1.0) as counter:
        yield counter.update
