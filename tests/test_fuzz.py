"""Random models: no bare exception, honest estimates at any tolerance, and the numbers of an independent route."""

import numpy as np
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.state_evolution.refinement import CLOSE, remaining
from tests import naive
from validation.fuzz.honest import ERRORS, TOO_SMALL, fuzz
from validation.fuzz.random_models import random_model, several_model, sharp_model, structured_model

FORMULA = rmt.Activation.from_expression
TWIN = 1e-8  # relative, of the naive twin, whose iterations end at 1e-13
ACCIDENT = rmt.SpikedRandomFeatures(  # two coarse rules agree to 3e-6 and are wrong by 1.3e-4
    activation=FORMULA("sin(8*x)"), target=FORMULA("sign(x-1)"), spike=rmt.ConstantLaw(7.977620138749618),
    alignment=0.999, bulk_variance=0.5291737283882351, sample_complexity=2.0, width_ratio=1.5, ridge=0.1,
)  # fmt: skip


@pytest.mark.parametrize(
    ("draw", "count", "seed"),
    [(random_model, 50, 2), (sharp_model, 100, 6), (several_model, 2, 4), (structured_model, 20, 3)],
)
def test_random_models_end_honestly(draw, count, seed):
    """The long form of 10,000 models is `python -m validation --full`."""
    report = fuzz(count, seed, draw)
    assert report.findings == []
    assert report.models == count and report.compared > 3 * count


@pytest.mark.parametrize("tolerance", [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-8])
def test_rules_that_agree_by_accident_are_not_believed(tolerance):
    loose, exact = rmt.solve(ACCIDENT, tolerance=tolerance), rmt.solve(ACCIDENT)
    error = max(abs(getattr(loose, name) / getattr(exact, name) - 1) for name in ERRORS)
    assert error <= TOO_SMALL * loose.solution.error_estimate
    assert loose.solution.error_estimate <= min(tolerance, CLOSE)


def test_rules_that_agree_twice_by_accident_are_not_believed():
    """The changes of the errors are 6e-5, 4e-8, 3e-5, 6.6e-7, 6.4e-7, 1.7e-5: no rule resolves the class mean."""
    model = ACCIDENT.replace(
        activation=FORMULA("cos(8*x)"), target=FORMULA("tanh(8*x)"), spike=rmt.ConstantLaw(9.483656264669197),
        bulk_variance=0.13398771777104723, sample_complexity=0.4476712389169162, width_ratio=0.9905723360460861,
        ridge=0.05717817294966688,
    )  # fmt: skip
    with pytest.raises(rmt.NotConverged, match="still moves the errors"):
        rmt.solve(model, tolerance=1e-6)


def test_a_tolerance_that_only_the_finest_level_reaches_is_reached_there():
    """A point that never moves by less than 1e-6 is still good to what the user asked for."""
    hard = ACCIDENT.replace(activation=FORMULA("sin(40*x)"), bulk_variance=0.01)
    with pytest.raises(rmt.NotConverged) as caught:
        rmt.solve(hard)
    reached = caught.value.asymptotics.solution
    assert CLOSE < reached.error_estimate < 1
    assert rmt.solve(hard, tolerance=2 * reached.error_estimate).solution.nodes == reached.nodes


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ([1e-5], 1e-3),
        ([1e-2, 1e-5], 1e-2**1.3),
        ([1e-2, 1e-5, 1e-9], 1e-5**1.3),
        ([1e-5, 8e-6, 1e-9], 8e-6),  # the first fall after a stall
        ([1e-2, 1e-5, 5e-6], 1e-5),  # a geometric series
        ([1e-2, 1e-5, 9e-6], 9e-5),
        ([1e-6, 1e-5], 2e-4),  # it grew
        ([1e-7, 1e-12, 5e-13], 1e-11),  # rounding
    ],
)
def test_what_is_left_follows_from_the_last_three_changes(changes, left):
    assert remaining(np.array(changes)) == pytest.approx(left)


def test_changes_below_rounding_tell_nothing():
    assert remaining(np.array([1e-7, 4e-11, 3e-11]), rounding=1e-10) == 3e-11
    assert remaining(np.array([1e-7, 4e-11, 3e-11]), rounding=1e-11) == pytest.approx(4e-10)


@pytest.mark.parametrize("seed", range(4))
def test_random_models_against_the_naive_twin(seed):
    generator = np.random.default_rng(seed)
    activation, target = (
        ("tanh(x + 0.4)", "sin(2*x) + x/3") if seed % 2 else ("x*exp(-x**2/4) + 0.2*x**2", "cos(x) + x")
    )
    spikes, share = generator.uniform(-1.5, 1.5, 2), generator.uniform(0.2, 0.8)
    settings = {
        "alignment": generator.uniform(-0.9, 0.9), "bulk_variance": generator.uniform(0.4, 1.5),
        "sample_complexity": generator.uniform(0.3, 3), "width_ratio": generator.uniform(0.3, 3),
        "ridge": generator.uniform(0.1, 1), "noise_variance": generator.uniform(0, 0.3),
    }  # fmt: skip
    width = int(generator.integers(30, 3000))
    model = rmt.SpikedRandomFeatures(
        activation=FORMULA(activation), target=FORMULA(target), width=width,
        spike=rmt.DiscreteLaw(tuple(spikes), (share, 1 - share)), **settings,
    )  # fmt: skip
    twin = naive.solve(
        FORMULA(activation), FORMULA(target), spikes=spikes, probabilities=[share, 1 - share], width=width, **settings
    )
    for tolerance in (1e-2, 1e-4, None):
        found = rmt.solve(model, tolerance=tolerance)
        for name in ERRORS:
            error = abs(getattr(found, name) / getattr(twin, name) - 1)
            assert error <= TOO_SMALL * found.solution.error_estimate + TWIN
