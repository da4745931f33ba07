"""The equations on arrays: as written, with explicit matrices, for inputs with a spectrum, complex ridges, d/p = 0."""

import numpy as np
import pytest

from rmt_asymptotics.equations.bulk import Bulk, Conjugates, conjugates, respond, variances
from rmt_asymptotics.equations.projection import ModeFunctions, project
from rmt_asymptotics.equations.reduction import ReducedJacobian, skeleton_of
from rmt_asymptotics.equations.stacked import inverse, solved

ROUNDING = 1e-12  # relative, of well conditioned systems
STEP, DIFFERENCES = 1e-5, 2e-8  # relative, of central differences, and their error
K, N, Y = 3, 17, 4  # classes, nodes, eigenvalues of the inputs
RNG = np.random.default_rng(12)
PI, WEIGHTS = np.array([0.2, 0.5, 0.3]), RNG.dirichlet(np.ones(N))
LINEAR, RESIDUAL = RNG.standard_normal((K, N)), RNG.uniform(0.1, 1.3, (K, N))
SHARES, SPECTRUM = np.array([0.1, 0.4, 0.3, 0.2]), RNG.uniform(0.2, 2.1, (Y, K))
RATIOS = {"kernel limit": 0.0, "generic": 0.7, "wide": 0.04, "narrow": 3.1}
RIDGES = {"real": 0.3, "upper half-plane": 0.2 + 0.4j, "negative": -5.0 + 0.1j}


def bulk(linear=LINEAR, coordinates=None):
    coordinates = np.eye(K) if coordinates is None else coordinates
    return Bulk(WEIGHTS, PI, coordinates, np.linalg.pinv(coordinates) @ linear, RESIDUAL, SHARES, SPECTRUM)


def as_written(den, t, ratio, ridge, linear=LINEAR):
    """V on the nodes and the residual of the equation of 1/t.  [se.1]-[se.5] with an axis of eigenvalues."""
    vh, rates = (linear * den) @ linear.T, ridge + ratio * RESIDUAL @ den
    V1, M = np.zeros((K, K), complex), np.zeros(K, complex)
    for rho, c in zip(SHARES, SPECTRUM, strict=True):
        D = np.diag(PI * t * c)
        N_y = np.linalg.inv(np.eye(K) + D @ vh)
        V1 += rho * N_y @ D
        M += rho * c * np.diag(vh @ N_y)
    V = np.array([b @ V1 @ b + PI * t @ m2 for b, m2 in zip(linear.T, RESIDUAL.T, strict=True)])
    return V, 1 / t - rates - ratio * M


def on_nodes(den, ratio, ridge, where=None, shift=0.0):
    """The response on the nodes, the ridge of the classes moved by `shift`."""
    where = bulk() if where is None else where
    ratio, ridge = np.asarray(ratio, float), np.asarray(ridge)
    sums = conjugates(where, den, ratio, ridge)
    sums = Conjugates(sums.Phi, sums.rates + shift)
    t = variances(where, sums, ratio, np.ones(K, np.result_type(den, ridge)) / abs(ridge))
    return respond(where, sums, ratio, t).on(where.functions, where.residual)


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("ridge", RIDGES)
def test_map_is_as_written(ratio, ridge):
    den = 2.3 * WEIGHTS / (1 + RNG.uniform(0, 3, N))
    at = on_nodes(den, RATIOS[ratio], RIDGES[ridge])
    V, mismatch = as_written(den, at.bulk.t, RATIOS[ratio], RIDGES[ridge])
    np.testing.assert_allclose(at.V, V, rtol=ROUNDING)
    np.testing.assert_allclose(at.bulk.t * mismatch, 0, atol=ROUNDING)
    ratio, t = np.array(0.7), np.array([0.4, 1.1, 2.0])  # which solve nothing
    off = respond(bulk(), conjugates(bulk(), den, ratio, np.array(0.3)), ratio, t)
    np.testing.assert_allclose(off.mismatch, as_written(den, off.t, 0.7, 0.3)[1].real, rtol=ROUNDING)


@pytest.mark.parametrize("ratio", RATIOS)
def test_responses_are_differences(ratio):
    b, den = RATIOS[ratio], 2.3 * WEIGHTS / (1 + RNG.uniform(0, 3, N))
    at, change = on_nodes(den, b, 0.3), den * RNG.standard_normal(N)
    plus, minus = (on_nodes(den + sign * STEP * change, b, 0.3) for sign in (1, -1))
    slope, size = (minus.V - plus.V) / (2 * STEP), np.max(np.abs(at.kernel @ change))
    np.testing.assert_allclose(at.kernel @ change, slope, atol=DIFFERENCES * size)
    np.testing.assert_allclose(at.along(change), at.kernel @ change, atol=ROUNDING * size)
    np.testing.assert_allclose(at.kernel, at.kernel.T, rtol=1e-9, atol=ROUNDING * np.max(at.kernel))
    shift = np.array([0.3, -0.2, 0.5])
    plus, minus = (on_nodes(den, b, 0.3, shift=sign * STEP * shift) for sign in (1, -1))
    size = np.max(np.abs(at.by_rates(shift)))
    np.testing.assert_allclose(at.by_rates(shift), (minus.V - plus.V) / (2 * STEP), atol=DIFFERENCES * size)
    expected = PI * (minus.bulk.t - plus.bulk.t) / (2 * STEP)
    np.testing.assert_allclose(at.bulk.theta @ shift, expected, atol=DIFFERENCES * np.max(np.abs(expected)))


