"""Colours, markers and dashes that are told apart with any colour vision, and in print without colours."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

BLUE, RED, OCHRE, BLACK, TEAL = COLOURS = ("#003F8C", "#B8442F", "#E6A532", "#111111", "#4F9D8C")
GREY, LIGHT_GREY = "#666666", "#C8C8C8"
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p")
LINES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (6, 1.5)), (0, (1, 3)), (0, (5, 1, 1, 1, 1, 1)), (0, (9, 3)))
SHADES, DARKEST, LIGHTEST = "viridis", 0.0, 0.7  # of values with an order: the part that stands out from white


@dataclass(frozen=True)
class Look:
    """How the points and the line of one quantity, or of one value of a field, are drawn."""

    colour: str
    line: Any
    marker: str


LOOKS = tuple(map(Look, COLOURS, LINES, MARKERS))
OF_QUANTITIES = {  # what belongs together looks the same in all figures
    "test_error": LOOKS[0],
    "training_error": LOOKS[1],
    "training_objective": LOOKS[2],
    "excess_error": LOOKS[3],
    "misclassification": LOOKS[0],
    "training_misclassification": LOOKS[1],
    "test_loss": LOOKS[0],
    "training_loss": LOOKS[1],
}


def looks_of(quantities: Sequence[str]) -> dict[str, Look]:
    """A look for each quantity: its own, or the next that is free.

    >>> looks_of(["training_error", "norm"])["training_error"].line
    '--'
    """
    chosen = {name: OF_QUANTITIES[name] for name in quantities if name in OF_QUANTITIES}
    free = [look for look in LOOKS if look not in chosen.values()] or list(LOOKS)
    others = [name for name in quantities if name not in chosen]
    return chosen | {name: free[place % len(free)] for place, name in enumerate(others)}


def looks_along(count: int, ordered: bool) -> list[Look]:
    """Looks of the values of a field: from dark to light where they have an order, colours of their own otherwise.

    >>> [look.marker for look in looks_along(3, ordered=True)]
    ['o', 's', '^']
    """
    colours = shades(count) if ordered else [COLOURS[place % len(COLOURS)] for place in range(count)]
    return [Look(c, LINES[i % len(LINES)], MARKERS[i % len(MARKERS)]) for i, c in enumerate(colours)]


def shades(count: int) -> list[str]:
    """Colours from dark to light."""
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    return [to_hex(colour) for colour in colormaps[SHADES](np.linspace(DARKEST, LIGHTEST, count))]
