"""Sweeps, plots, optima and boundaries from the command line: files, resuming, refusals in one line."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas
import pytest
import xarray

import rmt_asymptotics as rmt
from rmt_asymptotics.cli import main
from rmt_asymptotics.cli.boundary_file import boundary_dataset, read_boundary
from rmt_asymptotics.output import write_dataset
from rmt_asymptotics.sweeps import sweep as sweeps

EXAMPLE = Path(__file__).parent.parent / "examples" / "phase_diagram.toml"
MODEL = """
model = "OneStepNetwork"
activation = "tanh"
target = "sin"
sample_complexity = 1.6
width_ratio = 1.2
ridge = 0.1
noise_variance = 0.2
step = { step = "MaximalStep", rate = 3.0 }
step_sample_complexity = 20.0
"""
FILE = MODEL + '[axes]\n"step.rate" = [0.3, 1.1, 2.7]\nridge = "0.05:5:3:log"\n'
NETWORK = rmt.OneStepNetwork(
    activation=rmt.tanh, target=rmt.sin, sample_complexity=1.6, width_ratio=1.2, ridge=0.1, noise_variance=0.2,
    step=rmt.MaximalStep(3.0), step_sample_complexity=20.0,
)  # fmt: skip
RATES, RIDGES = [0.3, 1.1, 2.7], [0.05, 0.5, 5.0]
PLAIN = shlex.split("--activation tanh --target sin --width-ratio 1.5 --ridge 0.1 --noise-variance 0.3")


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Run a command in an empty folder with a file sweep.toml: exit status, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    Path("sweep.toml").write_text(FILE)

    def run(*arguments):
        status = main([str(a) for a in arguments])
        return status, *capsys.readouterr()

    return run


def loaded(path):
    return xarray.load_dataset(path, engine="h5netcdf")


def example(text):
    """The command of a help text."""
    return shlex.split(re.search(r"Example:\n(.*?)\n\n", text, re.DOTALL)[1].replace("\\\n", " "))[1:]


def test_a_file_is_the_sweep_of_its_tables(run):
    status, table, _ = run("sweep", "sweep.toml", "--output", "x.nc", "--plot", "x.png")
    expected = rmt.sweep(NETWORK, {"step.rate": RATES}, ridge=np.geomspace(0.05, 5, 3).tolist())
    dataset = loaded("x.nc")
    assert status == 0
    np.testing.assert_array_equal(dataset.test_error, expected.test_error)
    assert dataset.attrs["model"] == expected.attrs["model"]
    best = expected.test_error.values.argmin()
    assert table.splitlines() == [
        "points: 9 (3 step.rate x 3 ridge)",
        "status: 9 converged",
        f"test_error: {expected.test_error.values.min():.6g} to {expected.test_error.values.max():.6g}",
        f"least test_error: {expected.test_error.values.min():.6g} at step.rate = {RATES[best // 3]:g}, "
        f"ridge = {RIDGES[best % 3]:g}",
    ]
    assert Path("x.png").read_bytes().startswith(b"\x89PNG")


def test_laws_functions_widths_and_a_model_table_can_be_axes(run):
    axes = (
        '[axes]\nreadout = [{ law = "ConstantLaw", value = 1.5 }, { law = "RademacherLaw" }]\n'
        'activation = ["relu", "tanh"]\nwidth = ["limit", 60]\nstep.rate = "1:2:2"\n'
    )
    Path("x.toml").write_text("tolerance = 1e-6\n[model]" + MODEL + axes)
    assert run("sweep", "x.toml", "--output", "x.nc")[0] == 0
    laws = {"readout": [rmt.ConstantLaw(1.5), rmt.RademacherLaw()], "activation": [rmt.relu, rmt.tanh]}
    expected = rmt.sweep(NETWORK, laws | {"width": [None, 60], "step.rate": [1.0, 2.0]}, tolerance=1e-6)
    np.testing.assert_array_equal(loaded("x.nc").test_error, expected.test_error)
    assert loaded("x.nc").width.values.tolist() == ["limit", "60"]


def test_listed_points_and_simulation_alone(run):
    Path("x.toml").write_text(
        "theory = false\n" + MODEL + "[points]\nsample_complexity = [1, 2]\nridge = [0.1, 0.3]\n"
        "[simulation]\ndimension = 24\nreplicas = 3\nseed = 5\n"
    )
    status, table, _ = run("sweep", "x.toml", "--output", "x.csv")
    plan = rmt.SimulationPlan(dimension=24, replicas=3, seed=5)
    columns = {"sample_complexity": [1, 2], "ridge": [0.1, 0.3]}
    expected = rmt.sweep(NETWORK, points=columns, theory=False, simulation=plan)
    frame = pandas.read_csv("x.csv", comment="#")
    np.testing.assert_array_equal(frame.test_error_simulation, expected.test_error_simulation)
    assert status == 0
    assert table.startswith("points: 2 (2 point)\ntest_error_simulation: ")


def test_results_are_continued_only_with_resume_and_stay_the_same(run, monkeypatch):
    Path("sweep.toml").write_text("block_size = 2\n" + FILE)
    files = ["--store", "store", "--output", "x.nc"]
    status, _, complaint = run("sweep", "sweep.toml", *files, "--resume")
    assert (status, Path("store").exists()) == (2, False)
    assert "--resume" in complaint

    computed, count = sweeps.compute_block, []

    def interrupted(block):
        count.append(block)
        if len(count) == 4:
            raise KeyboardInterrupt
        return computed(block)

    monkeypatch.setattr(sweeps, "compute_block", interrupted)
    status, _, complaint = run("sweep", "sweep.toml", *files)
    assert status == 130
    assert "go on with: rmt-asymptotics sweep sweep.toml --store store --output x.nc --resume\n" in complaint
    assert run("plot", "store", "--output", "store.png")[0] == 0
    status, _, complaint = run("sweep", "sweep.toml", *files)
    assert (status, Path("x.nc").exists(), len(count)) == (2, False, 4)
    assert "3 finished blocks" in complaint
    assert run("sweep", "sweep.toml", *files, "--resume")[0] == 0
    assert len(count) == 4 + 2
    assert run("sweep", "sweep.toml", "--output", "once.nc")[0] == 0
    assert loaded("x.nc").test_error.identical(loaded("once.nc").test_error)
    Path("sweep.toml").write_text(FILE)
    assert run("sweep", "sweep.toml", *files, "--resume")[0] == 2  # the store is of another sweep


def test_points_that_fail_are_counted_and_drawn(run):
    Path("x.toml").write_text(FILE.replace('"tanh"', '"cos(40*x)"').replace("ridge = 0.1", "width = 90\nridge = 1e-7"))
    status, table, complaint = run("sweep", "x.toml", "--output", "x.nc", "--plot", "x.svg")
    dataset = loaded("x.nc")
    failed = int((dataset.status != "converged").sum())
    assert (status, failed > 0) == (1, True)
    assert complaint.startswith(f"error: {failed} of 9 points: ")
    names = set(dataset.status.values.ravel())
    assert all(f"{int((dataset.status == name).sum())} {name}" in table for name in names)
    assert Path("x.svg").stat().st_size > 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (MODEL, "[axes]"),
        (FILE + "[points]\nridge = [1]\n", "[axes]"),
        (FILE.replace("ridge = 0.1", "ridge = -1"), "ridge = -1 is out of domain"),
        (FILE.replace("ridge = 0.1", "rigde = 0.1"), "'rigde'"),
        (FILE.replace('"0.05:5:3:log"', '"0.05:5:log"'), "axes.ridge: '0.05:5:log' must be"),
        (FILE.replace('"0.05:5:3:log"', "[]"), "axes.ridge"),
        (FILE.replace('"0.05:5:3:log"', "[0.1, -2]"), "ridge = -2"),
        (FILE.replace('"step.rate"', '"step.eta"'), "step.eta"),
        (FILE + "[simulation]\nreplicas = 3\n", "simulation.dimension"),
        (FILE + "[simulation]\ndimension = 30\nreplica = 3\n", "simulation = 'replica'"),
        (FILE + '[plot]\nquantity = "bias"\n', "plot.quantity = 'bias'"),
        (FILE + "alignment = [0.1]\n", "'alignment'"),
        (FILE + "sample_complexity = [1, 2]\n", "over one or two fields"),
        ("theory = 3\n" + FILE, "theory = 3"),
        ("block_size = 0.5\n" + FILE, "block_size = 0.5"),
        ("[axes\n", "sweep.toml"),
    ],
)
def test_bad_files_are_refused_in_one_line(run, content, said):
    Path("sweep.toml").write_text(content)
    status, output, complaint = run("sweep", "sweep.toml", "--store", "store", "--output", "x.nc", "--plot", "x.png")
    assert (status, output, complaint.count("\n")) == (2, "", 1)
    assert said in complaint
    assert [path.name for path in Path.cwd().iterdir()] == ["sweep.toml"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sweep", "sweep.toml", "--resume"], "--resume needs --store"),
        (["sweep", "sweep.toml", "--workers", "2", "--scheduler", "tcp://127.0.0.1:1"], "not both"),
        (["sweep", "sweep.toml", "--workers", "0"], "--workers"),
        (["sweep", "sweep.toml", "--scheduler", "nowhere"], "--scheduler nowhere"),
        (["sweep", "sweep.toml", "--store", "sweep.toml"], "store = 'sweep.toml'"),
        (["plot", "sweep.toml"], "a netCDF file or the folder of a sweep"),
        (["plot", "."], "folder of a stored sweep"),
        (["plot", "missing.nc"], "missing.nc"),
        (["plot", "data.nc", "--at", "ridge"], "FIELD=VALUE"),
        (["plot", "data.nc", "--at", "ridge=0.2"], "one of 0.05, 0.5, 5"),
        (["plot", "data.nc", "--at", "width=3"], "step.rate, ridge"),
        (["plot", "data.nc", "--quantity", "bias"], "'bias'"),
        (["plot", "data.nc", "--boundary", "data.nc"], "boundary --output"),
        (["optimum", *PLAIN, "--output", "x.csv"], "--along"),
        (["optimum", *PLAIN, "--sample-complexity", "1", "--over", "activation"], "activation"),
        (["optimum", *PLAIN, "--sample-complexity", "1", "--bounds", "ridge=1"], "FIELD=LOW:HIGH"),
        (["boundary", *PLAIN, "--sample-complexity", "1"], "give one of"),
        (["boundary", "sweep.toml", "--outlier", "1", "--stationary-in", "ridge"], "give one of"),
        (["boundary", *PLAIN, "--stationary-in", "ridge"], "--plane"),
        (["boundary", *PLAIN, "--stationary-in", "ridge", "--plane", "ridge=0.1:1"], "two fields"),
    ],
)
def test_bad_options_are_refused_in_one_line(run, arguments, said):
    attributes = rmt.sweep(NETWORK, ridge=[0.1]).attrs
    errors = {"test_error": (("step.rate", "ridge"), np.ones((3, 3)))}
    grid = xarray.Dataset(errors, {"step.rate": RATES, "ridge": RIDGES})
    grid.assign_attrs(attributes).to_netcdf("data.nc", engine="h5netcdf")
    status, output, complaint = run(*arguments)
    assert (status, output, complaint.count("\n")) == (2, "", 1)
    assert said in complaint
    assert sorted(path.name for path in Path.cwd().iterdir()) == ["data.nc", "sweep.toml"]


@pytest.mark.parametrize(
    ("command", "shown"), [("optimum", "interior"), ("boundary", "largest mismatch"), ("plot", "phases.png")]
)
def test_the_example_of_the_help_runs(run, command, shown):
    run("sweep", "sweep.toml", "--output", "phases.nc")
    arguments = example(run(command, "--help")[1])
    status, table, complaints = run(*arguments)
    assert (status, complaints) == (0, "")
    assert shown in table
    for name in (arguments[arguments.index(option) + 1] for option in ("--output", "--plot") if option in arguments):
        assert Path(name).stat().st_size > 0


def test_the_example_of_sweep_runs_as_a_process(run, tmp_path):
    """With the example file thinned out, so that it takes seconds."""
    Path("examples").mkdir()
    Path("examples", EXAMPLE.name).write_text(re.sub(r":\d+(:log)?\"", r':3\1"', EXAMPLE.read_text()))
    arguments = example(run("sweep", "--help")[1])
    program = [shutil.which("rmt-asymptotics", path=Path(sys.executable).parent), *arguments]
    done = subprocess.run(program, capture_output=True, text=True, timeout=120, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "status: 9 converged" in done.stdout
    assert loaded("phases.nc").sizes == {"step.exponent": 3, "sample_complexity": 3}
    assert rmt.open_sweep("phases").test_error.identical(loaded("phases.nc").test_error)
    assert Path("phases.png").stat().st_size > 0


def test_a_boundary_is_traced_written_and_drawn_on_the_map(run):
    run("sweep", "sweep.toml", "--output", "x.nc")
    arguments = ["--equal-to", "best-linear", "--points", "8", "--output", "b.nc"]
    status, table, _ = run("boundary", "sweep.toml", *arguments)
    label, stored = read_boundary(Path("b.nc"))
    plane = {"step.rate": (0.3, 2.7), "ridge": (0.05, 5.0)}
    traced = rmt.trace_boundary(NETWORK, rmt.EqualErrors(rmt.best_linear_error), plane, points=8)
    assert (status, label) == (0, "test error equals that of the best linear predictor")
    assert table.startswith(f"{label}: {len(traced.curves)} curve")
    assert stored.fields == traced.fields
    for read, curve in zip(stored.curves, traced.curves, strict=True):
        np.testing.assert_array_equal(read, curve)
    assert run("plot", "x.nc", "--boundary", "b.nc", "--output", "x.pdf")[0] == 0


def test_a_boundary_file_keeps_its_curves_apart_and_closes_those_that_are(tmp_path):
    curves = (np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[5.0, 6.0], [7.0, 8.0], [9.0, 1.0]]))
    traced = rmt.Boundary(NETWORK, ("ridge", "step.rate"), curves, (np.zeros(2), np.zeros(3)), (False, True), "", 9)
    write_dataset(boundary_dataset(traced, "a label"), tmp_path / "b.nc")
    label, stored = read_boundary(tmp_path / "b.nc")
    assert (label, stored.fields) == ("a label", traced.fields)
    np.testing.assert_array_equal(stored.curves[0], curves[0])
    np.testing.assert_array_equal(stored.curves[1], [*curves[1], curves[1][0]])


def test_a_boundary_that_is_not_there_is_said(run):
    status, table, complaint = run("boundary", "sweep.toml", "--equal-to", "best-linear", "--plane", "ridge=0.1:0.2",
                                   "--plane", "step.rate=0.001:0.002")  # fmt: skip
    assert (status, "0 curves" in table) == (1, True)
    assert "no boundary in the window" in complaint


def test_an_optimum_is_that_of_the_function(run):
    status, table, _ = run("optimum", "sweep.toml", "--over", "step.rate", "--bounds", "step.rate=0.1:8")
    best = rmt.optimal(NETWORK, over=("step.rate",), bounds={"step.rate": (0.1, 8)})
    assert status == 0
    assert table.splitlines()[:2] == [
        f"step.rate = {best.model.value('step.rate'):.8g}", f"test_error = {best.value:.8g}"
    ]  # fmt: skip
    status, table, _ = run("optimum", "sweep.toml", "--along", "width_ratio=0.5,2", "--output", "x.nc")
    assert status == 0
    expected = rmt.optimal_curve(NETWORK, over=("ridge",), width_ratio=[0.5, 2])
    np.testing.assert_array_equal(loaded("x.nc").ridge, expected.ridge)
