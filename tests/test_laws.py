"""Laws: their quadratures integrate, their samples follow them, bad input is refused."""

import pickle

import numpy as np
import pytest

import rmt_asymptotics as rmt

LAWS = {
    "constant": (rmt.ConstantLaw(-1.3), -1.3, 0.0),
    "discrete": (rmt.DiscreteLaw((-1.0, 1.5, 7.0), (0.3, 0.7, 0.0)), 0.75, 0.3 * 0.7 * 2.5**2),
    "rademacher": (rmt.RademacherLaw(0.7), 0.0, 0.49),
    "gaussian": (rmt.GaussianLaw(1.4), 0.0, 1.96),
}
SAMPLES, SIGMAS = 40_000, 4.0


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("resolution", [0.01, 1.0, 30.0])
def test_quadrature_has_the_moments(name, resolution):
    law, mean, variance = LAWS[name]
    values, probabilities = law.quadrature(200, resolution)
    assert abs(probabilities.sum() - 1) < 1e-13
    assert abs(probabilities @ values - mean) < 1e-13
    assert abs(probabilities @ (values - mean) ** 2 - variance) < 1e-12
    assert np.all(probabilities > 0)


@pytest.mark.parametrize("name", LAWS)
def test_samples_follow_the_law(name):
    law, mean, variance = LAWS[name]
    draws = law.sample(np.random.default_rng(1), SAMPLES)
    assert draws.shape == (SAMPLES,)
    assert abs(draws.mean() - mean) <= SIGMAS * np.sqrt(variance / SAMPLES) + 1e-12
    assert abs(draws.var() - variance) <= SIGMAS * np.sqrt(2 / SAMPLES) * max(variance, 1e-12)
    np.testing.assert_array_equal(draws, law.sample(np.random.default_rng(1), SAMPLES))
    if name == "discrete":
        assert set(draws) == {-1.0, 1.5}


@pytest.mark.parametrize("name", LAWS)
def test_laws_are_values(name):
    law = LAWS[name][0]
    assert pickle.loads(pickle.dumps(law)) == law
    assert hash(law) == hash(pickle.loads(pickle.dumps(law)))


def test_lists_and_arrays_are_accepted():
    law = rmt.DiscreteLaw(np.array([1, 2]), [0.25, 0.75])
    assert law == rmt.DiscreteLaw((1.0, 2.0), (0.25, 0.75)) and hash(law)


@pytest.mark.parametrize(
    ("build", "field"),
    [
        (lambda: rmt.ConstantLaw(np.nan), "value"),
        (lambda: rmt.ConstantLaw(True), "value"),
        (lambda: rmt.ConstantLaw("1"), "value"),
        (lambda: rmt.DiscreteLaw((1, 2), (0.5, 0.4)), "probabilities"),
        (lambda: rmt.DiscreteLaw((1, 2), (1.2, -0.2)), "probabilities"),
        (lambda: rmt.DiscreteLaw((1, 2), (1.0,)), "probabilities"),
        (lambda: rmt.DiscreteLaw((), ()), "probabilities"),
        (lambda: rmt.DiscreteLaw((1, np.inf), (0.5, 0.5)), "values"),
        (lambda: rmt.DiscreteLaw(3, (1.0,)), "values"),
        (lambda: rmt.DiscreteLaw((3,), 1.0), "probabilities"),
        (lambda: rmt.DiscreteLaw(("a",), (1.0,)), "values"),
        (lambda: rmt.RademacherLaw(0), "scale"),
        (lambda: rmt.GaussianLaw(-1), "scale"),
        (lambda: rmt.GaussianLaw(None), "scale"),
    ],
)
def test_bad_input_names_the_field(build, field):
    with pytest.raises(rmt.OutOfDomain) as caught:
        build()
    assert caught.value.field == field
