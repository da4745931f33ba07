"""Stores: a killed run resumes to the same bits, another request is refused, what cannot be written is said."""

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import xarray

import rmt_asymptotics as rmt
from rmt_asymptotics.output import NotWritten
from tests import sweep_runs
from tests.problems import GENERIC, ONE_CLASS, PLAIN

SECONDS = 60  # until a killed run has written the blocks that a test waits for
AXES = {"alignment": [0.1, 0.5, -0.7], "ridge": [1e-3, 0.1, 2.0], "sample_complexity": [0.4, 1.3]}
LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (8_000, 8_000))  # bytes a file: the blocks do not fit
from tests.sweep_runs import run
run(store=sys.argv[1])
"""


@pytest.fixture(scope="module")
def undisturbed():
    return sweep_runs.run()


def assert_same_bits(found, expected):
    xarray.testing.assert_identical(found, expected)
    for name, variable in expected.data_vars.items():
        assert found[name].values.tobytes() == variable.values.tobytes()


def blocks(store):
    return {path.name: path.stat().st_mtime_ns for path in (store / "blocks").glob("*.nc")}


def killed_at(store, count, workers):
    """Kill -9 a run once `count` blocks are in its store."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.sweep_runs", store, str(workers)], cwd=Path(__file__).parents[1]
    )
    end = time.monotonic() + SECONDS
    while len(blocks(store)) < count:
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def test_killed_runs_resume_to_the_same_bits(tmp_path, undisturbed):
    store = tmp_path / "store"
    killed_at(store, 10, workers=1)
    killed_at(store, 20, workers=2)
    kept = blocks(store)
    assert 20 <= len(kept) < 50
    partial = rmt.open_sweep(store)
    pending = partial.status.values == "pending"
    assert pending.sum() == 10_000 - len(kept) * sweep_runs.BLOCK_SIZE
    assert np.isnan(partial.test_error.values[pending]).all()
    np.testing.assert_array_equal(partial.test_error.values[~pending], undisturbed.test_error.values[~pending])
    assert_same_bits(sweep_runs.run(store=store), undisturbed)
    assert kept.items() <= blocks(store).items()  # nothing finished was computed again
    assert_same_bits(rmt.open_sweep(store), undisturbed)


@pytest.mark.parametrize("name", GENERIC)
def test_stored_and_split_results_are_the_unstored_ones(name, tmp_path):
    model = GENERIC[name]
    axes = AXES if model is not PLAIN else {k: v for k, v in AXES.items() if k != "alignment"}
    direct = rmt.sweep(model, axes, block_size=4)
    assert_same_bits(rmt.sweep(model, axes, block_size=4, store=tmp_path), direct)
    assert_same_bits(rmt.sweep(model, axes, block_size=4, store=tmp_path), direct)
    whole = rmt.sweep(model, axes)
    np.testing.assert_allclose(direct.test_error, whole.test_error, rtol=1e-9)


def test_functions_laws_failures_and_simulations_survive_storage(tmp_path):
    axes = {"target": [rmt.sin, rmt.Activation.from_expression("x**3 - 2*x")], "spike": [rmt.RademacherLaw(0.7)],
            "width_ratio": [0.001, 1.5]}  # fmt: skip
    options = {"simulation": rmt.SimulationPlan(dimension=20, replicas=2), "block_size": 1}
    direct = rmt.sweep(ONE_CLASS, axes, **options)
    assert "width_ratio" in str(direct.simulation_message.values[0, 0, 0])
    rmt.sweep(ONE_CLASS, axes, store=tmp_path, **options)
    assert_same_bits(rmt.open_sweep(tmp_path), direct)


def test_a_damaged_block_is_computed_again(tmp_path):
    direct = rmt.sweep(ONE_CLASS, AXES, block_size=6, store=tmp_path)
    for name, contents in (("00000.nc", b""), ("00002.nc", b"\x89HDF\r\n\x1a\n rubbish")):
        (tmp_path / "blocks" / name).write_bytes(contents)
    assert (rmt.open_sweep(tmp_path).status.values == "pending").sum() == 12
    assert_same_bits(rmt.sweep(ONE_CLASS, AXES, block_size=6, store=tmp_path), direct)


