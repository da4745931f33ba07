"""Theory beside tiny simulations: what is compared with what."""

import numpy as np
import pytest
from scipy import stats

import rmt_asymptotics as rmt
from rmt_asymptotics.comparison import Drift
from rmt_asymptotics.finite import result
from rmt_asymptotics.finite.result import finite_size_of
from rmt_asymptotics.vocabulary.quantities import ERRORS
from tests import problems

ONE_CLASS, PLAIN = (model.replace(width=None) for model in (problems.ONE_CLASS, problems.PLAIN))
OPTIONS = {"replicas": 6, "seed": 4, "workers": 1, "progress": False}
SIGMAS = 4.0  # plus the finite-size effects that the drift measures: sizes are small


def student_deviate(mean, theory, standard_error, replicas):
    """The normal deviate whose probability is that of Student's t: SciPy's distributions, not its special functions."""
    return stats.norm.ppf(stats.t.cdf((mean - theory) / standard_error, replicas - 1))


def test_theory_is_taken_at_the_simulated_sizes():
    comparison = rmt.compare(ONE_CLASS, dimension=41, **OPTIONS)
    simulated, model = comparison.simulation, comparison.asymptotics.model
    assert (simulated.width, simulated.samples) == (57, 107)
    assert (model.width, model.width_ratio, model.sample_complexity) == (57, 57 / 41, 107 / 41)
    assert comparison.limit.model == ONE_CLASS
    assert comparison.asymptotics.test_error == rmt.solve(model).test_error


def test_z_scores_are_gaps_over_standard_errors():
    """In units of the theoretical spread, from the corrected theory; of Student's law where there is none."""
    comparison = rmt.compare(PLAIN, dimension=50, **OPTIONS)
    assert set(comparison.z_scores) == set(ERRORS)
    finite = rmt.finite_size(PLAIN, 50, test_samples=2000)
    for name in ERRORS:
        estimate, theory = getattr(comparison.simulation, name), getattr(finite, name)
        z = (estimate.mean - theory.mean) / theory.standard_deviation * np.sqrt(OPTIONS["replicas"])
        assert comparison.z_scores[name] == pytest.approx(z, rel=1e-6)
        assert abs(z) < SIGMAS
    network = rmt.OneStepNetwork(
        activation=rmt.tanh, target=rmt.sin, sample_complexity=1.7, width_ratio=1.3, ridge=0.2, noise_variance=0.1,
        step=rmt.MaximalStep(0.8), step_sample_complexity=2.5,
    )  # fmt: skip
    comparison = rmt.compare(network, dimension=50, **OPTIONS)
    assert comparison.sizes[0].finite_size is None
    for name in ERRORS:
        estimate, theory = getattr(comparison.simulation, name), getattr(comparison.asymptotics, name)
        z = student_deviate(estimate.mean, theory, estimate.standard_error, OPTIONS["replicas"])
        assert comparison.z_scores[name] == pytest.approx(z)
        assert abs(estimate.mean - theory) < SIGMAS * estimate.standard_error + 0.1 * theory
    assert comparison.drift == {}


def test_drift_over_dimensions():
    comparison = rmt.compare(PLAIN, dimension=(60, 30), **OPTIONS)
    assert [size.simulation.dimension for size in comparison.sizes] == [30, 60]
    drift = comparison.drift["test_error"]
    gaps = [size.gap("test_error").mean for size in comparison.sizes]
    assert drift.slope.mean == pytest.approx((gaps[0] - gaps[1]) / (1 / 30 - 1 / 60))
    assert drift.extrapolated.mean == pytest.approx(2 * gaps[1] - gaps[0])
    table = comparison.table()
    assert all(name in table for name in ERRORS) and "limit p = infinity" in table
    assert str(comparison.simulation.samples) in table


