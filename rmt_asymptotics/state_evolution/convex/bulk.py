"""The bulk at given denominators, and its answer to changes of them.  Note: convex_losses.md [gl.9], [gl.12]."""

from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.problem import Problem
from rmt_asymptotics.state_evolution.many_classes import _variances

TINY = 1e-20


@dataclass(frozen=True)
class Bulk:
    """V (N,), t (K,), kernel L = -dV/dden (N, N), Theta = -d(pi t)/dridge (K, K), and Y (K, N) of jac.1."""

    V: Array
    t: Array
    kernel: Array
    theta: Array
    Y: Array


def bulk_at(problem: Problem, den: Array, t: Array, b: float, ridge: float) -> Bulk:
    pi = problem.class_weights
    t, _ = _variances(t, pi, problem.linear * np.sqrt(den * b), b * problem.residual @ den, 1 / b, ridge)
    return _respond(problem, den, t, b)


def _respond(problem: Problem, den: Array, t: Array, b: float) -> Bulk:
    pi, linear, m2 = problem.class_weights, problem.linear, problem.residual
    Vh1 = (linear * den) @ linear.T
    C = pi * t
    shrunk = np.linalg.solve(np.eye(len(t)) + Vh1 * C, np.concatenate([linear, Vh1], axis=1))
    Nb, M = shrunk[:, : linear.shape[1]], shrunk[:, linear.shape[1] :]
    gram = Nb.T @ (C[:, None] * linear)
    Y = Nb**2 + m2
    D = np.sqrt(pi) * t
    theta = D[:, None] * np.linalg.inv(np.eye(len(t)) - b * D[:, None] * M**2 * D) * D
    V = np.diagonal(gram) + (pi * t) @ m2
    return Bulk(V, t, b * Y.T @ theta @ Y + gram**2, theta, Y)


def tangent(problem: Problem, den: Array, at: Bulk, b: float, q: Array, pull: Array) -> tuple[Array, Array]:
    """-dV and dL along den + eps q, ridge_k + eps pull_k: Q and H = dQ/dden, by one complex step.  [gl.11]"""
    t = at.t - 1j * TINY * (at.theta @ (b * (at.Y @ q) + pull)) / problem.class_weights
    moved = _respond(problem, den + 1j * TINY * q, t, b)
    return -moved.V.imag / TINY, moved.kernel.imag / TINY
