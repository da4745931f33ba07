"""Optima: the published setting from bad starts, limits at zero and infinity, several valleys, curves."""

import json
from pathlib import Path

import numpy as np
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.optimisation import OptimumStatus, gradient, optimal, optimal_curve
from rmt_asymptotics.optimisation.objective import Interval
from rmt_asymptotics.optimisation.search import global_minimum
from tests.problems import ONE_CLASS, PLAIN
from validation.published import cui24

OPTIMA = json.loads((Path(__file__).parent / "reference" / "optima.json").read_text())
ACCURATE = 1e-9  # relative, of an optimal field; 1e-6 is asked for
LINEAR = rmt.RandomFeatures(
    activation=rmt.identity, target=rmt.identity, sample_complexity=2.0, width_ratio=1e7, ridge=3.0, noise_variance=0.4
)
NETWORK = rmt.OneStepNetwork(
    activation=rmt.tanh, target=rmt.sin, sample_complexity=0.9, width_ratio=1.0, ridge=0.1, corrections=False,
    step=rmt.MaximalStep(30.0), step_sample_complexity=20.0,
)  # fmt: skip


@pytest.mark.parametrize("start", [1e-9, 1e9])
@pytest.mark.parametrize("alpha", OPTIMA)
def test_optimal_ridge_of_the_published_setting(alpha, start):
    """Against the roots of the derivative at 30 digits, from ridges that are wrong by nine orders of magnitude."""
    best = optimal(cui24.published_model().replace(sample_complexity=float(alpha), ridge=start))
    assert best.status is OptimumStatus.INTERIOR
    assert best.model.ridge == pytest.approx(float(OPTIMA[alpha]), rel=ACCURATE)
    assert best.value == rmt.solve(best.model).test_error


def test_two_fields_from_a_bad_start():
    best = optimal(NETWORK.replace(ridge=1e7), over=("ridge", "step.rate"))
    assert best.status is OptimumStatus.INTERIOR
    slopes = gradient(best.model, wrt=("ridge", "step.rate"))
    assert all(abs(slope) * best.model.value(name) < 1e-9 * best.value for name, slope in slopes.items())
    for name in ("ridge", "step.rate"):
        alone = optimal(best.model, over=(name,))
        assert alone.model.value(name) == pytest.approx(best.model.value(name), rel=1e-6)


def test_linear_ridge_is_the_noise_to_signal_ratio():
    """The Bayes estimator of a linear target: ridge = noise variance here, where the labels have slope 1."""
    assert optimal(LINEAR).model.ridge == pytest.approx(0.4, rel=1e-5)


@pytest.mark.parametrize(
    ("model", "over", "more", "status", "words"),
    [
        (LINEAR.replace(noise_variance=0.0), ("ridge",), {}, "AT_ZERO", "ridge -> 0"),
        (LINEAR.replace(target=rmt.hermite_polynomial(2)), ("ridge",), {}, "AT_INFINITY", "ridge -> infinity"),
        (PLAIN, ("noise_variance",), {}, "AT_ZERO", "at noise_variance = 0"),
        (PLAIN, ("sample_complexity",), {}, "AT_INFINITY", "sample_complexity -> infinity"),
        (PLAIN, ("ridge",), {"bounds": {"ridge": (1.0, 2.0)}}, "AT_BOUND", "lower bound 1"),
        (PLAIN, ("ridge",), {"bounds": {"ridge": (1e-3, 0.01)}}, "AT_BOUND", "upper bound 0.01"),
        (ONE_CLASS, ("alignment",), {}, "AT_BOUND", "alignment is at its"),
        (PLAIN, ("ridge",), {"quantity": "training_error"}, "AT_ZERO", "ridge -> 0"),
    ],
)
def test_optima_at_an_end_say_so(model, over, more, status, words):
    best = optimal(model, over=over, **more)
    assert best.status is OptimumStatus[status] and words in best.message


def test_the_deepest_of_several_valleys_is_taken():
    """At small ridge the test error has valleys on both sides of n = p; the peak is a maximum."""
    model = PLAIN.replace(width=None, ridge=1e-4, noise_variance=0.5)
    window = {"sample_complexity": (0.05, 2.5)}
    scanned = np.geomspace(0.05, 2.5, 400)
    errors = [rmt.solve(model.replace(sample_complexity=alpha)).test_error for alpha in scanned]
    best = optimal(model, over=("sample_complexity",), bounds=window)
    assert best.value <= min(errors) * (1 + 1e-12) and best.value > 0.99 * min(errors)
    peak = optimal(model, over=("sample_complexity",), bounds=window, maximise=True)
    assert peak.status is OptimumStatus.INTERIOR and peak.value >= max(errors)
    assert peak.model.sample_complexity == pytest.approx(model.width_ratio, rel=0.05)