def test_points_come_first():
    """Stacks of points are the points."""
    den = 2.3 * WEIGHTS / (1 + RNG.uniform(0, 3, (5, N)))
    ratios, ridges = RNG.uniform(0.1, 2, 5), RNG.uniform(0.1, 2, 5)
    where, start = bulk(), np.ones((5, K))
    sums = conjugates(where, den, ratios, ridges)
    stacked = respond(where, sums, ratios, variances(where, sums, ratios, start)).on(where.functions, where.residual)
    for i in range(5):
        alone = on_nodes(den[i], ratios[i], ridges[i])
        for name in ("V", "Y", "kernel"):
            np.testing.assert_allclose(getattr(stacked, name)[i], getattr(alone, name), rtol=1e-10)


def test_functions_of_low_rank_serve_all_classes():
    """Three classes in two functions: the same map, and a skeleton on which V is known everywhere."""
    coordinates = RNG.standard_normal((K, 2))
    linear = coordinates @ RNG.standard_normal((2, N))
    den = 2.3 * WEIGHTS / (1 + RNG.uniform(0, 3, N))
    low, plain = bulk(linear, coordinates), bulk(linear)
    first, second = (on_nodes(den, 0.7, 0.3, where) for where in (low, plain))
    np.testing.assert_allclose(first.V, second.V, rtol=ROUNDING)
    np.testing.assert_allclose(first.kernel, second.kernel, rtol=1e-9, atol=1e-12)
    skeleton = skeleton_of(PI, coordinates, low.functions, RESIDUAL, PI @ (linear**2 + RESIDUAL))
    assert len(skeleton.nodes) == 6  # three products and three residuals
    np.testing.assert_allclose(skeleton.extension @ first.V[skeleton.nodes], first.V, rtol=1e-10)
    left, right = RNG.uniform(0.2, 1, N), den / (1 + first.V)
    reduced = ReducedJacobian(skeleton, first.kernel[np.ix_(skeleton.nodes, skeleton.nodes)], left, right)
    dense = np.eye(N) - left[:, None] * first.kernel * right
    rhs = RNG.standard_normal((N, 2))
    np.testing.assert_allclose(reduced.solve(rhs), np.linalg.solve(dense, rhs), rtol=1e-9)


@pytest.mark.parametrize("complex_step", [0.0, 1e-30])
def test_projection_is_penalised_least_squares(complex_step):
    """Against normal equations of free and finite modes; tangents against differences."""
    free, finite = RNG.standard_normal((2, 2 * N)), RNG.standard_normal((4, 2 * N))
    target, den, cap = RNG.standard_normal((2, N)), RNG.uniform(0.1, 1, N), np.array([0.3, 2.0, 1e3, 0.7])
    tangent = RNG.standard_normal(4)

    def expected(cap):
        rows, g = np.concatenate([free, finite]), np.tile(den, 2)
        normal = (rows * g) @ rows.T + np.diag([0, 0, *(1 / cap)])
        coef = np.linalg.solve(normal, (rows * g) @ target.ravel())
        return (target.ravel() - coef @ rows).reshape(2, N), coef[2:] ** 2 / cap

    modes = ModeFunctions(free, np.eye(4), finite)
    moved = cap + 1j * complex_step * tangent if complex_step else cap
    found = project(modes, target, den + 0 * moved[0], np.diag(np.sqrt(moved)), np.array(10.0))
    found_costs = moved * found.hats**2
    misfit, costs = expected(cap)
    np.testing.assert_allclose(found.misfit.real, misfit, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(found_costs.real, costs, rtol=1e-9, atol=1e-12)
    if complex_step:
        (up, up_costs), (down, down_costs) = (expected(cap + sign * 1e-5 * tangent) for sign in (1, -1))
        np.testing.assert_allclose(found.misfit.imag / complex_step, (up - down) / 2e-5, atol=1e-7)
        np.testing.assert_allclose(found_costs.imag / complex_step, (up_costs - down_costs) / 2e-5, atol=1e-7)


def test_finite_modes_in_fewer_functions():
    """Six modes in three functions, caps over ten decades."""
    coordinates, functions = RNG.standard_normal((6, 3)), RNG.standard_normal((3, 2 * N))
    target, den, cap = RNG.standard_normal((2, N)), RNG.uniform(0.1, 1, N), np.logspace(-5, 5, 6)
    none = np.zeros((0, 2 * N))
    root, size = np.diag(np.sqrt(cap)), np.array(1.0)
    few = project(ModeFunctions(none, coordinates, functions), target, den, root @ coordinates, size)
    all_of_them = project(ModeFunctions(none, np.eye(6), coordinates @ functions), target, den, root, size)
    np.testing.assert_allclose(few.misfit, all_of_them.misfit, rtol=1e-9)
    np.testing.assert_allclose(cap * few.hats**2, cap * all_of_them.hats**2, rtol=1e-7, atol=1e-13)


def test_collinear_free_modes_count_once():
    """A free mode within rounding of another is cut; one at 1e-9 of it is a direction of its own."""
    row, other = RNG.standard_normal((2, 2 * N))
    target, den, size = RNG.standard_normal((2, N)), np.ones(N), np.array(1.0)
    none, caps = np.zeros((0, 2 * N)), np.zeros((0, 0))

    def left(*rows):
        return project(ModeFunctions(np.array(rows), np.zeros((0, 0)), none), target, den, caps, size).misfit

    np.testing.assert_allclose(left(row, row * (1 + 1e-16)), left(row), rtol=1e-9)
    np.testing.assert_allclose(left(row, row + 1e-9 * other), left(row, other), atol=1e-5)


def test_singular_points_do_not_spoil_others():
    stack = np.array([np.eye(2), np.zeros((2, 2)), 2 * np.eye(2)])
    np.testing.assert_array_equal(np.isnan(inverse(stack)[:, 0, 0]), [False, True, False])
    np.testing.assert_array_equal(solved(stack, np.ones((3, 2, 1)))[2, :, 0], [0.5, 0.5])
