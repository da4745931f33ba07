"""Theories of dynamics in the house: records, estimates, tables and Datasets as everywhere, parameters read back."""

import html
import re

import numpy as np
import pytest
import xarray

import rmt_asymptotics as rmt
from rmt_asymptotics import dynamics
from rmt_asymptotics.dynamics.support_learning import mechanisms

POINTS = dynamics.TwoPointReLU(imbalance=3.3, angle=0.4, initial_scale=1e-5)
SUPPORT = dynamics.SupportLearning(
    depth=2, relevant=4, irrelevant=6, samples=70, batch=5, step=0.03, noise_variance=0.2, activation=rmt.relu, width=6
)
LAYERS = dynamics.LayerScaledStep(
    depth=3, base_width=4, width_exponent=1.5, linear_part=0.3, input_dimension=5, outputs=3, learning_rate=0.07,
    loss=dynamics.CrossEntropyLoss(), scaling=dynamics.FixedScaling((0.5, 2.0, 3.0)),
)  # fmt: skip
OPTIONS = {POINTS: {"width": 80}, SUPPORT: {"steps": 40, "runs": 3}, LAYERS: {"replicas": 30}}
SIX = 5e-6  # relative: half a unit of the sixth digit
SHOWN = {  # what must be seen of each theory
    POINTS: lambda c: (c.prediction.escape_time, c.at_measured.limit_ratio, c.simulation.plateau_loss),
    SUPPORT: lambda c: (c.law.half_life, c.decay_rate, c.simulation.decay_rate.mean),
    LAYERS: lambda c: (*c.prediction.log_norm_variance, *c.simulation.log_norm_variance),
}


@pytest.fixture(scope="module", params=OPTIONS, ids=lambda p: type(p).__name__)
def compared(request):
    return request.param, dynamics.compare(request.param, seed=5, **OPTIONS[request.param])


def test_comparisons_print_their_numbers(compared):
    parameters, comparison = compared
    text = str(comparison)
    assert text == comparison.table()
    seen = np.array([float(x) for x in re.findall(r"(?<![\w.])-?\d+\.?\d*(?:e[-+]\d+)?", text)])
    for value in SHOWN[parameters](comparison):
        assert np.any(np.abs(seen - value) <= SIX * abs(value)), (value, text)


def test_all_parts_show_themselves(compared):
    parameters, comparison = compared
    for part in (comparison, comparison.prediction, comparison.simulation):
        page = part._repr_html_()
        plain = html.unescape(re.sub(r"<[^>]+>", " ", page)).split()
        assert "<table>" in page and set(str(part).split()) <= set(plain)
    assert type(parameters).__name__ in str(comparison.prediction)


def test_datasets_hold_the_parameters(compared, tmp_path):
    parameters, comparison = compared
    comparison.to_dataset().to_netcdf(tmp_path / "compared.nc", engine="h5netcdf")
    with xarray.open_dataset(tmp_path / "compared.nc", engine="h5netcdf") as stored:
        assert dynamics.parameters_from(stored) == parameters
        assert stored.attrs["seed"] == 5
    assert dynamics.parameters_from(comparison.prediction.to_dataset()) == parameters


def test_datasets_hold_the_numbers():
    c = dynamics.compare(LAYERS, seed=5, **OPTIONS[LAYERS])
    dataset = c.to_dataset()
    np.testing.assert_array_equal(dataset.log_norm_variance_simulation, c.simulation.log_norm_variance)
    np.testing.assert_array_equal(dataset.log_norm_mean, c.prediction.log_norm_mean)
    assert dataset.width.values.tolist() == list(LAYERS.widths[1:-1])
    law = dynamics.predict(SUPPORT)
    curve, default = law.to_dataset(np.array([0.0, 70.0])), law.to_dataset()
    np.testing.assert_array_equal(curve.irrelevant_norm, law.irrelevant_norm(np.array([0.0, 70.0])))
    assert float(default.steps[-1]) == pytest.approx(3 * law.half_life)
    points = dynamics.predict(POINTS)
    np.testing.assert_array_equal(points.to_dataset(np.array([1.0, 50.0])).loss, points.loss(np.array([1.0, 50.0])))


@pytest.mark.parametrize(
    "dataset",
    [
        None,
        3,
        xarray.Dataset(),
        *(xarray.Dataset(attrs={"parameters": text}) for text in ("{", "[1]", '{"theory": "x"}')),
    ],
)
def test_what_holds_no_parameters_is_refused(dataset):
    with pytest.raises(rmt.OutOfDomain) as refusal:
        dynamics.parameters_from(dataset)
    assert refusal.value.field == "dataset"


def test_changed_parameters_are_checked():
    dataset = dynamics.predict(POINTS).to_dataset()
    dataset.attrs["parameters"] = dataset.attrs["parameters"].replace("0.4", "-0.4")
    with pytest.raises(rmt.OutOfDomain) as refusal:
        dynamics.parameters_from(dataset)
    assert refusal.value.field == "angle"


def test_rates_are_the_estimates_of_the_house():
    """Their z-scores know how few the runs are, as those of `rmt.compare` do."""
    comparison = dynamics.compare(SUPPORT, seed=5, **OPTIONS[SUPPORT])
    rate = comparison.simulation.decay_rate
    assert type(rate) is rmt.Estimate and len(rate.values) == rate.replicas == 3
    assert abs(comparison.z_scores["decay_rate"]) < abs(rate.mean - comparison.decay_rate) / rate.standard_error
    assert isinstance(mechanisms(SUPPORT, steps=20, runs=2)[0].off_readout_simulated, rmt.Estimate)


def test_signs_of_life(capsys):
    for parameters, label in ((SUPPORT, "runs: 3 of 3"), (LAYERS, "replicas: 30 of 30")):
        dynamics.simulate(parameters, **OPTIONS[parameters], progress=True)
        assert label in capsys.readouterr().err
        dynamics.simulate(parameters, **OPTIONS[parameters])
        assert capsys.readouterr().err == ""
