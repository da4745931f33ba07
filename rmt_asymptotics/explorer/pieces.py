"""Long work in pieces that grow with its speed, coarse to fine, so that something else can soon be done between two."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Place = TypeVar("Place")
Answer = TypeVar("Answer")

PIECE = 0.1  # seconds that a piece should take
GROWTH = 128  # of a piece over the one before, at most


def bisected(count: int) -> list[int]:
    """0 ... count - 1, a power of 2 and one more, in an order in which each further place halves a gap.

    >>> bisected(9)
    [0, 8, 4, 2, 6, 1, 3, 5, 7]
    """
    order, gap = [0, count - 1], count - 1
    while gap > 1:
        order += range(gap // 2, count, gap)
        gap //= 2
    return order


def refined(across: int, up: int, gap: int) -> list[tuple[int, int]]:
    """The places (i, j) of a grid, those of gaps `gap` first, then of half of it, and so on.

    >>> refined(3, 3, 2)
    [(0, 0), (2, 0), (0, 2), (2, 2), (1, 0), (0, 1), (1, 1), (2, 1), (1, 2)]
    """
    order: dict[tuple[int, int], None] = {}
    while gap:
        order |= dict.fromkeys((i, j) for j in range(0, up, gap) for i in range(0, across, gap))
        gap //= 2
    return list(order)


def paced(
    order: Sequence[Place], compute: Callable[[list[Place]], Answer], clock: Callable[[], float] = time.perf_counter
) -> Iterator[Answer]:
    """`compute` of successive pieces of `order`, the first of one place, the others of some PIECE seconds.

    >>> list(paced("several", "".join, clock=iter([0, 1e-9, *range(1, 9)]).__next__)), GROWTH
    (['s', 'everal'], 128)
    """
    start, size = 0, 1
    while start < len(order):
        begun = clock()
        answer = compute(list(order[start : start + size]))
        pace = PIECE / max(clock() - begun, 1e-9)
        start, size = start + size, max(1, int(size * min(pace, GROWTH)))
        yield answer
