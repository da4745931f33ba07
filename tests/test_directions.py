"""Inputs with a spectrum: reference digits, and what must not change them.  Note: structure.md [cov.5]-[cov.7]."""

from dataclasses import replace

import numpy as np
import pytest

from rmt_asymptotics.asymptotics import control_points
from rmt_asymptotics.canonical.modes import Directions, Modes
from rmt_asymptotics.canonical.translation import translate
from rmt_asymptotics.equations.bulk import conjugates, respond, variances
from rmt_asymptotics.equations.directions import Vectors, capacity
from rmt_asymptotics.optimisation.analytic import Direction, Point, _with_arrays, arrays_of
from rmt_asymptotics.spectra.outliers import outliers_of
from rmt_asymptotics.spectra.solve_bulk import solved_bulk
from rmt_asymptotics.state_evolution.ridge import general_points, solve_points
from tests.problems import GENERIC
from tests.structured import (
    ONE_CLASS,
    REFERENCES,
    SHARES,
    TWO_CLASSES,
    USUAL,
    as_directions,
    controls,
    with_features,
)

PRINTED = 5e-12  # half a unit of the last printed digit, and rounding
EXACT = 1e-12  # the same numbers by another order of sums
SAMPLED = 0.1  # 3/sqrt(d) of the random matrix


def errors_of(problem, at=USUAL):
    return np.array([value[0] for value in vars(solve_points(problem, at).errors).values()])


@pytest.mark.parametrize("name", REFERENCES)
def test_reference_digits(name):
    problem, at, printed = REFERENCES[name]
    np.testing.assert_allclose(errors_of(problem, at), printed, rtol=0, atol=PRINTED)


@pytest.mark.parametrize("name", ["two classes", "continuous"])
def test_one_node_is_today(name):
    model = GENERIC[name]
    problem, at = translate(model, 1), control_points(model, {})
    expected = [value[0] for value in vars(general_points(problem, at).errors).values()]
    np.testing.assert_allclose(errors_of(as_directions(problem), at), expected, rtol=EXACT)


@pytest.mark.parametrize("problem", [ONE_CLASS, TWO_CLASSES])
def test_split_eigenvalues_and_classes_change_nothing(problem):
    """An eigenvalue in two parts, whose parts of the directions are any that sum to its own; a class in two halves."""
    features, along = problem.features, problem.features.directions
    turned = np.array([[0.6, 0.3], [0.3, 0.2]]) @ along.overlaps[0]
    part = 0.3 * along.overlaps[0] + 0.02 * (turned + turned.T)
    overlaps = np.array([part, along.overlaps[0] - part, along.overlaps[1]])
    split = with_features(
        problem, shares=np.array([0.1, 0.15, 0.75]), variances=features.variances[[0, 0, 1]],
        directions=Directions.of(overlaps, along.fields),
    )  # fmt: skip
    np.testing.assert_allclose(errors_of(split), errors_of(problem), rtol=EXACT)

    first = np.array([0, *range(len(features.class_weights))])
    weights = features.class_weights[first] * np.array([0.3, 0.7, *np.ones(len(first) - 2)])
    modes = features.modes
    copies = np.flatnonzero(~modes.are_free & (modes.classes == 0))
    strengths = modes.strengths
    halved = Modes(
        np.concatenate([modes.functions[:, copies], modes.functions], axis=1),
        np.concatenate([np.zeros(len(copies), int), np.where(modes.are_free, 0, modes.classes + 1)]),
        np.concatenate([strengths[:, copies], strengths], axis=1),
    )
    split = with_features(
        problem, class_weights=weights, linear=features.linear[first], residual=features.residual[first], modes=halved,
        variances=features.variances[:, first],
    )  # fmt: skip
    np.testing.assert_allclose(errors_of(split), errors_of(problem), rtol=EXACT)


def test_kernel_limit_is_approached():
    problem = REFERENCES["random features"][0]
    errors = [errors_of(problem, controls(2, b, 0.05, 0.1)) for b in (1e-2, 1e-4, 1e-6, 0.0)]
    gaps = [np.abs(e - errors[-1]).max() for e in errors[:-1]]
    assert gaps[0] < 2e-2 and gaps[1] < 2e-2 * gaps[0] and gaps[2] < 2e-2 * gaps[1]


@pytest.mark.parametrize("dimension_ratio", [0.0, 0.6])
def test_the_objective_is_stationary(dimension_ratio):
    """Its derivative in the ridge is |a|^2/n, the rest of the objective over the ridge."""

    def at(ridge):
        return errors_of(TWO_CLASSES, controls(2, dimension_ratio, ridge, 0.1))

    _, training, objective = at(0.05)
    slope = (at(0.05 + 1e-4)[2] - at(0.05 - 1e-4)[2]) / 2e-4
    np.testing.assert_allclose(slope, (objective - training) / 0.05, rtol=1e-5)  # differences of second order


def generic_bulk(b=0.6):
    """Sums over samples and the response of two generic classes."""
    bulk, b = TWO_CLASSES.features.plain_bulk, np.array([b])
    den = 2 * bulk.weights[None] / (1 + np.sum(bulk.functions**2, axis=0))
    sums = conjugates(bulk, den, b, np.array([0.05]))
    return sums, respond(bulk, sums, b, variances(bulk, sums, b, np.ones((1, 2))))


