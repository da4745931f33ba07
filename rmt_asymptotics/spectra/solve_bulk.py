"""From a canonical problem to its solved bulk: outer edges, scan, gaps, refinement.  Note: theory_notes/spectra.md."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.problem import Features
from rmt_asymptotics.spectra.bulk import MOVED, SHORT_TAIL, TAIL, FeatureMatrix, body
from rmt_asymptotics.spectra.bulk_spectrum import BulkSpectrum, counting
from rmt_asymptotics.spectra.edges import Gap, inner_gaps, outer_gaps
from rmt_asymptotics.spectra.resolvent import States, descend, interpolate, resolvent

BEYOND = 1e-7  # an edge with more eigenvalues than this beyond it is none
COARSE, HALVINGS = 24, 3  # points of the first scan, and how often it is halved
LOWEST = 1e-6  # of the mean eigenvalue: where a scan of a bulk that reaches 0 begins
SETTLED = 1e-7  # change of the distribution function under refinement
STALLED = 0.2  # a refinement that leaves more than this of the last change meets a tail that no grid resolves
LARGEST = 60_000  # classes^2 x nodes beyond which nothing is refined


def resolved_bulk(
    features_at: Callable[[int], Features], levels: int, sample_complexity: float, dimension_ratio: float
) -> tuple[BulkSpectrum, float]:
    """The bulk at the refinement where its distribution function settles, and the last change of that.  [spec.7]"""
    result, change = solved_bulk(features_at(0), sample_complexity, dimension_ratio), np.inf
    if result.bulk.features.exact:
        return result, 0.0
    for level in range(1, levels):
        features = features_at(level)
        if len(features.class_weights) ** 2 * len(features.weights) > LARGEST:
            break
        coarse, result = result, solved_bulk(features, sample_complexity, dimension_ratio, result)
        x = result.states.z.real[:: 2**HALVINGS]
        previous, change = change, float(np.max(np.abs(result.cumulative(x) - coarse.cumulative(x))))
        if change <= SETTLED or change > STALLED * previous:
            break
    return result, change


def solved_bulk(
    features: Features, sample_complexity: float, dimension_ratio: float, coarse: BulkSpectrum | None = None
) -> BulkSpectrum:
    """One refinement; gaps that the coarser one does not have are artefacts of its grid."""
    bulk = FeatureMatrix(body(features, TAIL), sample_complexity, dimension_ratio)
    below, above = outer_gaps(bulk)
    low, high = _outer(below, above)
    states = scan(bulk, max(low, LOWEST * bulk.mean), high)
    inside = [gap for gap in inner_gaps(bulk, states) if low < gap.left.x < gap.right.x < high]
    inner = [gap for gap in inside if _is_empty(bulk, gap) and _persists(gap, coarse)]
    has_low, has_high = _have_edges(features, bulk, (low, high))
    middles = np.array([0.5 * (gap.left.x + gap.right.x) for gap in inner])
    filling = counting(bulk, descend(bulk, middles)) if len(middles) else middles
    ends = [
        low if has_low else 0.0,
        *(x for gap in inner for x in (gap.left.x, gap.right.x)),
        high if has_high else np.inf,
    ]
    gaps = [below] * (has_low and bulk.atom_at_zero > 0) + inner + [above]
    return BulkSpectrum(
        bulk=bulk, states=states, intervals=np.array(ends).reshape(-1, 2),
        filling=np.array([bulk.atom_at_zero, *filling, 1.0]), gaps=tuple(gap for gap in gaps if gap is not None),
    )  # fmt: skip


def _outer(below: Gap | None, above: Gap) -> tuple[float, float]:
    return (0.0 if below is None else below.right.x), above.left.x


def _have_edges(features: Features, bulk: FeatureMatrix, ends: tuple[float, float]) -> tuple[bool, bool]:
    """Whether the lowest and the highest edge belong to the bulk: they stay, and nothing lies beyond them.  [spec.6]"""
    short, kept = body(features, SHORT_TAIL), bulk.features
    if (len(short.weights), len(short.class_weights)) == (len(kept.weights), len(kept.class_weights)):
        return ends[0] > 0, True
    shorter = _outer(*outer_gaps(replace(bulk, features=short)))
    filled = [counting(bulk, descend(bulk, np.array([x])))[0] if x else bulk.atom_at_zero for x in ends]
    stays = [abs(x - y) <= MOVED * x for x, y in zip(ends, shorter, strict=True)]
    has_low = ends[0] > 0 and stays[0] and abs(filled[0] - bulk.atom_at_zero) <= BEYOND
    return bool(has_low), bool(stays[1] and abs(filled[1] - 1) <= BEYOND)


def _is_empty(bulk: FeatureMatrix, gap: Gap) -> bool:
    filled = counting(bulk, descend(bulk, np.array([gap.left.x, gap.right.x])))
    return bool(abs(filled[1] - filled[0]) <= BEYOND)


def _persists(gap: Gap, coarse: BulkSpectrum | None) -> bool:
    if coarse is None:
        return True
    moved = [max(abs(gap.left.x - old.left.x), abs(gap.right.x - old.right.x)) for old in coarse.gaps]
    return min(moved, default=np.inf) <= MOVED * (gap.right.x - gap.left.x)


def scan(bulk: FeatureMatrix, low: float, high: float) -> States:
    """Solutions on a grid of the interval, dense at its ends on a logarithmic scale; halved from a coarse one."""

    def x_of(angles: Array) -> Array:
        return np.exp(0.5 * (np.log(high) + np.log(low) - np.log(high / low) * np.cos(angles)))

    count = COARSE
    states = resolvent(bulk, x_of(np.linspace(0, np.pi, count + 1)[1:-1]))
    for _ in range(HALVINGS):
        count *= 2
        new = interpolate(bulk, states, x_of(np.linspace(0, np.pi, count + 1)[1:-1:2]))
        joined = States(*(np.concatenate([getattr(states, f), getattr(new, f)]) for f in ("z", "V", "t", "distance")))
        states = joined.at(np.argsort(joined.z.real))
    return states
