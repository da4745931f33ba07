"""Means with their errors, z-scores of few replicas, and how both are written."""

import math
import re

import numpy as np
import pytest

from rmt_asymptotics import Estimate
from rmt_asymptotics.estimates import estimate, with_error, z_score

DIGITS = 1e-9  # of special functions against each other
REPEATS = 40_000  # tests on normal draws; a frequency of 5 % is then known to .1 %
SIGMAS = 4.0


def test_z_scores_of_few_normal_draws_are_normal():
    """Of four draws, 5 % are beyond 1.96; without Student's law it would be 14 %."""
    draws = np.random.default_rng(7).normal(1.7, 0.6, (4, REPEATS))
    errors = draws.std(0, ddof=1) / 2
    z = z_score(draws.mean(0), 1.7, errors, 4)
    for level, share in ((1.959964, 0.05), (0.674490, 0.5), (3.290527, 0.001)):
        found = np.mean(np.abs(z) > level)
        assert abs(found - share) < SIGMAS * math.sqrt(share * (1 - share) / REPEATS)
    assert np.mean(np.abs(draws.mean(0) - 1.7) / errors > 1.959964) > 0.13


def test_z_scores_of_many_draws_are_gaps_over_errors():
    assert z_score(1.3, 1.0, 0.1, 10**8) == pytest.approx(3.0, rel=1e-6)


def test_z_scores_are_odd_increasing_and_never_lost():
    t = np.array([0.0, 1e-3, 0.5, 2.0, 8.0, 30.0, 1e3, 1e8])
    for replicas in (2, 3, 11, 400):
        z = z_score(t, 0.0, 1.0, replicas)
        assert np.all(np.diff(z) > 0) and np.all(np.isfinite(z)) and np.all(z <= t)
        np.testing.assert_allclose(z_score(-t, 0.0, 1.0, replicas), -z, rtol=DIGITS)


def test_exact_agreement_and_certainty():
    found = z_score(np.array([1.0, 2.0, np.nan]), np.array([1.0, 1.0, 3.0]), np.array([0.0, 0.0, 0.5]), 5)
    np.testing.assert_array_equal(found, [0.0, np.inf, np.nan])


@pytest.mark.parametrize(
    ("mean", "error", "written"),
    [
        (0.83312, 0.0071, "0.833(7)"), (-0.0017, 0.007, "-0.002(7)"), (-0.877, 0.4, "-0.9(4)"),
        (0.2783, 0.00149, "0.2783(15)"), (0.2783, 0.0096, "0.278(10)"), (2.72, 1.04, "2.7(1.0)"),
        (2.72, 0.96, "2.7(1.0)"), (1234.0, 38.0, "1230(40)"), (1234.0, 138.0, "1230(140)"), (0.0, 0.02, "0.00(2)"),
        (3.14e-9, 2.2e-10, "3.1(2)e-09"), (7.3e8, 4.1e6, "7.30(4)e+08"),
        (0.4123456789, 0.0, "0.412346"), (math.nan, 0.1, "nan(0.1)"), (math.inf, math.nan, "inf(nan)"),
    ],
)  # fmt: skip
def test_written_with_error(mean, error, written):
    assert with_error(mean, error) == str(Estimate(mean, error, 20)) == written


def test_what_is_written_is_the_mean_to_a_fraction_of_its_error():
    rng = np.random.default_rng(3)
    for mean, error in zip(
        rng.normal(0, 1, 500) * 10 ** rng.uniform(-8, 8, 500), 10 ** rng.uniform(-8, 8, 500), strict=True
    ):
        text = with_error(mean, error)
        body, digits, exponent = re.fullmatch(r"(-?[\d.]+)\(([\d.]+)\)(?:e([+-]\d+))?", text).groups()
        unit = 1.0 if "." in digits or "." not in body else 10.0 ** -len(body.split(".")[1])
        scale = 10.0 ** int(exponent or 0)
        assert float(digits) * unit * scale == pytest.approx(error, rel=0.26)  # one digit of 2 to 9, two of 1
        assert abs(float(body) * scale - mean) <= 0.3 * error


def test_skew_is_seen_from_four_values_on():
    rng = np.random.default_rng(11)
    assert estimate(np.exp(1.5 * rng.standard_normal(30))).skewed
    assert not estimate(rng.standard_normal(30)).skewed
    assert estimate(np.array([1.0, 1.01, 0.99, 5.0, 1.0])).skewed
    assert not estimate(np.array([1.0, 1.0, 5.0])).skewed  # three values cannot show it
    assert not Estimate(1.0, 0.1, 20).skewed and not estimate(np.ones(6)).skewed
    shares = np.mean([estimate(row).skewed for row in rng.standard_normal((4000, 12))])
    assert 0.02 < shares < 0.08
