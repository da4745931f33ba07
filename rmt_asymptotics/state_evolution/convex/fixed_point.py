"""The fixed point of a convex loss and its Jacobian, in (log V, log Q, y).  Note: convex_losses.md [gl.8]-[gl.13]."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.channels import Channel
from rmt_asymptotics.canonical.problem import Problem
from rmt_asymptotics.state_evolution.convex.bulk import bulk_at, tangent
from rmt_asymptotics.state_evolution.convex.channel import Expectations, Field
from rmt_asymptotics.state_evolution.convex.directions import along_at
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
    own = np.bincount(k, np.where(penalised, y, 0.0) ** 2, minlength=len(pi)) / (pi * t**2)
    directed = along_at(problem.features, den, bulk, b, system.ridge, hat[modes.along]) if np.any(modes.along) else None
    pull = own if directed is None else own + directed.pull  # [cov.8]
    sigma = b * pull
    Q, H = tangent(problem.features, den, bulk, b, qh, sigma)  # [gl.11]
    if directed is not None:
        Q = Q + directed.leak
    rates = bulk.theta @ (bulk.Y @ qh + pull)
    lift = np.where(penalised, t[k] * modes.scales, 1.0)
    answer = np.where(penalised, lift * hat, y + hat)
    if directed is not None:
        answer[modes.along] = directed.coef / modes.scales[modes.along]
    image = State(bulk.V, Q, answer, t)  # [gl.10]
    residual = np.concatenate([np.log(bulk.V / state.V), np.log(Q / state.Q), image.y - y])

    dE0, dE1, dq, dv = _changes(w, found, modes, state)
    dhat, dt = dE0(F0) + dE1(F1), -dv(b * (bulk.theta @ bulk.Y) / pi[:, None])
    dsigma = -2 * b * (own / t)[:, None] * dt
    places = 2 * len(w) + np.flatnonzero(penalised)
    dsigma[k[penalised], places] += (2 * b * y / (pi * t**2)[k])[penalised]
    dy = lift[:, None] * dhat + np.where(penalised, modes.scales * hat, 0.0)[:, None] * dt[k]
    dV, dQ = -dv(bulk.kernel), dv(H) + dq(bulk.kernel)
    if directed is not None:
        moved = dhat[modes.along]
        dsigma = dsigma + b * (dv(directed.pull_by[0]) + directed.pull_by[1] @ moved)
        dQ = dQ + dv(directed.leak_by[0]) + directed.leak_by[1] @ moved
        dy[modes.along] = (dv(directed.coef_by[0]) + directed.coef_by[1] @ moved) / modes.scales[modes.along, None]
    dQ = dQ + bulk.Y.T @ (bulk.theta @ dsigma)
    changes = np.concatenate([dV / bulk.V[:, None], dQ / Q[:, None], dy])
    jacobian, growth = changes[:, :-1].copy(), changes[:, -1]
    fixed = np.concatenate([np.ones(2 * len(w)), ~modes.free])
    jacobian.flat[:: len(residual) + 1] -= fixed
    return Linearised(residual, jacobian, growth, image, float(np.sum(rates)))


def _changes(w: Array, found: Expectations, modes: Amplitudes, state: State) -> list[Callable[[Array], Array]]:
    """What matrices (..., N) make of the changes of w E0, w E1, w q, w v with (log V, log Q, y, log alpha)."""
    F0, F1 = modes.functions * modes.scales[:, None]
    in_G0, in_G1, in_Q, in_V = np.swapaxes(w * found.derivatives, 0, 1)
    by_V, by_Q = in_V * state.V, in_Q * state.Q  # diagonal
    by_y = in_G0[..., None] * F0.T + in_G1[..., None] * F1.T
    by_rest = np.concatenate([by_y, (w * found.values)[..., None]], axis=2)

    def change(i: int) -> Callable[[Array], Array]:
        return lambda matrix: np.concatenate([matrix * by_V[i], matrix * by_Q[i], matrix @ by_rest[i]], axis=1)

    return [change(i) for i in range(4)]
