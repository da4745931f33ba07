"""Monte Carlo at the points of a block: the sample sizes and ridges of one network share its draws."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rmt_asymptotics._types import Array
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.estimates import standard_error
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.montecarlo.ensemble import ensemble
from rmt_asymptotics.montecarlo.plan import SimulationPlan

NESTED = ("sample_complexity", "ridge")  # fields that share a network and its draws
Pair = tuple[float, float]


def simulated_columns(outputs: tuple[str, ...]) -> tuple[str, ...]:
    """The names of what a simulation of these outputs gives."""
    return ("samples", *(f"{name}_{kind}" for name in outputs for kind in ("simulation", "standard_error")))


@dataclass(frozen=True)
class SimulatedPoints:
    """columns: by variable, one number a point.  messages: of the points that could not be simulated."""

    columns: dict[str, Array]
    messages: dict[int, str]


def simulate_run(
    model: RidgeModel, pairs: list[Pair], plan: SimulationPlan, first: int, result: SimulatedPoints
) -> None:
    """Simulate one network at the (sample_complexity, ridge) of the points from `first` on, into `result`."""
    places: defaultdict[Pair, list[int]] = defaultdict(list)
    for point, pair in enumerate(pairs, first):
        places[pair].append(point)
    for samples, ridges in _products(places):
        _simulate(model, samples, ridges, plan, places, result)


def _products(pairs: Iterable[Pair]) -> Iterator[tuple[list[float], list[float]]]:
    """The pairs as product grids: sample complexities that come with the same ridges."""
    ridges: defaultdict[float, list[float]] = defaultdict(list)
    for alpha, ridge in pairs:
        ridges[alpha].append(ridge)
    alphas: defaultdict[tuple[float, ...], list[float]] = defaultdict(list)
    for alpha, several in ridges.items():
        alphas[tuple(sorted(several))].append(alpha)
    return ((sorted(together), list(several)) for several, together in alphas.items())


def _simulate(
    model: RidgeModel,
    alphas: list[float],
    ridges: list[float],
    plan: SimulationPlan,
    places: dict[Pair, list[int]],
    result: SimulatedPoints,
) -> None:
    """One product grid; pairs that fail together are tried one by one."""
    try:
        drawn = ensemble(model, plan.replace(workers=1, progress=False), alphas, ridges)
    except OutOfDomain as error:
        if len(alphas) * len(ridges) > 1:
            for alpha in alphas:
                for ridge in ridges:
                    _simulate(model, [alpha], [ridge], plan, places, result)
        else:
            result.messages.update(dict.fromkeys(places[alphas[0], ridges[0]], str(error)))
        return
    for i, alpha in enumerate(alphas):
        for j, ridge in enumerate(ridges):
            at = places[alpha, ridge]
            result.columns["samples"][at] = drawn.samples[i]
            for name in model.outputs:
                errors = drawn.errors[name][:, i, j]
                result.columns[f"{name}_simulation"][at] = errors.mean()
                result.columns[f"{name}_standard_error"][at] = standard_error(errors)
