"""The target's projection on the modes, and the errors.  Note: canonical_problem.md, sections 3 and 4."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from mpmath import mp

from rmt_asymptotics.digits.algebra import Numbers, diagonal, dot, gram, is_present, solve_linear, times, zeros
from rmt_asymptotics.digits.setting import Setting
from rmt_asymptotics.digits.state_evolution import Bulk, State, feedback, respond, sources, spread

Filter = Callable[[Numbers], Numbers]


@dataclass(frozen=True)
class Projection:
    """h0 - G0 and h1 - G1 (N,), q_k = sum R hat^2 (K,), and the sum of coef^2/Cap."""

    misfit: tuple[Numbers, Numbers]
    pull: Numbers
    penalty: Any


@dataclass(frozen=True)
class Errors:
    """The three errors, and by how much two expressions of the objective differ."""

    test_error: Any
    training_error: Any
    training_objective: Any
    discrepancy: Any


def project(setting: Setting, g: Numbers, tau: Numbers, features: Any) -> Projection:
    """Least squares with the penalty coef^2/Cap, Cap = R tau, on finite modes and none on free ones.

    features: the mean square of the features, which says what is small.
    """
    off = _off_free(setting, g, features)
    rest = np.concatenate([off(setting.labels.mean), setting.labels.linear])
    weight, pull = np.concatenate([g, g]), zeros(len(tau))
    if not setting.modes:
        return Projection((rest[: len(g)], rest[len(g) :]), pull, mp.zero)
    owners = [k for _, _, k, _ in setting.modes]
    rows = np.array([np.concatenate([off(f0), f1]) * mp.sqrt(r * tau[k]) for f0, f1, k, r in setting.modes], object)
    system = gram(rows, weight) + diagonal(zeros(len(rows)) + 1)
    scaled = solve_linear(system, times(rows, weight * rest))  # coef/sqrt(Cap)  [modes.1]
    rest = rest - times(scaled[None, :], rows)[0]
    for k, y in zip(owners, scaled, strict=True):
        pull[k] += y * y / tau[k]  # [jac.2]
    return Projection((rest[: len(g)], rest[len(g) :]), pull, dot(scaled, scaled))


def _off_free(setting: Setting, g: Numbers, features: Any) -> Filter:
    """The map that takes the part in the free space out of a function of kappa."""
    basis: list[Numbers] = []

    def off(f: Numbers) -> Numbers:
        f = _off_parities(f, g, setting.free_parities)
        for row in basis * 2:  # twice: rounding of the first pass is removed by the second
            f = f - row * dot(g * row, f)
        return f

    for row in setting.free:
        rest = off(row)
        size = max(mp.sqrt(dot(g * row, row)), mp.sqrt(features))
        left = mp.sqrt(dot(g * rest, rest))
        if is_present(left / size if size else size):
            basis.append(rest / left)
    return off


def _off_parities(f: Numbers, g: Numbers, parities: tuple[int, ...]) -> Numbers:
    """f without what all functions of a parity fit: exact on each pair of nodes kappa, -kappa."""
    if len(parities) == 2:
        return 0 * f
    for parity in parities:
        sign = (-1) ** parity
        f = f - (g * f + sign * (g * f)[::-1]) / (g + g[::-1])
    return f


def errors_at(setting: Setting, bulk: Bulk, state: State, noise: Any, tolerance: Any) -> Errors:
    """Test error, training error and objective at the fixed point."""
    w, V = bulk.weight, state.V
    features = dot(w, times(bulk.shares[None, :], bulk.b**2 + bulk.m2_squared)[0])
    g = w * bulk.ratio / (1 + V)
    fit = project(setting, g, bulk.shares * state.t, features * bulk.ratio)
    base = setting.labels.residual + noise + fit.misfit[0] ** 2 + fit.misfit[1] ** 2  # [modes.2]
    pulled = spread(bulk, *respond(bulk, state, zeros(*state.N.shape), fit.pull))
    e = feedback(bulk, state, base + pulled, tolerance)  # [q.1, q.2]
    Qh1, Qh2 = sources(bulk, state, e)
    _, Q2 = respond(bulk, state, Qh1, Qh2 + fit.pull)
    training = dot(w, e / (1 + V) ** 2)  # [err.2]
    objective = training + bulk.ridge / bulk.ratio * sum(Q2)
    direct = dot(w, base / (1 + V)) + fit.penalty / bulk.ratio  # [err.3]
    return Errors(dot(w, e), training, objective, abs(objective - direct))
