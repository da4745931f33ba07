"""One plan for everything that simulates: built from keywords, given whole, or given with changes."""

import inspect

import numpy as np
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.montecarlo.plan import PlanOptions, planned
from tests import problems
from tests.test_models import NETWORK as ANY_NETWORK

PLAIN, NETWORK = problems.PLAIN.replace(width=None), ANY_NETWORK.replace(width=None)
PLAN = rmt.SimulationPlan(dimension=24, replicas=3, seed=5, test_samples=70, workers=1, progress=False)
KEYWORDS = {**PLAN.content, "workers": 1, "progress": False}
SIMULATIONS = {
    "simulate": lambda *plan, **k: rmt.simulate(PLAIN, *plan, **k).test_error,
    "simulate_pair": lambda *plan, **k: rmt.simulate_pair(NETWORK, *plan, **k).differences["test_error"],
    "simulation_curve": lambda *plan, **k: rmt.simulation_curve(PLAIN, *plan, ridge=[1, 3], **k).test_error_simulation,
    "feature_eigenvalues": lambda *plan, **k: rmt.feature_eigenvalues(PLAIN, *plan, **k),
    "weight_statistics": lambda *plan, **k: rmt.weight_statistics(NETWORK, *plan, **k).alignment,
    "compare": lambda *plan, **k: rmt.compare(PLAIN, *plan, **k).simulation.test_error,
    "compare_curve": lambda *plan, **k: rmt.compare_curve(
        PLAIN, *plan, sample_complexity=[0.7, 2.1], **k).test_error_simulation,
}  # fmt: skip


@pytest.mark.parametrize("run", SIMULATIONS.values(), ids=SIMULATIONS)
def test_a_plan_is_its_keywords(run):
    given = run(PLAN)
    for same in (run(**KEYWORDS), run(plan=PLAN), run(PLAN.replace(seed=1), seed=5), run(PLAN.replace(workers=2))):
        assert np.all(same == given)
    assert np.any(run(PLAN.replace(seed=6)) != given)


@pytest.mark.parametrize("run", SIMULATIONS.values(), ids=SIMULATIONS)
@pytest.mark.parametrize(
    ("field", "plan", "options"),
    [
        ("dimension", (), {}), ("dimension", (), {"replicas": 4}), ("dimension", (), {"dimension": 0}),
        ("replicas", (PLAN,), {"replicas": 1}), ("seed", (PLAN,), {"seed": -1}), ("workers", (PLAN,), {"workers": 0}),
        ("test_samples", (PLAN,), {"test_samples": 0.5}), ("progress", (PLAN,), {"progress": "yes"}),
        ("replica_values", (PLAN,), {"replica_values": 1}), ("plan", (24,), {}), ("plan", ({"dimension": 24},), {}),
        ("field", (PLAN,), {"draws": 3}), ("field", (), {"dimension": 24, "draws": 3}),
    ],
)  # fmt: skip
def test_bad_plans_are_refused_everywhere(run, field, plan, options):
    with pytest.raises(rmt.OutOfDomain) as refusal:
        run(*plan, **options)
    assert refusal.value.field == field


def test_keywords_are_the_fields():
    fields = inspect.signature(rmt.SimulationPlan).parameters
    assert set(PlanOptions.__annotations__) == set(fields)
    assert {**PLAN.content, "workers": 1, "progress": False, "replica_values": False} == {
        name: getattr(PLAN, name) for name in fields
    }


def test_plans_are_equal_when_the_numbers_are():
    assert PLAN.replace(workers=7, progress=True) == PLAN and hash(PLAN) == hash(PLAN.replace(workers=7))
    for change in ({"dimension": 25}, {"replicas": 4}, {"seed": 6}, {"test_samples": None}, {"replica_values": True}):
        assert PLAN.replace(**change) != PLAN
    assert planned(PLAN, {}) is not None and "test_samples" not in PLAN.replace(test_samples=None).attributes


def test_raw_values_of_the_replicas():
    """Their mean and spread are the estimates; a curve keeps them on request, point by point those of `simulate`."""
    errors = rmt.simulate(PLAIN, PLAN).test_error
    assert len(errors.values) == 3 and errors.mean == pytest.approx(np.mean(errors.values))
    assert errors.standard_error == pytest.approx(np.std(errors.values, ddof=1) / 3**0.5)
    axes = {"sample_complexity": [PLAIN.sample_complexity, 0.5], "ridge": [0.9, PLAIN.ridge]}
    curve = rmt.simulation_curve(PLAIN, PLAN, replica_values=True, **axes)
    assert curve.test_error_values.dims == ("replica", "sample_complexity", "ridge")
    np.testing.assert_allclose(curve.test_error_values[:, 0, 1], errors.values, rtol=1e-9)
    np.testing.assert_allclose(curve.training_error_values.mean("replica"), curve.training_error_simulation, rtol=1e-12)
    assert "test_error_values" not in rmt.simulation_curve(PLAIN, PLAN, ridge=[0.9])


@pytest.mark.parametrize("simulation", [24, {"dimension": 24}, PLAN.replace(replica_values=True)])
def test_a_sweep_takes_a_plan_without_raw_values(simulation):
    with pytest.raises(rmt.OutOfDomain) as refusal:
        rmt.sweep(PLAIN, ridge=[0.1], simulation=simulation)
    assert refusal.value.field == "simulation"


def test_a_sweep_does_not_depend_on_workers_and_progress(tmp_path):
    first = rmt.sweep(PLAIN, ridge=[0.1, 0.4], simulation=PLAN, store=tmp_path / "store", progress=False)
    again = rmt.sweep(
        PLAIN, ridge=[0.1, 0.4], simulation=PLAN.replace(workers=5, progress=None), store=tmp_path / "store"
    )
    assert first.identical(again)
