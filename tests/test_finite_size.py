"""Corrections of order 1/d: published tables, identities of the expansions, and finite networks."""

from dataclasses import replace

import numpy as np
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.finite import pairs, samples
from rmt_asymptotics.finite.corrections import corrections
from rmt_asymptotics.finite.pairs import pair_corrections
from rmt_asymptotics.finite.samples import sample_expansion, smooth
from rmt_asymptotics.finite.setting import setting_of
from rmt_asymptotics.finite.state import Measure, projected, smooth_errors, solved_bulk
from tests.problems import TWO_CLASSES

PRINTED = 6e-6  # half a unit of the last of five digits, and rounding of the print
SPREAD = 1.5e-5  # of printed standard deviations, which carry a finite difference
TRAPEZOIDS = 5e-5  # relative: 41 nodes in s of a target as steep as tanh(2 s)
TEST_SAMPLES = 2000  # of the tables
SMOOTH_TARGET = rmt.Activation.from_expression("tanh(x) + 0.3*(x**2 - 1)")


PUBLISHED = rmt.SpikedRandomFeatures(  # the setting of examples/published.toml
    activation=rmt.tanh, target=rmt.sin, sample_complexity=1.0, width_ratio=1.0, ridge=0.1,
    spike=rmt.ConstantLaw(1.134055509282621), bulk_variance=1.018973200458189, alignment=0.9718544444873879,
)  # fmt: skip
RELU = rmt.SpikedRandomFeatures(
    activation=rmt.centred(rmt.relu), target=SMOOTH_TARGET, sample_complexity=1.0, width_ratio=1.5, ridge=0.05,
    noise_variance=0.1, spike=rmt.ConstantLaw(-1.5), alignment=0.8,
)  # fmt: skip
PLAIN = rmt.RandomFeatures(
    activation=rmt.tanh, target=rmt.Activation.from_expression("tanh(2*x)"), sample_complexity=2.0, width_ratio=1.0,
    ridge=0.05, noise_variance=0.05,
)  # fmt: skip
TWO = rmt.SpikedRandomFeatures(
    activation=rmt.Activation.from_expression("tanh(x + 0.5) + 0.2*(x**2 - 1)"),
    target=rmt.Activation.from_expression("sin(1.5*x) + 0.4*(x**2 - 1)"), sample_complexity=0.8, width_ratio=1.3,
    ridge=0.08, noise_variance=0.07, spike=rmt.DiscreteLaw((-0.9, 1.6), (0.35, 0.65)), bulk_variance=0.9, alignment=0.6,
)  # fmt: skip
NETWORK = rmt.OneStepNetwork(
    activation=rmt.tanh, target=rmt.sin, sample_complexity=1.7, width_ratio=1.3, ridge=0.2, noise_variance=0.1,
    step=rmt.MaximalStep(0.8), step_sample_complexity=2.5,
)  # fmt: skip
TABLE = [  # model, d: limit, with finitely many samples, corrected; test and training
    (PUBLISHED.replace(sample_complexity=0.2), 50, (0.06039, 0.01237), (0.06370, 0.00840), (0.06415, 0.00844)),
    (PUBLISHED.replace(sample_complexity=0.2), 400, (0.04989, 0.01241), (0.05107, 0.01154), (0.05108, 0.01153)),
    (PUBLISHED.replace(sample_complexity=3.0), 100, (0.03457, 0.02316), (0.03485, 0.02291), (0.03497, 0.02295)),
    (PUBLISHED.replace(ridge=0.001), 50, (0.29873, 0.00516), (0.29440, 0.00375), (0.28577, 0.00379)),
    (RELU, 100, (1.01554, 0.23194), (1.05594, 0.22535), (1.05871, 0.22739)),
    (PLAIN, 100, (0.43904, 0.16068), (0.43946, 0.16007), (0.43499, 0.15963)),
    (TWO, 100, (0.95957, 0.08514), (0.96923, 0.08254), (0.98127, 0.08476)),
]
SPREADS = [(0, 0.02638, 0.01191), (1, 0.00659, 0.00839), (2, 0.00352, 0.00584), (4, 0.18250, 0.07455),
           (5, 0.04468, 0.02255)]  # fmt: skip


def sized(model, dimension):
    return setting_of(
        model, round(model.sample_complexity * dimension), dimension, round(model.width_ratio * dimension)
    )


@pytest.mark.parametrize("row", range(len(TABLE)))
def test_printed_table(row):
    model, dimension, limit, samples, corrected = TABLE[row]
    f = rmt.finite_size(model, dimension)
    found = corrections(sized(model, dimension))
    values = np.array([f.test_error.limit, f.training_error.limit])
    np.testing.assert_allclose(values, limit, atol=PRINTED)
    np.testing.assert_allclose(values + found.samples[:2], samples, atol=PRINTED)
    np.testing.assert_allclose([f.test_error.mean, f.training_error.mean], corrected, atol=PRINTED)


