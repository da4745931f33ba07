"""Parameters at the ends of double precision: right values, or a refusal or `NotConverged` in the package's words."""

import numpy as np
import pytest

import rmt_asymptotics as rmt

FORMULA = rmt.Activation.from_expression
PLAIN = {"sample_complexity": 2.0, "width_ratio": 1.5, "ridge": 0.1}
TWO = rmt.SpikedRandomFeatures(
    activation=rmt.relu, target=rmt.tanh, spike=rmt.RademacherLaw(1.0), alignment=0.8, **PLAIN
)
CONTINUOUS = rmt.SpikedRandomFeatures(
    activation=FORMULA("exp(x/2)"), target=FORMULA("Max(x - 1, 0)"), spike=rmt.GaussianLaw(2.515204), alignment=1e-9,
    bulk_variance=1.87576, noise_variance=1.0, sample_complexity=0.1458, width_ratio=154.9, ridge=0.304,
)  # fmt: skip
LIMIT_OF_DATA, LIMIT_OF_WIDTH = 0.0723421, 0.1594918  # at n/d = 1e15, and E (y - E[y|free])^2 at p/d = 1e-150
LABELS = 0.3942945  # E tanh(x)^2
DIGITS = 1e-6
POINTS = {
    "n/d = 1e17": (TWO.replace(sample_complexity=1e17), LIMIT_OF_DATA),
    "n/d = 1e300": (TWO.replace(sample_complexity=1e300), LIMIT_OF_DATA),
    "p/d = 1e-200": (TWO.replace(width_ratio=1e-200), LIMIT_OF_WIDTH),
    "p/d = 1e200": (TWO.replace(width_ratio=1e200), None),
    "ridge = 1e-300": (TWO.replace(ridge=1e-300), None),
    "ridge = 1e300": (TWO.replace(ridge=1e300), None),
    "exponential features": (
        TWO.replace(activation=FORMULA("exp(x/2)"), spike=rmt.GaussianLaw(4.49), width=4165),
        None,
    ),
    "exponential features in the limit": (CONTINUOUS, None),
}


@pytest.mark.parametrize("name", POINTS)
def test_a_point_is_right_or_says_why_not(name):
    model, right = POINTS[name]
    try:
        found = rmt.solve(model, tolerance=1e-4).test_error
    except (rmt.NotConverged, rmt.OutOfDomain) as error:
        assert not any(word in str(error) for word in ("leading minor", "infs or NaNs", "singular matrix"))
        return
    assert np.isfinite(found) and (right is None or abs(found - right) < DIGITS)


@pytest.mark.parametrize("law", [rmt.ConstantLaw(0.7), rmt.RademacherLaw(1.0), rmt.GaussianLaw(1.3)])
def test_nothing_to_learn_with_and_nothing_to_learn(law):
    no_features = rmt.solve(TWO.replace(activation=FORMULA("0*x"), spike=law))
    assert no_features.test_error == pytest.approx(LABELS, abs=DIGITS)
    assert rmt.solve(TWO.replace(target=FORMULA("0*x"), spike=law)).test_error == 0


def test_one_extreme_point_leaves_the_others_of_a_sweep():
    dataset = rmt.sweep(TWO, width_ratio=[1e-200, 1.0, 2.0])
    assert dataset.status.values[1:].tolist() == ["converged", "converged"]
    dataset = rmt.sweep(TWO, activation=[rmt.tanh, FORMULA("0*x"), rmt.relu])
    assert dataset.status.values[[0, 2]].tolist() == ["converged", "converged"]
    assert "LinAlg" not in "".join(dataset.message.values) and "minor" not in "".join(dataset.message.values)


def test_searches_and_spectra_say_why_they_end():
    constant = rmt.RandomFeatures(activation=rmt.polynomial(1.0), target=rmt.tanh, **PLAIN)
    for ask in (
        lambda: rmt.optimal(TWO, over=("sample_complexity",), bounds={"sample_complexity": (1, 1e20)}),
        lambda: rmt.spectrum(constant),
        lambda: rmt.weight_spectrum(constant),
        lambda: rmt.gradient(TWO.replace(sample_complexity=1e250)),
        lambda: rmt.bias_variance(TWO.replace(sample_complexity=1e250)),
    ):
        try:
            ask()
        except (rmt.NotConverged, rmt.OutOfDomain) as error:
            assert not any(word in str(error) for word in ("minor", "infs or NaNs", "singular matrix"))
