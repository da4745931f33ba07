"""Finite size of ridge regression on the inputs themselves, in closed form.  Note: finite_size.md [fs.7]-[fs.9].

The inputs have d eigenvalues, and F comes from the log-determinant of their sample covariance with the label as one
more input.  All arrays have P points of (ridge, tau) first, and may be complex.
"""

from dataclasses import dataclass, replace

import numpy as np

from rmt_asymptotics._types import Array, Numbers
from rmt_asymptotics.errors import NotConverged
from rmt_asymptotics.finite.circles import circles
from rmt_asymptotics.finite.corrections import Corrections
from rmt_asymptotics.finite.setting import rule_in_s
from rmt_asymptotics.finite.spread import variance_of_square
from rmt_asymptotics.models import RidgeRegression

STEPS, SETTLED = 200, 1e-10  # of Newton: it doubles while the ridge decides; after a step this small comes rounding


@dataclass(frozen=True)
class Inputs:
    """n samples; eigenvalues c (Y,), of so many dimensions each, counts (Y,), and the teacher's profile (Y,).

    s, s_weights, labels (S,): a quadrature of the teacher's coordinate, and the labels there without noise.
    """

    samples: int
    ridge: float
    noise: float
    eigenvalues: Array
    counts: Array
    teacher: Array
    s: Array
    s_weights: Array
    labels: Array

    @property
    def slope(self) -> float:
        """h1 = E y s."""
        return float(self.labels * self.s @ self.s_weights)

    @property
    def rest(self) -> float:
        """E (y - h1 s)^2."""
        return float(self.labels**2 @ self.s_weights) + self.noise - self.slope**2


def inputs_of(model: RidgeRegression, samples: int, dimension: int) -> Inputs:
    """The inputs of a model as its limit has them: eigenvalues with shares of d."""
    s, s_weights = rule_in_s(list(model.target.kinks))
    covariance = model.covariance
    eigenvalues, shares = (np.ones(1), np.ones(1)) if covariance is None else (covariance.nodes, covariance.weights)
    return Inputs(
        samples, dimension * model.ridge, model.noise_variance, eigenvalues, dimension * shares, model.teacher_profile,
        s, s_weights, model.target(s),
    )  # fmt: skip


def of_whole_dimensions(at: Inputs, model: RidgeRegression, dimension: int) -> Inputs:
    """The same with the eigenvalues that simulations have, one a dimension."""
    if model.covariance is None:
        return at
    eigenvalues, (teacher,) = model.covariance.at(dimension, model.teacher_profile)
    return replace(at, eigenvalues=eigenvalues, counts=np.ones(dimension), teacher=teacher)


@dataclass(frozen=True)
class State:
    """At P points: g = n/(1+V), k = g + tau, ridge (P,); G = 1/(ridge + k c), (P, Y)."""

    at: Inputs
    ridge: Numbers
    g: Numbers
    k: Numbers
    G: Numbers

    def trace(self, power: int) -> Numbers:
        """tr (c G)^power over the dimensions, (P,)."""
        return np.asarray((self.at.eigenvalues * self.G) ** power @ self.at.counts)

    @property
    def gamma(self) -> Numbers:
        """(g^2/n) tr (c G)^2: below 1."""
        return self.g**2 * self.trace(2) / self.at.samples

    @property
    def coef(self) -> Numbers:
        """Of the teacher's coordinate in the mean predictor."""
        return self.k * self.at.slope * (self.G @ (self.at.teacher * self.at.eigenvalues))

    @property
    def leading(self) -> Numbers:
        """U = F to leading order, (P,)."""
        return self.k * (self.at.rest + self.at.slope**2 * self.ridge * (self.G @ self.at.teacher))

    @property
    def residual(self) -> Numbers:
        """dU/dk: the squared residual of the mean predictor."""
        return self.at.rest + self.at.slope**2 * self.ridge**2 * (self.G**2 @ self.at.teacher)

    @property
    def tilt(self) -> Numbers:
        """dg/deps for the label with the weight eps.  [fs.7]"""
        return -(self.g**2) * self.residual / self.at.samples / (1 - self.gamma)


