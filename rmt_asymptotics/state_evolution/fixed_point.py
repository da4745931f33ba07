"""The fixed point of ridge regression for any number of classes, at many points together.

Newton in log(1 + V); where that strays, Newton in V from above, which descends monotonically [uniq.1, uniq.2].
The unknown is V on its grid, the linear systems are as small as the span of V.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Array, Numbers
from rmt_asymptotics.canonical.problem import Controls, Features
from rmt_asymptotics.equations.bulk import LARGEST_STEP, QUADRATIC, ROUNDING, conjugates, respond, variances
from rmt_asymptotics.equations.reduction import ReducedJacobian
from rmt_asymptotics.equations.response import NodeResponse, Response
from rmt_asymptotics.equations.square_loss import denominators
from rmt_asymptotics.state_evolution._kernels import STEPS, STEPS_FROM_ABOVE, one_class_points
from rmt_asymptotics.threads import in_parallel

PART = 8192  # points that follow each other; the cuts do not depend on who computes


@dataclass(frozen=True)
class MapAt:
    """One application of the map at V (P, N): den, t (P, K) that solves se.4 there, and the response of the bulk."""

    den: Array
    t: Array
    bulk: Response
    on_nodes: NodeResponse

    @property
    def psi(self) -> Array:
        return self.on_nodes.V


@dataclass(frozen=True)
class FixedPoints:
    """Solutions at P points: V (P, N), the map there, and the number of Newton steps (P,)."""

    V: Array
    map: MapAt
    iterations: NDArray[np.intp]

    @property
    def residual(self) -> Array:
        """max |Psi(V) - V|/(1 + |V|), (P,)."""
        return np.asarray(np.max(np.abs(self.map.psi - self.V) / (1 + np.abs(self.V)), axis=-1))


def map_at(features: Features, controls: Controls, V: Array, t: Array) -> MapAt:
    """se.1-se.5 at V (P, N), the inner Newton for t started from `t`."""
    bulk, ratio = features.bulk, controls.dimension_ratio
    den = denominators(features.weights, V, controls.sample_complexity)
    sums = conjugates(bulk, den, ratio, controls.ridge)
    t = variances(bulk, sums, ratio, t)
    response = respond(bulk, sums, ratio, t)
    return MapAt(den, t, response, response.on(bulk.functions, bulk.residual))


def newton_matrix(features: Features, at: MapAt, V: Array) -> ReducedJacobian:
    """I - D, D = d log(1 + Psi)/d log(1 + V): an M-matrix at every V [uniq.1]."""
    skeleton = features.skeleton
    kernel = at.bulk.on(skeleton.functions, skeleton.residual).kernel
    return ReducedJacobian(skeleton, kernel, 1 / (1 + at.psi), at.den)


def fixed_points(features: Features, controls: Controls, V: Array, t: Array) -> FixedPoints:
    """Solve every point of `controls`, started from V (P, N) and t (P, K); one class from where its twin starts."""
    if len(features.class_weights) == 1:
        return _one_class(features, controls)
    V, t, iterations = V.copy(), t.copy(), np.zeros(len(V), np.intp)
    active = np.arange(len(V))
    for steps, logarithmic in ((STEPS, True), (STEPS_FROM_ABOVE, False)):
        if not logarithmic and len(active):
            V[active] = features.class_weights @ features.power / controls.ridge[active, None]
            t[active] = 1 / controls.ridge[active, None]
        for _ in range(steps):
            if not len(active):
                break
            V[active], t[active], done = _step(features, controls.at(active), V[active], t[active], logarithmic)
            iterations[active] += 1
            active = active[~done]
    return FixedPoints(V, map_at(features, controls, V, t), iterations)


def _one_class(features: Features, controls: Controls) -> FixedPoints:
    state = np.zeros((len(controls.ridge), 2))
    steps = one_class_states(features, controls, state)
    V = state @ np.array([features.linear[0] ** 2, features.residual[0]])
    return FixedPoints(V, map_at(features, controls, V, state[:, 1:]), steps)


def one_class_states(features: Features, controls: Controls, state: Numbers) -> NDArray[np.intp]:
    """The compiled twin for one class of neurons: V1 and t (P, 2) in `state`, where each point starts; Newton steps."""
    steps = np.zeros(len(state), np.intp)
    bulk, points = kernel_arguments(features, controls, state.dtype)

    def solve(part: slice) -> None:
        one_class_points(*bulk, *(values[part] for values in points), state[part], steps[part])

    in_parallel(solve, kernel_parts(state))
    return steps


def kernel_arguments(
    features: Features, controls: Controls, dtype: np.dtype[Any]
) -> tuple[tuple[Numbers, ...], tuple[Numbers, ...]]:
    """What kernels need of one class, and of the points, in one dtype but for the weights."""
    bulk = (features.linear[0] ** 2, features.residual[0], features.shares, features.variances[:, 0])
    points = (controls.sample_complexity, controls.dimension_ratio, controls.ridge)
    cast = [np.asarray(array, dtype) for array in (*bulk, *points)]
    return (features.weights, *cast[:4]), tuple(cast[4:])


def kernel_parts(state: Numbers) -> list[slice]:
    """The points by parts that follow each other."""
    return [slice(first, first + PART) for first in range(0, len(state), PART)]


def _step(
    features: Features, controls: Controls, V: Array, t: Array, logarithmic: bool
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """One Newton step at every point, and which of them need no other."""
    at = map_at(features, controls, V, t)
    ratio = (1 + V) / (1 + at.psi)
    ones = np.ones_like(V)
    if logarithmic:
        change, amplified = np.moveaxis(
            newton_matrix(features, at, V).solve(np.stack([-np.log(ratio), ones], axis=-1)), -1, 0
        )
        moved = np.expm1(np.log1p(V) + np.clip(change, -LARGEST_STEP, LARGEST_STEP))
    else:
        jacobian = newton_matrix(features, at, V)
        plain = ReducedJacobian(jacobian.skeleton, jacobian.kernel, 1 / (1 + V), at.den)
        change, amplified = np.moveaxis(plain.solve(np.stack([(at.psi - V) / (1 + V), ones], axis=-1)), -1, 0)
        moved = V + change * (1 + V)
    enough = np.maximum(QUADRATIC, ROUNDING * np.max(amplified, axis=-1))
    return moved, at.t, np.max(np.abs(change), axis=-1) <= enough
