"""Moments of the residual labels y'_o = y_o - E[g_o] E sigma that a gradient step descends.

Notes: theory_notes/one_step.md, several_directions.md [multi.3].
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import comb, prod

import numpy as np
from numpy.polynomial.hermite_e import hermeval

from rmt_asymptotics._types import Array
from rmt_asymptotics.activations import Activation
from rmt_asymptotics.canonical.label_moments import RADIUS, SPACINGS
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.gaussian.conditional import LARGEST, ORDERS, split_rule
from rmt_asymptotics.gaussian.expectations import expectation
from rmt_asymptotics.gaussian.lattice import lattice_rule
from rmt_asymptotics.gaussian.quadrature import Rule
from rmt_asymptotics.labels import Labels
from rmt_asymptotics.models import OneStepNetwork
from rmt_asymptotics.remembered import remembered
from rmt_asymptotics.targets import MultiIndexTarget, Target

SETTLED = 1e-13  # change of a mean from rule to rule, relative to the mean of the absolute value
MOST_NODES = 3_000_000


@dataclass(frozen=True)
class ResidualMoments:
    """Noise included, of q outputs on L directions z.

    mean (q,): ybar.  along (q, L): C1 = E y'_o z.  bent (q, L, L): E y'_o (zz^T - 1).  second (q, q): Y2.
    second_along (q, q, L): E y'_o y'_p z.  third (q, q, q).
    """

    mean: Array
    along: Array
    bent: Array
    second: Array
    second_along: Array
    third: Array


def residual_moments(model: OneStepNetwork, shifts: Array) -> ResidualMoments:
    """The moments of labels less `shifts` (q,), the network's initial outputs."""
    if not model.has_several_directions:
        m = residual_moment(model, float(shifts[0]))
        orders = [(1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (3, 0)]
        shapes = [(1,), (1, 1), (1, 1, 1), (1, 1), (1, 1, 1), (1, 1, 1)]
        return ResidualMoments(*[np.full(shape, m(*order)) for order, shape in zip(orders, shapes, strict=True)])
    targets, noise = model.step_targets or (model.target,), model.noise_variance
    count = max(getattr(target, "directions", 1) for target in (*targets, model.target))
    ybar, C1, H, Y2, y2z, y3 = _joint_moments(targets, tuple(shifts.tolist()), count)
    one = np.eye(len(targets))
    added = one[:, :, None] * ybar + one[:, None, :] * ybar[:, None] + one * ybar[:, None, None]
    return ResidualMoments(ybar, C1, H, Y2 + noise * one, y2z, y3 + noise * added)


def residual_moment(model: OneStepNetwork, shift: float) -> Callable[[int, int], float]:
    """E[y'^power He_degree] of one output on one direction, noise included."""
    mean = partial(_moment, model.labels, model.single_target, shift)

    def moment(power: int, degree: int) -> float:
        noise = [comb(power, j) * prod(range(1, j, 2)) * model.noise_variance ** (j // 2) for j in range(0, power, 2)]
        return sum(factor * mean(power - 2 * i, degree) for i, factor in enumerate(noise) if factor) + (
            prod(range(1, power, 2)) * model.noise_variance ** (power // 2) if power % 2 == degree == 0 else 0.0
        )

    return moment


@remembered(maxsize=512)
def _moment(labels: Labels, target: Activation, shift: float, power: int, degree: int) -> float:
    """E[y'^power He_degree] without noise."""
    weight = [0.0] * degree + [1.0]
    weighted = Activation(lambda z: labels.power(target(z), shift, power) * hermeval(z, weight), name=target.name)
    return expectation(weighted, labels.kinks(target), field="target")


@remembered(maxsize=64)
def _joint_moments(targets: tuple[Target, ...], shifts: tuple[float, ...], count: int) -> tuple[Array, ...]:
    """Those of `ResidualMoments`, without noise."""
    kinks = sorted({kink for target in targets for kink in target.kinks})
    before: tuple[Array, ...] | None = None
    for rule in _rules(kinks, count):
        z, weights = rule.nodes.reshape(-1, count), rule.weights
        with np.errstate(all="ignore"):
            y = np.array([values_at(target, z) - shift for target, shift in zip(targets, shifts, strict=True)])
        if not np.all(np.abs(y) <= LARGEST):
            raise OutOfDomain("target", targets[0], f"a function with values that are finite and below {LARGEST:g}")
        found, sizes = _moments(y, z, weights), _moments(np.abs(y), np.abs(z), weights)
        pairs = zip(found, before or (), sizes, strict=False)
        if before is not None and all(np.all(np.abs(a - b) <= SETTLED * np.max(size)) for a, b, size in pairs):
            ybar, C1, second, *rest = found
            return ybar, C1, second - ybar[:, None, None] * np.eye(count), *rest
        before = found
    raise OutOfDomain("target", targets[0], "resolved by quadrature: smooth, without kinks and jumps")


def _moments(y: Array, z: Array, weights: Array) -> tuple[Array, ...]:
    wy = weights * y
    pairs = np.einsum("on,pn->opn", wy, y)
    return (
        wy.sum(axis=1), wy @ z, np.einsum("on,na,nb->oab", wy, z, z, optimize=True), pairs.sum(axis=-1), pairs @ z,
        pairs @ y.T,
    )  # fmt: skip


def values_at(target: Target, z: Array) -> Array:
    """f_* at projections (N, L)."""
    return target(z) if isinstance(target, MultiIndexTarget) else target(z[:, 0])


def _rules(kinks: Sequence[float], count: int) -> Iterator[Rule]:
    """Finer and finer rules for N(0, 1)^L; in one dimension split at the kinks."""
    if count == 1:
        for order in ORDERS:
            nodes, weights = split_rule(kinks, np.zeros((1, 1)), np.ones((1, 1)), order)
            yield Rule(nodes[0].copy(), weights[0].copy())
        return
    for spacing in SPACINGS:
        if (2 * RADIUS / spacing) ** count <= MOST_NODES:
            yield lattice_rule((spacing,) * count, RADIUS)
