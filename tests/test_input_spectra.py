"""Spectra of the inputs of ridge regression, and directions beside the bulk.  Note: spectra.md [spec.14], [spec.15]."""

import numpy as np
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.montecarlo import feature_eigenvalues, simulate

EXACT = 1e-12  # another order of the same sums
SOLVED = 1e-8  # fixed points accept 1e-8
VALUES, SHARES = np.array([6.0, 2.0, 0.4, 0.0]), np.array([0.1, 0.3, 0.4, 0.2])
SPIKED = rmt.RidgeRegression(
    covariance=rmt.Covariance((30.0, 5.0, 2.0, 0.3), (0.0, 0.1, 0.0, 0.9)), teacher=(0.3, 0.2, 0.1, 0.4),
    sample_complexity=3.5, ridge=0.2, noise_variance=0.3,
)  # fmt: skip


@pytest.mark.parametrize("alpha", [0.6, 1.0, 2.3])
def test_isotropic_inputs_have_the_law_of_marchenko_and_pastur(alpha):
    found = rmt.spectrum(rmt.RidgeRegression(sample_complexity=alpha, ridge=0.1))
    low, high = (1 - np.sqrt(alpha)) ** 2, (1 + np.sqrt(alpha)) ** 2
    np.testing.assert_allclose(found.edges, [(low, high)], rtol=EXACT, atol=EXACT)
    assert found.atom_at_zero == max(0, 1 - alpha)
    x = np.linspace(low, high, 9)[1:-1]
    np.testing.assert_allclose(found.density(x), np.sqrt((high - x) * (x - low)) / (2 * np.pi * x), rtol=SOLVED)


@pytest.mark.parametrize("alpha", [0.45, 1.7])
def test_silverstein_by_hand(alpha):
    """m = 1/(-z + E[s/(1 + alpha s m)]), iterated above the axis; the gaps are where nothing is left of it."""
    covariance = rmt.Covariance(VALUES.tolist(), SHARES.tolist())
    found = rmt.spectrum(rmt.RidgeRegression(covariance=covariance, sample_complexity=alpha, ridge=0.1))
    s, (low, high) = covariance.nodes, found.edges[-1]
    x = np.linspace(low, high, 7)[1:-1]
    z, m = x + 1e-7j, np.full(5, 1j)
    for _ in range(20_000):
        m = 0.5 * m + 0.5 / (-z + (SHARES * s / (1 + alpha * s * m[:, None])).sum(1))
    np.testing.assert_allclose(found.density(x), alpha * m.imag / np.pi, rtol=1e-5)  # of the height above the axis
    assert found.atom_at_zero == pytest.approx(max(0.2, 1 - alpha), rel=EXACT)
    grid = found.grid(4000)
    assert abs(np.trapezoid(found.density(grid), grid) + found.atom_at_zero - 1) < 1e-4
    ends = np.array(found.edges).ravel()
    np.testing.assert_allclose(found.cumulative(ends[-1:] + 1), 1, rtol=EXACT)
    inside = np.array(found.edges)[:, 1] - 1e-6
    np.testing.assert_allclose(found.cumulative(inside), found.cumulative(inside + 2e-6), atol=1e-6)


@pytest.mark.parametrize("alpha", [0.45, 4.0])
def test_the_transition_of_a_spike(alpha):
    """Of Baik, Ben Arous and Peche: x = ell (alpha + 1/(ell - 1)) above 1 + alpha^-1/2, with its overlap."""
    edge = 1 + 1 / np.sqrt(alpha)
    for ell in (0.95 * edge, 1.3 * edge):
        covariance = rmt.Covariance((ell, 1.0), (0.0, 1.0))
        outliers = rmt.spectrum(
            rmt.RidgeRegression(covariance=covariance, teacher=(0.6, 0.4), sample_complexity=alpha, ridge=0.1)
        ).outliers
        assert len(outliers) == (ell > edge)
    (found,) = outliers
    excess = 1 / (alpha * (ell - 1))
    overlap = (1 - excess / (ell - 1)) / (1 + excess)
    expected = [ell * alpha * (1 + excess), overlap, 0.6 * overlap]
    np.testing.assert_allclose([found.position, found.overlap, found.teacher_overlap], expected, rtol=EXACT)


def test_simulated_eigenvalues():
    found, dimension = rmt.spectrum(SPIKED), 300
    drawn = feature_eigenvalues(SPIKED, dimension=dimension, replicas=12, seed=4)
    top, error = drawn[:, -1].mean(), drawn[:, -1].std(ddof=1) / np.sqrt(12)
    assert abs(top - found.outliers[0].position) < 4 * error
    x = np.array([0.5, 0.9, 1.6, 3.0, 17.0, 24.0])
    assert np.max(np.abs((drawn[:, :, None] <= x).mean((0, 1)) - found.cumulative(x))) < 2 / dimension
    between = (drawn > found.edges[0][1] * 1.1) & (drawn < found.edges[1][0] * 0.9)
    assert np.all(between.sum(1) == 1)  # the second outlier lies in the gap
    assert abs(drawn[between].mean() / found.outliers[1].position - 1) < 0.02


def test_a_direction_beside_the_bulk_is_one_of_a_vanishing_share():
    rare = rmt.Covariance((30.0, 5.0, 2.0, 0.3), (1e-9, 0.1, 1e-9, 0.9 - 2e-9))
    np.testing.assert_allclose(
        rmt.solve(SPIKED).test_error, rmt.solve(SPIKED.replace(covariance=rare)).test_error, rtol=1e-6
    )
    found = simulate(SPIKED, dimension=200, replicas=20, seed=2)
    for name in ("test_error", "training_error"):
        estimate = getattr(found, name)
        assert abs(estimate.mean - getattr(rmt.solve(SPIKED), name)) < 4 * estimate.standard_error


def test_compression_and_dimension_keep_single_directions():
    many = rmt.Covariance((40.0, *range(1, 51)), (0.0, *[0.02] * 50))
    short, (profile,) = many.compressed(np.full(51, 1 / 51), nodes=8)
    assert short.weights[0] == 0 and short.nodes[0] == many.nodes[0] and profile[0] == 1 / 51
    values, (spread,) = many.at(21, np.full(51, 1 / 51))
    assert values[0] == many.nodes[0] and len(values) == 21 and spread[0] == 1 / 51
    np.testing.assert_allclose([values[1:].sum(), spread.sum()], [20, 1], rtol=EXACT)


def test_wrong_input():
    with pytest.raises(rmt.OutOfDomain, match="dimension"):
        SPIKED.covariance.at(2)
    with pytest.raises(rmt.OutOfDomain, match="eigenvalues"):
        rmt.Covariance((5.0, 0.0), (0.0, 1.0))
    with pytest.raises(rmt.OutOfDomain, match="width_ratio"):
        rmt.spectrum(
            rmt.RandomFeatures(
                activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0, width_ratio=np.inf, ridge=1.0
            )
        )


def test_table_dataset_and_figure():
    import matplotlib

    matplotlib.use("Agg")
    found = rmt.spectrum(SPIKED)
    assert "eigenvalues of X^T X/d" in found.table() and list(found.to_dataset().outlier.values) == [
        outlier.position for outlier in found.outliers
    ]
    drawn = feature_eigenvalues(SPIKED, dimension=60, replicas=3)
    assert any("d = 60" in text for text in rmt.plot(found, simulation=drawn).get_legend_handles_labels()[1])
