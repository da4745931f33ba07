"""Nested fields, lists of points, refusals as data, simulation at points, and the order of the points."""

import itertools

import numpy as np
import pandas
import pytest
import xarray

import rmt_asymptotics as rmt
from rmt_asymptotics import asymptotics
from rmt_asymptotics.errors import BEYOND_DOUBLES
from rmt_asymptotics.estimates import z_score
from rmt_asymptotics.sweeps.points import grid_points
from rmt_asymptotics.sweeps.request import Request
from tests.problems import CONTINUOUS, ONE_CLASS, PLAIN
from tests.test_models import NETWORK

POINTWISE = 3e-10  # relative, as in test_sweeps
PLAN = rmt.SimulationPlan(dimension=24, replicas=3, seed=5)


def assert_is_solve(dataset, index, model):
    assert abs(float(dataset.test_error.values[index]) / rmt.solve(model).test_error - 1) < POINTWISE


def test_fields_of_records_are_axes():
    axes = {"step.rate": [0.0, 2.5, 0.7], "ridge": [0.3, 0.02], "readout.value": [1.0, -1.7]}
    dataset = rmt.sweep(NETWORK, axes)
    assert dataset.test_error.dims == tuple(axes)
    for index in itertools.product(range(3), range(2), range(2)):
        changes = {name: values[i] for (name, values), i in zip(axes.items(), index, strict=True)}
        assert_is_solve(dataset, index, NETWORK.replace(**changes))
    assert dataset["step.rate"].attrs["long_name"] == "rate of the step, eta/sqrt(p)"


def test_axes_in_a_mapping_and_as_keywords_are_one_grid():
    mixed = rmt.sweep(ONE_CLASS, {"spike.value": [0.3, 1.1]}, ridge=[0.1, 0.2])
    assert mixed.identical(rmt.sweep(ONE_CLASS, {"spike.value": [0.3, 1.1], "ridge": [0.1, 0.2]}))


def test_listed_points_are_computed_where_they_are():
    rng = np.random.default_rng(3)
    columns = {
        "spike.value": rng.choice([0.4, 1.6], 12),
        "ridge": rng.uniform(0.01, 1, 12),
        "sample_complexity": rng.uniform(0.3, 4, 12),
    }
    dataset = rmt.sweep(ONE_CLASS, points=columns)
    assert dataset.test_error.dims == ("point",) and dataset["ridge"].dims == ("point",)
    for i in range(12):
        assert_is_solve(dataset, i, ONE_CLASS.replace(**{name: float(v[i]) for name, v in columns.items()}))


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"points": {"ridge": [0.1, 0.2], "alignment": [0.3]}}, "points"),
        ({"points": {}}, "points"),
        ({"points": {"ridge": [0.1]}, "axes": {"ridge": [0.1]}}, "points"),
        ({"axes": {"ridge": [0.1], "spike.rate": [1.0]}}, "field"),
        ({"axes": {"spike.value": [np.inf]}}, "spike.value"),
        ({"axes": {"ridge": [0.1]}, "theory": False}, "theory"),
        ({"axes": {"ridge": [0.1]}, "block_size": 0}, "block_size"),
        ({"axes": {"ridge": [0.1]}, "theory": "no"}, "theory"),
        ({"axes": "ridge"}, "axes"),
        ({"axes": {1: [0.1]}}, "axes"),
        ({"points": [1]}, "points"),
        ({"axes": {"ridge": [0.1]}, "simulation": 10}, "simulation"),
        ({"axes": {"ridge": [0.1]}, "simulation": ""}, "simulation"),
        ({"axes": {"ridge": [0.1]}, "store": b"store"}, "store"),
        ({"axes": {"ridge": [0.1]}, "block_size": 10**400}, "block_size"),
        ({"axes": {"ridge": [[1, 2], [3]]}}, "ridge"),
    ],
)
def test_bad_requests_name_the_field(options, field):
    with pytest.raises(rmt.OutOfDomain) as caught:
        rmt.sweep(ONE_CLASS, **options)
    assert caught.value.field == field


