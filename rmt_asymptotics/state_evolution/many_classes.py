"""The fixed point for any number of classes; the unknown is the function V(kappa) on its grid.

Notation of canonical_problem.md: pi, b, m2 (arrays (K,), (K, N), (K, N)), t, V, C, M, X, N, Y, L.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.problem import Problem

LARGEST_STEP = 3.0  # Newton steps in log(1 + V)
QUADRATIC = 1e-8  # after a Newton step this small the next would be rounding
ROUNDING = 1e-15
STEPS = 40  # of Newton in logarithms, before the start from above
STEPS_FROM_ABOVE = 200
INNER_STEPS = 60
RANK = 1e-13  # free modes shorter than this, relative to the features, are rounding
EPSILON = 2e-16


@dataclass(frozen=True)
class Response:
    """The map of se.2-se.5 at V: its value Psi, the variances t, and its derivative J = kernel diag(slope).

    ridge_response (N, K) is -dPsi/d ridge_k.  conditioning: how much rounding the inner inverse may amplify.
    """

    psi: Array
    t: Array
    kernel: Array
    ridge_response: Array
    slope: Array
    conditioning: float


def response(problem: Problem, V: Array, t: Array, ratio: float, beta: float, ridge: float) -> Response:
    """Psi(V) and its derivatives; `t` is where the inner Newton starts."""
    pi, b, m2 = problem.class_weights, problem.linear, problem.residual
    g = ratio * problem.weights / (1 + V)
    t, M = _variances(t, pi, b * np.sqrt(g), m2 @ g, beta, ridge)
    s = np.sqrt(beta * pi * t)  # [se.3]
    inner = np.eye(len(pi)) + s[:, None] * ((b * g) @ b.T) * s  # I + C^1/2 Vh1 C^1/2  [se.2]
    factor = linalg.cholesky(inner, lower=True)
    whitened = linalg.solve_triangular(factor, s[:, None] * b, lower=True)
    gram = whitened.T @ whitened  # b^T X b
    shrunk = linalg.solve_triangular(factor, whitened, lower=True, trans=1) / s[:, None]  # N^T b
    Y = shrunk**2 + m2
    D = np.sqrt(pi) * t
    YL = linalg.solve(np.eye(len(pi)) - beta * D[:, None] * M**2 * D, D[:, None] * Y, assume_a="pos").T * D  # [jac.1]
    psi = np.diagonal(gram) / beta + (pi * t) @ m2  # [se.5, se.1]
    return Response(psi, t, YL @ Y + gram**2 / beta, YL, g / (1 + V), float(np.trace(inner)))


def _variances(t: Array, pi: Array, B: Array, vh2: Array, beta: float, ridge: float) -> tuple[Array, Array]:
    """Solve se.3-se.4 for t by Newton in log t, and M = Vh1 N with Vh1 = B B^T.

    M = W^T W with W = L^-1 B^T, L L^T = I + B^T C B, is a sum of squares: nothing cancels where C Vh1 is large.
    """
    for _ in range(INNER_STEPS):
        W = linalg.solve_triangular(
            linalg.cholesky(np.eye(B.shape[1]) + (B.T * (beta * pi * t)) @ B, lower=True), B.T, lower=True
        )
        M = W.T @ W
        mapped = 1 / (ridge + vh2 + np.diagonal(M))  # [se.4]
        slope = beta * mapped[:, None] * M**2 * (pi * t)
        step, amplified = linalg.solve(np.eye(len(t)) - slope, np.array([np.log(mapped / t), np.ones(len(t))]).T).T
        if np.max(np.abs(step)) <= max(QUADRATIC**2, 4 * ROUNDING * np.max(amplified)):
            break
        t = t * np.exp(np.clip(step, -LARGEST_STEP, LARGEST_STEP))
    return t, M


def fixed_point(
    problem: Problem, V: Array, t: Array, ratio: float, beta: float, ridge: float
) -> tuple[Array, Response, int]:
    """Newton in log(1 + V); if that strays, Newton in V from above, which descends monotonically [uniq.2]."""
    for steps in range(STEPS + STEPS_FROM_ABOVE):
        if steps == STEPS:
            t = np.full_like(t, 1 / ridge)
            V = problem.class_weights @ (problem.linear**2 + problem.residual) / ridge
        at = response(problem, V, t, ratio, beta, ridge)
        t = at.t
        scale = (1 + V) / (1 + at.psi)
        gap, diagonal = (-np.log(scale), np.ones_like(V)) if steps < STEPS else (1 - scale, scale)
        matrix = newton_matrix(at, V) + np.diag(diagonal - 1)
        change, amplified = linalg.solve(matrix, np.array([gap, np.ones_like(V)]).T).T
        if steps < STEPS:
            V = np.expm1(np.log1p(V) + np.clip(change, -LARGEST_STEP, LARGEST_STEP))
        else:
            V = V + change * (1 + V)
        if np.max(np.abs(change)) <= max(QUADRATIC, ROUNDING * np.max(amplified)):
            break
    return V, response(problem, V, t, ratio, beta, ridge), steps + 1


def newton_matrix(at: Response, V: Array) -> Array:
    """I - D, D = d log(1 + Psi) / d log(1 + V): an M-matrix at every V [uniq.1]."""
    return np.eye(len(V)) - at.kernel * (at.slope * (1 + V)) / (1 + at.psi)[:, None]


@dataclass(frozen=True)
class Projection:
    """The target's projection on the modes.

    misfit (2, N): h - G.  penalties (K,): q_k = hat^T R_k hat of each class.  cost: sum of coef_j^2/Cap_j.
    rounding: what rounding of nearly collinear free modes does to E (h - G)^2, relative.
    """

    misfit: Array
    penalties: Array
    cost: float
    rounding: float


def mode_projection(problem: Problem, g: Array, t: Array, beta: float) -> Projection:
    """Least squares with rows sqrt(g) F and a row 1/sqrt(Cap_j) a mode; free modes have none.  [modes.1]"""
    strengths = problem.strengths[0] + beta * problem.strengths[1]
    weights = problem.class_weights * t
    cap = strengths * weights[problem.mode_classes]
    free = np.isinf(strengths)
    root = np.sqrt(g)
    columns = (root * problem.modes).transpose(1, 0, 2).reshape(len(cap), -1)  # (J, 2N)
    data = (root * problem.target).ravel()
    scale = np.sqrt(np.sum(g * (problem.linear**2 + problem.residual)))
    basis, tilts = _orthonormal(columns[free], scale)
    penalised = columns[~free] * np.sqrt(cap[~free])[:, None]
    penalised = penalised - (penalised @ basis.T) @ basis
    overlaps = basis @ data
    rest = data - overlaps @ basis
    stacked = np.concatenate([penalised.T, np.eye(len(penalised))])
    solution = linalg.lstsq(stacked, np.append(rest, np.zeros(len(penalised))), lapack_driver="gelsy")[0]
    rest = rest - solution @ penalised
    rest = rest - (rest @ basis.T) @ basis
    q = np.bincount(problem.mode_classes[~free], solution**2, minlength=len(t))
    size = max(float(np.linalg.norm(rest)), np.finfo(float).tiny)
    rounding = float(np.sum((tilts * np.linalg.norm(data) + 2 * np.abs(overlaps)) * tilts)) / size
    return Projection(rest.reshape(2, -1) / root, q / weights, float(np.sum(solution**2)), rounding)


def _orthonormal(rows: Array, scale: float) -> tuple[Array, Array]:
    """An orthonormal basis of the row space without directions of rounding size, and the tilt of each by rounding."""
    if not len(rows):
        return rows, np.zeros(0)
    _, singular, right = linalg.svd(rows, full_matrices=False)
    kept = singular > RANK * scale
    return right[kept], EPSILON * scale / singular[kept]