@pytest.mark.parametrize(("row", "test", "training"), SPREADS)
def test_printed_spread(row, test, training, monkeypatch):
    """Of labels whose noise takes two values, as the table has it."""
    monkeypatch.setattr(
        samples, "noise_nodes", lambda variance: (np.sqrt(variance) * np.array([-1, 1]), np.ones(2) / 2)
    )
    model, dimension, *_ = TABLE[row]
    found = corrections(sized(model, dimension))
    spread = np.sqrt(found.variance[:2] + np.array([found.fresh[0] / TEST_SAMPLES, 0]))
    np.testing.assert_allclose(spread, (test, training), atol=SPREAD)


@pytest.mark.parametrize("target", [rmt.sign, rmt.tanh, rmt.Activation.from_expression("sign(x - 0.3)")], ids=str)
@pytest.mark.parametrize("alignment", [0.0, 0.6])
def test_spread_of_the_labels_alone(target, alignment):
    """At a large ridge the training error is the mean of n squared labels: jumps, and noise that is Gaussian."""
    model = RELU.replace(target=target, alignment=alignment, ridge=1e12)
    found = corrections(sized(model, 50))
    x = np.linspace(-9, 9, 200_000)
    weights = np.exp(-(x**2) / 2)
    squares, noise = target(x) ** 2, model.noise_variance
    second, fourth = (squares**k @ weights / weights.sum() for k in (1, 2))
    variance = fourth + 6 * second * noise + 3 * noise**2 - (second + noise) ** 2
    assert found.variance[1] == pytest.approx(variance / 50, rel=1e-3)


PAIRS = {  # published setting, n/d = .2, d: limit with one sample and with two exact, test and training error
    50: ((0.06370, 0.06459), (0.00840, 0.00796)),
    100: ((0.05702, 0.05768), (0.00963, 0.00936)),
    400: ((0.05107, 0.05119), (0.01154, 0.01150)),
}


@pytest.mark.parametrize("dimension", PAIRS)
def test_printed_pairs(dimension):
    at = sized(PUBLISHED.replace(sample_complexity=0.2), dimension)
    bulk, modes = smooth(at)
    errors = smooth_errors(at, bulk, modes)
    one = np.array([errors.test, errors.training]) + sample_expansion(at, bulk, modes).shift[:2]
    found = np.transpose([one, one + pair_corrections(at)[:2]])
    np.testing.assert_allclose(found, PAIRS[dimension], atol=PRINTED)


def test_pairs_of_an_error_and_its_objective():
    """Training error = objective - ridge d objective/d ridge, at each order; with noise."""
    at = sized(RELU, 60)
    lower, higher = (pair_corrections(replace(at, ridge=at.ridge * (1 + h))) for h in (-1e-3, 1e-3))
    _, training, objective = pair_corrections(at)
    assert training == pytest.approx(objective - (higher - lower)[2] / 2e-3, rel=1e-4)
    assert abs(objective) > 1e-5


def test_noise_of_pairs(monkeypatch):
    """Any noises of these variances without correlation will do."""
    at = sized(RELU, 40)
    found, angle = pair_corrections(at), 0.7
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    monkeypatch.setattr(pairs, "SIGNS", turn @ pairs.SIGNS)
    np.testing.assert_allclose(pair_corrections(at), found, rtol=1e-6)


def test_trust_in_the_next_order():
    model = PUBLISHED.replace(sample_complexity=0.2)
    first, second = (rmt.finite_size(model, 100, pairs=more) for more in (False, True))
    for name in ("test_error", "training_error"):
        one, two = getattr(first, name), getattr(second, name)
        assert one.pairs is None and two.mean == pytest.approx(one.mean + two.pairs, rel=1e-12)
    assert first.test_error.trusted and not second.test_error.trusted  # .0027 and .0007
    assert second.training_error.trusted and not first.training_error.trusted  # -.0027 and -.0003 of .0123
    steep = rmt.finite_size(PLAIN, 100, pairs=True)
    assert steep.test_error.trusted and steep.excess_error.pairs == steep.test_error.pairs
    ridge = rmt.RidgeRegression(target=rmt.sin, sample_complexity=2.0, ridge=0.1)
    for each, value in ((ridge, True), (PLAIN, 1)):
        with pytest.raises(rmt.OutOfDomain, match="pairs"):
            rmt.finite_size(each, 100, pairs=value)


def test_gaussian_law():
    model = RELU.replace(sample_complexity=3.0, spike=rmt.GaussianLaw(1.3), noise_variance=0.0)
    f = rmt.finite_size(model, 100)
    assert f.test_error.mean == pytest.approx(0.2896, abs=4 * 0.0006)  # simulated
    assert f.training_error.mean == pytest.approx(0.0949, abs=4 * 0.0003)


