"""Directional derivatives of the errors of a canonical problem.  Note: theory_notes/optimisation.md [grad.1]-[grad.3].

The errors are analytic in the arrays of the problem, in the controls and in (V, t).  Everything here is evaluated with
complex numbers, value + i TINY tangent, without conjugates and moduli: the imaginary part is the derivative to
rounding, and no difference is formed.  The implicit function theorem is one Newton step for the imaginary parts of t
and V, with the real Jacobian.  Notation of canonical_problem.md.
"""

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.problem import Controls, Problem
from rmt_asymptotics.state_evolution.many_classes import RANK, response
from rmt_asymptotics.state_evolution.ridge import solve_points

Numbers: TypeAlias = NDArray[np.inexact[Any]]  # real, or complex with a tangent

TINY = 1e-80  # products of two tangents are below rounding of everything
ARRAYS = ("linear", "residual", "modes", "strengths", "target", "target_residual")


@dataclass(frozen=True)
class Direction:
    """Tangents of the arrays of a problem, by name (those left out are zero), and of its four controls."""

    arrays: dict[str, Array]
    samples_per_feature: float = 0.0
    width_ratio: float = 0.0
    ridge: float = 0.0
    noise_variance: float = 0.0


@dataclass(frozen=True)
class Point:
    """A problem at one point of its controls, n/p, p/d, ridge and noise variance; complex where it carries tangents."""

    problem: Problem
    ratio: complex
    beta: complex
    ridge: complex
    noise: complex

    def along(self, direction: Direction) -> "Point":
        """The point with the imaginary part TINY times a direction."""
        arrays = {name: getattr(self.problem, name) + 1j * TINY * tangent for name, tangent in direction.arrays.items()}
        return Point(
            replace(self.problem, **arrays),
            self.ratio + 1j * TINY * direction.samples_per_feature,
            self.beta + 1j * TINY * direction.width_ratio,
            self.ridge + 1j * TINY * direction.ridge,
            self.noise + 1j * TINY * direction.noise_variance,
        )


@dataclass(frozen=True)
class Map:
    """se.1-se.5 and jac.1 at (V, t): Psi(V), the kernel S of J = S diag(g/(1+V)), and Y^T L."""

    psi: Numbers
    kernel: Numbers
    ridge_response: Numbers


def solved_state(problem: Problem, controls: Controls) -> tuple[Array, Array]:
    """V on the nodes and t of the classes, (N,) and (K,), at the single point of `controls`."""
    state = solve_points(problem, controls).state[0]
    pi, b, m2 = problem.class_weights, problem.linear, problem.residual
    V = state if len(pi) > 1 else state[0] * b[0] ** 2 + state[1] * m2[0]
    ratio, beta, ridge = (float(x[0]) for x in (controls.samples_per_feature, controls.width_ratio, controls.ridge))
    return V, response(problem, V, np.ones(len(pi)) / ridge, ratio, beta, ridge).t


def tangents(problem: Problem, controls: Controls, V: Array, t: Array, directions: list[Direction]) -> Array:
    """Derivatives (3, D) of test error, training error and objective along D directions, at a solution (V, t)."""
    values = (controls.samples_per_feature, controls.width_ratio, controls.ridge, controls.noise_variance)
    point = Point(problem, *(complex(x[0]) for x in values))
    newton = np.linalg.inv(newton_matrix(point, V, bulk_map(point, V, t)).real)
    return np.array([_tangent(point.along(direction), V, t, newton) for direction in directions]).T


def _tangent(point: Point, V: Array, t: Array, newton: Array) -> Array:
    """dV = (I - J)^-1 dPsi, then the errors at V + i dV.  [grad.1]"""
    psi = bulk_map(point, V, with_tangent(point, V, t)).psi
    moved = V + 1j * (1 + V) * (newton @ (psi.imag / (1 + V)))
    return errors(point, moved, with_tangent(point, moved, t)).imag / TINY


