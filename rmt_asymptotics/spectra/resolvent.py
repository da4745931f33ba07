"""State evolution at ridge = -z for complex z: the resolvent of Phi^T Phi/p.  Note: theory_notes/spectra.md [spec.1].

All functions work on P points at once; arrays have the point as their first axis.  For Im z > 0 there is one solution
with Im t_k > 0 and Im V >= 0; on the real axis its limit is, inside the bulk, the only one with Im t_k > 0.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Array
from rmt_asymptotics.spectra.bulk import Bulk

Numbers: TypeAlias = NDArray[np.inexact[Any]]  # real or complex

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

    def trace(self, bulk: Bulk) -> Numbers:
        """sum_k pi_k t_k: the normalised trace of the resolvent."""
        return self.t @ bulk.class_weights


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


def linearise(bulk: Bulk, z: Numbers, V: Numbers, t: Numbers) -> Linearised:
    """The equations se.1-se.5 at (V, t) with ridge = -z, and their derivatives jac.1 in V and t together."""
    # notation: pi, b, m2 (on the skeleton: b_s, m2_s), beta
    pi, b, m2, beta, E = bulk.class_weights, bulk.linear, bulk.residual, bulk.width_ratio, bulk.extension
    b_s, m2_s = b[:, bulk.skeleton], m2[:, bulk.skeleton]
    inverse = 1 / (1 + V @ E.T)
    h = bulk.samples_per_feature * bulk.weights * inverse
    Vh1, Vh2 = (h[:, None, :] * b) @ b.T, h @ m2.T  # [se.2]
    C = beta * pi * t  # [se.3]
    classes, count = len(pi), len(bulk.skeleton)
    right = np.concatenate([Vh1, np.broadcast_to(b_s, (len(z), classes, count))], axis=2)
    solved = solve(np.eye(classes) + Vh1 * C[:, None, :], right)
    M, y = solved[:, :, :classes], solved[:, :, classes:]  # M = N^T Vh1 = Vh1 N, y = N^T b
    gram = (C[:, :, None] * b_s).transpose(0, 2, 1) @ y  # b^T X b  [se.5]
    Y = y**2 + m2_s
    mismatch = 1 - t * (Vh2 - z[:, None] + np.diagonal(M, axis1=1, axis2=2))  # [se.4]
    D = np.sqrt(pi) * t
    right = np.concatenate([D[:, :, None] * Y, (np.sqrt(pi) * mismatch)[:, :, None], D[:, :, None]], axis=2)
    middle = np.eye(classes) - beta * D[:, :, None] * M**2 * D[:, None, :]
    LY = D[:, :, None] * solve(middle, right)  # L Y, L rho, L 1  [jac.1]
    shift, drift, LY = LY[:, :, count], LY[:, :, count + 1], LY[:, :, :count]
    S = Y.transpose(0, 2, 1) @ LY + gram**2 / beta
    slope = (E.T * (h * inverse)[:, None, :]) @ E
    psi = np.diagonal(gram, axis1=1, axis2=2) / beta + (pi * t) @ m2_s  # [se.1]
    change = psi - V
    distance = np.maximum(np.max(np.abs(change) / (1 + np.abs(V)), axis=1), np.max(np.abs(mismatch), axis=1))
    respond = Y.transpose(0, 2, 1)
    gap = change + (respond @ shift[:, :, None])[:, :, 0]
    source = (respond @ drift[:, :, None])[:, :, 0]
    return Linearised(S @ slope, gap, source, LY @ slope, shift, drift, distance)


def solve(matrices: Numbers, right: Numbers) -> Numbers:
    """Solutions of stacked linear systems, nan where a matrix is singular."""
    try:
        return np.linalg.solve(matrices, right)
    except np.linalg.LinAlgError:
        if matrices.ndim == 2:
            return np.full_like(right, np.nan)
        return np.array([solve(matrix, columns) for matrix, columns in zip(matrices, right, strict=True)])


def newton(bulk: Bulk, states: States) -> States:
    """Newton in V and t together, kept in the upper half-plane; every point ends with the distance it reached."""
    with np.errstate(all="ignore"):  # points that stray to infinity end with a distance that says so
        return _newton(bulk, states)


def _newton(bulk: Bulk, states: States) -> States:
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
        dV = solve(np.eye(V.shape[1]) - at.jacobian, at.gap[:, :, None])
        dt = ((at.back @ dV)[:, :, 0] + at.shift) / bulk.class_weights
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


def resolvent(bulk: Bulk, x: Array) -> States:
    """The limits at x + i0 of points x (P,) != 0: real off the bulk, Im t_k > 0 inside it.

    Points off the bulk keep an imaginary part of rounding; points at an edge stay at a tiny Im z > 0.
    """
    return land(bulk, descend(bulk, x))


def descend(bulk: Bulk, x: Array) -> States:
    """Solutions at a relative height of 1e-10 above points x (P,) != 0 of the real axis.

    From far above, where t = -1/z, down in steps whose length adapts to the success of Newton.
    """
    v = bulk.class_weights @ (bulk.linear**2 + bulk.residual)[:, bulk.skeleton]
    y = 10.0 * (np.abs(x) + bulk.bound)
    z = x + 1j * y
    t = np.repeat((-1 / z)[:, None], len(bulk.class_weights), axis=1)
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


def land(bulk: Bulk, states: States) -> States:
    """From just above the real axis onto it; where that fails (at an edge) the point above stays."""
    landed = newton(bulk, States(states.z.real + 0j, states.V, states.t, states.distance))
    return put(states, physical(landed), landed.at(physical(landed)))


def interpolate(bulk: Bulk, known: States, x: Array) -> States:
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
