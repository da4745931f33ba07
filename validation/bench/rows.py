"""A measurement and how durations are taken.

Seconds are printed for the reader; counts and ratios within one run are judged, since machines differ.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Row:
    """A measurement: what was counted or divided by what, and the bound that it must keep."""

    name: str
    value: float
    bound: float
    remark: str


def seconds(action: Callable[[], object], repeats: int) -> float:
    """Median duration after one warm-up."""
    action()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return median(times)