def test_curve_puts_theory_beside_simulation():
    dataset = rmt.compare_curve(PLAIN, sample_complexity=[0.5, 2.04], dimension=40, **OPTIONS)
    width = int(dataset.attrs["width"])
    assert width == round(PLAIN.width_ratio * 40)
    for i, samples in enumerate(dataset["samples"].values):
        model = PLAIN.replace(width=width, width_ratio=width / 40, sample_complexity=samples / 40)
        assert dataset["test_error"].values[i] == pytest.approx(rmt.solve(model).test_error, rel=1e-9)
    kinds = ("_simulation", "_corrected", "_standard_deviation")
    mean, corrected, one_draw = (dataset[f"test_error{kind}"].values for kind in kinds)
    z = (mean - corrected) / one_draw * np.sqrt(OPTIONS["replicas"])
    np.testing.assert_allclose(dataset["test_error_z_score"], z)
    curve = rmt.finite_size_curve(PLAIN, 40, sample_complexity=[0.5, 2.04], test_samples=2000)
    np.testing.assert_allclose(curve.test_error_corrected, corrected, rtol=1e-9)
    np.testing.assert_allclose(curve.test_error_standard_deviation, one_draw, rtol=1e-9)


def test_limit_where_the_corrected_theory_cannot_be_solved(monkeypatch):
    """A note says why, and z-scores follow from the limit, of a comparison and of some points of a curve."""

    def fails(limit, dimension, test_samples):
        if limit.model.sample_complexity < 1:
            raise rmt.NotConverged("not today")
        return finite_size_of(limit, dimension, test_samples)

    monkeypatch.setattr(result, "finite_size_of", fails)
    comparison = rmt.compare(PLAIN.replace(sample_complexity=0.5), dimension=40, **OPTIONS)
    size = comparison.sizes[0]
    assert size.finite_size is None
    assert "d = 40, z from the limit: no corrected theory, not today" in comparison.table()
    estimate, limit = size.simulation.test_error, size.asymptotics.test_error
    z = student_deviate(estimate.mean, limit, estimate.standard_error, OPTIONS["replicas"])
    assert comparison.z_scores["test_error"] == pytest.approx(z)
    curve = rmt.compare_curve(PLAIN, sample_complexity=[0.5, 2.04], dimension=40, **OPTIONS)
    assert np.isnan(curve.test_error_corrected).values.tolist() == [True, False]
    assert curve.test_error_z_score.values[0] == pytest.approx(z)
    assert np.isfinite(curve.test_error_z_score).all()


def test_seeds_decide_the_result():
    first, again, other = (
        rmt.compare(PLAIN, dimension=30, **(OPTIONS | {"seed": seed})).z_scores["test_error"] for seed in (1, 1, 2)
    )
    assert first == again != other


@pytest.mark.parametrize("dimension", [[], 0, -3, 2.5, "40", True])
def test_bad_dimensions_are_refused(dimension):
    with pytest.raises(rmt.OutOfDomain) as caught:
        rmt.compare(PLAIN, dimension=dimension, **OPTIONS)
    assert caught.value.field == "dimension"


def test_a_plan_takes_several_dimensions():
    plan = rmt.SimulationPlan(dimension=30, **OPTIONS)
    assert rmt.compare(PLAIN, plan) == rmt.compare(PLAIN, dimension=30, **OPTIONS)
    several = rmt.compare(PLAIN, plan, dimension=[60, 30])
    assert several.sizes[0] == rmt.compare(PLAIN, plan).sizes[0]
    assert several.simulation.dimension == 60


def test_gaps_keep_the_values_of_the_replicas():
    gap = rmt.compare(PLAIN, dimension=30, **OPTIONS).sizes[0].gap("test_error")
    assert (len(gap.values), np.mean(gap.values)) == (OPTIONS["replicas"], pytest.approx(gap.mean))


def test_the_drift_reads_like_a_sum():
    drift = Drift(slope=rmt.Estimate(-0.877, 0.41, 20), extrapolated=rmt.Estimate(-0.0017, 0.007, 20))
    assert str(drift) == "-0.002(7) - 0.9(4)/d"
