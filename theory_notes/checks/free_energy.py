"""Every equation of the square loss as a gradient of one replica-symmetric free energy   [free.1].

sympy writes the free energy of a small generic problem and differentiates it in every order parameter. The
gradients must vanish at the point which the equations of `canonical_problem.md` give, and the value must be the
training objective. Run `python -m theory_notes.checks.free_energy`.
"""

from itertools import combinations_with_replacement
from typing import NamedTuple

import numpy as np
import sympy as sp
from mpmath import mp, mpf

from theory_notes.checks import saddle_point
from theory_notes.checks.saddle_point import NODES, RATIO, RIDGE, WIDTH_RATIO

DIGITS = 40


class Discrepancies(NamedTuple):
    """Largest gradient; energy less the training objective of err.3; training error of err.2 less that of |a|^2."""

    gradient: float
    energy: float
    training_error: float


def symmetric(name, classes):
    """A symmetric matrix of symbols."""
    pairs = combinations_with_replacement(range(classes), 2)
    entries = {(k, m): sp.Symbol(f"{name}_{k}{m}") for k, m in pairs}
    return sp.Matrix(classes, classes, lambda k, m: entries[min(k, m), max(k, m)])


def order_parameters(classes, modes):
    """Symbols of all order parameters, by name; `hat` leaves out the last mode, which is free."""
    symbols = {name: symmetric(name, classes) for name in ("V1", "Vh1", "Q1", "Qh1")}
    lengths = dict.fromkeys(("V2", "Vh2", "Q2", "Qh2", "t", "dt"), classes) | {"coef": modes, "hat": modes - 1}
    return symbols | {name: sp.Matrix(sp.symbols(f"{name}_:{length}")) for name, length in lengths.items()}


def log_determinant(t, vh1, vh2, shares):
    """(1/p) log det S as a function which is stationary in the resolvent traces t   [free.2]."""
    classes = len(t)
    capacity = WIDTH_RATIO * sp.diag(*[shares[k] * t[k] for k in range(classes)])  # [se.3]
    local = sum(shares[k] * (t[k] * (RIDGE + vh2[k]) - sp.log(t[k])) for k in range(classes))
    return local + sp.log((sp.eye(classes) + capacity * vh1).det()) / WIDTH_RATIO


def channel(problem, o):
    """(n/p) E[e/(1+V)], the part of the samples."""
    total = 0
    for node in range(NODES):
        b, m2_squared = problem.b[:, node], problem.m2_squared[:, node]
        h0, h1, h2 = problem.targets[:, node]
        g0, g1 = o["coef"].dot(problem.mode0[:, node]), o["coef"].dot(problem.mode1[:, node])
        variance = (b.T * o["V1"] * b)[0] + o["V2"].dot(m2_squared)
        spread = (b.T * o["Q1"] * b)[0] + o["Q2"].dot(m2_squared)
        base = h2 - 2 * (g0 * h0 + g1 * h1) + g0**2 + g1**2
        total += RATIO * problem.weight[node] * (base + spread) / (1 + variance)
    return total


def free_energy(problem, o):
    """1/p times the minimum over the readout, stationary in all order parameters   [free.1]."""
    eps = sp.Symbol("eps")
    conjugate = (o["Qh1"] * o["V1"]).trace() + o["Qh2"].dot(o["V2"])
    conjugate -= (o["Vh1"] * o["Q1"]).trace() + o["Vh2"].dot(o["Q2"])
    along = (o[x] + eps * o[dx] for x, dx in (("t", "dt"), ("Vh1", "Qh1"), ("Vh2", "Qh2")))
    tilted = log_determinant(*along, problem.shares)
    modes = zip(o["hat"], o["coef"][:-1], problem.strengths, problem.owners, strict=True)
    fields = sum(2 * hat * coef - hat**2 * r * problem.shares[k] * o["t"][k] for hat, coef, r, k in modes)
    return channel(problem, o) + conjugate - sp.diff(tilted, eps).subs(eps, 0) + fields


def discrepancies(classes):
    """The three discrepancies for a generic problem, at 40 digits."""
    with mp.workdps(DIGITS):
        problem = saddle_point.generic_problem(classes)
        symbols = order_parameters(classes, problem.mode0.rows)
        energy = free_energy(problem, symbols)
        first = saddle_point.first_moments(problem)
        second, errors = saddle_point.second_moments(problem, first)
        point = {}
        for name, value in (first | second).items():
            point.update(zip(list(symbols[name]), np.ravel(value), strict=True))
        gradient = [sp.diff(energy, symbol) for symbol in point]
        minimum, *slopes = sp.lambdify(list(point), [energy, *gradient], "mpmath", cse=True)(*point.values())
        return Discrepancies(
            float(max(map(abs, slopes))),
            float(minimum * RATIO.q / mpf(RATIO.p) - errors.training_objective),
            float(errors.training_error - errors.objective_less_penalty),
        )


def main():
    """Print the discrepancies for one, two and three classes."""
    for classes in (1, 2, 3):
        found = discrepancies(classes)
        print(
            f"K = {classes}: largest gradient {found.gradient:.1e}, energy less training objective {found.energy:.1e},"
        )
        print(f"       training error of err.2 less that of the energy {found.training_error:.1e}")


if __name__ == "__main__":
    main()