def solved(at: Inputs, ridge: Numbers, tau: Numbers) -> State:
    """Newton for g (1 + tr c G) = n, from 0, where it is concave: from below."""
    c, g = at.eigenvalues, np.zeros_like(ridge)
    for _ in range(STEPS):
        G = 1 / (ridge[:, None] + (g + tau)[:, None] * c)
        state = State(at, ridge, g, g + tau, G)
        step = (at.samples - g * (1 + state.trace(1))) / (1 + state.trace(1) - g * state.trace(2))
        g = g + step
        if np.all(np.abs(step) <= SETTLED * np.abs(g)):
            return State(at, ridge, g, g + tau, 1 / (ridge[:, None] + (g + tau)[:, None] * c))
    raise NotConverged("the fixed point of finitely many inputs was not reached")


def loop(state: State) -> Numbers:
    """What the fluctuations of Gaussian inputs add to E F, (P,).  [fs.7]"""
    at, g, c = state.at, state.g, state.at.eigenvalues
    bend = -2 * at.slope**2 * state.ridge**2 * (state.G**3 @ (at.teacher * c))  # d^2U/dk^2
    of_tilt = (2 * state.trace(2) - 2 * g * state.trace(3)) * g * state.tilt
    return np.asarray(0.5 * (g**2 * bend - of_tilt) / at.samples / (1 - state.gamma))


def latent(state: State) -> Numbers:
    """What a label that is not linear in s adds to E F, (P,), by its moments beyond those of a Gaussian.  [fs.8]"""
    at, g = state.at, state.g
    chi = state.G @ (at.teacher * at.eigenvalues)
    squares = at.labels**2 * (at.s**2 - 1) @ at.s_weights - 2 * at.slope**2  # of the variance of y s
    mixed = at.labels * at.s**3 @ at.s_weights - 3 * at.slope  # of the covariance of y s and s^2
    return np.asarray(g**2 * chi * (2 * state.coef * mixed - squares) / at.samples)


def covariance(state: State) -> Numbers:
    """Cov(F, F') of the minima at all pairs of points, (P, P): of Gaussian inputs, and of their labels.  [fs.9]"""
    at, n, c = state.at, state.at.samples, state.at.eigenvalues
    kept = state.ridge[:, None] * state.G  # of the teacher: what the mean predictor leaves
    weighted = state.g[:, None] * state.G
    moved = state.tilt[:, None] * state.G * (1 - c * weighted)  # d(g G)/deps
    residual = at.slope**2 * state.g[:, None] * kept**2 * at.teacher * c
    base = at.rest + at.slope**2 * (kept * at.teacher) @ kept.T
    inputs = at.counts * c**2
    gamma = (weighted * inputs) @ weighted.T / n
    once = (residual + moved * inputs) @ weighted.T / n  # dgamma/deps
    crossed = residual @ moved.T
    twice = np.outer(state.g, state.g) * base**2 + crossed + crossed.T + (moved * inputs) @ moved.T
    gaussian = 2 * (twice / n / (1 - gamma) + once * once.T / (1 - gamma) ** 2)
    return gaussian + np.outer(state.g, state.g) / n * _beyond_gaussian(state)


def _beyond_gaussian(state: State) -> Numbers:
    """Cov[(y - G s)^2, (y - G' s)^2] of the labels less that of Gaussian ones, (P, P).  [fs.9]"""
    at = state.at
    r = at.labels - state.coef[:, None] * at.s
    products = (r * at.s_weights) @ r.T
    squares, means = (r**2 * at.s_weights) @ (r**2).T, r**2 @ at.s_weights
    fourth = squares + 4 * at.noise * products + 2 * at.noise**2 - np.outer(means, means)
    return np.asarray(fourth - 2 * (products + at.noise) ** 2)


def input_corrections(model: RidgeRegression, samples: int, dimension: int) -> Corrections:
    """The corrections for ridge regression on the inputs; between shares and whole dimensions too."""
    limit = inputs_of(model, samples, dimension)
    at = of_whole_dimensions(limit, model, dimension)
    centre, none = np.array([at.ridge]), np.zeros(1)
    round_at = circles(at.ridge, float(solved(at, centre, none).g[0]), samples)
    state, smooth = (solved(each, round_at.ridge, round_at.tau) for each in (at, limit))
    errors = round_at.errors(state.leading)
    fresh = []
    for noise in (at.noise, 0.0):
        residual = at.labels - state.coef[0].real * at.s
        excess = errors[0] - at.noise - residual**2 @ at.s_weights
        fresh.append(variance_of_square(at.s_weights, residual, excess + noise))
    return Corrections(
        errors - round_at.errors(smooth.leading) + round_at.errors(latent(state)), round_at.errors(loop(state)),
        round_at.variances(covariance(state)), (fresh[0], fresh[1]),
    )  # fmt: skip
