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
SETTLED = 1e-13  # distances to the map that may be rounding
STRAYED = 2.0  # a Newton step may come this much farther from the map than the best point so far
STEPS = 100
RANK = 1e-13  # singular values of the modes below this are rounding


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
    best = np.inf
    for _ in range(STEPS):
        W = linalg.solve_triangular(
            linalg.cholesky(np.eye(B.shape[1]) + (B.T * (beta * pi * t)) @ B, lower=True), B.T, lower=True
        )
        M = W.T @ W
        mapped = 1 / (ridge + vh2 + np.diagonal(M))  # [se.4]
        gap = np.log(mapped / t)
        distance = np.max(np.abs(gap))
        if distance <= ROUNDING or (distance <= SETTLED and distance >= best):
            break
        if distance >= best:
            t = mapped  # the plain step: a contraction
        else:
            slope = beta * mapped[:, None] * M**2 * (pi * t)
            t = t * np.exp(np.clip(linalg.solve(np.eye(len(t)) - slope, gap), -LARGEST_STEP, LARGEST_STEP))
        best = distance
    return t, M


def fixed_point(
    problem: Problem, V: Array, t: Array, ratio: float, beta: float, ridge: float
) -> tuple[Array, Response, int]:
    """Newton in log(1 + V); where it strays, the plain step, which always comes closer [uniq.1]."""
    at = response(problem, V, t, ratio, beta, ridge)
    gap = np.log1p((at.psi - V) / (1 + V))
    distance = best = np.max(np.abs(gap))
    steps = 0
    while distance > ROUNDING and steps < STEPS:
        steps += 1
        change = linalg.solve(newton_matrix(at, V), gap)
        if distance > STRAYED * best:
            change = gap
        V_new = np.expm1(np.log1p(V) + np.clip(change, -LARGEST_STEP, LARGEST_STEP))
        at_new = response(problem, V_new, at.t, ratio, beta, ridge)
        gap = np.log1p((at_new.psi - V_new) / (1 + V_new))
        previous, distance = distance, np.max(np.abs(gap))
        if previous <= SETTLED and distance >= previous:
            break  # rounding: the point before was as good
        V, at, best = V_new, at_new, min(best, distance)
    return V, at, steps


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
