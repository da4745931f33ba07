"""Simulated points along a curve, replica by replica: after each of them its mean and standard error so far.

After all replicas they are those of `sweep(simulation=plan)`, whose seeds these are.
"""

import time
from collections.abc import Iterator

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.estimates import standard_error
from rmt_asymptotics.explorer.encoding import Answer, Answers, numbers
from rmt_asymptotics.explorer.view import View
from rmt_asymptotics.montecarlo.ensemble import Sampler, replica_seeds, sampler_of
from rmt_asymptotics.threads import one_thread

POINTS = 9
OFTEN = 0.05  # seconds between two answers, at least


def simulated(view: View) -> Answers:
    """The outputs of the model at some values of the curve, averaged over the replicas drawn so far."""
    samplers = list(_samplers(view))
    x, draws, shown = _abscissae(view, samplers), [], 0.0
    for count in range(1, view.plan.replicas + 1):
        parts = []
        for sampler in samplers:
            with one_thread():
                parts.append(sampler.draw(replica_seeds(view.plan)[count - 1]))  # of its own: spawning changes them
            yield None
        draws.append({name: np.concatenate([part[name].ravel() for part in parts]) for name in view.model.outputs})
        if count == view.plan.replicas or time.monotonic() - shown > OFTEN:
            shown = time.monotonic()
            yield _averaged(x, draws)


def _samplers(view: View) -> Iterator[Sampler]:
    """One for the whole curve where it shares its networks, otherwise one for each point."""
    values, field = view.curve.values(POINTS), view.curve.field
    if field == "sample_complexity":
        yield sampler_of(view.model, view.plan, sample_complexity=values.tolist())
    elif field == "ridge":
        yield sampler_of(view.model, view.plan, ridge=values.tolist())
    else:
        for value in values:
            yield sampler_of(view.model.replace(**{field: value}), view.plan)


def _abscissae(view: View, samplers: list[Sampler]) -> Array:
    """The values of the curve; ratios as whole sizes have them."""
    dimension = view.plan.dimension
    if view.curve.field == "sample_complexity":
        return samplers[0].samples / dimension
    if view.curve.field == "width_ratio":
        return np.array([sampler.grid.width for sampler in samplers]) / dimension
    return view.curve.values(POINTS)


def _averaged(x: Array, draws: list[dict[str, Array]]) -> Answer:
    stacked = {name: np.stack([draw[name] for draw in draws]) for name in draws[0]}
    several = len(draws) > 1
    return {
        "part": "simulation",
        "x": numbers(x),
        "mean": {name: numbers(each.mean(0)) for name, each in stacked.items()},
        "error": {name: numbers(standard_error(each)) for name, each in stacked.items()} if several else None,
        "replicas": len(draws),
    }