COLUMN = [0.1, 1.0, 0.3]
KINDS = {
    "coordinate": lambda: xarray.DataArray(COLUMN, dims="ridge", coords={"ridge": COLUMN}).ridge,
    "index": lambda: pandas.Index(COLUMN),
    "series": lambda: pandas.Series(COLUMN, index=[7, 8, 9]),
    "array": lambda: np.array(COLUMN),
    "arrays of no dimension": lambda: [np.array(x) for x in COLUMN],
    "data arrays of no dimension": lambda: list(xarray.DataArray(COLUMN, dims="ridge")),
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_axis_is_any_array_of_one_dimension(kind):
    expected = rmt.sweep(ONE_CLASS, ridge=COLUMN)
    assert rmt.sweep(ONE_CLASS, ridge=KINDS[kind]()).identical(expected)
    table = {"ridge": KINDS[kind](), "alignment": [0.3, 0.2, 0.1]}
    assert rmt.sweep(ONE_CLASS, points=table).identical(rmt.sweep(ONE_CLASS, points=table | {"ridge": COLUMN}))


def test_results_are_axes_and_tables_are_points():
    first = rmt.sweep(ONE_CLASS, ridge=COLUMN, width=[50, 60])
    assert rmt.sweep(ONE_CLASS, ridge=first.ridge, width=first.width).identical(first)
    frame = pandas.DataFrame({"ridge": COLUMN, "width": [50.0, 60.0, 70.0]})
    listed = rmt.sweep(ONE_CLASS, points=frame)
    assert listed.identical(rmt.sweep(ONE_CLASS, points={"ridge": COLUMN, "width": [50, 60, 70]}))
    assert listed.width.dtype.kind == "i"
    assert rmt.learning_curve(ONE_CLASS, sample_complexity=pandas.Series([1.0, 2.0])).sizes == {"sample_complexity": 2}


@pytest.mark.parametrize(
    ("axis", "words"),
    [(np.ones((2, 3)), "shape (2, 3)"), (np.array(0.1), "one-dimensional"), ({0.1, 0.2}, "one-dimensional"),
     ("0.1", "one-dimensional"), (b"12", "one-dimensional"), ([0.1, 10**400], "finite number"), ([], "non-empty"),
     (pandas.DataFrame({"a": [1.0]}), "shape (1, 1)"), ([0.1, "1"], "finite number"), ([np.nan, 0.1], "finite number")],
)  # fmt: skip
def test_an_axis_that_is_none_is_refused_for_what_it_is(axis, words):
    with pytest.raises(rmt.OutOfDomain) as caught:
        rmt.sweep(ONE_CLASS, ridge=axis)
    assert caught.value.field == "ridge" and words in str(caught.value)


def test_whole_numbers_are_checked_at_every_point():
    with pytest.raises(rmt.OutOfDomain, match=r"width = 60\.5"):
        rmt.sweep(ONE_CLASS, width=[50.0, 60.5, 70.0])


def test_whole_numbers_are_as_large_as_floats(tmp_path):
    dataset = rmt.sweep(ONE_CLASS, width=[300, 10**24], store=tmp_path)
    assert_is_solve(dataset, 1, ONE_CLASS.replace(width=10**24))
    assert dataset.width.values.tolist() == [300.0, 1e24]
    assert rmt.open_sweep(tmp_path).identical(dataset)


def test_grids_beyond_all_memory_are_refused_by_their_number_of_points():
    axis = np.linspace(0.1, 1, 10_000)
    with pytest.raises(rmt.OutOfDomain, match="10000 x 10000 x 10000"):
        rmt.sweep(ONE_CLASS, ridge=axis, sample_complexity=axis, noise_variance=axis)


def test_what_a_model_refuses_is_data():
    """At exponent 0.3 a constant readout of a tanh leaves only the intercept: no spike; others are as they were."""
    network = NETWORK.replace(step=rmt.PowerStep(0.1), activation=rmt.Activation.from_expression("tanh(x + 0.7)"))
    axes = {"readout": [rmt.ConstantLaw(1.0), rmt.GaussianLaw()], "step.exponent": [0.1, 0.3]}
    dataset = rmt.sweep(network, axes, sample_complexity=[1.0, 2.0])
    refused = dataset.status.values == "refused"
    assert refused.any() and not refused.all()
    assert all("out of domain" in text for text in dataset.message.values[refused])
    assert np.isnan(dataset.test_error.values[refused]).all() and np.isfinite(dataset.test_error.values[~refused]).all()
    free = network.replace(readout=rmt.GaussianLaw(), **{"step.exponent": 0.3, "sample_complexity": 2.0})
    assert_is_solve(dataset, (1, 1, 1), free)


@pytest.mark.parametrize("failure", [np.linalg.LinAlgError("5-th leading minor"), ValueError("infs"), OverflowError()])
def test_one_point_that_breaks_the_solver_leaves_its_neighbours(monkeypatch, failure):
    solve = asymptotics.solve_refined

    def solve_refined(problem_at, levels, controls, tolerance):
        if np.any(controls.ridge == 0.2):
            raise failure
        return solve(problem_at, levels, controls, tolerance)

    monkeypatch.setattr(asymptotics, "solve_refined", solve_refined)
    dataset = rmt.sweep(ONE_CLASS, ridge=[0.1, 0.2, 0.3])
    assert dataset.status.values.tolist() == ["converged", "not_solved", "converged"]
    assert dataset.message.values.tolist() == ["", BEYOND_DOUBLES, ""]
    assert_is_solve(dataset, 2, ONE_CLASS.replace(ridge=0.3))
    with pytest.raises(rmt.NotConverged, match="double precision"):
        rmt.solve(ONE_CLASS.replace(ridge=0.2))


@pytest.mark.parametrize("model", [PLAIN, NETWORK], ids=["plain", "network"])
def test_simulated_points_are_simulate(model):
    model = model.replace(width=None)
    axes = {"noise_variance": [0.0, 0.4], "sample_complexity": [2.0, 0.5], "ridge": [0.1, 2.0, 0.5]}
    dataset = rmt.sweep(model, axes, simulation=PLAN)
    for index in ((0, 0, 0), (1, 1, 2), (1, 0, 1)):
        point = model.replace(**{name: values[i] for (name, values), i in zip(axes.items(), index, strict=True)})
        expected = rmt.simulate(point, dimension=24, replicas=3, seed=5).test_error
        assert float(dataset.test_error_simulation.values[index]) == pytest.approx(expected.mean, rel=1e-9)
        assert float(dataset.test_error_standard_error.values[index]) == pytest.approx(
            expected.standard_error, rel=1e-9
        )
        z = z_score(expected.mean, rmt.solve(point).test_error, expected.standard_error, 3)
        assert float(dataset.test_error_z_score.values[index]) == pytest.approx(float(z), rel=1e-6)
        assert dataset.samples.values[index] == round(point.sample_complexity * 24)


def test_listed_points_share_networks_and_stay_themselves():
    columns = {"sample_complexity": [2.0, 0.5, 0.5, 2.0, 3.0], "ridge": [0.1, 0.1, 0.7, 0.7, 0.2]}
    dataset = rmt.sweep(PLAIN.replace(width=None), points=columns, simulation=PLAN, theory=False)
    assert "test_error" not in dataset and "status" not in dataset
    for i in range(5):
        point = PLAIN.replace(width=None, **{name: v[i] for name, v in columns.items()})
        expected = rmt.simulate(point, dimension=24, replicas=3, seed=5).training_error.mean
        assert float(dataset.training_error_simulation.values[i]) == pytest.approx(expected, rel=1e-9)


def test_points_that_cannot_be_simulated_are_data():
    dataset = rmt.sweep(PLAIN.replace(width=None), sample_complexity=[0.001, 1.0], simulation=PLAN)
    assert np.isnan(dataset.test_error_simulation.values).tolist() == [True, False]
    messages = dataset.simulation_message.values
    assert "sample_complexity" in messages[0] and messages[1] == ""
    assert (dataset.status.values == "converged").all()


@pytest.mark.parametrize(
    ("plan", "field"),
    [({"dimension": 0}, "dimension"), ({"dimension": 9, "replicas": 1}, "replicas"),
     ({"dimension": 9, "seed": -1}, "seed"), ({"dimension": 9, "test_samples": 0}, "test_samples")],
)  # fmt: skip
def test_bad_plans_name_the_field(plan, field):
    with pytest.raises(rmt.OutOfDomain, match=field):
        rmt.SimulationPlan(**plan)


def request(model, axes, **options):
    defaults = {"theory": True, "simulation": None, "tolerance": None, "block_size": None}
    return Request(model, grid_points(model, axes), **(defaults | options))


def test_each_point_follows_a_neighbour():
    """Along the order of computation one field changes at a time, by one place; problems change least often."""
    axes = {"ridge": [3.0, 0.1, 1.0], "spike.value": [0.5, 0.1, 0.9], "sample_complexity": [0.5, 1.0, 2.0, 4.0]}
    asked = request(ONE_CLASS, axes)
    places = np.array([np.argsort(np.argsort(axes[n]))[asked.points.positions(n)] for n in axes])[:, asked.order]
    jumps = np.abs(np.diff(places, axis=1))
    assert (jumps.sum(0) == 1).all()
    assert (jumps[1] > 0).sum() == 2
    assert sorted(asked.order.tolist()) == list(range(36))


def test_blocks_cover_all_points_once():
    for options in ({}, {"block_size": 5}, {"simulation": PLAN}):
        asked = request(CONTINUOUS, {"alignment": np.linspace(-1, 1, 9), "ridge": [0.1, 1.0, 0.3]}, **options)
        covered = np.concatenate([asked.places(i) for i in range(len(asked.ends))])
        assert sorted(covered.tolist()) == list(range(27)) and len(asked.ends) > 1
    assert len(asked.ends) == 9  # a simulated network is a block
