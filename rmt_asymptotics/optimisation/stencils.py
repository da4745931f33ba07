"""Derivative of a translated problem with respect to one field, on a fixed grid.  Note: optimisation.md [grad.4].

On the grid of a model the arrays of its problem are smooth in every field, on a scale of order one in the coordinate of
its domain: differences of tenth order are good to rounding over the step.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.grids import Grid
from rmt_asymptotics.canonical.problem import Problem
from rmt_asymptotics.canonical.translation import problem_on
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.optimisation.analytic import arrays_of
from rmt_asymptotics.optimisation.fields import domain_of
from rmt_asymptotics.vocabulary.domains import Coordinate, Number

HALF = 5  # points on each side
ABSENT, PRESENT = 1e-12, 1e-8  # lengths of free directions, relative to the features: rounding, and not rounding


@dataclass(frozen=True)
class ArrayTangents:
    """Derivatives of the arrays of a problem by name.

    doubt: their difference from a stencil of lower order.  jump: of the slope at the point, zero where it is smooth.
    """

    tangent: dict[str, Array]
    doubt: dict[str, Array]
    jump: dict[str, Array]


def array_tangents(model: RidgeModel, name: str, grid: Grid, problem: Problem, step: float) -> ArrayTangents:
    """d(arrays)/d(field) from a stencil with a step of the given size in the coordinate of the field.

    Raises `OutOfDomain` where the stencil leaves the domain, or where free directions come or go next to the model.
    """
    domain, value = domain_of(model, name), float(model.value(name))
    if domain.coordinate is Coordinate.ANGLE and abs(value) == 1:
        raise OutOfDomain(name, value, "inside (-1, 1): at its ends it has no derivative, as a direction is lost there")
    unit = _unit(domain, name, value, problem)
    first = _first_offset(domain, value, step * unit)
    offsets = np.arange(first, first + 2 * HALF + 1)
    arrays: dict[str, list[Array]] = {array: [] for array in arrays_of(problem)}
    for offset in offsets:
        moved = domain.value(domain.x(value) + step * unit * offset)
        at = problem_on(model.replace(**{name: moved}), grid) if offset else problem
        if _directions_change(problem, at):
            raise OutOfDomain(
                name, value, "where no mode appears or becomes free next to it: the errors may jump there"
            )
        for array, values in arrays_of(at).items():
            arrays[array].append(values)
    scale = step * unit * domain.slope(value)
    weights, lower, jump = (w / scale for w in _weights(first))
    stacks = {array: _finite(np.array(values)) for array, values in arrays.items()}
    return ArrayTangents(*({k: np.tensordot(w, v, 1) for k, v in stacks.items()} for w in (weights, lower, jump)))


def _unit(domain: Number, name: str, value: float, problem: Problem) -> float:
    """The scale on which the arrays change with the coordinate."""
    if domain.coordinate is not Coordinate.LINEAR:
        return 1.0
    if name == "noise_variance":
        return max(value, problem.label_variance)
    return min(max(abs(value), 1.0), domain.high)


def _first_offset(domain: Number, value: float, step: float) -> int:
    """Of the stencil: centred where the domain has room, else shifted into it."""
    if domain.coordinate is not Coordinate.LINEAR:
        return -HALF
    below = math.floor((value - domain.low) / step) if domain.low > -math.inf else HALF
    above = math.ceil((domain.high - value) / step) - 1 if domain.high < math.inf else HALF
    return -min(below, HALF) if above >= HALF else above - 2 * HALF


def _weights(first: int) -> tuple[Array, Array, Array]:
    """Of the derivative, of its difference from a lower order, and of the jump of the slope.  [grad.4]"""
    offsets = np.arange(first, first + 2 * HALF + 1)
    lower, jump = np.zeros((2, len(offsets)))
    kept = slice(int(first <= -HALF), -1 if first >= -HALF else None)  # less the farthest points
    lower[kept] = _slope_weights(offsets[kept])
    if first == -HALF:
        k = np.arange(1.0, HALF + 1)  # even part: jump |k| + curvature k^2 + ...
        even = np.linalg.inv(k[:, None] ** np.array([1, 2, 4, 6, 8]))[0]
        jump[:] = [*even[::-1], -2 * np.sum(even), *even]
    weights = _slope_weights(offsets)
    return weights, weights - lower, jump


def _slope_weights(offsets: NDArray[np.intp]) -> Array:
    """Weights of the derivative at 0 of the polynomial through values at the offsets, 0 among them; they sum to 0."""
    weights = np.zeros(len(offsets))
    for i, k in enumerate(offsets.tolist()):
        others = [x for x in offsets.tolist() if x not in (0, k)]
        if k:
            weights[i] = math.prod(-x for x in others) / (k * math.prod(k - x for x in others))
    weights[offsets == 0] = -math.fsum(weights)
    return weights


def _finite(values: Array) -> Array:
    """Infinite strengths do not change."""
    return np.where(np.isinf(values), 0.0, values)


def _directions_change(problem: Problem, other: Problem) -> bool:
    """Whether free modes appear, vanish, or become independent of others."""
    modes, others = problem.features.modes, other.features.modes
    if modes.functions.shape != others.functions.shape or np.any(modes.are_free != others.are_free):
        return True
    here, there = _free_lengths(problem), _free_lengths(other)
    return bool(np.any((np.minimum(here, there) < ABSENT) & (np.maximum(here, there) > PRESENT)))


def _free_lengths(problem: Problem) -> Array:
    """Singular values of the free modes, relative to the size of the features, decreasing."""
    features = problem.features
    size = np.sqrt(np.sum(features.power @ features.weights))
    rows = features.plain_modes.free * np.tile(np.sqrt(features.weights), len(features.modes.functions))
    return np.linalg.svd(rows, compute_uv=False) / size
