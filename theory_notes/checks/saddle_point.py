"""All order parameters of a small canonical problem from the equations of the notes, at high precision.

Serves `free_energy.py`, which asks whether they are a stationary point. The problem has K classes on a grid of
four nodes, generic rational data, and 2 K + 1 modes: two finite ones a class and, last, a free one.
"""

from typing import NamedTuple

import numpy as np
import sympy as sp
from mpmath import mp, mpf

from rmt_asymptotics.digits.state_evolution import Bulk, fixed_point, from_above

NODES = 4
RATIO, WIDTH_RATIO, RIDGE = sp.Rational(17, 10), sp.Rational(13, 10), sp.Rational(3, 20)  # n/p, p/d, ridge


class Problem(NamedTuple):
    """Exact data, as sympy matrices with one column a node (`weight` and `shares` are columns)."""

    weight: sp.Matrix
    shares: sp.Matrix  # pi_k
    b: sp.Matrix
    m2_squared: sp.Matrix
    targets: sp.Matrix  # rows h0, h1, h2
    mode0: sp.Matrix  # rows F_j0
    mode1: sp.Matrix  # rows F_j1
    owners: list  # class of each finite mode
    strengths: list  # R_j of each finite mode


class Errors(NamedTuple):
    """What the equations say of the errors: err.2, err.3, and the training error that follows from |a|^2."""

    training_error: mpf
    training_objective: mpf
    objective_less_penalty: mpf


def inverse(matrix):
    """Of a small matrix of mpf."""
    return np.array((mp.matrix(matrix.tolist()) ** -1).tolist(), dtype=object)


def table(rows, shift):
    """Generic rationals between 1/5 and 6/5."""
    return sp.Matrix(rows, NODES, lambda i, n: sp.Rational(19 + 5 * ((7 * i + 5 * n * n + 3 * n + shift) % 19), 95))


def square(matrix):
    """Elementwise square."""
    return matrix.applyfunc(lambda x: x**2)


def generic_problem(classes):
    """A problem of `classes` classes in which no two numbers agree by accident."""
    weights, total = [1, 3, 4, 2], sum(2 + 3 * k for k in range(classes))
    h0, h1 = table(1, 8), table(1, 11)
    return Problem(
        weight=sp.Matrix(weights) / sum(weights),
        shares=sp.Matrix([sp.Rational(2 + 3 * k, total) for k in range(classes)]),
        b=table(classes, 1),
        m2_squared=square(table(classes, 4)),
        targets=sp.Matrix.vstack(h0, h1, square(h0) + square(h1) + table(1, 2)),
        mode0=table(2 * classes + 1, 3),
        mode1=sp.Matrix.vstack(table(2 * classes, 14), sp.zeros(1, NODES)),
        owners=[j % classes for j in range(2 * classes)],
        strengths=[sp.Rational(37)] * classes + [WIDTH_RATIO] * classes,
    )


def numbers(matrix):
    """A matrix of rationals as an array of mpf; a column becomes a vector."""
    values = np.array([[mpf(x.p) / x.q for x in row] for row in matrix.tolist()])
    return values[:, 0] if matrix.shape[1] == 1 else values


def first_moments(problem):
    """V1, V2, Vh1, Vh2, t, coef and hat of the minimiser, by name   [se.1-se.5, modes.1]."""
    ratio, beta, ridge = numbers(sp.Matrix([RATIO, WIDTH_RATIO, RIDGE]))
    weight, shares, b, m2_squared, (h0, h1, _), f0, f1 = map(numbers, problem[:7])
    bulk = Bulk(weight, shares, b, m2_squared, ratio, beta, ridge)
    state = fixed_point(bulk, from_above(bulk), mpf(10) ** (8 - mp.dps))[0]
    tau, v1 = shares * state.t, state.X / beta
    g = ratio * weight / (1 + np.einsum("kn,kl,ln->n", b, v1, b) + tau.dot(m2_squared))  # [se.1]
    penalty = np.array(
        [1 / (mpf(r.p) / r.q * tau[k]) for r, k in zip(problem.strengths, problem.owners, strict=True)] + [mpf(0)]
    )
    gram = (f0 * g).dot(f0.T) + (f1 * g).dot(f1.T) + np.diag(penalty)
    coef = inverse(gram).dot((f0 * g).dot(h0) + (f1 * g).dot(h1))  # [modes.1]
    return {
        "V1": v1,
        "V2": tau,
        "Vh1": (b * g).dot(b.T),
        "Vh2": m2_squared.dot(g),
        "t": tau / shares,
        "coef": coef,
        "hat": (coef * penalty)[:-1],
    }  # [se.2]


def second_moments(problem, first):
    """Q1, Q2, Qh1, Qh2 and dt, by name, and the errors, through the Jacobian   [jac.1, jac.2, err.1-err.3]."""
    ratio, beta, ridge = numbers(sp.Matrix([RATIO, WIDTH_RATIO, RIDGE]))
    weight, shares, b, m2_squared, (h0, h1, h2), f0, f1 = map(numbers, problem[:7])
    tau, coef, hat, classes = first["V2"], first["coef"], first["hat"], len(b)
    scaled = 1 / (1 + np.einsum("kn,kl,ln->n", b, first["V1"], b) + tau.dot(m2_squared))
    g = ratio * weight * scaled**2
    base = h2 - h0**2 - h1**2 + (h0 - coef.dot(f0)) ** 2 + (h1 - coef.dot(f1)) ** 2  # [modes.2]
    pull = [mpf(r.p) / r.q * x * x for r, x in zip(problem.strengths, hat, strict=True)]
    source = np.array(
        [mp.fsum(x for x, owner in zip(pull, problem.owners, strict=True) if owner == k) for k in range(classes)]
    )

    n = inverse(np.identity(classes, dtype=int) + beta * tau[:, None] * first["Vh1"])
    m, x = first["Vh1"].dot(n), beta * n * tau
    y = n.T.dot(b) ** 2 + m2_squared
    inner = inverse(np.diag(shares / tau**2) - beta * m**2)
    jacobian = (y.T.dot(inner).dot(y) + b.T.dot(x).dot(b) ** 2 / beta) * g  # [jac.1]
    e = inverse(np.identity(NODES, dtype=int) - jacobian).dot(base + y.T.dot(inner).dot(source))  # [jac.2, err.1]

    qh1, qh2 = (b * (g * e)).dot(b.T), m2_squared.dot(g * e)
    q2 = inner.dot(qh2 + source + n.T.dot(qh1).dot(n).diagonal())  # [q.2]
    q1 = (n * q2).dot(n.T) + x.dot(qh1).dot(x) / beta
    objective = weight.dot(base * scaled) + coef[:-1].dot(hat) / ratio  # [err.3]
    errors = Errors(weight.dot(e * scaled**2), objective, objective - ridge * sum(q2) / ratio)
    return {"Q1": q1, "Q2": q2, "Qh1": qh1, "Qh2": qh2, "dt": -q2 / shares}, errors
