"""Covariances: scaled, validated, compressed and spread over coordinates without losing trace or profiles."""

import pickle

import numpy as np
import pytest

import rmt_asymptotics as rmt

SUMS = 1e-13  # rounding of sums over a few hundred nodes
GENERIC = rmt.Covariance((3.0, 0.7, 0.0, 1.9), (0.2, 0.35, 0.15, 0.3))
POWER = rmt.Covariance.power_law(0.8, 230)
GENERATOR = np.random.default_rng(3)


def profile_on(covariance):
    """One that sums to 1 and vanishes where the eigenvalue does."""
    parts = GENERATOR.random(len(covariance.eigenvalues)) * (covariance.nodes > 0)
    return parts / parts.sum()


@pytest.mark.parametrize(
    "covariance",
    [GENERIC, POWER, rmt.Covariance.isotropic(), *map(rmt.Covariance.marchenko_pastur, (0.3, 1.0, 2.6))],
    ids=repr,
)
def test_the_mean_eigenvalue_is_one_and_stays(covariance):
    assert abs(covariance.nodes @ covariance.weights - 1) < SUMS
    again = rmt.Covariance(covariance.eigenvalues, covariance.shares)
    assert again == covariance and hash(again) == hash(covariance)
    assert pickle.loads(pickle.dumps(covariance)) == covariance
    assert len(repr(covariance)) < 120


def test_only_ratios_of_eigenvalues_matter():
    values = GENERATOR.random(7)
    assert np.allclose(rmt.Covariance(values).nodes, rmt.Covariance(1e300 * values).nodes, rtol=SUMS)
    assert np.allclose(rmt.Covariance(values).nodes, rmt.Covariance(values * 1e-300).nodes, rtol=SUMS)
    assert rmt.Covariance((5e-324, 0.0)).eigenvalues == (2.0, 0.0)


@pytest.mark.parametrize("ratio", [0.3, 1.0, 2.6])
def test_marchenko_pastur_has_the_moments_of_its_law(ratio):
    c = rmt.Covariance.marchenko_pastur(ratio, nodes=9)
    moments = [c.weights @ c.nodes**k for k in range(5)]
    narayana = (1, 1, 1 + ratio, 1 + 3 * ratio + ratio**2, 1 + 6 * ratio + 6 * ratio**2 + ratio**3)
    assert np.allclose(moments, narayana, rtol=1e-12)
    assert abs(c.effective_rank(300) - 300 / (1 + ratio)) < 1e-9


@pytest.mark.parametrize("dimension", [1, 7, 150, 230, 461])
@pytest.mark.parametrize("covariance", [GENERIC, POWER], ids=repr)
def test_any_dimension_keeps_trace_and_profiles(covariance, dimension):
    profile = profile_on(covariance)
    values, (spread,) = covariance.at(dimension, profile)
    assert values.shape == spread.shape == (dimension,)
    assert abs(values.sum() - dimension) < SUMS * dimension and abs(spread.sum() - 1) < SUMS
    assert np.all(np.diff(values) <= SUMS * dimension) and np.all(spread >= 0)


def test_whole_shares_repeat_the_eigenvalues():
    values, (spread,) = GENERIC.at(40, (0.5, 0.2, 0.0, 0.3))
    expected = np.repeat([3.0, 1.9, 0.7, 0.0], [8, 12, 14, 6]) / (3.0 * 0.2 + 1.9 * 0.3 + 0.7 * 0.35)
    assert np.allclose(values, expected, atol=SUMS)
    assert np.allclose(
        spread, np.repeat([0.5, 0.3, 0.2, 0.0], [8, 12, 14, 6]) / np.repeat([8, 12, 14, 6], [8, 12, 14, 6])
    )
    assert np.allclose(POWER.at(230)[0], POWER.nodes)


@pytest.mark.parametrize("nodes", [2, 3, 32, 500])
@pytest.mark.parametrize("covariance", [GENERIC, POWER], ids=repr)
def test_compression_keeps_sums_and_the_trace(covariance, nodes):
    profile = profile_on(covariance)
    short, (parts,) = covariance.compressed(profile, nodes=nodes)
    assert len(short.eigenvalues) == len(parts) <= max(nodes, 2)
    assert abs(short.nodes @ short.weights - 1) < SUMS and abs(parts.sum() - 1) < SUMS
    if nodes == 500:
        assert short == covariance
    if covariance is GENERIC and nodes < 4:  # what is dead stays apart
        assert np.isclose(short.weights[short.nodes == 0], 0.15).all() and parts[short.nodes == 0] == 0


def test_blocks_are_even_in_the_logarithm():
    short, _ = POWER.compressed(nodes=8)
    top = np.sum(POWER.nodes > POWER.nodes[0] / (230**0.1))  # one eighth of log(230^0.8)
    assert np.isclose(short.weights[np.argmax(short.nodes)], top / 230)


@pytest.mark.parametrize(
    ("build", "field"),
    [
        (lambda: rmt.Covariance((1.0, -0.1)), "eigenvalues"),
        (lambda: rmt.Covariance((0.0, 0.0)), "eigenvalues"),
        (lambda: rmt.Covariance(()), "eigenvalues"),
        (lambda: rmt.Covariance((1.0, np.nan)), "eigenvalues"),
        (lambda: rmt.Covariance(np.eye(3)), "eigenvalues"),
        (lambda: rmt.Covariance((1.0, 2.0), (0.5, 0.4)), "shares"),
        (lambda: rmt.Covariance((1.0, 2.0), (1.0,)), "shares"),
        (lambda: rmt.Covariance((1.0, 2.0), (1.3, -0.3)), "shares"),
        (lambda: rmt.Covariance.power_law(0.5, 0), "dimension"),
        (lambda: rmt.Covariance.power_law(0.5, 10**9), "dimension"),
        (lambda: rmt.Covariance.power_law("a", 5), "exponent"),
        (lambda: rmt.Covariance.two_level((1.0, 2.0, 3.0), (0.2, 0.3, 0.5)), "values"),
        (lambda: rmt.Covariance.marchenko_pastur(0.0), "ratio"),
        (lambda: rmt.Covariance.marchenko_pastur(0.5, nodes=0), "nodes"),
        (lambda: GENERIC.compressed(nodes=1), "nodes"),
        (lambda: GENERIC.compressed((0.5, 0.5)), "profile"),
        (lambda: GENERIC.at(0), "dimension"),
        (lambda: GENERIC.at(5, (0.5, "a", 0.0, 0.1)), "profile"),
        (lambda: GENERIC.effective_rank(-1), "dimension"),
        (lambda: GENERIC.profile((0.5, 0.5), "teacher"), "teacher"),
        (lambda: GENERIC.profile((0.5, 0.2, np.inf, 0.2)), "profile"),
    ],
)
def test_bad_input_names_the_field(build, field):
    with pytest.raises(rmt.OutOfDomain) as caught:
        build()
    assert caught.value.field == field