CHANGES = {
    "ridge": ({"model": ONE_CLASS.replace(noise_variance=0.7)}, "noise_variance"),
    "axis": ({"axes": {**AXES, "ridge": [1e-3, 0.1, 3.0]}}, "the values of ridge"),
    "order of axes": ({"axes": dict(reversed(AXES.items()))}, "order of values"),
    "block size": ({"block_size": 7}, "block_size 6 there, 7 asked for"),
    "tolerance": ({"tolerance": 1e-8}, "tolerance"),
    "simulation": ({"simulation": rmt.SimulationPlan(dimension=20)}, "simulation"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_request_is_refused(change, tmp_path):
    request = {"model": ONE_CLASS, "axes": AXES, "block_size": 6}
    rmt.sweep(**request, store=tmp_path)
    before = blocks(tmp_path)
    changes, words = CHANGES[change]
    with pytest.raises(rmt.OutOfDomain, match=words):
        rmt.sweep(**(request | changes), store=tmp_path)
    assert blocks(tmp_path) == before


def test_what_cannot_be_stored_is_refused_before_anything_is_made(tmp_path):
    bare = rmt.Activation(np.tanh, name="mine")
    for model, axes in ((ONE_CLASS.replace(target=bare), AXES), (ONE_CLASS, {"activation": [rmt.tanh, bare]})):
        with pytest.raises(rmt.OutOfDomain, match="from_expression"):
            rmt.sweep(model, axes, store=tmp_path / "store")
    assert not (tmp_path / "store").exists()


def test_blocks_of_another_request_are_never_served(tmp_path):
    """Neither where the request was lost, nor where the blocks were brought in by hand."""
    other = ONE_CLASS.replace(target=rmt.sin)
    expected = rmt.sweep(other, AXES, block_size=6)
    rmt.sweep(ONE_CLASS, AXES, block_size=6, store=tmp_path)
    (tmp_path / "request.json").unlink()
    with pytest.raises(rmt.OutOfDomain, match="new or empty folder"):
        rmt.sweep(other, AXES, block_size=6, store=tmp_path)
    moved = tmp_path / "moved"
    rmt.sweep(other, {name: values[:1] for name, values in AXES.items()}, block_size=6, store=moved)
    shutil.rmtree(moved / "blocks")
    request = json.loads((moved / "request.json").read_text()) | {"values": AXES}
    (moved / "request.json").write_text(json.dumps(request))
    shutil.copytree(tmp_path / "blocks", moved / "blocks")
    assert (rmt.open_sweep(moved).status.values == "pending").all()
    assert_same_bits(rmt.sweep(other, AXES, block_size=6, store=moved), expected)


def test_a_block_under_another_index_is_computed_again(tmp_path):
    expected = rmt.sweep(ONE_CLASS, AXES, block_size=6, store=tmp_path)
    shutil.copy(tmp_path / "blocks" / "00001.nc", tmp_path / "blocks" / "00000.nc")
    assert (rmt.open_sweep(tmp_path).status.values == "pending").sum() == 6
    assert_same_bits(rmt.sweep(ONE_CLASS, AXES, block_size=6, store=tmp_path), expected)


@pytest.mark.parametrize("name", ["blocks/00000.nc", "request.json"])
def test_links_in_a_store_are_not_written_through(name, tmp_path):
    store, other = tmp_path / "store", tmp_path / "other"
    rmt.sweep(ONE_CLASS, AXES, store=store)
    for target in (other, tmp_path / "nowhere"):
        other.write_text("precious")
        (store / name).unlink()
        (store / name).symlink_to(target)
        with contextlib.suppress(rmt.OutOfDomain, NotWritten):
            rmt.sweep(ONE_CLASS, AXES, store=store)
        assert other.read_text() == "precious" and not (tmp_path / "nowhere").exists()


def test_stores_of_another_format_are_refused(tmp_path):
    rmt.sweep(ONE_CLASS, AXES, store=tmp_path)
    request = json.loads((tmp_path / "request.json").read_text()) | {"format": 1}
    (tmp_path / "request.json").write_text(json.dumps(request))
    for use in (lambda: rmt.open_sweep(tmp_path), lambda: rmt.sweep(ONE_CLASS, AXES, store=tmp_path)):
        with pytest.raises(rmt.OutOfDomain, match="format"):
            use()


def test_flipped_bits_are_noticed(tmp_path):
    expected = rmt.sweep(ONE_CLASS, AXES, store=tmp_path)
    (file,) = (tmp_path / "blocks").iterdir()
    number = expected.training_error.values[0, 0, 0].tobytes()
    contents = file.read_bytes()
    assert number in contents
    file.write_bytes(contents.replace(number, number[:2] + bytes([number[2] ^ 1]) + number[3:]))
    assert (rmt.open_sweep(tmp_path).status.values == "pending").all()
    assert_same_bits(rmt.sweep(ONE_CLASS, AXES, store=tmp_path), expected)


def test_results_of_another_version_can_be_read_but_not_continued(tmp_path):
    expected = rmt.sweep(ONE_CLASS, AXES, store=tmp_path)
    request = json.loads((tmp_path / "request.json").read_text()) | {"rmt_asymptotics": "0.0.1"}
    (tmp_path / "request.json").write_text(json.dumps(request))
    with pytest.raises(rmt.OutOfDomain, match=r"rmt_asymptotics '0.0.1' there"):
        rmt.sweep(ONE_CLASS, AXES, store=tmp_path)
    (file,) = (tmp_path / "blocks").iterdir()
    block = xarray.load_dataset(file)
    key = hashlib.sha256(json.dumps(request).encode()).hexdigest()
    block.assign_attrs(request=key).to_netcdf(file, engine="h5netcdf")
    np.testing.assert_array_equal(rmt.open_sweep(tmp_path).test_error, expected.test_error)


def test_equal_requests_are_the_same_request(tmp_path):
    """Numbers of Python and of NumPy, whole or not; the folder of blocks may be removed to start over."""
    first = rmt.sweep(ONE_CLASS, {"ridge": [0.1, 1, 3], "width": [50, 60]}, tolerance=1, block_size=2, store=tmp_path)
    shutil.rmtree(tmp_path / "blocks")
    axes = {"ridge": np.array([0.1, 1.0, 3.0]), "width": np.array([50, 60])}
    again = rmt.sweep(ONE_CLASS, axes, tolerance=np.float64(1), block_size=np.int64(2), store=tmp_path)
    assert_same_bits(again, first)
    assert first["width"].dtype.kind == "i"


@pytest.mark.parametrize("content", ["[]", "3", "{}", '{"model": {}}', "[" * 100_000], ids=len)
def test_requests_that_are_none_are_refused(content, tmp_path):
    (tmp_path / "request.json").write_text(content)
    for use in (lambda: rmt.open_sweep(tmp_path), lambda: rmt.sweep(ONE_CLASS, AXES, store=tmp_path)):
        with pytest.raises(rmt.OutOfDomain, match="store"):
            use()


@pytest.mark.parametrize("kind", ["file", "folder of others", "unreadable request"])
def test_stores_that_are_none(kind, tmp_path):
    store = tmp_path / "store"
    if kind == "file":
        store.write_text("precious")
    else:
        store.mkdir()
        (store / ("request.json" if kind == "unreadable request" else "thesis.tex")).write_text("{precious")
    with pytest.raises(rmt.OutOfDomain, match="store"):
        rmt.sweep(ONE_CLASS, AXES, store=store)
    with pytest.raises(rmt.OutOfDomain, match="store"):
        rmt.open_sweep(store)
    assert [path.read_text() for path in (store.iterdir() if store.is_dir() else [store])] in (
        ["precious"],
        ["{precious"],
    )


def test_a_store_killed_before_its_first_block_is_taken_up(tmp_path):
    (tmp_path / "blocks").mkdir()
    (tmp_path / ".0123.part").write_bytes(b"half a request")
    assert_same_bits(rmt.sweep(ONE_CLASS, AXES, store=tmp_path), rmt.sweep(ONE_CLASS, AXES))


def test_a_folder_that_cannot_be_written():
    with pytest.raises(OSError, match="/proc/store was not written"):
        rmt.sweep(ONE_CLASS, AXES, store="/proc/store")


def test_a_write_that_fails_leaves_the_finished_blocks(tmp_path, undisturbed):
    """Files above the limit cannot be written; then the limit goes, as when a full disk is cleared."""
    root = Path(__file__).parents[1]
    killed_at(tmp_path, 5, workers=1)
    kept = blocks(tmp_path)
    ended = subprocess.run([sys.executable, "-c", LIMITED, tmp_path], cwd=root, capture_output=True, text=True)
    assert ended.returncode and "was not written: File too large" in ended.stderr
    assert blocks(tmp_path) == kept and not list(tmp_path.rglob("*.part"))
    assert (rmt.open_sweep(tmp_path).status.values == "converged").sum() == len(kept) * sweep_runs.BLOCK_SIZE
    assert_same_bits(sweep_runs.run(store=tmp_path), undisturbed)


def test_requests_are_readable_text(tmp_path):
    rmt.sweep(ONE_CLASS, AXES, store=tmp_path)
    content = json.loads((tmp_path / "request.json").read_text())
    assert content["values"]["ridge"] == AXES["ridge"] and content["model"]["alignment"] == ONE_CLASS.alignment
