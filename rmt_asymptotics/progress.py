"""Progress of long loops, on stderr."""

import sys
from collections.abc import Iterable
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