@pytest.mark.parametrize("model", [RELU, TWO, PLAIN], ids=["relu", "two classes", "plain"])
def test_smooth_measure_is_the_limit(model):
    at = sized(model, 80)
    bulk, modes = smooth(at)
    errors = smooth_errors(at, bulk, modes)
    solved = rmt.solve(model.replace(width=at.width, width_ratio=at.width / 80, sample_complexity=at.samples / 80))
    found = [errors.test, errors.training, errors.objective]
    limit = [solved.test_error, solved.training_error, solved.training_objective]
    np.testing.assert_allclose(found, limit, rtol=TRAPEZOIDS)


def test_derivative_in_the_weight_of_the_population():
    """dF/dtau is the test error, and (F - ridge dF/dridge)/n the training error, of the smooth theory."""
    at = sized(TWO, 90)
    bulk, modes = smooth(at)
    errors = smooth_errors(at, bulk, modes)

    def minimum(tau, ridge):
        measure = Measure(at.mass + 0j, np.array(tau + 0j), np.array(ridge + 0j), at.class_weights)
        moved = solved_bulk(at, measure, (bulk.start, bulk.t))
        fitted = projected(at, moved, moved.den)
        den = at.mass / (1 + moved.V) + tau * at.weights
        return np.sum(den * fitted.base) + at.width * np.sum(fitted.coef**2 / fitted.cap)

    tiny = 1e-30
    test = minimum(1j * tiny, at.ridge).imag / tiny
    slope = minimum(0.0, at.ridge * (1 + 1j * tiny)).imag / tiny
    assert test == pytest.approx(errors.test, rel=1e-9)
    assert (minimum(0.0, at.ridge).real - slope) / at.samples == pytest.approx(errors.training, rel=1e-9)


def test_expansion_is_the_delta_method_for_many_samples():
    """The correction falls like 1/n, and twice the samples of a linear functional change nothing."""
    shifts = [sample_expansion(at, *smooth(at)).shift for at in (sized(RELU, d) for d in (2000, 4000))]
    np.testing.assert_allclose(shifts[0], 2 * shifts[1], rtol=0.02)


def test_spread_and_names():
    f = rmt.finite_size(TWO_CLASSES.replace(width=None), 90, test_samples=500)
    assert f.excess_error.mean == pytest.approx(f.test_error.mean - TWO_CLASSES.noise_variance, rel=1e-9)
    assert f.test_error.standard_deviation > rmt.finite_size(f.model, 90).test_error.standard_deviation
    assert "of one draw" in f.table()
    assert not rmt.finite_size(PUBLISHED.replace(sample_complexity=0.2), 50).training_error.trusted
    assert rmt.finite_size(PUBLISHED, 400).training_error.trusted


@pytest.mark.parametrize(
    ("field", "call"),
    [
        ("dimension", lambda: rmt.finite_size(RELU, 1)),
        ("dimension", lambda: rmt.finite_size(RELU.replace(width=71), 40)),
        ("test_samples", lambda: rmt.finite_size(RELU, 40, test_samples=0)),
        ("sample_complexity", lambda: rmt.finite_size(RELU, 40, sample_complexity=-1.0)),
        ("loss", lambda: rmt.finite_size(RELU.replace(loss=rmt.HuberLoss(1.0)), 40)),
        ("model", lambda: rmt.finite_size(NETWORK, 40)),
    ],
)
def test_refused(field, call):
    with pytest.raises(rmt.OutOfDomain) as error:
        call()
    assert error.value.field == field


@pytest.mark.parametrize("model", [TWO, PLAIN], ids=["two classes", "plain"])
def test_simulated(model):
    comparison = rmt.compare(model, dimension=100, replicas=60, seed=3)
    assert max(abs(z) for z in comparison.z_scores.values()) < 4
    draws = comparison.simulation.training_error
    predicted = comparison.sizes[0].finite_size.training_error.standard_deviation
    assert draws.standard_error * np.sqrt(draws.replicas) == pytest.approx(predicted, rel=0.4)  # of 60 draws


@pytest.mark.parametrize("width_ratio", [0.6, 1.5, 3.1])
def test_classes_far_apart_are_reached(width_ratio):
    """A start from which Newton steps in V and t together strayed: t is solved first, at plain steps."""
    model = rmt.SpikedRandomFeatures(
        activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0, width_ratio=width_ratio, ridge=0.01,
        spike=rmt.DiscreteLaw((-1.0, 1.5), (0.3, 0.7)), alignment=0.9, width=round(200 * width_ratio),
    )  # fmt: skip
    corrected = rmt.finite_size(model, 200).test_error
    assert corrected.mean == pytest.approx(rmt.solve(model).test_error, rel=0.1)