def test_capacity_against_a_random_matrix():
    """Cap as quadratic forms of the bulk outside the span, of rows in two parts that see the vectors differently.

    And the readout that some hats cause: its squares in each class, and what it sees of directions outside the span.
    """
    d, p, rng = 1200, 2000, np.random.default_rng(3)
    sums, at = generic_bulk(d / p)
    overlaps = TWO_CLASSES.features.directions.overlaps
    vectors = Vectors(np.array([0, 1, 1]), np.array([0, 1, 0]), rng.uniform(0.5, 2, (3, 2)), rng.uniform(1, 2, (3, 2)))
    along = capacity(overlaps, vectors, 2, at)
    found = along.matrix[0]

    level, classes = np.repeat([0, 1], [d // 4, 3 * d // 4]), np.repeat([0, 1], [2 * p // 5, 3 * p // 5])
    frame = np.zeros((2, 2, d))  # of the directions in each eigenspace
    for y in range(2):
        frame[y][:, level == y] = np.linalg.qr(rng.standard_normal((np.sum(level == y), 2)))[0].T
    span = np.sum(np.linalg.cholesky(overlaps) @ frame, axis=0)
    root = np.sqrt(at.variances[level].T[classes] / (2 * p))
    one, other = root * rng.standard_normal((2, p, d))
    rows = one + other
    columns = [(rows @ span[a]) * (classes == k) for k in range(2) for a in range(2)]
    for k, a, tau, delta in zip(*vars(vectors).values(), strict=True):
        seen = one @ ((tau + delta)[level] * span[a]) + other @ ((tau - delta)[level] * span[a])
        columns.append(seen * (classes == k))
    outside = rows - (rows @ span.T) @ span
    matrix = np.diag(sums.rates[0][classes]) + (outside @ outside.T) * sums.Phi[0][np.ix_(classes, classes)]
    exact = np.array(columns) @ np.linalg.solve(matrix, np.array(columns).T)
    size = np.sqrt(np.diag(found))
    np.testing.assert_allclose(exact / np.outer(size, size), found / np.outer(size, size), atol=SAMPLED)

    hat = rng.standard_normal(len(found)) / size
    share = along.share(hat[None], np.eye(2))
    readout = np.linalg.solve(matrix, np.array(columns).T @ hat)
    images = np.array([(readout * (classes == k)) @ outside @ frame.reshape(4, d).T for k in range(2)])
    np.testing.assert_allclose(np.sum(images**2, axis=1), share.leak[0], rtol=2 * SAMPLED)
    squares = [np.sum(readout[classes == k] ** 2) for k in range(2)]
    np.testing.assert_allclose(squares, at.theta[0] @ share.pull[0], rtol=SAMPLED)


def with_vectors(problem):
    """The problem with two more vectors along its directions."""
    features, along = problem.features, problem.features.directions
    vectors = Vectors(
        np.array([0, 1]), np.array([1, 0]), np.array([[0.8, 1.3], [1.1, 0.4]]), np.array([[0.3, 0.6], [0.2, 0.7]])
    )
    functions = np.array(
        [[features.linear[0], 0.3 * features.linear[1]], [0.2 + 0 * features.nodes, features.residual[1]]]
    )
    return with_features(problem, directions=replace(along, vectors=vectors, functions=functions))


@pytest.mark.parametrize("dimension_ratio", [0.0, 0.6])
def test_tangents_of_all_arrays_against_differences(dimension_ratio):
    problem, at = with_vectors(TWO_CLASSES), controls(2, dimension_ratio, 0.05, 0.1)
    point, rng = Point(problem, at, solve_points(problem, at).state), np.random.default_rng(8)
    for name, array in arrays_of(problem).items():
        if name == "strengths":
            continue
        tangent = rng.standard_normal(array.shape) * np.abs(array)
        if name == "overlaps":  # products of directions that stay orthonormal
            tangent = tangent + tangent.swapaxes(1, 2)
            tangent -= np.mean(tangent, axis=0)
        if name == "variances":
            tangent -= SHARES @ tangent
        found = np.array([value[0] for value in vars(point.tangents([Direction({name: tangent})])).values()])
        up, down = (errors_of(shifted(problem, name, sign * 1e-5 * tangent), at) for sign in (1, -1))
        np.testing.assert_allclose(found, (up - down) / 2e-5, rtol=1e-6, atol=1e-8, err_msg=name)


def shifted(problem, name, change):
    """The problem with one array changed."""
    return _with_arrays(problem, arrays_of(problem) | {name: arrays_of(problem)[name] + change})


def test_outliers_of_one_node_are_those_of_strengths():
    """Positions and singular vectors, with the spike and the teacher as directions of a single node."""
    model = GENERIC["two classes"].replace(width=500, sample_complexity=4.0)
    problem = translate(model, 1)
    plain = solved_bulk(problem.features, model.sample_complexity, 1 / model.width_ratio)
    along = solved_bulk(as_directions(problem).features, model.sample_complexity, 1 / model.width_ratio)
    expected, found = outliers_of(plain), outliers_of(along)
    assert len(expected) == len(found) > 1
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one.position, other.position, rtol=1e-9)
        np.testing.assert_allclose(one.profile**2, other.profile**2, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("problem", [ONE_CLASS, TWO_CLASSES])
def test_the_basis_of_the_span_does_not_matter(problem):
    along = problem.features.directions
    turn = np.array([[np.cos(0.7), np.sin(0.7)], [-np.sin(0.7), np.cos(0.7)]])
    fields = np.einsum("ab,mbn->man", turn, along.fields)
    turned = with_features(problem, directions=Directions.of(turn @ along.overlaps @ turn.T, fields))
    np.testing.assert_allclose(errors_of(turned), errors_of(problem), rtol=EXACT)
