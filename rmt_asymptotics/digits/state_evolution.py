"""se.1-se.5 by Newton from above, and their linear response.  Note: canonical_problem.md.

A Newton step and the second moments solve the same linear system, (1 - J) x = r with J = the response of V to Vh, and
1 - J is symmetric and positive for the weights n/p w/(1 + V)^2 from above down to the solution [uniq.1, uniq.2].
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from mpmath import mp

from rmt_asymptotics.digits.algebra import (
    Numbers,
    Unreached,
    conjugate_gradients,
    diagonal,
    gram,
    quadratic,
    solve_linear,
    times,
)

INNER_STEPS = 60
STEPS = 200
LARGEST_STEP = 3.0  # of log t
SLACK = 1e-20  # of the demand that a start be above the solution
INEXACT = 1e-25  # relative, of the linear systems of Newton


@dataclass(frozen=True)
class Bulk:
    """What se.1-se.5 see: weight w (N,), shares pi (K,), b and m2_squared (K, N), ratio n/p, beta p/d, ridge."""

    weight: Numbers
    shares: Numbers
    b: Numbers
    m2_squared: Numbers
    ratio: Any
    beta: Any
    ridge: Any

    def floats(self) -> "Bulk":
        """The same in double precision."""
        weight, shares, b, m2_squared = (
            np.asarray(a, float) for a in (self.weight, self.shares, self.b, self.m2_squared)
        )
        return Bulk(weight, shares, b, m2_squared, float(self.ratio), float(self.beta), float(self.ridge))


@dataclass(frozen=True)
class State:
    """V (N,), t (K,), the slope n/p w/(1 + V)^2 (N,), the matrices N and X of se.4 and se.5, and L of q.2."""

    V: Numbers
    t: Numbers
    slope: Numbers
    N: Numbers
    X: Numbers
    L: Numbers


def state_at(bulk: Bulk, V: Numbers, start: Numbers) -> State:
    """The class matrices at V; t solves se.3-se.4 by Newton in log t from `start`."""
    pi, beta = bulk.shares, bulk.beta
    g = bulk.weight * bulk.ratio / (1 + V)
    Vh1, Vh2 = gram(bulk.b, g), times(bulk.m2_squared, g)  # [se.2]
    one, t = diagonal(0 * pi + 1), start
    enough = 1e-3 * _rounding(V) ** 0.5  # a step squares the error
    for _ in range(INNER_STEPS):
        N = solve_linear(one + (pi * t * beta)[:, None] * Vh1, one)  # [se.3]
        M = times(Vh1, N)
        mapped = 1 / (bulk.ridge + Vh2 + np.diagonal(M))  # [se.4]
        step = solve_linear(one - mapped[:, None] * beta * M**2 * (pi * t), (mapped - t) / t)
        step = np.clip(step, -LARGEST_STEP, LARGEST_STEP)
        t = t * (1 + step) if np.max(np.abs(step)) < 0.5 else t * np.exp(np.asarray(step, float))
        if np.max(np.abs(step)) <= enough:
            break
    else:
        raise Unreached("se.3-se.4 were not solved")
    N = solve_linear(one + (pi * t * beta)[:, None] * Vh1, one)
    L = solve_linear(diagonal(1 / (pi * t**2)) - times(Vh1, N) ** 2 * beta, one)
    return State(V, t, g / (1 + V), N, N * (pi * t * beta), L)


def image(bulk: Bulk, state: State) -> Numbers:
    """Psi(V), which is V at the solution."""
    return quadratic(bulk.b, state.X) / bulk.beta + times((bulk.shares * state.t)[None, :], bulk.m2_squared)[0]


def respond(bulk: Bulk, state: State, Qh1: Numbers, Qh2: Numbers) -> tuple[Numbers, Numbers]:
    """Q1 and Q2: minus the derivative of (V1, pi t) along (Qh1, Qh2)."""
    N, X = state.N, state.X
    Q2 = times(state.L, Qh2 + np.sum(N * times(Qh1, N), axis=0))
    return times(N * Q2, N.T) + times(times(X, Qh1), X) / bulk.beta, Q2  # [q.2]


def sources(bulk: Bulk, state: State, e: Numbers) -> tuple[Numbers, Numbers]:
    """Qh1 and Qh2 of the error e(kappa), without the modes."""
    return gram(bulk.b, state.slope * e), times(bulk.m2_squared, state.slope * e)  # [q.2]


def spread(bulk: Bulk, Q1: Numbers, Q2: Numbers) -> Numbers:
    """sum_kl b_k b_l Q1_kl + sum_k m2_k^2 Q2_k."""
    return quadratic(bulk.b, Q1) + times(Q2[None, :], bulk.m2_squared)[0]  # [q.1]


def feedback(bulk: Bulk, state: State, right: Numbers, tolerance: Any) -> Numbers:
    """e with e = right + what e gives back through q.2 and q.1."""

    def operator(x: Numbers) -> Numbers:
        return spread(bulk, *respond(bulk, state, *sources(bulk, state, x)))

    return right + operator(conjugate_gradients(operator, right, state.slope, tolerance))


def fixed_point(bulk: Bulk, start: tuple[Numbers, Numbers], tolerance: Any) -> tuple[State, Any, int]:
    """State, residual max |Psi - V|/(1 + V) and number of steps of Newton in V from above.

    The start must have Psi(V) <= V. The last step is below `tolerance`, relative to 1 + V.
    """
    V, t = start
    inexact = INEXACT if V.dtype == object else 1e-10
    for steps in range(1, STEPS + 1):
        state = state_at(bulk, V, t)
        gap = image(bulk, state) - V
        if steps == 1 and np.any(gap > SLACK * (1 + V)):
            raise Unreached("the start is not above the solution")
        change = feedback(bulk, state, gap, inexact)
        V, t = V + change, state.t
        if np.max(np.abs(change / (1 + V))) <= tolerance:
            break
    else:
        raise Unreached("Newton from above did not converge")
    state = state_at(bulk, V, t)
    return state, np.max(np.abs(image(bulk, state) - V) / (1 + V)), steps


def from_above(bulk: Bulk) -> tuple[Numbers, Numbers]:
    """A V above the solution, with its t."""
    return times(bulk.shares[None, :], bulk.b**2 + bulk.m2_squared)[0] / bulk.ridge, 0 * bulk.shares + 1 / bulk.ridge


def _rounding(V: Numbers) -> Any:
    return mp.eps if V.dtype == object else np.finfo(float).eps
