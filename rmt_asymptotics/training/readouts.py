"""The readouts of a problem at points of its controls, ready for pairs.  Note: theory_notes/two_readouts.md."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Array, Numbers
from rmt_asymptotics.canonical.problem import Controls, Problem
from rmt_asymptotics.equations.bulk import conjugates, respond, variances
from rmt_asymptotics.equations.projection import RANK
from rmt_asymptotics.equations.two_point import Latent, Readout
from rmt_asymptotics.errors import NotConverged
from rmt_asymptotics.spectra.bulk import FeatureMatrix
from rmt_asymptotics.spectra.resolvent import ACCEPTED, States, newton
from rmt_asymptotics.state_evolution.fixed_point import map_at
from rmt_asymptotics.state_evolution.ridge import solve_points

STAGES = (4, 12, 40)  # in which the angle of a complex ridge grows; more for those that are not reached
SMALL = 1e-9  # imaginary part of the first start, relative
MANY = 60  # modes, beyond which their products take more memory than time


def latent_of(problem: Problem, width_ratio: Array) -> Latent:
    """What all readouts of a problem share, at width ratios (...)."""
    features, skeleton = problem.features, problem.features.skeleton
    member = np.arange(len(features.class_weights))[:, None] == features.modes.classes
    return Latent(
        features.weights, features.class_weights, skeleton.residual, skeleton.extension, problem.labels.target,
        problem.labels.residual, member * np.where(_free(problem), 0.0, _strengths(problem, width_ratio))[..., None, :],
    )  # fmt: skip


def _free(problem: Problem) -> NDArray[np.bool_]:
    return np.isinf(problem.features.modes.strengths[0])


def _strengths(problem: Problem, width_ratio: Array) -> Array:
    """R_j of the modes, (..., J)."""
    return np.asarray(
        problem.features.modes.strengths[0] + np.asarray(width_ratio)[..., None] * problem.features.modes.strengths[1]
    )


def ridge_readouts(problem: Problem, controls: Controls) -> Readout:
    """The readouts at real points (P,)."""
    features = problem.features
    state = solve_points(problem, controls).state
    if len(features.class_weights) == 1 and state.shape[-1] == 2:
        return solved_readouts(
            problem, controls, state @ np.array([features.linear[0] ** 2, features.residual[0]]), state[:, 1:]
        )
    start = np.ones((1, len(features.class_weights))) / controls.ridge[:, None]
    return solved_readouts(problem, controls, state, map_at(features, controls, state, start).t)


def solved_readouts(problem: Problem, controls: Controls, V: Numbers, t: Numbers) -> Readout:
    """The readouts at solutions V (P, N) and t (P, K) of se.1-se.5."""
    features, skeleton, bulk = problem.features, problem.features.skeleton, problem.features.plain_bulk
    samples, ratio = controls.sample_complexity, controls.dimension_ratio
    den = samples[:, None] * features.weights / (1 + V)
    sums = conjugates(bulk, den, ratio, controls.ridge)
    answer = respond(bulk, sums, ratio, t)
    nodes = answer.on(features.linear[:, skeleton.nodes], skeleton.residual)
    back = answer.inverse[..., 0, :, :]  # N^T: inputs are isotropic
    M, shrunk = back @ sums.Phi, back @ nodes.functions
    gram = np.swapaxes(nodes.functions, -1, -2) @ nodes.image[..., 0, :, :]
    misfit, hat = _projection(problem, controls, den, t)
    return Readout(samples, ratio, controls.noise_variance, V, t, M, shrunk, gram, misfit, hat)


def _projection(problem: Problem, controls: Controls, den: Numbers, t: Numbers) -> tuple[Numbers, Numbers]:
    """h - G (P, m, N), and coef/Cap (P, J) of the modes.  [modes.1]

    Free modes in combinations that are orthonormal under the weights, finite ones in units of sqrt(Cap).
    """
    m, free = len(problem.labels.target), _free(problem)
    rows = problem.features.modes.functions.transpose(1, 0, 2).reshape(problem.features.modes.functions.shape[1], -1)
    root = np.sqrt(np.tile(problem.features.weights, m))
    size = np.sqrt(float(np.sum((problem.features.linear**2 + problem.features.residual) @ problem.features.weights)))
    _, singular, basis = np.linalg.svd(rows[free] * root, full_matrices=False)
    basis = basis[singular > RANK * size] / root
    cap = (
        _strengths(problem, 1 / controls.dimension_ratio)
        * (problem.features.class_weights * t)[:, problem.features.modes.classes]
    )[:, ~free]
    scale = np.concatenate([np.ones((len(t), len(basis))), np.sqrt(cap)], axis=-1)
    functions = np.concatenate([basis, rows[~free]])
    g, target = np.tile(den * controls.dimension_ratio[:, None], m), problem.labels.target.ravel()
    gram = _gram(functions, g) * scale[:, :, None] * scale[:, None, :]
    gram = gram + np.diag(np.repeat([0.0, 1.0], [len(basis), cap.shape[-1]]))
    coef = np.linalg.solve(gram, (((g * target) @ functions.T) * scale)[..., None])[..., 0]
    misfit = target - (coef * scale) @ functions
    hat = np.zeros((len(t), len(rows)), coef.dtype)
    hat[:, ~free] = coef[:, len(basis) :] / np.sqrt(cap)
    return misfit.reshape(len(t), m, -1), hat


def _gram(functions: Array, g: Numbers) -> Numbers:
    """Sums of products of functions (J, A) under weights (P, A): (P, J, J)."""
    count = len(functions)
    if count > MANY:
        return np.asarray((functions * g[:, None, :]) @ functions.T)
    products = (functions[:, None] * functions).reshape(count**2, -1)
    return np.asarray((g @ products.T).reshape(-1, count, count))


def population_readouts(problem: Problem, controls: Controls, poles: Numbers) -> Readout:
    """The same of infinitely many samples, whose weight n keeps: se.2 without 1/(1+V), which leaves only t to solve."""
    features, bulk, size = problem.features, problem.features.plain_bulk, np.abs(poles)
    at = Controls(*(np.full(len(poles), value[0]) for value in vars(controls).values()))
    den = np.broadcast_to(at.sample_complexity[:, None] * features.weights, (len(poles), len(features.weights)))
    t: Numbers = np.ones((len(poles), len(features.class_weights))) / size[:, None]
    for part in np.arange(STAGES[0] + 1) / STAGES[0]:
        at = replace(at, ridge=size * np.exp(1j * np.angle(poles) * part))
        t = variances(bulk, conjugates(bulk, den, at.dimension_ratio, at.ridge), at.dimension_ratio, t)
    if not np.all(t.imag < 0):
        raise NotConverged("the fixed point of infinitely many samples was not reached at a complex ridge")
    return solved_readouts(problem, at, np.zeros(den.shape), t)


def pole_readouts(problem: Problem, controls: Controls, poles: Numbers) -> Readout:
    """The readouts at complex ridges in the upper half-plane, at the one point of `controls` otherwise.

    From the real solutions at |z|, the angle grows in stages.  Im V < 0 and Im t < 0 tell the solution from others.
    Raises `NotConverged` where a stage ends elsewhere.  [flow.5]
    """
    size = np.abs(poles)
    at = Controls(*(np.full(len(poles), value[0]) for value in vars(controls).values()))
    at = replace(at, ridge=size)
    skeleton = problem.features.skeleton
    bulk = FeatureMatrix(problem.features, float(controls.sample_complexity[0]), float(controls.dimension_ratio[0]))
    real = ridge_readouts(problem, at)
    V, t = real.V[:, skeleton.nodes].astype(complex), real.t.astype(complex)
    left = np.arange(len(poles))
    for stages in STAGES:
        turned = _turned(bulk, States(-poles[left].conj(), V[left], t[left], np.zeros(len(left))), stages)
        good = (turned.distance <= ACCEPTED) & np.all(turned.t.imag > 0, axis=1)
        V[left[good]], t[left[good]] = turned.V[good], turned.t[good]
        left = left[~good]
        if not len(left):
            return solved_readouts(problem, at, (V @ skeleton.extension.T).conj(), t.conj())
    raise NotConverged("the fixed point was not reached at a complex ridge")


def _turned(bulk: FeatureMatrix, states: States, stages: int) -> States:
    """From solutions at -|z| to those at z, above the real axis, whose angle grows in stages."""
    size, angles = np.abs(states.z), np.pi - np.angle(states.z)
    V, t = states.V * (1 + SMALL * 1j), states.t * (1 + SMALL * 1j)
    for part in np.arange(1, stages + 1) / stages:
        states = newton(bulk, States(-size * np.exp(-1j * angles * part), V, t, np.full(len(size), np.inf)))
        V, t = states.V, states.t
    return states
