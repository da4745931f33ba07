"""Ridge regression: errors of the canonical problem at many points.  Note: canonical_problem.md [err.1]-[err.3]."""

import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Array, Numbers
from rmt_asymptotics.canonical.problem import Controls, Features, Problem
from rmt_asymptotics.equations.directions import Capacity, capacity
from rmt_asymptotics.equations.projection import ModeFunctions
from rmt_asymptotics.equations.reduction import ReducedJacobian
from rmt_asymptotics.equations.response import NodeResponse
from rmt_asymptotics.equations.square_loss import Errors, Fit, errors, fit
from rmt_asymptotics.state_evolution._kernels import one_class_errors
from rmt_asymptotics.state_evolution.fixed_point import (
    FixedPoints,
    fixed_points,
    kernel_arguments,
    kernel_parts,
    newton_matrix,
    one_class_states,
)
from rmt_asymptotics.threads import in_parallel, one_thread
from rmt_asymptotics.vocabulary.quantities import SOLVED_ERRORS

NEGLIGIBLE = 1e-13  # errors below this share of E y^2 are compared with that share, not with themselves
MAP_ROUNDING = 2e-15  # relative rounding of one application of the map, times a safety factor
TINY = sys.float_info.min
CONTINUED = 1e-10  # singular values of the products below this, relative, do not count
NUMBERS = 1_000_000  # of the largest array of a batch of points


@dataclass(frozen=True)
class PointSolutions:
    """Errors at P points, and how well the fixed point was solved.

    residual (P,): max |Psi(V) - V|/(1 + |V|) at the returned point.  error_estimate (P,): what iteration and rounding
    leave in the errors, relative.  state (P, ...): where a neighbouring or refined problem may start.
    """

    errors: Errors
    residual: Array
    error_estimate: Array
    iterations: NDArray[np.intp]
    state: Array