def conjugates(point: Point, V: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """g, Vh1 and Vh2.  [se.2]"""
    b, m2 = point.problem.linear, point.problem.residual
    g = point.ratio * point.problem.weights / (1 + V)
    return g, (b * g) @ b.T, m2 @ g


def with_tangent(point: Point, V: Numbers, t: Array) -> Numbers:
    """t with the imaginary part that solves se.3-se.4: one Newton step in log t.  [grad.1]"""
    _, Vh1, Vh2 = conjugates(point, V)
    C = point.beta * point.problem.class_weights * t  # [se.3]
    M = np.linalg.solve(np.eye(len(t)) + Vh1 * C, Vh1)
    mapped = 1 / (point.ridge + Vh2 + np.diagonal(M))  # [se.4]
    slope = (mapped[:, None] * M**2 * C).real
    return t * (1 + 1j * np.linalg.solve(np.eye(len(t)) - slope, np.log(mapped / t).imag))


def bulk_map(point: Point, V: Numbers, t: Numbers) -> Map:
    """The map V -> Psi(V) and its Jacobian, with (I + Vh1 C)^-1 = N^T."""
    # notation: pi, b, m2, beta; C, N, M, X, Y, L
    problem, beta = point.problem, point.beta
    pi, b, m2 = problem.class_weights, problem.linear, problem.residual
    _, Vh1, _ = conjugates(point, V)
    C = beta * pi * t  # [se.3]
    shrunk = np.linalg.solve(np.eye(len(t)) + Vh1 * C, np.concatenate([b, Vh1], axis=1))
    Nb, M = shrunk[:, : len(V)], shrunk[:, len(V) :]  # N^T b, [se.4]
    gram = Nb.T @ (C[:, None] * b)  # b^T X b
    Y, D = Nb**2 + m2, np.sqrt(pi) * t
    YL = np.linalg.solve(np.eye(len(t)) - beta * D[:, None] * M**2 * D, D[:, None] * Y).T * D  # [jac.1]
    psi = np.diagonal(gram) / beta + (pi * t) @ m2  # [se.5, se.1]
    return Map(psi, YL @ Y + gram**2 / beta, YL)


def newton_matrix(point: Point, V: Numbers, at: Map) -> Numbers:
    """I - diag(1/(1+V)) J diag(1+V), better scaled than I - J."""
    g, _, _ = conjugates(point, V)
    return np.eye(len(V)) - at.kernel * g / (1 + V)[:, None]


def errors(point: Point, V: Numbers, t: Numbers) -> Numbers:
    """Test error, training error and training objective, (3,)."""
    problem = point.problem
    g, _, _ = conjugates(point, V)
    at = bulk_map(point, V, t)
    misfit, penalties = projection(point, g, t)
    base = problem.target_residual + point.noise + np.sum(misfit**2, axis=0)  # [modes.2]
    finite = problem.mode_classes[np.isfinite(problem.strengths[0].real)]
    membership = (np.arange(len(t))[:, None] == finite).astype(float)
    q = membership @ penalties / (problem.class_weights * t)
    source = base + at.ridge_response @ q  # [jac.2]
    e = (1 + V) * np.linalg.solve(newton_matrix(point, V, at), source / (1 + V))  # [err.1]
    w, inverse = problem.weights, 1 / (1 + V)
    objective = w @ (base * inverse) + np.sum(penalties) / point.ratio  # [err.3]
    return np.array([w @ e, w @ (e * inverse**2), objective])  # [err.2]


def projection(point: Point, g: Numbers, t: Numbers) -> tuple[Numbers, Numbers]:
    """h - G (2, N), and coef_j^2/Cap_j of the finite modes.  [modes.1]

    The rows of the least-squares problem are made orthonormal by real transformations, constant in the direction, so
    that the complex normal equations differ from the identity by tangents only.  [grad.2]
    """
    problem = point.problem
    root = np.tile(np.sqrt(g), 2)
    rows = problem.modes.transpose(1, 0, 2).reshape(problem.modes.shape[1], -1)
    free = np.isinf(problem.strengths[0].real)
    size = np.sqrt(np.sum((g * (problem.linear**2 + problem.residual)).real))
    basis = _orthonormal(rows[free], root, RANK * size)
    strengths = problem.strengths[0, ~free] + point.beta * problem.strengths[1, ~free]
    cap = strengths * (problem.class_weights * t)[problem.mode_classes[~free]]
    penalised = rows[~free] * root * np.sqrt(cap)[:, None]
    penalised = penalised - (penalised.real @ basis.real.T) @ basis
    count = len(penalised)
    basis = np.concatenate([basis, np.zeros((len(basis), count))], axis=1)
    stacked = np.concatenate([penalised, np.eye(count)], axis=1)
    basis = np.concatenate([basis, _orthonormal(stacked, np.ones(stacked.shape[1]), 0.0)])
    rest = np.append(problem.target.ravel() * root, np.zeros(count))
    gram = basis @ basis.T
    for _ in range(2):  # the second pass removes what rounding of the first leaves in the span
        rest = rest - np.linalg.solve(gram, basis @ rest) @ basis
    return (rest[: len(root)] / root).reshape(2, -1), rest[len(root) :] ** 2


def _orthonormal(rows: Numbers, root: Numbers, shortest: float) -> Numbers:
    """Combinations of `rows * root` with real coefficients, whose real parts are orthonormal."""
    left, singular, right = linalg.svd((rows * root).real, full_matrices=False)
    kept = singular > shortest
    combine = (left[:, kept] / singular[kept]).T
    return (right[kept] / root.real + 1j * (combine @ rows.imag)) * root
