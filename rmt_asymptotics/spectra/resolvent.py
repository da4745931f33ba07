"""State evolution at ridge = -z for complex z: the resolvent of Phi^T Phi/p.  Note: theory_notes/spectra.md [spec.1].

All functions work on P points at once; arrays have the point as their first axis.  For Im z > 0 there is one solution
with Im t_k > 0 and Im V >= 0; on the real axis its limit is, inside the bulk, the only one with Im t_k > 0.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Array, Numbers
from rmt_asymptotics.equations.bulk import conjugates, respond
from rmt_asymptotics.equations.stacked import solved
from rmt_asymptotics.spectra.bulk import FeatureMatrix

CONVERGED = 1e-10  # distance from the map after which one more Newton step ends at rounding
ACCEPTED = 1e-8  # largest distance of an accepted point after that step
ROUNDING = 1e-13  # relative, of imaginary parts
STEPS = 24
SHARE = 0.9  # of the way to the real axis that one step may take
FAREST_CONTRACTION = 1e-3  # smallest factor by which Im z shrinks at once
CLOSEST = 1e-10  # Im z, relative, from which the last step to the real axis starts


@dataclass(frozen=True)
class States:
    """Solutions at z (P,): V on the skeleton (P, r), t (P, K), distance (P,) from the map."""

    z: Numbers
    V: Numbers
    t: Numbers
    distance: Array

    def at(self, points: Any) -> "States":
        return States(self.z[points], self.V[points], self.t[points], self.distance[points])

    def trace(self, bulk: FeatureMatrix) -> Numbers:
        """sum_k pi_k t_k: the normalised trace of the resolvent."""
        return self.t @ bulk.features.class_weights


@dataclass(frozen=True)
class Linearised:
    """First order of the map: dV = J dV + gap + source dz on the skeleton, pi dt = back dV + shift + drift dz."""

    jacobian: Numbers
    gap: Numbers
    source: Numbers
    back: Numbers
    shift: Numbers
    drift: Numbers
    distance: Array


def linearise(bulk: FeatureMatrix, z: Numbers, V: Numbers, t: Numbers) -> Linearised:
    """The equations at (V, t) with ridge = -z, and their derivatives in V and t together.  [spec.1]"""
    features, skeleton = bulk.features, bulk.features.skeleton
    E, ratio = skeleton.extension, np.full(len(z), bulk.dimension_ratio)
    one_plus_V = 1 + V @ E.T
    den = bulk.sample_complexity * features.weights / one_plus_V
    sums = conjugates(features.bulk, den, ratio, -z)
    at = respond(features.bulk, sums, ratio, t)
    here = at.on(skeleton.functions, skeleton.residual)
    slope = (E.T * (den / one_plus_V)[:, None, :]) @ E
    shift = (at.theta @ at.mismatch[:, :, None])[:, :, 0]
    change, weights = here.V - V, np.ones_like(t)
    distance = np.maximum(np.max(np.abs(change) / (1 + np.abs(V)), axis=1), np.max(np.abs(t * at.mismatch), axis=1))
    return Linearised(
        jacobian=here.kernel @ slope,
        gap=change + here.by_rates(at.mismatch),
        source=here.by_rates(weights),
        back=bulk.dimension_ratio * at.theta @ here.Y @ slope,
        shift=shift,
        drift=np.sum(at.theta, axis=2),
        distance=distance,
    )


def newton(bulk: FeatureMatrix, states: States) -> States:
    """Newton in V and t together, kept in the upper half-plane; every point ends with the distance it reached."""
    with np.errstate(all="ignore"):  # points that stray to infinity end with a distance that says so
        return _newton(bulk, states)


def _newton(bulk: FeatureMatrix, states: States) -> States:
    z, V, t = states.z, states.V.copy(), states.t.copy()
    distance = np.full(len(z), np.inf)
    active = np.arange(len(z))
    for _ in range(STEPS):
        at = linearise(bulk, z[active], V[active], t[active])
        finished = (distance[active] <= CONVERGED) | ~np.isfinite(at.distance)
        distance[active] = at.distance
        active, at = active[~finished], _rows(at, ~finished)
        if not len(active):
            break
        dV = solved(np.eye(V.shape[1]) - at.jacobian, at.gap[:, :, None])
        dt = ((at.back @ dV)[:, :, 0] + at.shift) / bulk.features.class_weights
        part = np.minimum(_length(t[active], dt), _length(V[active], dV[:, :, 0]))
        V[active] = V[active] + part * dV[:, :, 0]
        t[active] = t[active] + part * dt
    return States(z, V, t, distance)


def _rows(at: Linearised, rows: NDArray[np.bool_]) -> Linearised:
    return Linearised(*(getattr(at, name)[rows] for name in Linearised.__dataclass_fields__))


def _length(values: Numbers, change: Numbers) -> Array:
    """The part of a step, (P, 1), that leaves each imaginary part a tenth of its size; all of it for real points."""
    falling = (np.imag(values) > 0) & (np.imag(change) < 0)
    room = np.where(falling, SHARE * np.imag(values), 1.0) / np.where(falling, -np.imag(change), 1.0)
    return np.min(np.minimum(room, 1.0), axis=1)[:, None]


def resolvent(bulk: FeatureMatrix, x: Array) -> States:
    """The limits at x + i0 of points x (P,) != 0: real off the bulk, Im t_k > 0 inside it.

    Points off the bulk keep an imaginary part of rounding; points at an edge stay at a tiny Im z > 0.
    """
    return land(bulk, descend(bulk, x))


def descend(bulk: FeatureMatrix, x: Array) -> States:
    """Solutions at a relative height of 1e-10 above points x (P,) != 0 of the real axis.

    From far above, where t = -1/z, down in steps whose length adapts to the success of Newton.
    """
    features = bulk.features
    v = features.class_weights @ features.power[:, features.skeleton.nodes]
    y = 10.0 * (np.abs(x) + bulk.bound)
    z = x + 1j * y
    t = np.repeat((-1 / z)[:, None], len(features.class_weights), axis=1)
    states = newton(bulk, States(z, v * t[:, :1], t, np.zeros(len(x))))
    factor = np.full(len(x), 0.1)
    last = CLOSEST * np.abs(x)
    for _ in range(200):
        moving = np.flatnonzero((states.z.imag > last) & (factor < 0.99))
        if not len(moving):
            break
        lower = np.maximum(states.z.imag[moving] * factor[moving], last[moving])
        tried = newton(bulk, States(x[moving] + 1j * lower, states.V[moving], states.t[moving], lower))
        good = physical(tried)
        factor[moving] = np.where(good, np.maximum(factor[moving] ** 1.5, FAREST_CONTRACTION), np.sqrt(factor[moving]))
        states = put(states, moving[good], tried.at(good))
    return states


def land(bulk: FeatureMatrix, states: States) -> States:
    """From just above the real axis onto it; where that fails (at an edge) the point above stays."""
    landed = newton(bulk, States(states.z.real + 0j, states.V, states.t, states.distance))
    return put(states, physical(landed), landed.at(physical(landed)))


def interpolate(bulk: FeatureMatrix, known: States, x: Array) -> States:
    """The limits at points x (P,) inside the bulk, started from solutions known at increasing real parts.

    A solution there with Im t_k > 0 is the right one wherever it was started; points that miss it go the long way.
    """
    if len(known.z) == 0:
        return resolvent(bulk, x)
    at = known.z.real
    start = [np.array([np.interp(x, at, f) for f in array.T]).T for array in (known.V, known.t)]
    found = newton(bulk, States(x + 0j, start[0], start[1], np.zeros(len(x))))
    missed = ~(physical(found) & (np.min(found.t.imag, axis=1) > ACCEPTED * np.max(abs(found.t), axis=1)))
    return put(found, missed, resolvent(bulk, x[missed])) if np.any(missed) else found


def physical(states: States) -> NDArray[np.bool_]:
    """Converged, and t and V not in the lower half-plane by more than rounding."""
    upper = [
        np.min(values.imag, axis=1) >= -ROUNDING * np.max(np.abs(values), axis=1) for values in (states.t, states.V)
    ]
    return (states.distance <= ACCEPTED) & upper[0] & upper[1]


def put(states: States, points: Any, new: States) -> States:
    """`states` with some points replaced."""
    arrays = {name: np.array(getattr(states, name)) for name in ("z", "V", "t", "distance")}
    for name, array in arrays.items():
        array[points] = getattr(new, name)
    return States(**arrays)
