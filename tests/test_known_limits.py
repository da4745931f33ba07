"""The table of known limits is true: each row is shown here, and fails here when it no longer holds."""

from pathlib import Path

import numpy as np
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.asymptotics import control_points
from rmt_asymptotics.canonical.translation import translate
from rmt_asymptotics.state_evolution.ridge import solve_points

NOTE = Path(__file__).parents[1] / "theory_notes" / "known_limits.md"
SETTING = {"target": rmt.sin, "sample_complexity": 2.3, "width_ratio": 1.7, "ridge": 0.07}


def narrow_feature():
    """Height 1000, width 1e-8: E f^2 = .039 more than for tanh."""
    spiked = rmt.Activation.from_expression("tanh(x) + 1000*exp(-(1e8*(x - 0.7123))^2/0.01)")
    plain, missed = (rmt.solve(rmt.RandomFeatures(activation=f, **SETTING)) for f in (rmt.tanh, spiked))
    assert missed.test_error == plain.test_error and missed.solution.error_estimate < 1e-12


def callable_like_a_polynomial():
    formula = rmt.Activation.from_expression("x + 1e-14*tanh(x)")
    assert formula.parity_parts().odd is None
    assert set(rmt.Activation(formula.function).parity_parts().odd) == {1}


def change_between_the_probes():
    height = 0.0
    feature = rmt.Activation(
        lambda x: np.tanh(x) + height * np.exp(-1e8 * (x - 0.7123) ** 2), kinks=(0.71, 0.7123, 0.715)
    )
    model = rmt.RandomFeatures(activation=feature, **SETTING)
    before = rmt.solve(model).test_error
    height = 100.0
    assert rmt.solve(model).test_error == before
    fresh = rmt.Activation(feature.function, kinks=(0.71, 0.7123, 0.7151))
    assert rmt.solve(model.replace(activation=fresh)).test_error > 1.1 * before


def tails():
    for function in (rmt.hermite_polynomial(20), rmt.Activation.from_expression("exp(x^2/5)")):
        with pytest.raises(rmt.OutOfDomain, match="12 standard deviations"):
            rmt.RandomFeatures(activation=function, **SETTING)


def modes_hidden_by_rounding():
    activation = rmt.Activation.from_expression("tanh(0.02*x)")
    network = rmt.OneStepNetwork(
        activation=activation,
        step=rmt.PowerStep(0.45),
        step_sample_complexity=2.1,
        readout=rmt.GaussianLaw(),
        **SETTING,
    )
    with pytest.raises(rmt.OutOfDomain, match="more than rounding"):
        rmt.solve(network)


def zero_error():
    model = rmt.SpikedRandomFeatures(activation=rmt.erf, spike=rmt.GaussianLaw(1.3), alignment=1.0, **SETTING)
    with pytest.raises(rmt.NotConverged) as caught:
        rmt.solve(model)
    assert 0 <= caught.value.asymptotics.test_error < 1e-20


def digits_of_continuous_laws():
    model = rmt.SpikedRandomFeatures(
        activation=rmt.leaky_relu(0.3), target=rmt.Activation.from_expression("x + 0.3*(x**2 - 1)"),
        sample_complexity=0.32832314312160036, width_ratio=0.4165149583289802, ridge=0.05751871292705851,
        noise_variance=0.039038757926132164, spike=rmt.GaussianLaw(1.8667140334093412), alignment=1.0,
        bulk_variance=1.099726140476618,
    )  # fmt: skip
    found = rmt.solve(model, tolerance=1e-12)
    finer = solve_points(translate(model, 6), control_points(model, {})).errors.test_error[0]
    assert 1e-11 < abs(finer / found.test_error - 1) < 1e-8
    assert found.solution.error_estimate < 1e-12


def kinks_in_several_directions():
    for text, resolved in (("max(x1, 0) + x2", False), ("softplus(8*x1)/8 + x2", True)):
        target = rmt.MultiIndexTarget.from_expression(text)
        model = rmt.RandomFeatures(activation=rmt.tanh, **SETTING | {"target": target})
        if resolved:
            assert rmt.solve(model).solution.error_estimate < 1e-8
        else:
            with pytest.raises(rmt.OutOfDomain, match="smooth"):
                rmt.solve(model)


def features_of_unequal_size():
    model = rmt.SpikedRandomFeatures(
        activation=rmt.Activation.from_expression("exp(x/2)"), spike=rmt.GaussianLaw(0.8), alignment=1.0,
        bulk_variance=2.2559, width=4165, **SETTING,
    )  # fmt: skip
    with pytest.raises(rmt.NotConverged, match="fixed point was not reached"):
        rmt.solve(model)
    assert rmt.solve(model.replace(spike=rmt.GaussianLaw(0.5))).test_error > 0


def few_directions():
    """Eigenvalues j^-1.2 of d = 200: .1024(16) simulated, .1252 in the limit."""
    model = rmt.RandomFeatures(
        activation=rmt.tanh, covariance=rmt.Covariance.power_law(1.2, 200), width=300,
        **SETTING | {"width_ratio": 1.5, "ridge": 0.05},
    )  # fmt: skip
    with pytest.warns(rmt.LowEffectiveRank):
        limit = rmt.solve(model).test_error
    found = rmt.simulate(model.replace(width=None), dimension=200, replicas=20, seed=1).test_error
    assert 0.12 < 1 - found.mean / limit < 0.24


def uneven_rows():
    rng = np.random.default_rng(3)
    x = rng.standard_normal((3000, 40)) * np.exp(0.7 * rng.standard_normal((3000, 1)))
    model = rmt.RidgeRegression.from_data(x, x[:, 0] + rng.standard_normal(3000), ridge=0.05, samples=100)
    found = rmt.compare(model, replicas=30, progress=False)
    assert found.simulation.test_error.mean > 1.2 * found.asymptotics.test_error
    assert "too uneven" in str(found)


LIMITS = (
    narrow_feature,
    callable_like_a_polynomial,
    change_between_the_probes,
    tails,
    modes_hidden_by_rounding,
    zero_error,
    digits_of_continuous_laws,
    kinks_in_several_directions,
    features_of_unequal_size,
    few_directions,
    uneven_rows,
)


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.__name__)
def test_limit_holds(limit):
    limit()


def test_each_row_has_its_test():
    rows = [
        line.split("|")[1].strip() for line in NOTE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")
    ]
    assert rows[1:] == [limit.__name__.replace("_", " ") for limit in LIMITS]
