"""The command line: examples, files against options, refusals in one line, results against the functions."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas
import pytest
import xarray

import rmt_asymptotics as rmt
from rmt_asymptotics.cli import main
from rmt_asymptotics.serialisation import model_from_dict
from rmt_asymptotics.vocabulary.quantities import ERRORS

EXAMPLES = Path(__file__).parent.parent / "examples"
OPTIONS = shlex.split(
    '--activation "leaky_relu(0.2)" --target "tanh(x)+0.3*(x**2-1)" --width-ratio 1.4 --ridge 0.07'
    " --noise-variance 0.15 --spike discrete:-0.9,1.4:0.35,0.65 --alignment 0.6 --bulk-variance 1.2"
)
TOML = """
model = "SpikedRandomFeatures"
activation = "leaky_relu(0.2)"
target = "tanh(x)+0.3*(x**2-1)"
sample_complexity = 2.3
width_ratio = 1.4
ridge = 0.07
noise_variance = 0.15
spike = { law = "DiscreteLaw", values = [-0.9, 1.4], probabilities = [0.35, 0.65] }
alignment = 0.6
bulk_variance = 1.2
"""
MODEL = rmt.SpikedRandomFeatures(
    activation=rmt.leaky_relu(0.2),
    target=rmt.Activation.from_expression("tanh(x)+0.3*(x**2-1)"),
    sample_complexity=0.5,
    width_ratio=1.4,
    ridge=0.07,
    noise_variance=0.15,
    spike=rmt.DiscreteLaw((-0.9, 1.4), (0.35, 0.65)),
    alignment=0.6,
    bulk_variance=1.2,
)
POINTS = [0.5, 1.1, 2.3]
AXIS = ["--sample-complexity", "0.5,1.1,2.3"]
SMALL = ["--dimension", "30", "--replicas", "3", "--seed", "4", "--workers", "1"]
SIMULATION = {"dimension": 30, "replicas": 3, "seed": 4, "workers": 1}
LAST_DIGITS = 4e-15  # relative: pandas read all but the last bits of a number until its version 3
PLAIN = shlex.split("--activation tanh --target sin --width-ratio 1.5 --ridge 0.1")
RUN = "import sys; from rmt_asymptotics.cli import main; sys.exit(main())"


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Run a command in an empty folder: exit status, standard output, standard error."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        status = main([str(a) for a in arguments])
        return status, *capsys.readouterr()

    return run


def read_csv(path):
    return pandas.read_csv(path, comment="#")


def header(path):
    return dict(line[2:].split(": ", 1) for line in Path(path).read_text().splitlines() if line.startswith("# "))


def in_process(script, *arguments, **options):
    command = [sys.executable, "-W", "error", "-c", script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **options)


WRITTEN = {"reproduce": ["learning-curves.png", "learning-curves.nc"]}  # the other examples name their files


@pytest.mark.parametrize(
    ("command", "shown"),
    [("curve", "simulation"), ("compare", "simulation"), ("spectrum", "outlier"), ("reproduce", "learning-curves.png")],
)
def test_the_example_of_the_help_runs(run, command, shown):
    _, text, _ = run(command, "--help")
    example = re.search(r"Example:\n(.*?)\n\n", text, re.DOTALL)[1].replace("\\\n", " ")
    program, *arguments = shlex.split(example)
    status, table, complaints = run(*arguments)
    assert (program, status, complaints) == ("rmt-asymptotics", 0, "")
    assert shown in table
    named = [arguments[arguments.index(option) + 1] for option in ("--output", "--plot") if option in arguments]
    for name in WRITTEN.get(command, named):
        assert Path(name).stat().st_size > 0


@pytest.mark.parametrize("command", ["solve", "curve", "training-curve"])
def test_defaults_of_the_help_are_what_one_would_type(run, command):
    _, text, _ = run(command, "--help")
    assert " ".join(re.search(r"--target TEXT(.*?)--", text, re.DOTALL)[1].split()).endswith("[default: identity]")
    assert "<" not in text.replace("<w_i, x>", "").replace("<theta", "").replace("[x<", "").replace("<=", "")


def test_a_file_gives_the_same_bits_as_options(run):
    Path("model.toml").write_text(TOML)
    assert run("curve", *OPTIONS, *AXIS, "--output", "options.csv")[0] == 0
    assert run("curve", "model.toml", *AXIS, "--output", "file.csv")[0] == 0
    assert Path("options.csv").read_bytes() == Path("file.csv").read_bytes()
    assert model_from_dict(json.loads(header("file.csv")["model"])) == MODEL


def test_options_replace_fields_of_the_file(run):
    Path("model.toml").write_text(TOML)
    run("curve", "model.toml", *AXIS, "--ridge", "0.3", "--spike", "rademacher:1.2", "--output", "x.nc")
    with xarray.open_dataset("x.nc", engine="h5netcdf") as dataset:
        model = model_from_dict(json.loads(dataset.attrs["model"]))
    assert model == MODEL.replace(ridge=0.3, spike=rmt.RademacherLaw(1.2))


def test_a_file_can_hold_fields_that_have_no_option(run):
    step = 'step = { step = "MaximalStep", rate = 3.0 }'
    Path("network.toml").write_text(f'model = "OneStepNetwork"\n{step}\nstep_sample_complexity = 20.0')
    assert run("curve", "network.toml", *PLAIN, *AXIS, "--output", "x.csv", "--plot", "x.png")[0] == 0
    model = model_from_dict(json.loads(header("x.csv")["model"]))
    assert (model.step, model.step_sample_complexity) == (rmt.MaximalStep(3.0), 20)


def test_a_curve_is_the_learning_curve(run):
    status, table, _ = run("curve", *OPTIONS, *AXIS, "--output", "x.nc")
    curve = rmt.learning_curve(MODEL, sample_complexity=POINTS)
    with xarray.open_dataset("x.nc", engine="h5netcdf") as dataset:
        xarray.testing.assert_identical(
            dataset.drop_vars(["status", "message"]), curve.drop_vars(["status", "message"])
        )
        assert dataset.status.values.tolist() == ["converged"] * 3
        assert dataset.message.values.tolist() == [""] * 3
    rows = [line.split() for line in table.splitlines()]
    assert status == 0
    assert rows[0] == ["n/d", "test_error", "training_error"]
    assert rows[3] == ["2.3", f"{curve.test_error.values[2]:.6g}", f"{curve.training_error.values[2]:.6g}"]


def test_a_simulation_stands_at_its_points_beside_the_theory(run):
    status, table, _ = run("curve", *OPTIONS, *AXIS, *SMALL, "--simulated", "1.7,1.1", "--output", "x.csv")
    frame = read_csv("x.csv").set_index("sample_complexity")
    simulated = rmt.simulation_curve(MODEL, sample_complexity=[1.1, 1.7], **SIMULATION)
    theory = rmt.learning_curve(MODEL, sample_complexity=[0.5, 1.1, 1.7, 2.3])
    assert status == 0
    assert frame.index.tolist() == [0.5, 1.1, 1.7, 2.3]
    for name in ERRORS:
        np.testing.assert_allclose(frame[name], theory[name], rtol=LAST_DIGITS)
        for column in (f"{name}_simulation", f"{name}_standard_error"):
            assert frame[column].isna().tolist() == [True, False, False, True]
            np.testing.assert_allclose(frame[column].dropna(), simulated[column], rtol=LAST_DIGITS)
    assert [len(line.split()) for line in table.splitlines()] == [7, 3, 7, 7, 3]


def test_readouts_are_compared(run):
    model = MODEL.replace(sample_complexity=2.3)
    status, table, _ = run(
        "training-curve", *OPTIONS, *SMALL, "--sample-complexity", "2.3", "--time", "1,9", "--output", "t.csv"
    )
    compared, frame = rmt.compare_training(model, time=[1.0, 9.0], **SIMULATION), read_csv("t.csv")
    np.testing.assert_array_equal(frame.training_error_z_score, compared.training_error_z_score)
    assert (status, table.split()[:5]) == (0, ["time", "test_error", "simulation", "s.e.", "z"])
    ratios = ["--over-width-ratio", "0.5,2", "--sample-complexity", "2.3"]
    status, table, _ = run("bias-variance", *OPTIONS, *SMALL, *ratios, "--output", "b.csv", "--plot", "b.png")
    compared, frame = rmt.compare_bias_variance(model, width_ratio=[0.5, 2.0], **SIMULATION), read_csv("b.csv")
    np.testing.assert_array_equal(frame.bias_z_score, compared.bias_z_score)
    assert (status, len(table.splitlines())) == (0, 15)
    status, table, _ = run("bias-variance", *OPTIONS, *SMALL, "--sample-complexity", "2.3")
    assert (status, len(table.splitlines())) == (0, 8)


def test_a_comparison_over_dimensions_is_printed_and_written(run):
    sizes = ["--dimension", "20,40", "--dimension", "30", *SMALL[2:], "--sample-complexity", "2.3"]
    status, table, _ = run("compare", *OPTIONS, *sizes, "--output", "x.csv")
    comparison = rmt.compare(MODEL.replace(sample_complexity=2.3), **SIMULATION | {"dimension": [20, 30, 40]})
    frame, attributes = read_csv("x.csv"), header("x.csv")
    assert (status, table) == (0, comparison.table() + "\n")
    assert frame.dimension.tolist() == [20, 30, 40]
    assert frame.samples.tolist() == [46, 69, 92]
    for name in ERRORS:
        row = frame.iloc[-1][[name, f"{name}_simulation", f"{name}_z_score"]].tolist()
        simulation = getattr(comparison.simulation, name).mean
        expected = [getattr(comparison.asymptotics, name), simulation, comparison.z_scores[name]]
        np.testing.assert_allclose(row, expected, rtol=LAST_DIGITS)
        assert json.loads(attributes["limit"])[name] == getattr(comparison.limit, name)
        assert json.loads(attributes["drift"])[name]["slope"]["mean"] == comparison.drift[name].slope.mean


def test_a_comparison_along_a_curve_is_printed_and_written(run):
    status, table, _ = run("compare", *OPTIONS, *AXIS, *SMALL, "--output", "x.nc", "--plot", "x.svg")
    compared = rmt.compare_curve(MODEL, sample_complexity=POINTS, **SIMULATION)
    with xarray.open_dataset("x.nc", engine="h5netcdf") as dataset:
        assert model_from_dict(json.loads(dataset.attrs["model"])) == MODEL
        assert dataset.attrs["dimension"] == 30
        for name in ERRORS:
            for suffix in ("", "_corrected", "_simulation", "_standard_error", "_standard_deviation", "_z_score"):
                np.testing.assert_array_equal(dataset[name + suffix], compared[name + suffix])
    assert status == 0
    assert table.splitlines()[3].split()[6] == f"{compared.test_error_z_score.values[2]:.2f}"
    assert Path("x.svg").stat().st_size > 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["curve", *OPTIONS, "--ridge", "-1"], "ridge = -1.0 is out of domain"),
        (["curve", *OPTIONS, "--ridge", "nan"], "ridge = nan is out of domain"),
        (["curve", *OPTIONS, "--ridge", "small"], "'--ridge'"),
        (["curve", *OPTIONS, "--rigde", "1"], "--rigde"),
        (["curve", "--target", "sin", "--width-ratio", "1", "--ridge", "1"], "activation"),
        (["curve", *PLAIN, "--activation", "tahn"], "'tahn'"),
        (["curve", *PLAIN, "--activation", "__import__('os')"], "__import__"),
        (["curve", *PLAIN, "--target", "exp(x**2)"], "target"),
        (["curve", *PLAIN, "--target", "polynomial(x)"], ""),
        (["curve", *PLAIN, "--alignment", "0.5"], "'alignment'"),
        (["curve", *PLAIN, "--model", "perceptron"], "spiked-random-features"),
        (["curve", *OPTIONS, "--spike", "cauchy:1"], "constant, discrete, joint, rademacher, gaussian"),
        (["curve", *OPTIONS, "--spike", "constant:1:2"], "constant:value"),
        (["curve", *OPTIONS, "--spike", "constant:one"], "numbers"),
        (["curve", *OPTIONS, "--spike", "constant"], "spike.value"),
        (["curve", *OPTIONS, "--spike", "discrete:1,2:0.3,0.3"], "sum to 1"),
        (["curve", *PLAIN, "--sample-complexity", "0.2:3"], "start:stop:count"),
        (["curve", *PLAIN, "--sample-complexity", "0.2:3:1"], "start:stop:count"),
        (["curve", *PLAIN, "--sample-complexity", "0:3:9:log"], "start:stop:count"),
        (["curve", *PLAIN, "--sample-complexity", "1:3:9:lin"], "start:stop:count"),
        (["curve", *PLAIN, "--sample-complexity", "0.2:3:1000000000"], "100000 points"),
        (["curve", *PLAIN, "--sample-complexity", "1,nan"], "sample_complexity = nan"),
        (["curve", *PLAIN, "--simulated", "1,2"], "--dimension"),
        (["curve", *PLAIN, "--dimension", "30", "--replicas", "1"], "replicas = 1"),
        (["curve", *PLAIN, "--dimension", "30", "--width", "70"], "dimension=47"),
        (["curve", *PLAIN, "--output", "x.txt"], ".nc or .csv"),
        (["curve", *PLAIN, "--output", "missing/x.nc"], "existing folder"),
        (["curve", *PLAIN, "--output", "x" * 300 + ".nc"], "File name too long"),
        (["curve", *PLAIN, "--plot", "x.nc"], ".png or .svg or .pdf"),
        (["curve", *PLAIN, "--plot", "folder.png"], "not that of a folder"),
        (["curve", "missing.toml"], "missing.toml"),
        (["curve", "broken.toml"], "broken.toml"),
        (["curve", "types.toml"], "spike.law"),
        (["curve", "deep.toml"], "deep.toml"),
        (["reproduce", "learning-curves", "--folder", "missing/x"], "missing/x"),
        (["reproduce", "learning-curves", "--folder", "new", "--replicas", "1"], "replicas = 1"),
        (["compare", *PLAIN, "--sample-complexity", "1"], "--dimension"),
        (["compare", *PLAIN, "--dimension", "ten"], "'ten'"),
        (["compare", *PLAIN, "--dimension", "30,60", *AXIS], "one --dimension"),
        (["compare", *PLAIN, "--dimension", "30"], "sample_complexity = None"),
        (["compare", *PLAIN, "--dimension", "30", "--sample-complexity", "1", "--plot", "x.png"], "several values"),
        (["spectra"], "spectra"),
    ],
)
def test_bad_input_is_refused_in_one_line(run, arguments, said):
    Path("broken.toml").write_text("ridge = \n")
    Path("types.toml").write_text('activation = "tanh"\nspike = { law = ["GaussianLaw"] }\n')
    Path("deep.toml").write_text("a = " + "[" * 3000 + "]" * 3000)
    Path("folder.png").mkdir()
    before = sorted(Path.cwd().iterdir())
    without = {"--output", "--plot", "--folder", "spectra"} & set(arguments)
    files = [] if without else ["--output", "x.csv"]
    status, output, complaint = run(*arguments, *files)
    assert (status, output) == (2, "")
    assert complaint.startswith("error: ")
    assert complaint.count("\n") == 1
    assert said in complaint
    assert sorted(Path.cwd().iterdir()) == before


def test_plots_without_matplotlib_are_refused(run, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    status, output, complaint = run("curve", *PLAIN, "--plot", "x.png")
    assert (status, output) == (2, "")
    assert "rmt_asymptotics[plots]" in complaint


def test_points_that_do_not_converge_are_reported_with_what_was_reached(run):
    file = EXAMPLES / "published.toml"
    unresolvable = ("--activation", "cos(40*x)", "--ridge", "1e-6", "--spike", "constant:5", "--bulk-variance", "0.01")
    status, table, complaint = run("curve", file, *unresolvable, *AXIS, "--output", "x.csv")
    statuses = read_csv("x.csv").status
    failed = sum(statuses != "converged")
    assert status == 1
    assert failed > 0
    assert complaint.startswith(f"error: {failed} of 3 points: the finest quadrature")
    assert complaint.count("\n") == 1
    assert [line.split()[-1] for line in table.splitlines()] == ["status", *statuses]


def test_a_full_disk_leaves_the_old_files_and_loses_no_result(tmp_path):
    script = (
        "import resource, sys; from rmt_asymptotics.cli import main; curve = sys.argv[4:]; main(curve);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200));"
        "options = zip(('--output', '--output', '--plot'), sys.argv[1:4]);"
        "print(*(main([*curve, *option]) for option in options))"
    )
    paths = [tmp_path / name for name in ("x.csv", "x.nc", "x.png")]
    for path in paths:
        path.write_text("old")
    result = in_process(script, *paths, "curve", *PLAIN, *AXIS)
    assert result.stdout.splitlines()[-1] == "1 1 1"
    assert result.stderr.splitlines() == [f"error: {path} was not written: File too large" for path in paths]
    assert result.stdout.count("test_error") == 4
    assert [path.read_text() for path in paths] == ["old"] * 3
    assert sorted(tmp_path.iterdir()) == paths


def test_a_reader_that_leaves_early_is_no_error_and_the_file_is_written(tmp_path):
    command = [sys.executable, "-c", RUN, "curve", *PLAIN, *AXIS, "--output", str(tmp_path / "x.csv")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 1
    assert len(read_csv(tmp_path / "x.csv")) == 3


def test_an_output_on_a_full_disk_is_said_in_one_line(tmp_path):
    command = [sys.executable, "-c", RUN, "curve", *PLAIN, *AXIS, "--output", str(tmp_path / "x.csv")]
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (result.returncode, result.stderr) == (1, "error: the output was not written: No space left on device\n")
    assert len(read_csv(tmp_path / "x.csv")) == 3


def test_libraries_are_imported_only_when_used(tmp_path):
    script = (
        "import sys; from rmt_asymptotics.cli import main; main(sys.argv[3:]);"
        "heavy = {'matplotlib', 'sympy', 'h5netcdf', 'h5py'} & set(sys.modules);"
        "main(sys.argv[3:] + sys.argv[1:3]); print(heavy, 'matplotlib.pyplot' in sys.modules)"
    )
    result = in_process(script, "--plot", tmp_path / "x.png", "curve", EXAMPLES / "published.toml", *AXIS)
    assert result.stderr == ""
    assert result.stdout.splitlines()[-1] == "set() False"


@pytest.mark.parametrize(
    ("arguments", "errors", "last_digit"),
    [
        (["published.toml", "--sample-complexity", "0.2"], [0.0484829019195], 1e-13),
        (["published.toml", "--sample-complexity", "1.6,3"], [0.0373113280789, 0.0325182080146], 1e-13),
        (["gaussian_law.toml", "--sample-complexity", "3"], [0.240], 1e-3),
        (["gaussian_law.toml", "--sample-complexity", "3", "--width", "300"], [0.278], 1e-3),
    ],
)
def test_the_example_files_give_their_known_test_errors(run, arguments, errors, last_digit):
    run("curve", EXAMPLES / arguments[0], *arguments[1:], "--output", "x.csv")
    np.testing.assert_allclose(read_csv("x.csv").test_error, errors, rtol=0, atol=last_digit / 2)
