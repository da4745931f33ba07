"""Moments of f(shift + scale z), z ~ N(0, 1), by adaptive quadrature.  Note: canonical_problem.md [cge.1].

All moments that the theory needs (mean, covariance with z and with z^2 - 1, what mean and z leave of the
variance) come from one set of evaluations.  Nodes double until the moments are stable to rounding.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.callables import evaluated, name_of
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.gaussian.quadrature import CUTOFF, clustered, gaussian_density, legendre, sinh_rule

SETTLED = 1e-13  # change from rule to rule, relative to the second moment, that is rounding
ROUNDED = 2e-15  # a mean or slope below this share of the root mean square is 0, as by symmetry: widths of 1e16 see it
ARGUMENT = 8 * float(np.finfo(float).eps)  # rounding of shift + scale z in units of shift: kinks are off by it
FAINT = 1e-20  # second moments below this share of the largest are measured against that share
TAIL = 1e-12  # share of the largest second moment that may sit on the outermost nodes
ORDERS = tuple(48 * 2**level for level in range(9))
PLAIN = 384  # the largest order of Gauss-Legendre between kinks; what it leaves is singular there, or narrow
LARGEST = 1e150  # squares of values up to this size do not overflow
BLOCK = 1_000_000  # evaluations held in memory at once


@dataclass(frozen=True)
class ConditionalMoments:
    """E f, E[f z], E[f (z^2 - 1)] and E (f - E f - E[f z] z)^2, each of the shape of the shifts."""

    mean: Array
    linear: Array
    quadratic: Array
    residual: Array

    @property
    def second(self) -> Array:
        """E f^2."""
        return self.mean**2 + self.linear**2 + self.residual


def conditional_moments(
    function: Callable[[Array], Array],
    kinks: Sequence[float],
    shift: Array | float,
    scale: Array | float,
    *,
    field: str = "activation",
) -> ConditionalMoments:
    """Moments of function(shift + scale z) over z ~ N(0, 1), to about 1e-14 of the second moment.

    `shift` and `scale` >= 0 broadcast; `kinks` are the points where `function` or a derivative jumps.
    `residual` is the mean of a square, so no cancellation can make it negative.
    Raises `OutOfDomain` naming `field` where a value is not finite, where the tails beyond 12 standard deviations
    carry weight, and where no rule resolves the function.

    >>> m = conditional_moments(np.sign, (0.0,), 0.0, 1.0)
    >>> round(float(m.linear), 12), round(float(m.residual), 12)   # sqrt(2/pi), 1 - 2/pi
    (0.797884560803, 0.363380227632)
    """
    shifts, scales = (a.ravel() for a in np.broadcast_arrays(np.asarray(shift, float), np.asarray(scale, float)))
    result = np.empty((4, shifts.size))
    unsettled = np.arange(shifts.size)
    previous, outermost = _moments(function, kinks, shifts, scales, ORDERS[0], field)
    largest = float(np.max(_second_moment(previous)))
    if np.any(outermost > TAIL * largest):
        allowed = f"a function whose second moment under N(0, 1) comes from within {CUTOFF:g} standard deviations"
        raise OutOfDomain(field, name_of(function), allowed)
    for order in ORDERS[1:]:
        current, _ = _moments(function, kinks, shifts[unsettled], scales[unsettled], order, field)
        slack = SETTLED + ARGUMENT * np.abs(shifts[unsettled]) / np.maximum(scales[unsettled], np.finfo(float).tiny)
        moving = np.any(np.abs(current - previous) > slack * _sizes(current, largest), axis=0)
        result[:, unsettled] = current
        unsettled, previous = unsettled[moving], current[:, moving]
        if not unsettled.size:
            shape = np.broadcast_shapes(np.shape(shift), np.shape(scale))
            return ConditionalMoments(*result.reshape(4, *shape))
    raise unresolved(function, kinks, field)


def unresolved(function: Callable[[Array], Array], kinks: Sequence[float], field: str) -> OutOfDomain:
    """The refusal of a function that no rule resolves, with the likeliest reason."""
    probe = np.linspace(-3.1, 3.3, 64)
    values = evaluated(function, probe.copy(), field)
    single = values == values.astype(np.float32)
    if np.mean(single) > 0.5 and len(np.unique(values)) > 0.5 * len(values):
        allowed = "computed in double precision (its values are of single precision, which quadrature sees as steps)"
    elif kinks:
        allowed = f"resolved by quadrature between its kinks {tuple(kinks)}: declare further ones, or smooth it"
    else:
        allowed = "resolved by quadrature under N(0, 1): declare the points where it has kinks or jumps, or smooth it"
    return OutOfDomain(field, name_of(function), allowed)


def _second_moment(moments: Array) -> Array:
    return moments[0] ** 2 + moments[1] ** 2 + moments[3]


def _sizes(moments: Array, largest: float) -> Array:
    """What changes of the four moments are measured against: where a function saturates, the little that still varies.

    Rounding of the function itself, 1e-16 of its size, is 1/100 SETTLED of its root mean square; that of the
    Gaussian weight near a far kink leaves the residual 1e-11 of itself.
    """
    second = np.maximum(_second_moment(moments), FAINT * largest)
    rounding = 1e-2 * np.sqrt(second)
    deviation = np.sqrt(moments[1] ** 2 + moments[3]) + rounding
    rest = np.sqrt(moments[3])
    residual = 100 * rest * (rest + rounding) + FAINT * largest
    return np.array([np.sqrt(second), deviation, 2 * deviation, residual])


def _moments(
    function: Callable[[Array], Array], kinks: Sequence[float], shifts: Array, scales: Array, order: int, field: str
) -> tuple[Array, Array]:
    """The four moments of each entry from one rule, (4, entries), and the second moment on its outermost nodes."""
    result, outermost = np.empty((4, shifts.size)), np.empty(shifts.size)
    step = max(1, BLOCK // (order * (len(kinks) + 1)))
    for start in range(0, shifts.size, step):
        part = slice(start, start + step)
        z, weights = split_rule(kinks, shifts[part, None], scales[part, None], order)
        with np.errstate(all="ignore"):
            values = evaluated(function, shifts[part, None] + scales[part, None] * z, field)
            if not np.all(np.abs(values) <= LARGEST):
                allowed = f"a function with values that are finite and below {LARGEST:g} within {CUTOFF:g} deviations"
                raise OutOfDomain(field, name_of(function), allowed)
            mean = np.sum(weights * values, axis=1)
            deviations = values - mean[:, None]
            linear = np.sum(weights * z * deviations, axis=1)
            quadratic = np.sum(weights * (z * z - 1) * deviations, axis=1)
            rest = np.sum(weights * (deviations - linear[:, None] * z) ** 2, axis=1)
            mean[np.abs(mean) <= ROUNDED * np.sqrt(mean**2 + linear**2 + rest)] = 0
            linear[np.abs(linear) <= ROUNDED * np.sqrt(linear**2 + rest)] = 0
            result[:, part] = mean, linear, quadratic, rest
            outermost[part] = weights[:, 0] * values[:, 0] ** 2 + weights[:, -1] * values[:, -1] ** 2
    return result, outermost


def split_rule(kinks: Sequence[float], shift: Array, scale: Array, order: int) -> tuple[Array, Array]:
    """Nodes and weights: one smooth rule for all entries, or panels in asinh(z) split at each entry's kinks."""
    if not kinks:
        rule = sinh_rule(order)
        return rule.nodes[None, :], rule.weights[None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        cuts = np.nan_to_num((np.sort(kinks)[None, :] - shift) / scale, nan=0.0, posinf=CUTOFF, neginf=-CUTOFF)
    ends = np.full_like(shift, CUTOFF)
    edges = np.arcsinh(np.concatenate([-ends, np.clip(cuts, -CUTOFF, CUTOFF), ends], axis=1))
    unit, weights = legendre(order) if order <= PLAIN else clustered(order)
    lengths = np.diff(edges, axis=1)[:, :, None]
    s = edges[:, :-1, None] + lengths * unit
    z = np.sinh(s)
    masses = lengths * weights * np.cosh(s) * gaussian_density(z)
    return z.reshape(len(shift), -1), masses.reshape(len(shift), -1)
