"""The readouts of a problem at points of its controls, ready for pairs.  Note: theory_notes/two_readouts.md."""

from dataclasses import replace

import numpy as np

from rmt_asymptotics._types import Array, Numbers
from rmt_asymptotics.canonical.problem import Controls, Features, Problem
from rmt_asymptotics.equations.bulk import conjugates, respond, variances
from rmt_asymptotics.equations.directions import Capacity, Reach
from rmt_asymptotics.equations.projection import RANK
from rmt_asymptotics.equations.square_loss import denominators
from rmt_asymptotics.equations.two_point import Latent, Readout
from rmt_asymptotics.errors import NotConverged
from rmt_asymptotics.spectra.bulk import FeatureMatrix
from rmt_asymptotics.spectra.resolvent import ACCEPTED, States, newton
from rmt_asymptotics.state_evolution.fixed_point import map_at
from rmt_asymptotics.state_evolution.ridge import along_directions, is_compiled, solve_points

STAGES = (4, 12, 40)  # in which the angle of a complex ridge grows; more for those that are not reached
SMALL = 1e-9  # imaginary part of the first start, relative
MANY = 60  # modes, beyond which their products take more memory than time


def latent_of(problem: Problem, dimension_ratio: Array) -> Latent:
    """What all readouts of a problem share, at d/p (...)."""
    features, skeleton = problem.features, problem.features.skeleton
    member = np.arange(len(features.class_weights))[:, None] == features.modes.classes
    none = np.zeros((len(features.shares), 0, 0))
    return Latent(
        features.weights, features.class_weights, features.shares, features.variances, skeleton.functions,
        skeleton.residual, skeleton.extension, problem.labels.target, problem.labels.residual,
        member * _strengths(features, dimension_ratio)[..., None, :],
        none if features.directions is None else features.directions.overlaps,
    )  # fmt: skip


def _strengths(features: Features, dimension_ratio: Array) -> Array:
    """R_j d/p of the modes, (..., J); 0 of free ones."""
    plain, per_ratio = np.where(features.modes.are_free, 0.0, features.modes.strengths)
    return np.asarray(np.asarray(dimension_ratio)[..., None] * plain + per_ratio)


def ridge_readouts(problem: Problem, controls: Controls) -> Readout:
    """The readouts at real points (P,)."""
    features = problem.features
    state = solve_points(problem, controls).state
    if is_compiled(features):
        return solved_readouts(
            problem, controls, state @ np.array([features.linear[0] ** 2, features.residual[0]]), state[:, 1:]
        )
    start = np.ones((1, len(features.class_weights))) / controls.ridge[:, None]
    return solved_readouts(problem, controls, state, map_at(features, controls, state, start).t)


def solved_readouts(problem: Problem, controls: Controls, V: Numbers, t: Numbers) -> Readout:
    """The readouts at solutions V (P, N) and t (P, K) of se.1-se.5."""
    features, skeleton, bulk = problem.features, problem.features.skeleton, problem.features.bulk
    samples, ratio = controls.sample_complexity, controls.dimension_ratio
    den = denominators(features.weights, V, samples)
    sums = conjugates(bulk, den, ratio, controls.ridge)
    answer = respond(bulk, sums, ratio, t)
    nodes = answer.on(skeleton.functions, skeleton.residual)
    back = bulk.coordinates @ answer.inverse  # N^T
    M, shrunk = back @ sums.Phi[:, None] @ bulk.coordinates.T, back @ nodes.functions
    gram = nodes.functions.T @ nodes.image
    along = along_directions(features, nodes)
    misfit, hat, beside = _projection(problem, ratio, den, t, along)
    reach = along.reach(beside) if along else Reach.none(back.shape)
    return Readout(samples, ratio, controls.noise_variance, V, t, M, shrunk, gram, misfit, hat, reach)


def _projection(
    problem: Problem, dimension_ratio: Array, den: Numbers, t: Numbers, along: Capacity | None
) -> tuple[Numbers, Numbers, Numbers]:
    """h - G (P, m, N), and coef/Cap of the modes of classes (P, J), and of those along directions.  [modes.1]

    Free modes in combinations that are orthonormal under the weights, finite ones of classes in units of sqrt(Cap).
    A linear system, as `equations.projection` factorises real parts, which lose rank at poles beside the negative axis.
    """
    features, m = problem.features, len(problem.labels.target)
    rows, free = features.modes.flat, features.modes.are_free
    root = np.sqrt(np.tile(features.weights, m))
    _, singular, basis = np.linalg.svd(rows[free] * root, full_matrices=False)
    basis = basis[singular > RANK * float(features.size(features.weights))] / root
    cap = (_strengths(features, dimension_ratio) * (features.class_weights * t)[:, features.modes.classes])[:, ~free]
    functions = np.concatenate([basis, rows[~free]])
    plain = len(functions)
    if features.directions:
        functions = np.concatenate([functions, features.directions.rows(features.bulk.functions)])
    size = len(functions)
    scale = np.ones((len(t), size), cap.dtype)
    scale[:, len(basis) : plain] = np.sqrt(cap)
    capacity = np.broadcast_to(np.eye(size, dtype=scale.dtype), (len(t), size, size)).copy()
    if along:
        capacity[:, plain:, plain:] = along.matrix
    g, target = np.tile(den, m), problem.labels.target.ravel()
    matrix = (_gram(functions, g) * scale[:, :, None] * scale[:, None, :]) @ capacity
    matrix = matrix + np.diag((np.arange(size) >= len(basis)).astype(float))
    hats = np.linalg.solve(matrix, (((g * target) @ functions.T) * scale)[..., None])
    misfit = target - ((capacity @ hats)[..., 0] * scale) @ functions
    hat = np.zeros((len(t), len(free)), hats.dtype)
    root = scale[:, len(basis) : plain]
    hat[:, ~free] = hats[:, len(basis) : plain, 0] / np.where(root == 0, 1, root)  # a mode without strength has none
    return misfit.reshape(len(t), m, -1), hat, hats[:, plain:, 0]


def _gram(functions: Array, g: Numbers) -> Numbers:
    """Sums of products of functions (J, A) under weights (P, A): (P, J, J)."""
    count = len(functions)
    if count > MANY:
        return np.asarray((functions * g[:, None, :]) @ functions.T)
    products = (functions[:, None] * functions).reshape(count**2, -1)
    return np.asarray((g @ products.T).reshape(-1, count, count))


def population_readouts(problem: Problem, controls: Controls, poles: Numbers) -> Readout:
    """The same of infinitely many samples, whose weight n keeps: se.2 without 1/(1+V), which leaves only t to solve."""
    features, bulk, size = problem.features, problem.features.bulk, np.abs(poles)
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
