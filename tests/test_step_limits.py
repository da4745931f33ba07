"""Infinite width below the maximal step: closed forms, the staircase, which modes exist, and how widths approach it."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.polynomial.hermite_e import herme2poly

import rmt_asymptotics as rmt
from rmt_asymptotics.asymptotics import control_points
from rmt_asymptotics.canonical.gradient_step import gradient_step
from rmt_asymptotics.canonical.step_limits import step_modes
from rmt_asymptotics.canonical.translation import translate
from rmt_asymptotics.expressions import parse_activation
from rmt_asymptotics.gaussian.expectations import expectation
from rmt_asymptotics.plotting import plot_staircase
from rmt_asymptotics.state_evolution.ridge import solve_points
from validation.published import ba22, moniri24

CLOSED = 1e-9  # digits that the published vectors carry
TIGHT = {"tolerance": 1e-10}


def series(*coefficients):
    """sum c_k He_k."""
    return rmt.polynomial(*herme2poly(coefficients).tolist())


STAIRCASE = rmt.OneStepNetwork(
    activation=parse_activation("centred(tanh(x + 0.7))"), target=series(0, 1, 0.6, 0.3, 0.2), sample_complexity=2.0,
    width_ratio=1.3, ridge=0.1, noise_variance=0.1, step=rmt.FixedStep(0.0), step_sample_complexity=6.5,
    readout=rmt.GaussianLaw(),
)  # fmt: skip
ROOT = 0.5**0.5
VECTOR = rmt.OneStepNetwork(  # moniri24: c_1 = 1, c_>^2 = 2 c_2^2 = 1, phi = psi = .5, lambda = .1
    activation=series(0, 1, ROOT), target=series(0, 1, 0.5), sample_complexity=2.0, width_ratio=2.0, ridge=0.1,
    noise_variance=0.1, step=rmt.FixedStep(0.0), step_sample_complexity=2.0, readout=rmt.GaussianLaw(),
)  # fmt: skip


def drops(model, step):
    """Random features minus network: objective and test error."""
    before, after = rmt.solve(model, **TIGHT), rmt.solve(model.replace(step=step), **TIGHT)
    return before.training_objective - after.training_objective, before.test_error - after.test_error


def bare_power_drops(model, exponent, spikes):
    """The same with the free modes replaced by kappa, ..., kappa^spikes, in the same solver."""
    controls = control_points(model, {})
    before = rmt.solve(model, **TIGHT)
    problem = translate(model.replace(step=rmt.PowerStep(exponent)), 2)
    free = problem.features.modes.are_free
    assert free.sum() == spikes
    modes = problem.features.modes.functions.copy()
    modes[0, free] = [problem.features.nodes**q for q in range(1, spikes + 1)]
    features = replace(problem.features, modes=replace(problem.features.modes, functions=modes))
    found = solve_points(replace(problem, features=features), controls).errors
    return before.training_objective - found.training_objective[0], before.test_error - found.test_error[0]


def test_published_vectors_of_moniri24():
    assert drops(VECTOR, rmt.PowerStep(0.1)) == pytest.approx((0.062103301017, 0.5978728926503), rel=CLOSED)
    assert bare_power_drops(VECTOR, 0.3, 2) == pytest.approx((0.085518284808, 0.8578790205991), rel=CLOSED)
    closed = [moniri24.published_drops(0.5, 0.5, 0.1, 1.0, 1.0, (0, 1, 0.5), 0.1, spikes) for spikes in (1, 2)]
    assert np.ravel(closed) == pytest.approx(
        [0.062103301017, 0.5978728926503, 0.085518284808, 0.8578790205991], rel=CLOSED
    )


@pytest.mark.parametrize("spikes", [1, 2, 3, 4])
def test_closed_forms_of_moniri24_at_generic_parameters(spikes):
    rng = np.random.default_rng(spikes)
    for _ in range(4):
        phi, psi = rng.uniform(0.2, 2.5, 2)
        penalty, noise = rng.uniform(0.02, 0.6, 2)
        sigma, target = [0, *rng.uniform(0.3, 1.2, 5)], [0, *rng.uniform(-1, 1, 5)]
        rest = moniri24.hermite_norm(sigma) - sigma[1] ** 2
        model = VECTOR.replace(
            activation=series(*sigma), target=series(*target), sample_complexity=1 / phi, width_ratio=1 / psi,
            ridge=penalty * psi / phi, noise_variance=noise, step_sample_complexity=1 / phi,
        )  # fmt: skip
        exponent = ((spikes - 1) / (2 * spikes) + spikes / (2 * spikes + 2)) / 2
        closed = moniri24.drops(phi, psi, penalty, sigma[1], rest, target, noise, spikes)
        if spikes < 3:
            assert closed == pytest.approx(
                moniri24.published_drops(phi, psi, penalty, sigma[1], rest, target, noise, spikes), rel=1e-10
            )
        assert bare_power_drops(model, exponent, spikes) == pytest.approx(closed, rel=1e-8, abs=1e-9)
        real = moniri24.drops(phi, psi, penalty, sigma[1], rest, target, noise, spikes, polynomials(model, spikes))
        assert drops(model, rmt.PowerStep(exponent)) == pytest.approx(real, rel=1e-8, abs=1e-9)


def polynomials(model, spikes):
    """q! [t^q] exp(h1 B kappa t + nu t^2/2) for q = 1..spikes (ybar = 0): coefficients of kappa, scaled   [stair.2]."""
    step = gradient_step(model)
    nu = step.label_second[0, 0] * step.slope_variance / step.step_sample_complexity / (step.slope * step.length) ** 2
    rows = [np.array([1.0]), np.array([0.0, 1.0])]
    for q in range(1, spikes):
        rows.append(np.append(0, rows[q]) + q * nu * np.pad(rows[q - 1], (0, 2)))
    return rows[1:]


def test_real_network_has_the_constants():
    """At exponent .3 the widths meet the limit with nu, not the one with bare powers."""
    limit, bare = drops(VECTOR, rmt.PowerStep(0.3)), bare_power_drops(VECTOR, 0.3, 2)
    assert limit == pytest.approx((0.07471936, 0.7379648862), rel=1e-7)
    gaps = [np.subtract(drops(VECTOR.replace(width=width), rmt.PowerStep(0.3)), limit) for width in (10**12, 10**16)]
    assert abs(gaps[0][1]) < 1e-4 and abs(gaps[1][1]) < abs(gaps[0][1]) / 5
    assert abs(bare[1] - limit[1]) > 0.1


def test_published_vector_of_ba22():
    model = STAIRCASE.replace(
        activation=rmt.tanh, target=rmt.centred(rmt.softplus), sample_complexity=2.0, width_ratio=2.0, ridge=0.01,
        noise_variance=0.0625, step_sample_complexity=2.0,
    )  # fmt: skip
    before, after = rmt.solve(model, **TIGHT), rmt.solve(model.replace(step=rmt.FixedStep(2.0)), **TIGHT)
    assert before.excess_error == pytest.approx(0.15883046776, rel=0, abs=5e-12 + 1e-10)
    assert before.test_error - after.test_error == pytest.approx(0.00536925941, rel=0, abs=1e-10)


@pytest.mark.parametrize("activation", [rmt.erf, rmt.centred(rmt.relu), parse_activation("centred(tanh(x + 0.7))")])
def test_closed_form_of_ba22(activation):
    rng = np.random.default_rng(5)
    slope = activation.hermite_coefficients(1)[1]
    rest = expectation(lambda z: (activation(z) - slope * z) ** 2, activation.kinks)
    target = rmt.centred(rmt.gelu)
    c, second = target.hermite_coefficients(1)[1], expectation(lambda z: target(z) ** 2)
    for _ in range(4):
        psi_1, psi_2, eta = rng.uniform(0.4, 4, 3)
        penalty, noise = rng.uniform(0.02, 0.6, 2)
        model = STAIRCASE.replace(
            activation=activation, target=target, sample_complexity=psi_1, width_ratio=psi_2, noise_variance=noise,
            ridge=penalty * psi_1 / psi_2, step_sample_complexity=psi_1, readout=rmt.RademacherLaw(),
        )  # fmt: skip
        closed = ba22.risks(psi_1, psi_2, penalty, slope, rest, eta, c, second, noise)
        assert rmt.solve(model).excess_error == pytest.approx(closed.initial, rel=1e-8)
        assert drops(model, rmt.FixedStep(eta))[1] == pytest.approx(closed.improvement, rel=1e-8, abs=1e-10)


LIMITS = {  # test errors of the staircase; the modes that are free, and the one of finite strength
    0.1: (3.2985543378, (1,), ()), 0.25: (3.2575225485, (1,), (2,)), 0.29: (3.0372884819, (1, 2), ()),
    1 / 3: (3.0278125322, (1, 2), (3,)), 0.35: (2.8237010038, (1, 2, 3), ()), 0.375: (2.7707298302, (1, 2, 3), (4,)),
    0.39: (2.4108647877, (1, 2, 3, 4), ()),
}  # fmt: skip


def orders(model):
    """Free and finite modes of a model."""
    modes = step_modes(model, gradient_step(model))
    return tuple(m.order for m in modes if np.isinf(m.strength)), tuple(m.order for m in modes if m.strength < np.inf)


@pytest.mark.parametrize("exponent", LIMITS)
def test_widths_approach_the_staircase(exponent):
    value, *expected = LIMITS[exponent]
    model = STAIRCASE.replace(step=rmt.PowerStep(exponent))
    assert rmt.solve(model, **TIGHT).test_error == pytest.approx(value, rel=CLOSED)
    assert orders(model) == tuple(expected)
    widths = (10**3, 10**6, 10**9, 10**12, 10**16)
    gaps = [abs(rmt.solve(model.replace(width=p), tolerance=1e-8).test_error - value) for p in widths]
    assert all(later < 0.9 * gap for gap, later in pairwise(gaps)), gaps


@pytest.mark.parametrize("exponent", [0.25, 0.29, 0.35, 0.375])
def test_no_numerical_noise_in_wide_networks(exponent):
    """The classes are refined until stable: a hundred times tighter changes 1e-6 at most."""
    for width in (10**6, 10**12, 10**16):
        model = STAIRCASE.replace(step=rmt.PowerStep(exponent), width=width)
        coarse, fine = (rmt.solve(model, tolerance=tolerance).test_error for tolerance in (1e-6, 1e-8))
        assert coarse == pytest.approx(fine, rel=1e-6)


REFERENCE = {  # one_step.staircase(exponent, width, classes) of theory_notes/checks
    (0.29, 10**9, 3): ("3.07099455561613344", "1.15427555027527549", "1.41902906486586918"),
    (0.35, 10**12, 5): ("2.94090888241802177", "1.10538740607481368", "1.36110865912918649"),
    (0.375, 10**16, 6): ("2.7711507182830954", "1.04157013556093011", "1.28122525928390079"),
    (0.29, 10**12, 18): ("3.04870170478087188", "1.1458839030906055", "1.40297611002824708"),
}


@pytest.mark.parametrize("point", REFERENCE)
def test_wide_networks_at_forty_digits(point):
    exponent, width, count = point
    nodes, weights = np.polynomial.hermite_e.hermegauss(count)
    law = rmt.DiscreteLaw(tuple(nodes), tuple(weights / weights.sum()))
    result = rmt.solve(STAIRCASE.replace(step=rmt.PowerStep(exponent), width=width, readout=law))
    for name, digits in zip(("test_error", "training_error", "training_objective"), REFERENCE[point], strict=True):
        assert getattr(result, name) == pytest.approx(float(digits), rel=1e-9)


FOUR = rmt.DiscreteLaw((-1.2, -0.3, 0.8, 1.9), (0.3, 0.3, 0.25, 0.15))
SHIFTED = parse_activation("tanh(x + 0.7)")  # c_0 != 0
EXISTENCE = [  # exponent, what differs from the staircase, free orders
    (0.30, {"activation": SHIFTED}, (0, 1, 2)),
    (0.45, {"readout": rmt.ConstantLaw(1.3)}, (1,)),
    (0.45, {"readout": rmt.RademacherLaw(1.2)}, (1, 2)),
    (0.45, {"readout": rmt.RademacherLaw(1.2), "activation": SHIFTED}, (0, 1)),
    (0.45, {"readout": rmt.DiscreteLaw((0.0, 1.4), (0.4, 0.6))}, (1,)),  # all powers of g are proportional
    (0.45, {"readout": rmt.DiscreteLaw((0.0, 1.4), (0.4, 0.6)), "activation": SHIFTED}, (0, 1)),
    (0.45, {"readout": rmt.DiscreteLaw((-1.0, 0.5), (0.3, 0.7)), "activation": SHIFTED}, (0, 1)),
    (0.45, {"readout": rmt.DiscreteLaw((-1.0, 0.5, 2.0), (0.3, 0.3, 0.4)), "activation": SHIFTED}, (0, 1, 2)),
    (0.45, {"readout": FOUR}, (1, 2, 3, 4)),
    (0.45, {"readout": rmt.DiscreteLaw((1.0, 1.0, 2.0), (0.3, 0.3, 0.4))}, (1, 2)),
    (0.39, {"activation": rmt.tanh}, (1, 3)),
    (0.30, {"activation": series(0, 1, 0, 1)}, (1,)),
    (0.34, {"activation": series(0, 1, 0, 1)}, (1, 3)),
    (0.49, {"activation": series(0, 1, 0.5)}, (1, 2)),  # nothing above the degree of the activation
    (0.49, {"readout": rmt.ConstantLaw(1.0)}, (1,)),
    (0.45, {"activation": series(0.3, 1, 0.5, 0, 0.1), "target": series(0.5, 1, 0.6), "readout": FOUR}, (0, 1, 2, 4)),
]


@pytest.mark.parametrize(("exponent", "changes", "free"), EXISTENCE)
def test_which_modes_exist(exponent, changes, free):
    assert orders(STAIRCASE.replace(step=rmt.PowerStep(exponent), **changes)) == (free, ())


@pytest.mark.parametrize(("exponent", "changes", "free"), EXISTENCE[2:6] + EXISTENCE[11:])
def test_wide_networks_have_these_modes(exponent, changes, free):
    """Far from critical exponents a width of 1e24 is near the limit."""
    model = STAIRCASE.replace(step=rmt.PowerStep(exponent), **changes)
    wide = rmt.solve(model.replace(width=10**24), tolerance=1e-6).test_error
    assert wide == pytest.approx(rmt.solve(model).test_error, rel=0.05)


def critical_strength(order, model, readout_part):
    """(c_q h1^q B^q prefactor^q)^2 (n/p)^(q-1) times what the projection leaves of E g^2q."""
    step = gradient_step(model)
    prefactor = model.step.eta if isinstance(model.step, rmt.FixedStep) else model.step.prefactor
    ratio = model.sample_complexity / model.width_ratio
    return (prefactor * step.slope * step.length) ** (2 * order) * ratio ** (order - 1) * readout_part


@pytest.mark.parametrize(
    ("order", "step", "changes", "readout_part"),
    [
        (1, rmt.FixedStep(1.7), {}, 0.6**2),
        (1, rmt.FixedStep(1.7), {"activation": SHIFTED}, 0.6**2),
        (1, rmt.FixedStep(1.7), {"readout": rmt.DiscreteLaw((-1.0, 1.5), (0.3, 0.7))}, 1.875),
        (1, rmt.FixedStep(1.7), {"readout": rmt.DiscreteLaw((-1.0, 1.5), (0.3, 0.7)), "activation": SHIFTED}, 1.3125),
        (1, rmt.PowerStep(0.0, 1.7), {}, 0.6**2),
        (2, rmt.PowerStep(0.25, 1.7), {}, 3 * 0.6**4),
        (2, rmt.PowerStep(0.25, 1.7), {"activation": SHIFTED}, 2 * 0.6**4),
        (2, rmt.PowerStep(0.25, 1.7), {"readout": rmt.RademacherLaw(1.1)}, 1.1**4),
        (3, rmt.PowerStep(1 / 3, 1.7), {}, 6 * 0.6**6),
        (3, rmt.PowerStep(1 / 3, 1.7), {"activation": rmt.tanh}, 6 * 0.6**6),
        (4, rmt.PowerStep(0.375, 1.7), {}, (105 - 15**2 / 3) * 0.6**8),  # g^4 less its part along g^2
        (4, rmt.PowerStep(0.375, 1.7), {"activation": SHIFTED}, 24 * 0.6**8),
    ],
)
def test_strengths_at_the_critical_exponents(order, step, changes, readout_part):
    model = STAIRCASE.replace(**({"readout": rmt.GaussianLaw(0.6)} | changes), step=step)
    modes = {mode.order: mode.strength for mode in step_modes(model, gradient_step(model))}
    assert max(modes) == order
    assert modes[order] == pytest.approx(critical_strength(order, model, readout_part), rel=1e-9)


@pytest.mark.parametrize("exponent", [0.0, 0.25, 0.3, 1 / 3, 0.39])
@pytest.mark.parametrize("scale", [1e-5, 1e4])
def test_units_of_labels_and_of_features_do_not_matter(exponent, scale):
    target, sigma = (np.array(f) for f in ((0.0, 0.1, -0.6, 0.3, 0.2), herme2poly((0, 1, 0.4, 0.3, 0.2))))
    model = STAIRCASE.replace(activation=rmt.polynomial(*sigma), step=rmt.PowerStep(exponent, 1.4))
    value = rmt.solve(model, **TIGHT).test_error
    labels = model.replace(
        target=rmt.polynomial(*(scale * target)), noise_variance=0.1 * scale**2,
        step=rmt.PowerStep(exponent, 1.4 / scale),
    )  # fmt: skip
    assert rmt.solve(labels, **TIGHT).test_error == pytest.approx(scale**2 * value, rel=1e-9)
    features = model.replace(
        activation=rmt.polynomial(*(scale * sigma)), ridge=0.1 * scale**2, step=rmt.PowerStep(exponent, 1.4 / scale)
    )
    assert rmt.solve(features, **TIGHT).test_error == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize("order", [2, 3, 4])
def test_a_critical_exponent_separates_two_plateaus(order):
    critical = (order - 1) / (2 * order)
    below, at, above, rounded = (
        rmt.solve(STAIRCASE.replace(step=rmt.PowerStep(critical + shift)), **TIGHT).test_error
        for shift in (-1e-6, 0, 1e-6, 1e-14)
    )
    assert above < at < below and rounded == at
    lower, upper = (STAIRCASE.replace(step=rmt.PowerStep(critical + shift)) for shift in (-0.01, 0.01))
    plateaus = [rmt.solve(model, **TIGHT).test_error for model in (lower, upper)]
    assert [below, above] == pytest.approx(plateaus, rel=1e-12)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_a_finite_strength_joins_the_plateaus(order):
    def error(prefactor, shift=0.0):
        return rmt.solve(STAIRCASE.replace(step=rmt.PowerStep(critical + shift, prefactor)), **TIGHT).test_error

    critical = (order - 1) / (2 * order)
    above = error(1.0, 0.01)
    below = error(1.0, -0.01)
    assert error(1e-3) == pytest.approx(below, rel=1e-3)
    assert error(1e3) == pytest.approx(above, rel=1e-3)


@pytest.mark.parametrize("changes", [{}, {"activation": SHIFTED, "readout": FOUR, "target": rmt.relu}])
def test_fixed_steps_meet_their_limit(changes):
    model = STAIRCASE.replace(step=rmt.FixedStep(2.3), **changes)
    limit = rmt.solve(model, **TIGHT).test_error
    gaps = [abs(rmt.solve(model.replace(width=10**k), tolerance=1e-8).test_error - limit) for k in (3, 5, 7)]
    assert gaps[1] < 0.2 * gaps[0] and gaps[2] < 0.2 * gaps[1], gaps  # p^(-1/2) or p^-1


def test_no_spread_where_it_is_needed():
    """A constant readout of an uncentred activation has its spike in the intercept."""
    model = STAIRCASE.replace(activation=SHIFTED, readout=rmt.ConstantLaw(0.8), step=rmt.PowerStep(0.2))
    with pytest.raises(rmt.OutOfDomain, match="of more values") as caught:
        rmt.solve(model)
    assert caught.value.field == "readout"
    fixed = rmt.solve(model.replace(step=rmt.FixedStep(3.0)), **TIGHT).test_error
    assert fixed == pytest.approx(rmt.solve(model.replace(step=rmt.FixedStep(0.0)), **TIGHT).test_error, rel=1e-12)


VANISHING = {  # with an intercept and without; with h1 = 0 or one value of the readout a step that stays is refused
    "centred": {},
    "intercept": {"activation": SHIFTED, "readout": FOUR},
    "constant readout": {"activation": SHIFTED, "readout": rmt.ConstantLaw(0.8)},
    "no slope": {"activation": parse_activation("Abs(x)"), "target": rmt.softplus},
}
FEATURES = ("activation", "target", "sample_complexity", "width_ratio", "ridge", "noise_variance")


@pytest.mark.parametrize("changes", VANISHING.values(), ids=VANISHING)
@pytest.mark.parametrize("exponent", [-1e-3, -0.4, -7.0])
def test_steps_that_vanish_leave_random_features(changes, exponent):
    """Of a translation with a spike direction and an alignment, and of one without."""
    network = STAIRCASE.replace(step=rmt.PowerStep(exponent, 1.4), **changes)
    features = rmt.RandomFeatures(**{name: getattr(network, name) for name in FEATURES})
    found, expected = rmt.solve(network, **TIGHT), rmt.solve(features, **TIGHT)
    for error in ("test_error", "training_error", "training_objective"):
        assert getattr(found, error) == pytest.approx(getattr(expected, error), rel=1e-10)
    assert found.test_error == pytest.approx(
        rmt.solve(network.replace(step=rmt.FixedStep(0.0)), **TIGHT).test_error, rel=1e-12
    )
    intercept = "; free intercept" * (network.activation is not STAIRCASE.activation)
    described = f"exponent {exponent:g} at p = infinity: the step vanishes, as random features{intercept}"
    assert rmt.regime(network).description == described


@pytest.mark.parametrize("exponent", [-0.1, -0.6])
def test_steps_that_vanish_are_small_steps_at_finite_width(exponent):
    """eta = prefactor n^exponent of a fixed step there; the gap to random features closes with the width."""
    gaps = []
    for width in (10**3, 10**5):
        network = STAIRCASE.replace(step=rmt.PowerStep(exponent, 1.4), width=width)
        eta = 1.4 * (2.0 * width / 1.3) ** exponent
        assert network.step.learning_rate(2.0 * width / 1.3, width) == pytest.approx(eta, rel=1e-15)
        found, same, none = (
            rmt.solve(network.replace(step=step)).test_error
            for step in (network.step, rmt.FixedStep(eta), rmt.FixedStep(0.0))
        )
        assert found == pytest.approx(same, rel=1e-12)
        gaps.append(abs(found - none))
    assert 0 < gaps[1] < 0.5 * gaps[0]


def test_the_staircase_begins_below_zero():
    """A Dataset over negative exponents, theory and simulation under the names of every sweep."""
    plan = rmt.SimulationPlan(dimension=15, replicas=2, test_samples=50, workers=1)
    model = STAIRCASE.replace(step=rmt.PowerStep(0.1, 1.4))
    stairs = rmt.sweep(model, {"step.exponent": [-0.3, -0.1, 0.0, 0.1]}, simulation=plan, progress=False)
    limit = stairs.test_error.values
    assert limit[0] == limit[1] and len(set(limit)) == 3
    run = rmt.simulate(model.replace(step=rmt.PowerStep(-0.3, 1.4)), plan, progress=False)
    assert stairs.test_error_simulation.values[0] == pytest.approx(run.test_error.mean, rel=1e-12)
    assert plot_staircase(stairs.drop_vars("samples")).get_xlim()[0] < -0.3


def test_exponents_with_too_many_spikes_are_refused():
    with pytest.raises(rmt.OutOfDomain, match="MaximalStep") as caught:
        rmt.solve(STAIRCASE.replace(step=rmt.PowerStep(0.48)))
    assert caught.value.field == "step"


def test_spikes_without_slope_are_constants_at_the_maximal_step():
    """h1 = 0: no function of kappa becomes free, however many values the readout has."""
    model = STAIRCASE.replace(activation=parse_activation("Abs(x)"), target=rmt.softplus, step=rmt.MaximalStep(1.7))
    wide = rmt.solve(model.replace(width=10**9)).test_error
    assert rmt.solve(model).test_error == pytest.approx(wide, rel=1e-6)


@pytest.mark.parametrize("activation", ["tanh(0.02*x)", "sin(x/60)", "tanh(x/40) + He2(x)"])
def test_modes_that_rounding_hides_are_refused_not_left_out(activation):
    """All odd coefficients are there, c_7 or c_9 at 1e-13: at exponents where they matter nothing is made up."""
    model = STAIRCASE.replace(activation=parse_activation(activation))
    assert orders(model.replace(step=rmt.PowerStep(0.3))) in (((1,), ()), ((1, 2), ()))
    with pytest.raises(rmt.OutOfDomain, match="more than rounding") as caught:
        rmt.solve(model.replace(step=rmt.PowerStep(0.45)))
    assert caught.value.field == "activation"
    callable_ = rmt.Activation(model.activation.function, model.activation.derivative)
    with pytest.raises(rmt.OutOfDomain, match="more than rounding"):
        rmt.solve(model.replace(step=rmt.PowerStep(0.45), activation=callable_))


def test_modes_of_callables_are_those_of_formulas():
    for activation in ("centred(tanh(x + 0.7))", "x + (x^2 - 1)/3", "x + He3(x)/5"):
        formula = parse_activation(activation)
        same = rmt.Activation(formula.function, formula.derivative)
        model = STAIRCASE.replace(step=rmt.PowerStep(0.39))
        assert orders(model.replace(activation=same)) == orders(model.replace(activation=formula))


@pytest.mark.parametrize("scale", [1e-13, 1e7])
def test_units_of_the_activation_do_not_matter(scale):
    """sigma scale, ridge scale^2, rate/scale: whether there is a spike is asked in units of the activation."""
    model = STAIRCASE.replace(step=rmt.MaximalStep(1e-2), activation=rmt.tanh, target=rmt.sin)
    scaled = parse_activation(f"{scale!r}*tanh(x)")
    same = model.replace(activation=scaled, ridge=model.ridge * scale**2, step=rmt.MaximalStep(1e-2 / scale))
    assert rmt.solve(same).test_error == pytest.approx(rmt.solve(model).test_error, rel=1e-9)


def test_the_smallest_spikes_are_free():
    """At p = infinity the class means span all odd functions however small the step is, and nothing for no step."""
    model = STAIRCASE.replace(activation=rmt.tanh, target=rmt.sin)
    tiny, small, none = (rmt.solve(model.replace(step=rmt.MaximalStep(rate))).test_error for rate in (1e-13, 1e-6, 0.0))
    assert tiny == pytest.approx(small, rel=1e-6)
    assert none > 1.1 * tiny
