"""Executors: the same bits from one process, from several, from a Dask cluster, and when workers are killed."""

import os
import signal
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.sweeps.executors import WorkersLost, computed
from tests import sweep_runs
from tests.problems import ONE_CLASS
from tests.test_sweep_stores import assert_same_bits, blocks


@pytest.fixture(scope="module")
def undisturbed():
    return sweep_runs.run()


@pytest.fixture(scope="module")
def client():
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster,
        distributed.Client(cluster) as connected,
    ):
        yield connected


def kill_when(store, count, pid):
    """Kill -9 a process once `count` blocks are in a store."""

    def wait():
        while len(blocks(store)) < count:
            time.sleep(0.005)
        os.kill(pid(), signal.SIGKILL)

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def test_local_processes_and_threads_give_the_same_bits(undisturbed):
    assert_same_bits(sweep_runs.run(executor=2), undisturbed)
    with ThreadPoolExecutor(2) as threads:
        assert_same_bits(sweep_runs.run(executor=threads), undisturbed)


def test_a_killed_dask_worker_costs_nothing(client, tmp_path, undisturbed):
    killer = kill_when(tmp_path, 8, lambda: next(iter(client.run(os.getpid).values())))
    found = sweep_runs.run(store=tmp_path, executor=client)
    killer.join()
    assert_same_bits(found, undisturbed)


def test_a_stored_run_resumes_on_a_cluster(client, tmp_path, undisturbed):
    rmt.sweep(sweep_runs.NETWORK, sweep_runs.AXES, block_size=sweep_runs.BLOCK_SIZE, store=tmp_path)
    for index in (3, 17, 31):
        (tmp_path / "blocks" / f"{index:05d}.nc").unlink()
    kept = blocks(tmp_path)
    assert_same_bits(sweep_runs.run(store=tmp_path, executor=client), undisturbed)
    assert kept.items() <= blocks(tmp_path).items()


def test_simulation_on_a_cluster(client):
    options = {"simulation": rmt.SimulationPlan(dimension=20, replicas=3), "sample_complexity": [0.5, 2.0]}
    axes = {"alignment": [0.1, 0.7], "ridge": [0.1, 1.0]}
    assert_same_bits(rmt.sweep(ONE_CLASS, axes, executor=client, **options), rmt.sweep(ONE_CLASS, axes, **options))


def shift_or_die(task):
    """task + 1; a negative task kills its process, the first time or always."""
    value, path = task
    if value < 0 and (value < -1 or not path.exists()):
        path.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return value + 1


def test_killed_local_processes_are_replaced(tmp_path):
    tasks = [(index, (value, tmp_path / "died")) for index, value in enumerate((5, -1, 7, 9))]
    assert dict(computed(shift_or_die, tasks, 2)) == {0: 6, 1: 0, 2: 8, 3: 10}


def test_processes_that_always_die_end_the_sweep(tmp_path):
    with pytest.raises(WorkersLost, match="in a row"):
        dict(computed(shift_or_die, [(0, (-2, tmp_path / "died"))], 2))


def test_an_executor_that_breaks_is_named(tmp_path):
    with ProcessPoolExecutor(1) as pool, pytest.raises(WorkersLost, match="BrokenProcessPool"):
        dict(computed(shift_or_die, [(0, (-2, tmp_path / "died"))], pool))


def test_little_is_in_flight():
    """Whoever is killed has handed out few tasks that are not done."""
    asked = []
    tasks = ((asked.append(index) or index, index) for index in range(1000))
    with ThreadPoolExecutor(2) as threads:
        first = next(computed(np.sqrt, tasks, threads))
    assert first[0] < 20 and len(asked) < 40


@pytest.mark.parametrize("executor", [0, -1, True, 2.5, 10**400, "processes"])
def test_executors_that_are_none(executor):
    with pytest.raises(rmt.OutOfDomain, match="executor"):
        rmt.sweep(ONE_CLASS, ridge=[0.1], executor=executor)


def test_a_client_or_an_executor_that_is_closed_is_said_to_have_gone():
    distributed = pytest.importorskip("distributed")
    with distributed.Client(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0") as closed:
        pass
    with ThreadPoolExecutor(1) as shut:
        pass
    for executor in (closed, shut):
        with pytest.raises(WorkersLost, match="went away"):
            rmt.sweep(ONE_CLASS, ridge=[0.1, 1.0], executor=executor)
