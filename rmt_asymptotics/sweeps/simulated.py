"""Monte Carlo at the points of a block: the sample sizes and ridges of one network share its draws."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rmt_asymptotics._types import Array
from rmt_asymptotics.errors import OutOfDomain, whole_number
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.montecarlo.curve import QUANTITIES
from rmt_asymptotics.montecarlo.ensemble import ensemble
from rmt_asymptotics.montecarlo.simulation import standard_error

NESTED = ("sample_complexity", "ridge")  # fields that share a network and its draws
SIMULATED = ("samples", *(f"{name}_{kind}" for name in QUANTITIES for kind in ("simulation", "standard_error")))
Pair = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class SimulationPlan:
    """How the networks of a sweep are simulated; the numbers at a point are those of `simulate` there, to rounding.

    dimension: d.  replicas: draws a point, >= 2.  seed: of every point, so that neighbours share their draws and a
    map is smooth; repeat with another seed for independent errors.  test_samples: fresh samples a replica.

    >>> SimulationPlan(dimension=200, replicas=10).seed
    0
    """

    dimension: int
    replicas: int = 20
    seed: int = 0
    test_samples: int | None = None

    def __post_init__(self) -> None:
        for name, least in (("dimension", 1), ("replicas", 2), ("seed", 0), ("test_samples", 1)):
            value = getattr(self, name)
            if name != "test_samples" or value is not None:
                object.__setattr__(self, name, whole_number(name, value, least=least))


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
        drawn = ensemble(
            model, alphas, ridges, dimension=plan.dimension, replicas=plan.replicas, seed=plan.seed, workers=1,
            test_samples=plan.test_samples, progress=False,
        )  # fmt: skip
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
            for name in QUANTITIES:
                errors = drawn.errors[name][:, i, j]
                result.columns[f"{name}_simulation"][at] = errors.mean()
                result.columns[f"{name}_standard_error"][at] = standard_error(errors)
