"""The answers to a request, in the order in which a page can show them.

An answer is a dictionary of JSON with its `part`.  A step without one to show yields None: between any two steps the
work can be given up.
"""

import time
from collections.abc import Callable
from typing import Any

from rmt_asymptotics.errors import NotConverged, OutOfDomain
from rmt_asymptotics.explorer.encoding import Answers, told
from rmt_asymptotics.explorer.script import script
from rmt_asymptotics.explorer.simulated import simulated
from rmt_asymptotics.explorer.theory import band, curve, phase_map, point
from rmt_asymptotics.explorer.view import View, view_of
from rmt_asymptotics.plotting.captions import describe

HEAD_START = 0.4  # seconds in which the curve is alone


def answers(content: Any) -> Answers:
    """All answers to what a page asks; what the models, the theory and the simulation refuse is an answer too."""
    try:
        view = view_of(content)
    except OutOfDomain as error:
        yield {"part": "refused", **told(error)}
        return
    caption = describe(view.fields)
    yield {"part": "accepted", "outputs": list(view.model.outputs), "caption": caption, "python": script(view)}
    asked = {
        "point": True,
        "band": view.band,
        "simulation": view.simulate,
        "map": view.plane is not None and not view.plane.known,
    }
    others = [_guarded(name, PARTS[name], view) for name, wanted in asked.items() if wanted]
    yield from _in_turn(_guarded("curve", curve, view), others)


PARTS: dict[str, Callable[[View], Answers]] = {
    "point": point,
    "band": band,
    "simulation": simulated,
    "map": phase_map,
}


def _guarded(name: str, part: Callable[[View], Answers], view: View) -> Answers:
    """The answers of a part; what it refuses or cannot solve is its last answer."""
    try:
        yield from part(view)
    except (OutOfDomain, NotConverged) as error:
        yield {"part": name, "failure": told(error)}


def _in_turn(first: Answers, others: list[Answers]) -> Answers:
    """The answers of all: those of the first alone during its head start."""
    begun = time.monotonic()
    for answer in first:
        yield answer
        if time.monotonic() - begun > HEAD_START:
            break
    left = [*others, first]
    while left:
        for part in list(left):
            try:
                yield next(part)
            except StopIteration:
                left.remove(part)
