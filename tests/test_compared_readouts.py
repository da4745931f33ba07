"""Theory beside simulation for readouts that train, for bias and variance, and for ensembles."""

import numpy as np
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.decomposition import PARTS
from rmt_asymptotics.estimates import z_score
from tests.problems import PLAIN

MODEL = PLAIN.replace(width=None)
PLAN = rmt.SimulationPlan(dimension=41, replicas=6, seed=4, workers=1, progress=False)
SIGMAS = 4.0
WAYS = [{"time": [0.4, 7.0], "weight_decay": 0.02}, {"steps": [2, 30], "learning_rate": 0.006, "momentum": 0.4}]


def sized(model):
    """At whole p and n."""
    n, p = (round(41 * ratio) for ratio in (model.sample_complexity, model.width_ratio))
    return model.replace(width=p, width_ratio=p / 41, sample_complexity=n / 41)


@pytest.mark.parametrize("way", WAYS)
def test_training(way):
    compared = rmt.compare_training(MODEL, PLAN, **way, replica_values=True)
    theory = rmt.training_curve(sized(MODEL), **way, tolerance=1e-5)
    simulation = rmt.simulate_training(MODEL, PLAN, **way)
    for error in ("test_error", "training_error"):
        np.testing.assert_array_equal(compared[error], theory[error])
        mean, spread = (simulation[f"{error}_{kind}"] for kind in ("simulation", "standard_error"))
        np.testing.assert_array_equal(compared[f"{error}_simulation"], mean)
        z = z_score(mean.values, theory[error].values, spread.values, PLAN.replicas)
        np.testing.assert_allclose(compared[f"{error}_z_score"], z, rtol=1e-6)
        assert np.max(np.abs(z)) < SIGMAS
        np.testing.assert_allclose(compared[f"{error}_values"].mean("replica"), mean)
    labels = rmt.plot(compared).get_legend_handles_labels()[1]
    assert sum("d = 41" in label for label in labels) == 2


def test_z_scores_know_the_error_of_the_theory():
    """A training error that is all rounding is no evidence against the theory."""
    fitted = MODEL.replace(sample_complexity=0.8, width_ratio=1.7)
    compared = rmt.compare_training(fitted, PLAN, time=[1.0, 1e8])
    assert compared.training_error[-1] < 1e-9
    assert np.max(np.abs(compared.training_error_z_score)) < SIGMAS
    mean, spread = (compared[f"test_error_{kind}"].values for kind in ("simulation", "standard_error"))
    z = z_score(mean, compared.test_error.values, spread, PLAN.replicas)  # of the test error it is next to none
    np.testing.assert_allclose(compared.test_error_z_score, z, rtol=1e-6)


@pytest.mark.parametrize(("axis", "values"), [("width_ratio", [0.6, 2.1]), ("noise_variance", [0.2])])
def test_bias_and_variance(axis, values):
    compared = rmt.compare_bias_variance(MODEL, PLAN, **{axis: values})
    point = MODEL.replace(**{axis: values[-1]})
    theory, simulation = rmt.bias_variance(sized(point), tolerance=1e-5), rmt.simulate_bias_variance(point, PLAN)
    np.testing.assert_array_equal(
        compared[axis], [sized(MODEL.replace(**{axis: value})).value(axis) for value in values]
    )
    for name in ("test_error", *PARTS[1:]):
        estimate = getattr(simulation, name)
        z = float(z_score(estimate.mean, getattr(theory, name), estimate.standard_error, PLAN.replicas))
        assert float(compared[name][-1]) == getattr(theory, name)
        assert float(compared[f"{name}_simulation"][-1]) == estimate.mean
        assert float(compared[f"{name}_z_score"][-1]) == pytest.approx(z)
        assert abs(z) < SIGMAS
        assert compared[f"{name}_simulation"].attrs["long_name"] == f"simulated {compared[name].attrs['long_name']}"
    assert "noise_simulation" not in compared
    if len(values) > 1:
        labels = rmt.plot(compared).get_legend_handles_labels()[1]
        assert "simulation, d = 41, ± 1 standard error" in labels
    else:
        with pytest.raises(rmt.OutOfDomain, match=r"^dataset"):
            rmt.plot(compared)


@pytest.mark.parametrize("samples", ["shared", "fresh"])
def test_ensembles(samples):
    compared = rmt.compare_ensemble(MODEL, PLAN, members=[1, 3, 10], samples=samples)
    theory = [rmt.ensemble(sized(MODEL), m, samples=samples, tolerance=1e-5).test_error for m in (1, 3, 10)]
    np.testing.assert_allclose(compared.test_error, theory, rtol=1e-12)
    assert np.max(np.abs(compared.test_error_z_score)) < SIGMAS
    simulation = rmt.simulate_bias_variance(MODEL, PLAN)
    assert float(compared.test_error_simulation[0]) == pytest.approx(simulation.test_error.mean)
    own = {"shared": ("label_noise", "samples"), "fresh": ()}[samples]  # what the mean of many networks keeps
    parts = sum(getattr(simulation, name).mean for name in ("noise", "bias", *own))
    at_three = parts + (simulation.test_error.mean - parts) / 3
    assert float(compared.test_error_simulation[1]) == pytest.approx(at_three)
    assert rmt.plot(compared).get_xlabel() == "networks whose predictions are averaged"


@pytest.mark.parametrize(
    ("field", "call"),
    [
        ("time", lambda: rmt.compare_training(MODEL, PLAN)),
        ("learning_rate", lambda: rmt.compare_training(MODEL, PLAN, steps=[1], learning_rate=9.0)),
        ("sample_complexity", lambda: rmt.compare_bias_variance(MODEL, PLAN)),
        ("sample_complexity", lambda: rmt.compare_bias_variance(MODEL, PLAN, ridge=[0.1], noise_variance=[0.1])),
        ("ridge", lambda: rmt.compare_bias_variance(MODEL, PLAN, ridge=[-0.1])),
        ("members", lambda: rmt.compare_ensemble(MODEL, PLAN, members=[0])),
        ("samples", lambda: rmt.compare_ensemble(MODEL, PLAN, members=[1], samples="some")),
        ("loss", lambda: rmt.compare_training(MODEL.replace(loss=rmt.HuberLoss(1.0)), PLAN, time=[1.0])),
    ],
)
def test_refused(field, call):
    with pytest.raises(rmt.OutOfDomain) as error:
        call()
    assert error.value.field == field
