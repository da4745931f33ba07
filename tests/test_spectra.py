"""Spectra: the equations as written, exact laws, sum rules, and finite matrices."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import brentq

from rmt_asymptotics.activations import (
    Activation,
    centred,
    erf,
    hermite_polynomial,
    identity,
    polynomial,
    relu,
    sin,
    tanh,
)
from rmt_asymptotics.asymptotics import control_points
from rmt_asymptotics.canonical.gradient_step import gradient_step
from rmt_asymptotics.canonical.translation import translate
from rmt_asymptotics.equations.stacked import solved as stacked_solutions
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.gaussian.expectations import expectation
from rmt_asymptotics.laws import ConstantLaw, DiscreteLaw, GaussianLaw
from rmt_asymptotics.models import OneStepNetwork, RandomFeatures, RidgeModel, SpikedRandomFeatures
from rmt_asymptotics.spectra import bbp, spectrum, weight_law, weight_spectrum
from rmt_asymptotics.spectra.edges import RealBranch
from rmt_asymptotics.spectra.mode_form import mode_form
from rmt_asymptotics.spectra.outliers import outliers_in
from rmt_asymptotics.spectra.resolvent import States, physical, resolvent
from rmt_asymptotics.spectra.solve_bulk import solved_bulk
from rmt_asymptotics.state_evolution.fixed_point import fixed_points
from rmt_asymptotics.steps import FixedStep, MaximalStep, PowerStep

ROUNDING = 1e-9  # residuals and identities at this level leave no room for a wrong term
MASS = 1e-6  # sum rule of the density by quadrature, as required
TWO_CLASSES = DiscreteLaw((-0.5, 0.9), (0.4, 0.6))


def plain(activation, **changes):
    fields = {"target": sin, "sample_complexity": 2.0, "width_ratio": 1.5, "ridge": 0.1}
    return RandomFeatures(**(fields | {"activation": activation} | changes))


def spiked(activation, spike, **changes):
    fields = {
        "target": sin, "sample_complexity": 3.0, "width_ratio": 1.5, "ridge": 0.1, "alignment": 0.7,
        "bulk_variance": 1.1,
    }  # fmt: skip
    return SpikedRandomFeatures(**(fields | {"activation": activation, "spike": spike} | changes))


def one_step(**changes):
    fields = {
        "activation": centred(relu), "target": polynomial(-0.5, 1.0, 0.5), "sample_complexity": 3.0, "width_ratio": 1.5,
        "ridge": 0.05, "noise_variance": 0.2, "step_sample_complexity": 2.0,
    }  # fmt: skip
    return OneStepNetwork(**(fields | changes))


BULKS = {
    "two components": plain(erf, sample_complexity=8.0, width_ratio=4.0),
    "n < p, two components": plain(erf, sample_complexity=8.0, width_ratio=20.0),
    "linear, d < p": plain(identity),
    "n = 1.2 d << p": plain(sin, sample_complexity=1.174, width_ratio=5.793),
    "narrow gap": plain(erf, sample_complexity=1.25, width_ratio=60.0),
    "constant spike": spiked(tanh, ConstantLaw(1.2)),
    "two classes": spiked(centred(relu), TWO_CLASSES),
    "two classes, n < p": spiked(centred(relu), TWO_CLASSES, sample_complexity=1.1),
    "Gaussian spike": spiked(centred(relu), GaussianLaw(0.8)),
}
SPECTRA = {}


def solved(name):
    if name not in SPECTRA:
        SPECTRA[name] = spectrum(BULKS[name])
    return SPECTRA[name]


def arcs(low, high, count=100):
    """Nodes and weights on (low, high): Gauss-Legendre in an angle, x = low (high/low)^(sin^2): edges are roots."""
    angle, weights = np.polynomial.legendre.leggauss(count)
    angle, scale = np.pi / 4 * (angle + 1), np.log(high / low)
    x = low * np.exp(scale * np.sin(angle) ** 2)
    return x, weights * np.pi / 4 * x * scale * np.sin(2 * angle)


def as_written(features, ratio, beta, x, V, t):
    """Residuals of se.1-se.5 at ridge = -x, with explicit K x K matrices; V on the nodes."""
    pi, b, m2, w = features.class_weights, features.linear, features.residual, features.weights
    Vh1 = ratio * np.array([[np.sum(w * bk * bl / (1 + V)) for bl in b] for bk in b])
    Vh2 = ratio * np.array([np.sum(w * m / (1 + V)) for m in m2])
    C = beta * np.diag(pi * t)
    N = np.linalg.inv(np.eye(len(pi)) + C @ Vh1)
    V1 = N @ C / beta
    V_next = np.array([b[:, n] @ V1 @ b[:, n] + pi * t @ m2[:, n] for n in range(len(w))])
    return V_next - V, t * (-x + Vh2 + np.diag(Vh1 @ N)) - 1


def real_solution(sp, x):
    """V on the nodes and t at a real x off the bulk."""
    states = resolvent(sp.bulk.bulk, np.array([x]))
    return sp.bulk.bulk.features.skeleton.extension @ states.V[0].real, states.t[0].real


@pytest.mark.parametrize("name", BULKS)
def test_the_density_is_that_of_a_solution_with_positive_imaginary_part(name):
    sp = solved(name)
    model, bulk = BULKS[name], sp.bulk.bulk
    for low, high in sp.edges:
        x = np.array([low + f * (high - low) for f in (0.003, 0.31, 0.77, 0.999)])
        states = resolvent(bulk, x)
        for point, V_s, t in zip(x, states.V, states.t, strict=True):
            V = bulk.features.skeleton.extension @ V_s
            gaps = as_written(
                sp.bulk.bulk.features, model.sample_complexity / model.width_ratio, model.width_ratio, point, V, t
            )
            assert max(np.max(np.abs(gap)) for gap in gaps) < ROUNDING
            assert np.min(t.imag) > 0
            assert np.min(V.imag) > 0
        np.testing.assert_allclose(sp.density(x), (states.t @ bulk.features.class_weights).imag / np.pi, rtol=ROUNDING)


@pytest.mark.parametrize("name", BULKS)
def test_density_and_atom_sum_to_one_and_to_the_distribution_function(name):
    sp = solved(name)
    total = sp.atom_at_zero
    for low, high in sp.edges:
        x, weights = arcs(low, high)
        middle = low + 0.37 * (high - low)
        below, part = arcs(low, middle, 200)
        assert total + part @ sp.density(below) == pytest.approx(
            sp.cumulative(np.array(middle)), abs=1e-3 * MASS + 2e-5
        )
        total += weights @ sp.density(x)
        assert sp.cumulative(np.array(high)) == pytest.approx(total, abs=MASS)
    assert total == pytest.approx(1, abs=MASS)
    assert np.all(np.diff(sp.cumulative(np.linspace(-0.1, 1.1 * sp.edges[-1][1], 200))) >= -1e-12)


def test_first_moment_is_that_of_the_features():
    """(1/p) E tr Phi^T Phi/p = (n/p) Var sigma."""
    for name in ("two components", "n < p, two components", "linear, d < p"):
        sp, model = solved(name), BULKS[name]
        moment = sum(weights @ (x * sp.density(x)) for x, weights in (arcs(*edges) for edges in sp.edges))
        variance = expectation(lambda z, f=model.activation: f(z) ** 2)
        assert moment == pytest.approx(model.sample_complexity / model.width_ratio * variance, rel=MASS)


def test_hard_edge():
    """n = p: the density diverges at 0 like x^(-1/2), and still integrates to 1."""
    sp = spectrum(plain(erf, sample_complexity=1.3, width_ratio=1.3))
    ((low, high),) = sp.edges
    angle, weights = np.polynomial.legendre.leggauss(100)
    angle = np.pi / 4 * (angle + 1)
    x = high * np.sin(angle) ** 4
    mass = weights @ (sp.density(x) * np.pi * high * np.sin(angle) ** 3 * np.cos(angle))
    assert low == 0
    assert mass == pytest.approx(1, abs=MASS)
    assert sp.density(np.array(1e-4)) / sp.density(np.array(4e-4)) == pytest.approx(2, rel=0.05)


def test_off_the_axis_the_solution_is_that_of_state_evolution():
    model = BULKS["two classes"]
    ridge = 0.07
    features = translate(model, 1).features
    controls = control_points(model.replace(ridge=ridge), {})
    t = fixed_points(features, controls, np.ones((1, len(features.nodes))), np.ones((1, 2))).map.t[0]
    bulk = solved_bulk(features, model.sample_complexity, 1 / model.width_ratio).bulk
    states = resolvent(bulk, np.array([-ridge]))
    # the tails left out carry 1e-9
    np.testing.assert_allclose(states.t[0].real, t, rtol=1e-8)
    assert (states.t[0] @ bulk.features.class_weights).real == pytest.approx(t @ features.class_weights, rel=1e-8)
    assert np.max(np.abs(states.t.imag)) < ROUNDING


@pytest.mark.parametrize("ratio", [0.4, 2.7])
def test_pure_noise_is_marchenko_pastur(ratio):
    """He_2 has no linear part: independent entries of variance 2 (with its lengths negligible against p)."""
    sp = spectrum(plain(hermite_polynomial(2), sample_complexity=ratio * 1.7, width_ratio=1.7))
    low, high = 2 * (1 - np.sqrt(ratio)) ** 2, 2 * (1 + np.sqrt(ratio)) ** 2
    assert sp.edges[0] == pytest.approx((low, high), rel=ROUNDING)
    assert sp.atom_at_zero == pytest.approx(max(0, 1 - ratio))
    x = np.linspace(low, high, 12)[1:-1]
    np.testing.assert_allclose(sp.density(x), np.sqrt((x - low) * (high - x)) / (4 * np.pi * x), rtol=ROUNDING)


@pytest.mark.parametrize("alpha, beta", [(0.6, 1.7), (2.3, 0.4), (1.9, 1.4), (0.7, 0.3)])
def test_linear_features_are_a_product_of_two_wisharts(alpha, beta):
    """The free product of X^T X and W^T W: x y = alpha (1+y) (1+y/alpha) (1+y/beta), y = -1 - x m, m of d x d."""
    sp = spectrum(plain(identity, sample_complexity=alpha, width_ratio=beta))
    ((low, high),) = sp.edges
    assert sp.atom_at_zero == pytest.approx(max(0.0, 1 - min(alpha, 1) / beta))
    x = np.linspace(low, high, 9)[1:-1]
    cubic = alpha * np.polymul([1, 1], np.polymul([1 / alpha, 1], [1 / beta, 1]))
    y = np.array([min(np.roots(np.polysub(cubic, [point, 0])), key=np.imag) for point in x])
    np.testing.assert_allclose(sp.density(x), -y.imag / (np.pi * x * beta), rtol=1e-7)
    scale = beta / alpha  # where the roots of the cubic merge
    for edge in (low, high):
        assert min(abs(np.diff(np.sort_complex(np.roots(np.polysub(cubic, [edge, 0])))))) < 1e-4 * max(scale, 1)


def test_components_hold_whole_numbers_of_eigenvalues():
    """With n > p > d the upper component is that of the d linear directions; with p > n > d the lower has n - d."""
    assert solved("two components").bulk.filling == pytest.approx([0, 1 - 1 / 4, 1], abs=ROUNDING)
    assert solved("n < p, two components").bulk.filling == pytest.approx([0.6, 0.95, 1], abs=ROUNDING)
    (_, high), (low, _) = solved("two components").edges
    middle = 0.5 * (high + low)
    assert solved("two components").density(np.array([middle])) == 0
    assert solved("two components").cumulative(np.array(middle)) == pytest.approx(0.75, abs=ROUNDING)


@pytest.mark.parametrize("name", BULKS)
def test_edges_are_where_the_density_starts_like_a_square_root(name):
    sp = solved(name)
    for low, high in sp.edges:
        for edge, inward in ((low, 1), (high, -1)):
            step = 1e-7 * edge * np.array([1.0, 4.0, -1.0])
            near, far, outside = sp.density(edge + inward * step)
            assert outside == 0
            assert far / near == pytest.approx(2, rel=1e-3)


@pytest.mark.parametrize("name", ["constant spike", "two classes"])
def test_edges_do_not_depend_on_the_grid(name):
    model = BULKS[name]
    alpha, ratio = model.sample_complexity, 1 / model.width_ratio
    coarse, fine = (solved_bulk(translate(model, level).features, alpha, ratio).intervals for level in (1, 3))
    np.testing.assert_allclose(fine, coarse, rtol=1e-7)  # the tail left out, 1e-9, differs between grids


def test_tails_are_said_to_be_tails():
    """m1 of x + 0.3 x^2 grows with kappa; tanh saturates, and with n < p its saturated samples reach down to 0."""
    growing = spectrum(spiked(polynomial(0.0, 1.0, 0.3), ConstantLaw(1.2)))
    assert growing.edges[-1][1] == np.inf
    assert growing.edges[0][0] > 0
    assert growing.density(np.array([2.0])) > 0
    saturated = spectrum(spiked(tanh, ConstantLaw(1.2), sample_complexity=0.7))
    assert saturated.edges[0][0] == 0
    assert saturated.edges[-1][1] < np.inf
    assert len(saturated.edges) == 1
    assert saturated.cumulative(np.array([0.0, 5.0])) == pytest.approx([1 - 0.7 / 1.5, 1])
    bounded = solved("Gaussian spike")  # the slope of ReLU is bounded
    assert np.all(np.isfinite(bounded.edges))


OUTLYING = {
    "two classes": BULKS["two classes"].replace(width=150),
    "intercept inside a gap": plain(
        Activation.from_expression("erf(x + 0.1)"), sample_complexity=8.0, width_ratio=4.0, width=40
    ),
    "two classes, n < p": BULKS["two classes, n < p"].replace(width=150),
}


@pytest.mark.parametrize("name", OUTLYING)
def test_outliers_solve_the_determinant_and_carry_the_residue(name):
    """det(I + Cap P) = 0; the overlap as a difference quotient of r^T (Cap^-1 + P)^-1 r."""
    model = OUTLYING[name]
    sp, ratio, beta = spectrum(model), model.sample_complexity / model.width_ratio, model.width_ratio
    features = sp.bulk.bulk.features
    R = features.modes.strengths[0] + beta * features.modes.strengths[1]

    def matrices(x):
        V, t = real_solution(sp, x)
        g = ratio * features.weights / (1 + V)
        P = sum((g * F) @ F.T for F in features.modes.functions)
        return np.diag(R * (features.class_weights * t)[features.modes.classes]), P, g

    assert len(sp.outliers) == (1 if name == "intercept inside a gap" else 2)
    functions = [np.ones(len(features.nodes)), 0.5 * features.nodes]
    for outlier in sp.outliers:
        Cap, P, _ = matrices(outlier.position)
        eigenvalues = np.linalg.eigvals(np.eye(len(R)) + Cap @ P)
        assert np.min(np.abs(eigenvalues)) < 1e-7 * np.max(np.abs(Cap @ P))
        step, parts = 1e-4 * outlier.position, []
        for side in (step, -step):
            Cap, P, g = matrices(outlier.position + side)
            r = sum((g * F) @ h for F, h in zip(features.modes.functions, functions, strict=True))
            parts.append(-side / (ratio * outlier.position) * (r @ np.linalg.solve(np.eye(len(R)) + Cap @ P, Cap @ r)))
        norm = features.weights @ (functions[0] ** 2 + functions[1] ** 2)
        overlap = outlier.overlap(np.ones_like, lambda kappa: 0.5 * kappa)
        assert overlap == pytest.approx(np.mean(parts) / norm, abs=1e-5)
        assert 0 <= overlap <= outlier.total_overlap <= 1


def simulated_features(model, dimension, generator):
    """Features with exact class proportions, kappa and s."""
    p, n = round(model.width_ratio * dimension), round(model.sample_complexity * dimension)
    W = generator.standard_normal((p, dimension))
    W /= np.linalg.norm(W, axis=1)[:, None]
    W *= np.sqrt(model.bulk_variance)
    W[:, 0] += np.repeat(model.spike.values, np.round(np.array(model.spike.probabilities) * p).astype(int))
    X = generator.standard_normal((n, dimension))
    return model.activation(X @ W.T), X[:, 0], X[:, 1]


def test_outliers_against_simulation_at_two_sizes():
    """Positions and overlaps; p = 60, 120 with exact class proportions."""
    generator = np.random.default_rng(11)
    functions = (lambda kappa: kappa, lambda kappa: kappa**2 - 1)
    deviations = []
    for dimension, draws in ((40, 500), (80, 250)):
        model = BULKS["two classes"].replace(spike=DiscreteLaw((-1.1, 1.5), (0.4, 0.6)), width=round(1.5 * dimension))
        sp = spectrum(model)
        assert len(sp.outliers) == 2
        expected = [[o.position, *(o.overlap(g) for g in functions)] for o in sp.outliers]
        found = []
        for _ in range(draws):
            features, kappa, _ = simulated_features(model, dimension, generator)
            left, singular, _ = np.linalg.svd(features, full_matrices=False)
            g = np.array([f(kappa) for f in functions])
            overlaps = (g @ left[:, :2]) ** 2 / np.sum(g**2, axis=1)[:, None]
            found.append(np.concatenate([singular[None, :2] ** 2 / model.width, overlaps]).T)
        error = np.std(found, axis=0) / np.sqrt(draws)
        deviations.append(np.mean(found, axis=0) - expected)
        size = np.array([[position, 1, 1] for position, *_ in expected])
        assert np.all(np.abs(deviations[-1]) < 4 * error + 2 * size / model.width)
    first, second = (np.sum(np.abs(deviation[:, 1:])) for deviation in deviations)
    assert second < 0.75 * first


@pytest.mark.parametrize("name", ["two classes", "two classes, n < p"])
def test_histogram_against_simulation(name):
    """Eigenvalues counted in 25 bins: rigid, hence within an eigenvalue or two in each draw."""
    model, generator, dimension, draws = BULKS[name], np.random.default_rng(5), 120, 12
    sp, p = solved(name), 180
    bins = np.concatenate([[-1e-9, 1e-9], np.linspace(0, 1.02 * sp.edges[-1][1], 25)[1:]])
    expected = p * np.diff(sp.cumulative(bins))
    counts = np.zeros(len(bins) - 1)
    for _ in range(draws):
        features, _, _ = simulated_features(model, dimension, generator)
        eigenvalues = np.linalg.eigvalsh(features.T @ features / p)
        counts += np.histogram(np.where(eigenvalues < 1e-9, 0, eigenvalues), bins)[0] / draws
    assert np.max(np.abs(counts - expected)) < 1.5
    assert np.mean(np.abs(counts - expected)) < 0.5
    middles = np.array([0.5 * (a + b) for a, b in pairwise(bins[6:])])
    np.testing.assert_allclose(sp.density(middles) * np.diff(bins[6:]) * p, expected[6:], atol=0.15)


def test_nothing_lies_between_an_atom_and_the_bulk():
    """Modes only raise eigenvalues of the Gram matrix: for n < p, where 1 + V < 0, W < 0 in the lowest gap."""
    sp = spectrum(OUTLYING["two classes, n < p"])
    bulk, gap = sp.bulk.bulk, sp.bulk.gaps[0]
    assert gap.right.x == sp.edges[0][0]
    for point in (gap.left, RealBranch(bulk, [gap.left, gap.right]).at(2 * gap.right.tau), gap.right):
        assert np.all(1 + bulk.features.skeleton.extension @ point.V < 0)
        assert np.all(mode_form(bulk, point).eigenvalues < 0)
    assert min(outlier.position for outlier in sp.outliers) > sp.edges[-1][1]


def test_what_the_cut_of_a_tail_makes_is_no_outlier():
    """Neurons and samples of unbounded variance: only the two class-mean directions, even and odd, stand out."""
    model = spiked(polynomial(0.0, 1.0, 0.3), GaussianLaw(1.33), sample_complexity=9.2, width_ratio=0.26, width=440)
    sp = spectrum(model)
    assert sp.edges[-1][1] == np.inf
    assert len(sp.outliers) == 2
    assert len(outliers_in(sp.bulk.bulk, sp.bulk.gaps[-1], open_end=True)) > 2


def test_singular_systems_are_marked():
    stack = np.array([np.eye(2), np.zeros((2, 2)), 2 * np.eye(2)])
    found = stacked_solutions(stack, np.ones((3, 2, 1)))[:, :, 0]
    np.testing.assert_array_equal(found, [[1, 1], [np.nan, np.nan], [0.5, 0.5]])


def test_a_solution_in_the_lower_half_plane_is_refused():
    """Both t and V are transforms of positive measures: at large p/n solutions with Im V < 0 < Im t exist."""
    up, down = np.array([[0.2 + 0.1j]]), np.array([[0.2 - 0.1j]])
    z, converged = np.array([1j]), np.zeros(1)
    verdicts = [physical(States(z, V, t, converged))[0] for V, t in ((up, up), (down, up), (up, down))]
    assert verdicts == [True, False, False]
    assert not physical(States(z, up, up, np.ones(1)))[0]


def test_number_of_diverging_eigenvalues():
    assert spectrum(plain(relu)).diverging == 1
    assert spectrum(plain(centred(relu))).diverging == 0
    assert spectrum(BULKS["two classes"].replace(width=100)).diverging == 0
    assert solved("constant spike").diverging == 1
    assert solved("two classes").diverging == 2
    assert solved("Gaussian spike").diverging == np.inf


@pytest.mark.parametrize("beta, theta", [(1.7, 2.1), (0.6, 1.3), (1.7, 1.0)])
def test_weights_of_one_class_follow_the_closed_form(beta, theta):
    c, width = 1.3, 400
    model = spiked(
        tanh, GaussianLaw(theta * np.sqrt(c / width)), width_ratio=beta, bulk_variance=c, width=width, alignment=0.8
    )
    sp, closed = weight_spectrum(model), bbp(theta * np.sqrt(c), beta, c)
    assert sp.strength == pytest.approx(theta * np.sqrt(c), rel=ROUNDING)
    assert sp.threshold == pytest.approx(closed.threshold, rel=ROUNDING)
    assert sp.edges[0] == pytest.approx(
        (np.sqrt(c) * abs(1 - np.sqrt(beta)), np.sqrt(c) * (1 + np.sqrt(beta))), rel=ROUNDING
    )
    assert len(sp.outliers) == (theta > beta**0.25)
    assert sp.top_singular_value == pytest.approx(closed.position, rel=ROUNDING)
    assert sp.top.spike_overlap == pytest.approx(closed.overlap, rel=ROUNDING, abs=ROUNDING)
    assert sp.alignment == pytest.approx(0.64 * closed.overlap, rel=ROUNDING, abs=ROUNDING)
    x, weights = arcs(*sp.edges[0])
    assert weights @ sp.density(x) == pytest.approx(1, abs=MASS)
    assert sp.cumulative(np.array([0.0, sp.edges[0][1]])) == pytest.approx([0, 1], abs=ROUNDING)


def test_bbp_formulas():
    """Top singular value and overlap of a spike on rows of the unit sphere, as published; both are continuous."""
    theta, psi = 1.6, 1.9
    spike = bbp(theta, psi)
    assert spike.position == pytest.approx(np.sqrt((1 + theta**2) * (psi + theta**2)) / theta)
    assert spike.overlap == pytest.approx(1 - (psi + theta**2) / (theta**2 * (theta**2 + 1)))
    assert bbp(psi**0.25, psi).position == pytest.approx(1 + np.sqrt(psi))
    assert bbp(psi**0.25 * (1 + 1e-9), psi).overlap == pytest.approx(0, abs=1e-8)
    for bad in ({"strength": -1.0, "width_ratio": 1.0}, {"strength": 1.0, "width_ratio": 0.0}):
        with pytest.raises(OutOfDomain):
            bbp(**bad)


def test_fixed_step_aligns_weights_as_published():
    """theta_1 = eta h1 sqrt(Y2/alpha0 + h1*^2), theta_2 = eta h1 h1*, at p = infinity."""
    eta, beta = 2.6, 1.5
    model = one_step(step=FixedStep(eta), readout=GaussianLaw(1.0))
    h1, h1s, Y2 = 0.5, 1.0, 1.0 + 0.5**2 * 2 + 0.2
    theta_1 = eta * h1 * np.sqrt(Y2 / 2.0 + h1s**2)
    sp, closed = weight_spectrum(model), bbp(theta_1, beta)
    assert sp.top_singular_value == pytest.approx(closed.position, rel=ROUNDING)
    assert sp.alignment == pytest.approx((eta * h1 * h1s / theta_1) ** 2 * closed.overlap, rel=ROUNDING)
    assert weight_spectrum(model.replace(step=FixedStep(0.5))).alignment == 0
    assert weight_spectrum(model.replace(step=PowerStep(0.2))).top_singular_value == np.inf


def test_classes_of_rows_with_different_variances():
    """-m(x) sum_k S_k/(1 + c_k m(x)) = 1 with m of W^T W, and the overlap -mu x'(mu)/T'(mu), mu = -m."""
    model = one_step(step=MaximalStep(0.4), readout=DiscreteLaw((-1.5, 4.0), (0.7, 0.3)), width=60)
    step, beta, pi = gradient_step(model), 1.5, np.array([0.7, 0.3])
    e = 0.4 * np.array([-1.5, 4.0])
    c, S = step.bulk_variance(e[:, None]), 60 * pi * (e * step.reach) ** 2
    mu = brentq(lambda mu: mu * np.sum(S / (1 - c * mu)) - 1, 0, (1 - 1e-12) / np.max(c))
    x = 1 / mu + beta * np.sum(pi * c / (1 - c * mu))
    slope = -1 / mu**2 + beta * np.sum(pi * c**2 / (1 - c * mu) ** 2)
    overlap = -mu * slope / np.sum(S / (1 - c * mu) ** 2)
    sp = weight_spectrum(model)
    assert abs(c[0] - c[1]) > 0.2
    assert sp.outliers[0].position == pytest.approx(np.sqrt(x), rel=ROUNDING)
    assert sp.outliers[0].spike_overlap == pytest.approx(overlap, rel=ROUNDING)
    assert sp.alignment == pytest.approx(step.alignment**2 * overlap, rel=ROUNDING)
    at_edge = brentq(lambda mu: 1 / mu**2 - beta * np.sum(pi * c**2 / (1 - c * mu) ** 2), 1e-9, (1 - 1e-12) / np.max(c))
    assert sp.edges[-1][1] == pytest.approx(
        np.sqrt(1 / at_edge + beta * np.sum(pi * c / (1 - c * at_edge))), rel=ROUNDING
    )
    pull = at_edge * np.sum(S / (1 - c * at_edge))  # reaches 1 at the threshold
    assert sp.threshold == pytest.approx(np.sqrt(np.sum(S) / pull), rel=ROUNDING)


def test_features_of_a_network_after_one_step():
    """The spike survives with more classes than a law resolves: no edge or outlier depends on their number."""
    sp = spectrum(one_step(step=FixedStep(4.0), readout=GaussianLaw(1.0), width=1200))
    limit = spectrum(one_step(step=FixedStep(4.0), readout=GaussianLaw(1.0)))
    assert sp.error_estimate < 1e-5
    assert [len(s.outliers) for s in (sp, limit)] == [1, 1]
    assert sp.outliers[0].position == pytest.approx(limit.outliers[0].position, rel=0.01)
    assert sp.outliers[0].overlap(lambda kappa: kappa) > 0.7


EVEN = ("cos(x)", "centred(cos(2*x))", "(x - 1)*(x + 1)", "Abs(x)", "hermite_polynomial(4)", "x**2*cos(x)")


@pytest.mark.parametrize("step", [MaximalStep(1.3), PowerStep(0.2), FixedStep(0.7)], ids=str)
@pytest.mark.parametrize("activation", EVEN)
def test_an_even_activation_has_no_spike_at_any_width(activation, step):
    """E[z sigma] = 0, also where quadrature leaves 1e-17 of it: at p = infinity all above 0 would be infinite."""
    network = OneStepNetwork(
        activation=Activation.from_expression(activation), target=sin, sample_complexity=2.3, width_ratio=1.4,
        ridge=0.1, step=step, step_sample_complexity=1.7, readout=TWO_CLASSES,
    )  # fmt: skip
    for width in (None, 10**6):
        found = weight_spectrum(network.replace(width=width))
        assert (found.strength, found.alignment) == (0, 0)
        assert np.isfinite(found.top_singular_value)


@pytest.mark.parametrize("law", [ConstantLaw(1e-300), GaussianLaw(1e-200), DiscreteLaw((0.0, 1e-250), (0.3, 0.7))])
def test_a_spike_however_small_is_infinite_in_the_limit(law):
    """Its square underflows; whether it is there is asked of the spike itself."""
    model = SpikedRandomFeatures(
        activation=tanh, target=sin, sample_complexity=2.3, width_ratio=1.4, ridge=0.1, spike=law, alignment=0.6
    )
    assert weight_spectrum(model).strength == np.inf
    assert weight_spectrum(model.replace(spike=ConstantLaw(0.0))).strength == 0


def test_refusals():
    outlier = spectrum(plain(relu, width=100)).outliers[0]
    with pytest.raises(OutOfDomain, match="function"):
        outlier.overlap(np.zeros_like)
    with pytest.raises(OutOfDomain, match="model"):
        weight_law(RidgeModel(activation=tanh, target=sin, sample_complexity=1.0, width_ratio=1.0, ridge=0.1), 5)
