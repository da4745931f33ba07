"""The fixed point for any number of classes; the unknown is the function V(kappa) on its grid.

Notation of canonical_problem.md: pi, b, m2 (arrays (K,), (K, N), (K, N)), t, V, C, M, X, N, Y, L.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.problem import Problem

LARGEST_STEP = 3.0  # Newton steps in log(1 + V)
ROUNDING = 4e-16
SETTLED = 1e-13
STEPS = 200
RANK = 1e-13  # singular values of the modes below this are rounding


@dataclass(frozen=True)
class Response:
    """The map of se.2-se.5 at V: its value Psi, the variances t, and its derivative S diag(g)."""

    psi: Array
    t: Array
    kernel: Array
    ridge_response: Array
    slope: Array


def response(problem: Problem, V: Array, t: Array, ratio: float, beta: float, ridge: float) -> Response:
    """Psi(V) and its derivatives; `t` is where the inner Newton starts."""
    pi, b = problem.class_weights, problem.linear
    g = ratio * problem.weights / (1 + V)
    vh1, vh2 = (b * g) @ b.T, problem.residual @ g  # [se.2]
    t, s, factor, M = _variances(t, pi, vh1, vh2, beta, ridge)
    whitened = linalg.solve_triangular(factor, s[:, None] * b, lower=True)
    shrunk = linalg.solve_triangular(factor, whitened, lower=True, trans=1) / s[:, None]  # N^T b
    gram = whitened.T @ whitened  # b^T X b
    psi = np.diagonal(gram) / beta + (pi * t) @ problem.residual  # [se.5, se.1]
    Y = shrunk**2 + problem.residual
    D = np.sqrt(pi) * t
    inner = np.eye(len(pi)) - beta * D[:, None] * M**2 * D
    YL = linalg.solve(inner, D[:, None] * Y, assume_a="pos").T * D  # Y^T L  [jac.1]
    return Response(psi, t, YL @ Y + gram**2 / beta, YL, g / (1 + V))


def _variances(
    t: Array, pi: Array, vh1: Array, vh2: Array, beta: float, ridge: float
) -> tuple[Array, Array, Array, Array]:
    """Solve se.3-se.4 for t by Newton in log t; returns t, s = sqrt(C), the Cholesky factor of I + s Vh1 s, and M."""
    identity = np.eye(len(pi))
    best = np.inf
    while True:
        s = np.sqrt(beta * pi * t)  # [se.3]
        factor = linalg.cholesky(identity + s[:, None] * vh1 * s, lower=True)
        M = linalg.cho_solve((factor, True), s[:, None] * vh1) / s[:, None]
        mapped = 1 / (ridge + vh2 + np.diagonal(M))  # [se.4]
        gap = np.log(mapped / t)
        distance = np.max(np.abs(gap))
        if distance <= ROUNDING or (distance <= SETTLED and distance >= best):
            return t, s, factor, M
        if distance >= best:
            t = mapped  # the plain step: a contraction
        else:
            slope = beta * mapped[:, None] * M**2 * (pi * t)
            t = t * np.exp(np.clip(linalg.solve(identity - slope, gap), -LARGEST_STEP, LARGEST_STEP))
        best = distance


def fixed_point(
    problem: Problem, V: Array, t: Array, ratio: float, beta: float, ridge: float
) -> tuple[Array, Response, int]:
    """Newton in log(1 + V), with the plain step (a contraction [uniq.1]) where Newton does not come closer."""
    at = response(problem, V, t, ratio, beta, ridge)
    gap = np.log1p((at.psi - V) / (1 + V))
    step = 0
    while np.max(np.abs(gap)) > ROUNDING and step < STEPS:
        step += 1
        matrix = newton_matrix(at, V)
        change = np.clip(linalg.solve(matrix, gap), -LARGEST_STEP, LARGEST_STEP)
        V_new = np.expm1(np.log1p(V) + change)
        at_new = response(problem, V_new, at.t, ratio, beta, ridge)
        gap_new = np.log1p((at_new.psi - V_new) / (1 + V_new))
        if not np.max(np.abs(gap_new)) < np.max(np.abs(gap)):
            if np.max(np.abs(gap)) <= SETTLED:
                break
            V_new = at.psi
            at_new = response(problem, V_new, at.t, ratio, beta, ridge)
            gap_new = np.log1p((at_new.psi - V_new) / (1 + V_new))
        V, at, gap = V_new, at_new, gap_new
    return V, at, step


def newton_matrix(at: Response, V: Array) -> Array:
    """I - D, D = d log(1 + Psi) / d log(1 + V): an M-matrix at every V [uniq.1]."""
    return np.eye(len(V)) - at.kernel * (at.slope * (1 + V)) / (1 + at.psi)[:, None]


def mode_projection(problem: Problem, g: Array, t: Array, beta: float) -> tuple[Array, Array, float]:
    """Project the target on the modes: (2, N) misfits h - G, penalties q_k of the classes, and their sum.

    Least squares with rows sqrt(g) F and a row 1/sqrt(Cap_j) for each mode; free modes have no such row. [modes.1]
    """
    strengths = problem.strengths[0] + beta * problem.strengths[1]
    weights = problem.class_weights * t
    cap = strengths * weights[problem.mode_classes]
    free = np.isinf(strengths)
    root = np.sqrt(g)
    columns = (root * problem.modes).transpose(1, 0, 2).reshape(len(cap), -1)  # (J, 2N)
    data = (root * problem.target).ravel()
    basis = _orthonormal(columns[free], np.sqrt(np.sum(g * (problem.linear**2 + problem.residual))))
    penalised = columns[~free] * np.sqrt(cap[~free])[:, None]
    penalised = penalised - (penalised @ basis.T) @ basis
    data = data - (data @ basis.T) @ basis
    stacked = np.concatenate([penalised.T, np.eye(len(penalised))])
    solution = linalg.lstsq(stacked, np.append(data, np.zeros(len(penalised))), lapack_driver="gelsy")[0]
    rest = data - solution @ penalised
    rest = rest - (rest @ basis.T) @ basis
    q = np.bincount(problem.mode_classes[~free], solution**2, minlength=len(t))
    return rest.reshape(2, -1) / root, q / weights, float(np.sum(solution**2))


def _orthonormal(rows: Array, scale: float) -> Array:
    """An orthonormal basis of the row space, directions shorter than rounding left out."""
    lengths = np.linalg.norm(rows, axis=1)
    rows = rows[lengths > RANK * scale] / lengths[lengths > RANK * scale, None]
    if not len(rows):
        return rows
    _, singular, right = linalg.svd(rows, full_matrices=False)
    return right[singular > RANK * singular[0]]
