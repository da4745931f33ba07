"""Ridge regression: errors of the canonical problem at many points.  Note: canonical_problem.md [err.1]-[err.3]."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg
from threadpoolctl import threadpool_limits

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.problem import Controls, Problem
from rmt_asymptotics.state_evolution import many_classes
from rmt_asymptotics.state_evolution._kernels import one_class_curve

NEGLIGIBLE = 1e-13  # errors below this share of E y^2 are compared with that share, not with themselves
ROUNDING = 2e-15  # relative rounding of one application of the map, times a safety factor


@dataclass(frozen=True)
class PointSolutions:
    """Errors, and how well the fixed point was solved, as arrays over P points.

    errors (3, P): test error, training error, training objective.  residual (P,): max |Psi(V) - V|/(1 + |V|) at
    the returned point.  error_estimate (P,): what iteration and rounding leave in the errors, relative.
    state (P, ...): where a neighbouring or refined problem may start.
    """

    errors: Array
    residual: Array
    error_estimate: Array
    iterations: NDArray[np.intp]
    state: Array


def solve_points(problem: Problem, controls: Controls, start: Array | None = None) -> PointSolutions:
    """Solve the fixed point at each point of `controls`, each started from the one before or from `start`."""
    if len(problem.class_weights) == 1:
        return _one_class(problem, controls, start)
    with threadpool_limits(1):  # the matrices are too small for threads to pay
        return _many_classes(problem, controls, start)


def carry_over(coarse: Problem, fine: Problem, state: Array) -> Array:
    """The state of a coarse problem as a start for a finer one."""
    if len(fine.class_weights) == 1:
        return state
    return np.array([np.expm1(np.interp(fine.nodes, coarse.nodes, np.log1p(V))) for V in state])


def _one_class(problem: Problem, controls: Controls, start: Array | None) -> PointSolutions:
    points = len(controls.ridge)
    result = np.empty((points, 6))
    state = np.zeros((points, 2)) if start is None else start.copy()
    one_class_curve(
        problem.weights, problem.linear[0] ** 2, problem.residual[0], problem.modes, problem.strengths, problem.target,
        problem.target_residual, controls.samples_per_feature, controls.width_ratio, controls.ridge,
        controls.noise_variance, state, result,
    )  # fmt: skip
    errors, (residual, amplification, steps) = result.T[:3], result.T[3:]
    estimate = amplification * (residual + ROUNDING) + _misfit_rounding(problem, controls, errors[0])
    return PointSolutions(errors, residual, estimate, steps.astype(int), state)


def _misfit_rounding(problem: Problem, controls: Controls, test_error: Array) -> Array:
    """What rounding of h - G, of the size of the label, does to its square where the fit is nearly perfect."""
    label = problem.label_variance + controls.noise_variance
    return ROUNDING * np.sqrt(label / np.maximum(test_error, NEGLIGIBLE * label + np.finfo(float).tiny))


def _many_classes(problem: Problem, controls: Controls, start: Array | None) -> PointSolutions:
    points, nodes = len(controls.ridge), len(problem.nodes)
    errors, residual, estimate = np.empty((3, points)), np.empty(points), np.empty(points)
    iterations, state = np.empty(points, int), np.empty((points, nodes))
    V: Array = np.ones(nodes)
    t: Array = np.ones(len(problem.class_weights)) / np.max((problem.linear**2 + problem.residual) @ problem.weights)
    for i in range(points):
        ratio, beta = controls.samples_per_feature[i], controls.width_ratio[i]
        if start is not None:
            V = start[i]
        V, at, iterations[i] = many_classes.fixed_point(problem, V, t, ratio, beta, controls.ridge[i])
        t, state[i] = at.t, V
        inverse = 1 / (1 + V)
        projection = many_classes.mode_projection(problem, ratio * problem.weights * inverse, t, beta)
        base = problem.target_residual + controls.noise_variance[i] + np.sum(projection.misfit**2, axis=0)  # [modes.2]
        source = base + at.ridge_response @ projection.penalties
        amplified = linalg.solve(many_classes.newton_matrix(at, V), np.array([source / (1 + V), np.ones(nodes)]).T)
        error = amplified[:, 0] * (1 + V)  # [err.1]
        errors[0, i] = problem.weights @ error
        errors[1, i] = problem.weights @ (error * inverse**2)
        errors[2, i] = problem.weights @ (base * inverse) + projection.cost / ratio
        residual[i] = np.max(np.abs(at.psi - V) * inverse)
        fitted = (
            problem.weights @ (np.sum(projection.misfit**2, axis=0) * inverse) / (problem.weights @ (base * inverse))
        )
        rounding = ROUNDING * np.sqrt(at.conditioning)
        estimate[i] = np.max(amplified[:, 1]) * (residual[i] + rounding) + projection.rounding * fitted
    estimate += _misfit_rounding(problem, controls, errors[0])
    return PointSolutions(errors, residual, estimate, iterations, state)
