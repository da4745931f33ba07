"""The readouts of a problem at points of its controls, ready for pairs.  Note: theory_notes/two_readouts.md."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.problem import Controls, Problem
from rmt_asymptotics.equations.two_point import Latent, Numbers, Readout
from rmt_asymptotics.errors import NotConverged
from rmt_asymptotics.spectra.bulk import bulk_of
from rmt_asymptotics.spectra.resolvent import ACCEPTED, States, newton
from rmt_asymptotics.state_evolution.many_classes import response
from rmt_asymptotics.state_evolution.ridge import solve_points

STAGES = 4  # in which the angle of a complex ridge grows
SMALL = 1e-9  # imaginary part of the first start, relative
RANK = 1e-13  # free modes shorter than this, relative to the features, are rounding


def latent_of(problem: Problem, width_ratio: Array) -> Latent:
    """What all readouts of a problem share, at width ratios (...)."""
    bulk = bulk_of(problem, 1.0, 1.0)
    member = np.arange(len(problem.class_weights))[:, None] == problem.mode_classes
    return Latent(
        problem.weights, problem.class_weights, problem.residual[:, bulk.skeleton], bulk.extension, problem.target,
        problem.target_residual, member * np.where(_free(problem), 0.0, _strengths(problem, width_ratio))[..., None, :],
    )  # fmt: skip


def _free(problem: Problem) -> NDArray[np.bool_]:
    return np.isinf(problem.strengths[0])


def _strengths(problem: Problem, width_ratio: Array) -> Array:
    """R_j of the modes, (..., J)."""
    return np.asarray(problem.strengths[0] + np.asarray(width_ratio)[..., None] * problem.strengths[1])


def ridge_readouts(problem: Problem, controls: Controls) -> Readout:
    """The readouts at real points (P,)."""
    state = solve_points(problem, controls).state
    if len(problem.class_weights) == 1:
        V, t = state @ np.array([problem.linear[0] ** 2, problem.residual[0]]), state[:, 1:]
    else:
        V = state
        start = np.ones(len(problem.class_weights))
        points = zip(V, controls.samples_per_feature, controls.width_ratio, controls.ridge, strict=True)
        t = np.array([response(problem, v, start / z, ratio, beta, z).t for v, ratio, beta, z in points])
    return solved_readouts(problem, controls, V, t)


def solved_readouts(problem: Problem, controls: Controls, V: Numbers, t: Numbers) -> Readout:
    """The readouts at solutions V (P, N) and t (P, K) of se.1-se.5."""
    pi, b, count = problem.class_weights, problem.linear, len(problem.class_weights)
    samples, features = controls.samples_per_feature * controls.width_ratio, 1 / controls.width_ratio
    den = samples[:, None] * problem.weights / (1 + V)
    vh, D = (den[:, None, :] * b) @ b.T, pi * t
    b_s = b[:, bulk_of(problem, 1.0, 1.0).skeleton]
    right = np.concatenate([vh, np.broadcast_to(b_s, (len(t), *b_s.shape))], axis=-1)
    solved = np.linalg.solve(np.eye(count) + vh * D[:, None, :], right)
    M, shrunk = solved[..., :count], solved[..., count:]
    gram = np.swapaxes(D[..., None] * b_s, -1, -2) @ shrunk
    misfit, hat = _projection(problem, controls, den, t)
    return Readout(samples, features, controls.noise_variance, V, t, M, shrunk, gram, misfit, hat)


def _projection(problem: Problem, controls: Controls, den: Numbers, t: Numbers) -> tuple[Numbers, Numbers]:
    """h - G (P, m, N), and coef/Cap (P, J) of the modes.  [modes.1]

    Free modes in combinations that are orthonormal under the weights, finite ones in units of sqrt(Cap).
    """
    m, free = len(problem.target), _free(problem)
    rows = problem.modes.transpose(1, 0, 2).reshape(problem.modes.shape[1], -1)
    root = np.sqrt(np.tile(problem.weights, m))
    size = np.sqrt(float(np.sum((problem.linear**2 + problem.residual) @ problem.weights)))
    _, singular, basis = np.linalg.svd(rows[free] * root, full_matrices=False)
    basis = basis[singular > RANK * size] / root
    cap = (_strengths(problem, controls.width_ratio) * (problem.class_weights * t)[:, problem.mode_classes])[:, ~free]
    scale = np.concatenate([np.ones((len(t), len(basis))), np.sqrt(cap)], axis=-1)
    functions = np.concatenate([basis, rows[~free]])
    g = np.tile(den / controls.width_ratio[:, None], m)
    scaled = functions * scale[..., None]
    gram = (scaled * g[:, None, :]) @ np.swapaxes(scaled, -1, -2)
    gram = gram + np.diag(np.repeat([0.0, 1.0], [len(basis), cap.shape[-1]]))
    coef = np.linalg.solve(gram, scaled @ (g * problem.target.ravel())[..., None])[..., 0]
    misfit = problem.target.ravel() - (coef[:, None, :] @ scaled)[:, 0]
    hat = np.zeros((len(t), len(rows)), coef.dtype)
    hat[:, ~free] = coef[:, len(basis) :] / np.sqrt(cap)
    return misfit.reshape(len(t), m, -1), hat


def pole_readouts(problem: Problem, controls: Controls, poles: Numbers) -> Readout:
    """The readouts at complex ridges in the upper half-plane, at the one point of `controls` otherwise.

    From the real solutions at |z|, the angle grows in stages.  Im V < 0 and Im t < 0 tell the solution from others.
    Raises `NotConverged` where a stage ends elsewhere.  [flow.5]
    """
    size = np.abs(poles)
    at = Controls(*(np.full(len(poles), value[0]) for value in vars(controls).values()))
    at = replace(at, ridge=size)
    bulk = bulk_of(problem, float(controls.samples_per_feature[0]), float(controls.width_ratio[0]))
    real = ridge_readouts(problem, at)
    V, t = real.V[:, bulk.skeleton].astype(complex), real.t.astype(complex)
    for part in np.arange(1, STAGES + 1) / STAGES:
        z = size * np.exp(-1j * np.angle(poles) * part)  # of the lower half-plane: -z is above the real axis
        if part == 1 / STAGES:
            V, t = V * (1 + SMALL * 1j), t * (1 + SMALL * 1j)
        states = newton(bulk, States(-z, V, t, np.full(len(z), np.inf)))
        V, t = states.V, states.t
    if not (np.all(states.distance <= ACCEPTED) and np.all(t.imag > 0)):
        raise NotConverged("the fixed point was not reached at a complex ridge")
    return solved_readouts(problem, at, (V @ bulk.extension.T).conj(), t.conj())