def test_two_fields_where_one_runs_away():
    """At n/d = 1000 the error hardly depends on the ridge; the best one is still a root of the derivative."""
    model = PLAIN.replace(activation=rmt.tanh, target=rmt.sin, sample_complexity=1.3, width=None, width_ratio=0.575,
                          ridge=1e-3, noise_variance=0.0)  # fmt: skip
    best = optimal(model, ("sample_complexity", "ridge"))
    assert best.status is OptimumStatus.AT_INFINITY and "sample_complexity" in best.message
    alone = optimal(best.model, "ridge")
    assert best.model.ridge == pytest.approx(alone.model.ridge, rel=1e-6)
    assert best.value == pytest.approx(alone.value, rel=1e-12)


@pytest.mark.parametrize("over", [("width_ratio", "ridge"), ("ridge", "width_ratio")])
def test_the_peak_at_as_many_samples_as_features_is_not_missed(over):
    model = rmt.RandomFeatures(
        activation=rmt.erf, target=rmt.tanh, sample_complexity=2.6578467869308207, width_ratio=0.75, ridge=1e-3,
        noise_variance=0.017875492429553018,
    )  # fmt: skip
    best = optimal(model, over, maximise=True)
    interpolating = model.replace(width_ratio=model.sample_complexity, ridge=1e-10)
    assert best.value >= rmt.solve(interpolating).test_error > 800
    assert best.status is OptimumStatus.AT_ZERO and best.message.count("->") == 1


class TwoValleys:
    """A wide valley, and a deeper one whose bottom lies between the points of the scan."""

    intervals = (Interval("x", 0.0, 1.0, logarithmic=False),)
    DEEP, WIDTH = 0.7125, 0.02

    def landmarks(self):
        return {}

    def value(self, x):
        return (x[0] - 0.2) ** 2 - 2 * np.exp(-(((x[0] - self.DEEP) / self.WIDTH) ** 2))

    def with_slope(self, x):
        r = (x[0] - self.DEEP) / self.WIDTH
        return self.value(x), np.array([2 * (x[0] - 0.2) + 4 * r / self.WIDTH * np.exp(-(r**2))])

    def scan(self, axes):
        return np.array([self.value([x]) for x in axes[0]])


def test_the_lowest_point_of_the_scan_need_not_lie_in_the_deepest_valley():
    class Shallow(TwoValleys):
        def scan(self, axes):
            return np.maximum(super().scan(axes), 1e-3)  # hides how deep it is

    assert global_minimum(Shallow()).x[0] == pytest.approx(TwoValleys.DEEP, abs=1e-3)


def test_optimal_curve_agrees_with_single_optima():
    model = LINEAR.replace(width_ratio=1.5)
    curve = optimal_curve(model, over=("ridge",), sample_complexity=[0.4, 1.5, 6.0])
    assert dict(curve.sizes) == {"sample_complexity": 3} and list(curve.status.values) == ["interior"] * 3
    alone = optimal(model.replace(sample_complexity=6.0))
    assert float(curve.ridge[-1]) == pytest.approx(alone.model.ridge, rel=1e-8)
    first = rmt.solve(model.replace(sample_complexity=0.4, ridge=float(curve.ridge[0])))
    assert first.test_error == pytest.approx(float(curve.test_error[0]), rel=1e-14)


@pytest.mark.parametrize(
    ("over", "more", "field"),
    [
        (("width",), {}, "field"),
        ((), {}, "over"),
        (("ridge", "ridge"), {}, "over"),
        (("ridge",), {"bounds": {"ridge": (2.0, 1.0)}}, "bounds of ridge"),
        (("ridge",), {"bounds": {"ridge": (-1.0, 1.0)}}, "ridge"),
        (("ridge",), {"bounds": {"alignment": (0.0, 1.0)}}, "bounds"),
        (("ridge",), {"quantity": "loss"}, "quantity"),
        (("ridge",), {"bounds": {"ridge": (0.1, 1, 2)}}, "bounds of ridge"),
        (("ridge",), {"bounds": {"ridge": 1.0}}, "bounds of ridge"),
        (("ridge",), {"bounds": {"ridge": ()}}, "bounds of ridge"),
        (("ridge",), {"bounds": 3}, "bounds"),
        (None, {}, "over"),
        (3, {}, "over"),
        ([1], {}, "over"),
        ([None], {}, "over"),
    ],
)
def test_bad_input_is_refused(over, more, field):
    with pytest.raises(rmt.OutOfDomain) as error:
        optimal(ONE_CLASS, over=over, **more)
    assert error.value.field == field


@pytest.mark.parametrize("values", ["abc", ["a"], [[1.0]], [], 3])
def test_a_bad_axis_is_refused(values):
    with pytest.raises(rmt.OutOfDomain) as error:
        optimal_curve(PLAIN, sample_complexity=values)
    assert error.value.field == "sample_complexity"


def test_what_is_no_model_has_no_optimum():
    for function in (optimal, optimal_curve):
        with pytest.raises(rmt.OutOfDomain, match="model = 'x'"):
            function("x")