def solve_points(problem: Problem, controls: Controls, start: Array | None = None) -> PointSolutions:
    """Solve the fixed point at each point of `controls`, started from `start`."""
    features = problem.features
    if is_compiled(features):
        return compiled_points(problem, controls, start)
    with one_thread():  # the matrices are too small for threads to pay
        size = max(1, NUMBERS // (len(features.nodes) * len(features.class_weights) * len(features.shares)))
        parts = [np.arange(i, min(i + size, len(controls.ridge))) for i in range(0, len(controls.ridge), size)]
        solved = [general_points(problem, controls.at(p), None if start is None else start[p]) for p in parts]
    return solved[0] if len(solved) == 1 else _joined(solved)


def carry_over(coarse: Problem, fine: Problem, state: Array) -> Array:
    """The state of a coarse problem as a start for a finer one."""
    if state.shape[-1] != len(coarse.features.nodes) or len(fine.features.nodes) == 1:
        return state
    if fine.features.nodes.ndim > 1:
        return np.maximum(_continued(coarse.features, fine.features, state), 0)
    nodes, finer = coarse.features.nodes, fine.features.nodes
    return np.array([np.expm1(np.interp(finer, nodes, np.log1p(V))) for V in state])


def _continued(coarse: Features, fine: Features, V: Array) -> Array:
    """V (P, N) on another grid: it is a sum of products b_k b_l and m2_k^2.  [se.1]"""
    first, second = np.triu_indices(len(coarse.class_weights))
    here, there = (np.concatenate([grid.linear[first] * grid.linear[second], grid.residual]) for grid in (coarse, fine))
    coefficients = np.linalg.lstsq(here.T, V.T, rcond=CONTINUED)[0]
    return np.asarray(coefficients.T @ there)


def compiled_points(problem: Problem, controls: Controls, start: Array | None = None) -> PointSolutions:
    """One class of neurons: the compiled twin, each point started from the one before; state (P, 2) is V1, t."""
    state = np.zeros((len(controls.ridge), 2)) if start is None else start.copy()
    steps = one_class_states(problem.features, controls, state)
    test, training, objective, residual, amplification = compiled_errors(problem, controls, state)
    estimate = amplification * (residual + MAP_ROUNDING) + _misfit_rounding(problem, controls, test)
    return PointSolutions(Errors(test, training, objective), residual, estimate, steps, state)


def compiled_errors(problem: Problem, controls: Controls, state: Numbers) -> Numbers:
    """The kernel's columns (5, P), all in the dtype of the solved `state` (P, 2)."""
    features, labels = problem.features, problem.labels
    arrays = (features.modes.functions, features.modes.strengths, labels.target, labels.residual)
    shared = [np.asarray(array, state.dtype) for array in arrays]
    result = np.empty((len(state), 5), state.dtype)
    bulk, points = kernel_arguments(features, controls, state.dtype)
    noise = np.asarray(controls.noise_variance, state.dtype)

    def solve(part: slice) -> None:
        here = [values[part] for values in points]
        one_class_errors(*bulk, *shared, *here, noise[part], state[part], result[part])

    in_parallel(solve, kernel_parts(state))
    return result.T


def is_compiled(features: Features) -> bool:
    """Whether the compiled twin has the errors: one class of neurons, one coordinate s, isotropic inputs."""
    single = len(features.class_weights) == len(features.shares) == len(features.modes.functions) - 1 == 1
    return single and features.directions is None


def _misfit_rounding(problem: Problem, controls: Controls, test_error: Array) -> Array:
    """What rounding of h - G, of the size of the label, does to its square where the fit is nearly perfect."""
    label = problem.label_variance + controls.noise_variance
    return MAP_ROUNDING * np.sqrt(label / np.maximum(test_error, NEGLIGIBLE * label + TINY))


def general_points(problem: Problem, controls: Controls, start: Array | None = None) -> PointSolutions:
    """Any number of classes, all points together; state (P, N) is V on the nodes."""
    features, points = problem.features, len(controls.ridge)
    V = np.ones((points, len(features.nodes))) if start is None else start
    at = fixed_points(features, controls, V, np.tile(first_variances(features), (points, 1)))
    fitted = label_fit(problem, controls, problem.features.mode_functions, at.map.den, at.map.on_nodes)
    newton = residual_jacobian(features, at)
    source, scale = fitted.source(at.map.on_nodes), 1 + at.V
    e, amplified = np.moveaxis(newton.solve(np.stack([source / scale, np.ones_like(scale)], axis=-1)), -1, 0)
    found = errors(features.weights, at.V, e * scale, fitted)  # [err.1]
    rounding = MAP_ROUNDING * np.sqrt(at.map.bulk.conditioning)
    estimate = np.max(amplified, axis=-1) * (at.residual + rounding) + fitted.rounding
    estimate += _misfit_rounding(problem, controls, found.test_error)
    return PointSolutions(found, at.residual, estimate, at.iterations, at.V)


def first_variances(features: Features) -> Array:
    """Where the inner Newton starts, (K,): of the size of 1/(1 + power)."""
    return np.ones(len(features.class_weights)) / np.max(features.power @ features.weights)


def residual_jacobian(features: Features, at: FixedPoints) -> ReducedJacobian:
    """I - J in units of 1 + V, better scaled: e/(1+V) = solve(source/(1+V)).  [err.1]"""
    newton = newton_matrix(features, at.map, at.V)
    return ReducedJacobian(newton.skeleton, newton.kernel, 1 / (1 + at.V), at.map.den)


def label_fit(problem: Problem, controls: Controls, modes: ModeFunctions, den: Numbers, at: NodeResponse) -> Fit:
    """The projection of the labels on the modes at P points, real or complex."""
    features, labels, free = problem.features, problem.labels, problem.features.modes.are_free
    finite = features.modes.strengths[:, ~free]
    return fit(
        modes, features.modes.classes[~free],
        finite[0] * controls.dimension_ratio[:, None] + finite[1],
        labels.target, labels.residual + controls.noise_variance[:, None],
        den, at, features.size(den), controls.sample_complexity, along_directions(features, at),
    )  # fmt: skip


def along_directions(features: Features, at: NodeResponse) -> Capacity | None:
    """The capacity of the modes along directions, of inputs with a spectrum."""
    directions = features.directions
    if directions is None:
        return None
    return capacity(directions.overlaps, directions.vectors, directions.count, at.bulk)


def _joined(parts: list[PointSolutions]) -> PointSolutions:
    def join(name: str) -> Array:
        return np.concatenate([getattr(part, name) for part in parts])

    found = Errors(*(np.concatenate([getattr(part.errors, name) for part in parts]) for name in SOLVED_ERRORS))
    return PointSolutions(
        found, join("residual"), join("error_estimate"), join("iterations").astype(int), join("state")
    )
