"""Readouts of any convex loss: a = argmin sum_mu l(u_mu) + (ridge/2) |a|^2, u = y f or f - y.  Note: convex_losses.md.

Newton, which for losses with a second derivative almost everywhere converges in a few steps whatever the ridge.  A loss
with kinks has none there: it is replaced by its Moreau envelope about multipliers, which are updated until the envelope
is exact (the augmented Lagrangian; with piecewise quadratic losses and a falling width it ends after a few rounds).  So
one short solver serves all losses and the hard margin, to 1e-10, where coordinate descent would creep.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from rmt_asymptotics._types import Array
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.losses import ConvexFunction

SETTLED = 1e-11  # of the gradient, against the sizes of its two terms
EXACT = 1e-10  # of the envelope: distance between u and its proximal point
SHARPER = 0.1  # width of one envelope over that of the one before
NARROWEST = 1e-8
STEPS, ROUNDS = 200, 60
DECREASE = 1e-4  # share of the decrease promised by the slope that a step must keep
SHORTEST = 2.0**-30
DAMPING = 1e-3  # of the intercept, relative to its gradient: gone where Newton converges
HUGE = 1e12  # multipliers beyond: the samples cannot be fitted with this loss


@dataclass(frozen=True)
class Readout:
    """vector: a/sqrt(p), (p,).  intercept.  fitted (n,): f on the training set.  norm: |a|^2."""

    vector: Array
    intercept: float
    fitted: Array
    norm: float


@dataclass(frozen=True)
class _Samples:
    """u = signs (design a) - shifts; penalty (p,) is the ridge, and 0 for an intercept.

    gram (n, n): design design^T over the ridge, where there are fewer samples than features; else None.
    """

    design: Array
    signs: Array
    shifts: Array
    penalty: Array
    gram: Array | None

    def arguments(self, a: Array) -> Array:
        return np.asarray(self.signs * (self.design @ a) - self.shifts)


# u -> sum of the loss (or its envelope), g = -l', and its curvature
Local = Callable[[Array], tuple[float, Array, Array]]


def convex_readout(
    features: Array, labels: Array, loss: ConvexFunction, two_values: bool, ridge: float, intercept: bool
) -> Readout:
    """The minimiser for features (n, p) and labels (n,); raises `OutOfDomain` where a hard margin cannot fit them.

    >>> from rmt_asymptotics.losses import HingeLoss
    >>> hinge = HingeLoss().function(True)
    >>> found = convex_readout(np.array([[1.0], [-1.0]]), np.array([1.0, -1.0]), hinge, True, 0.5, False)
    >>> found.fitted.round(9)  # the ridge gains 2 a at a kink: a = 1
    array([ 1., -1.])
    """
    count, width = features.shape
    design = features / np.sqrt(width)
    penalty = np.full(width, ridge)
    gram = design @ design.T / ridge if count < width and not intercept else None
    if intercept:
        design, penalty = np.column_stack([design, np.ones(count)]), np.append(penalty, 0.0)
    signs, shifts = (labels, np.zeros(count)) if two_values else (np.ones(count), labels)
    samples = _Samples(design, signs, shifts, penalty, gram)
    start = np.zeros(len(penalty))
    a = _augmented(samples, loss, start) if _has_jumps(loss) else _newton(samples, _smooth(loss), start)
    vector = a[:width]
    return Readout(vector / np.sqrt(width), float(a[width:].sum()), design @ a, float(vector @ vector))


def _has_jumps(loss: ConvexFunction) -> bool:
    before, after = loss.slopes(loss.kinks)
    return bool(np.any(after > before))


def _smooth(loss: ConvexFunction) -> Local:
    def local(u: Array) -> tuple[float, Array, Array]:
        return float(np.sum(loss.value(u))), -loss.slopes(u)[0], loss.curvature(u)

    return local


def _envelope(loss: ConvexFunction, multipliers: Array, V: float) -> Local:
    """min_v l(v) + m (v - u) + (v - u)^2/(2V): as smooth as l without kinks, and equal to l where m = -l'(u)."""

    def local(u: Array) -> tuple[float, Array, Array]:
        found = loss.proximal((u - V * multipliers)[None, :], np.full(1, V))
        gap = found.prox[0] - u
        value = np.sum(loss.value(found.prox[0]) + multipliers * gap + gap**2 / (2 * V))
        return float(value), found.g[0], -found.slope[0]

    return local


def _augmented(samples: _Samples, loss: ConvexFunction, a: Array) -> Array:
    """Envelopes of falling width until one is exact."""
    multipliers, V = np.zeros(len(samples.signs)), 1.0
    for _ in range(ROUNDS):
        a = _newton(samples, _envelope(loss, multipliers, V), a)
        u = samples.arguments(a)
        found = loss.proximal((u - V * multipliers)[None, :], np.full(1, V))
        multipliers = found.g[0]
        if np.max(np.abs(found.prox[0] - u)) <= EXACT * (1 + np.max(np.abs(u))):
            return a
        if not np.max(np.abs(multipliers)) < HUGE:
            break
        V = max(NARROWEST, SHARPER * V)
    raise OutOfDomain("loss", loss, "one that can fit the samples: they are not separable")


def _newton(samples: _Samples, local: Local, a: Array) -> Array:
    """Damped Newton for sum local(u) + (1/2) penalty a^2."""
    design, signs, penalty = samples.design, samples.signs, samples.penalty
    u = samples.arguments(a)
    value, g, curvature = local(u)
    value += 0.5 * float(penalty @ a**2)
    for _ in range(STEPS):
        pull, weight = design.T @ (signs * g), penalty * a
        gradient = weight - pull
        if np.linalg.norm(gradient) <= SETTLED * (1e-6 + np.linalg.norm(weight) + np.linalg.norm(np.abs(g))):
            break
        step = _direction(samples, curvature, gradient)
        slope, along, share = float(gradient @ step), signs * (design @ step), 1.0
        while True:
            moved = a - share * step
            new, new_g, new_curvature = local(u - share * along)
            new += 0.5 * float(penalty @ moved**2)
            if new <= value - DECREASE * share * slope or share < SHORTEST:
                break
            share /= 2
        if not new < value + 1e-13 * abs(value):
            break  # rounding
        a, u, value, g, curvature = moved, u - share * along, new, new_g, new_curvature
    return a


def _direction(samples: _Samples, curvature: Array, gradient: Array) -> Array:
    """(penalty + design^T curvature design)^-1 gradient, in as many unknowns as curved samples or features."""
    active = curvature > 0
    design, weight, penalty = samples.design[active], curvature[active], samples.penalty
    if samples.gram is not None and len(weight) < len(penalty):
        inner = samples.gram[np.ix_(active, active)] + np.diag(1 / weight)
        scaled = gradient / penalty
        rest = linalg.cho_solve(linalg.cho_factor(inner, check_finite=False), design @ scaled, check_finite=False)
        return np.asarray(scaled - (design.T @ rest) / penalty)
    rows = design * np.sqrt(weight)[:, None]
    hessian = rows.T @ rows
    # an intercept has no penalty, and no curvature where all samples are on linear pieces
    hessian[np.diag_indices(len(penalty))] += np.where(penalty > 0, penalty, DAMPING * (1e-9 + np.abs(gradient)))
    return np.asarray(linalg.cho_solve(linalg.cho_factor(hessian, check_finite=False), gradient, check_finite=False))
