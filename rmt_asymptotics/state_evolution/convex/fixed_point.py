"""The fixed point of a convex loss and its Jacobian, in (log V, log Q, y).  Note: convex_losses.md [gl.8]-[gl.13]."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.channels import Channel
from rmt_asymptotics.canonical.problem import Problem
from rmt_asymptotics.state_evolution.convex.bulk import bulk_at, tangent
from rmt_asymptotics.state_evolution.convex.channel import Expectations, Field
from rmt_asymptotics.state_evolution.convex.modes import Amplitudes


@dataclass(frozen=True)
class State:
    """V and Q on the nodes, (N,), amplitudes y (J,), and t (K,), where the inner Newton starts."""

    V: Array
    Q: Array
    y: Array
    t: Array


@dataclass(frozen=True)
class System:
    """A problem at one point: alpha = n/d, b = d/p, ridge, the modes, the labels, and their channel with the loss."""

    problem: Problem
    modes: Amplitudes
    alpha: float
    b: float
    ridge: float
    labels: Channel
    channel: Callable[[Field], Expectations]

    def field(self, state: State) -> Field:
        return Field(*self.modes.field(state.y), state.Q, state.V)


@dataclass(frozen=True)
class Linearised:
    """The residual (2N + J,) at a state, its Jacobian and its derivative in log alpha; image: the next V, Q, y, t.

    norm: |a|^2/d.
    """

    residual: Array
    jacobian: Array
    growth: Array
    image: State
    norm: float


def linearise(system: System, state: State) -> Linearised:
    """gl.8-gl.13 at a state."""
    # notation: pi, w, F of the problem; E0, E1, q, v of gl.5; den, hat, sigma, L, Theta, Y, H
    problem, modes, b = system.problem, system.modes, system.b
    pi, w, (F0, F1) = problem.features.class_weights, system.alpha * problem.features.weights, modes.functions
    k, penalised, y = modes.classes, modes.penalised, state.y
    found = system.channel(system.field(state))
    E0, E1, q, v = found.values
    den, qh, hat = w * v, w * q, F0 @ (w * E0) + F1 @ (w * E1)  # [gl.8]
    bulk = bulk_at(problem.features, den, state.t, b, system.ridge)  # [gl.9]
    t = bulk.t
    pull = np.bincount(k, np.where(penalised, y, 0.0) ** 2, minlength=len(pi)) / (pi * t**2)
    sigma = b * pull
    Q, H = tangent(problem.features, den, bulk, b, qh, sigma)  # [gl.11]
    rates = bulk.theta @ (bulk.Y @ qh + pull)
    lift = np.where(penalised, t[k] * modes.scales, 1.0)
    image = State(bulk.V, Q, np.where(penalised, lift * hat, y + hat), t)  # [gl.10]
    residual = np.concatenate([np.log(bulk.V / state.V), np.log(Q / state.Q), image.y - y])

    dE0, dE1, dq, dv = _variations(found.derivatives, modes, state)
    dden, dqh = np.column_stack([w[:, None] * dv, den]), np.column_stack([w[:, None] * dq, qh])
    dhat = np.column_stack([(F0 * w) @ dE0 + (F1 * w) @ dE1, hat])  # the last column is that of log alpha
    dt = -(bulk.theta @ (b * (bulk.Y @ dden))) / pi[:, None]
    dsigma = -2 * (sigma / t)[:, None] * dt
    places = 2 * len(w) + np.flatnonzero(penalised)
    np.add.at(dsigma, (k[penalised], places), 2 * b * y[penalised] / (pi * t**2)[k[penalised]])
    dV = -bulk.kernel @ dden
    dQ = H @ dden + bulk.kernel @ dqh + bulk.Y.T @ (bulk.theta @ dsigma)
    dy = lift[:, None] * dhat + np.where(penalised, modes.scales * hat, 0.0)[:, None] * dt[k]
    changes = np.concatenate([dV / bulk.V[:, None], dQ / Q[:, None], dy])
    jacobian, growth = changes[:, :-1].copy(), changes[:, -1]
    fixed = np.concatenate([np.ones(2 * len(w)), penalised])
    jacobian[np.diag_indices(len(residual))] -= fixed
    return Linearised(residual, jacobian, growth, image, float(np.sum(rates)))


def _variations(derivatives: Array, modes: Amplitudes, state: State) -> list[Array]:
    """Of E0, E1, q, v with (log V, log Q, y); (N, 2N + J) each."""
    F0, F1 = modes.functions * modes.scales[:, None]
    return [
        np.concatenate([np.diag(row[3] * state.V), np.diag(row[2] * state.Q), (row[0] * F0 + row[1] * F1).T], axis=1)
        for row in derivatives
    ]
