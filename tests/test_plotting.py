"""Plots: what is drawn is what the records hold, and is labelled; files replace what was there whole or not at all."""

import json
import pickle
from pathlib import Path

import matplotlib
import numpy as np
import pandas
import pytest
import xarray
from matplotlib.figure import Figure

import rmt_asymptotics as rmt
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.output import NotWritten, write_dataset, write_figure
from rmt_asymptotics.plotting import describe, plot_curve, plot_drift
from rmt_asymptotics.serialisation import model_from_dict
from tests.drawn import caption, legend_texts

MODEL = rmt.SpikedRandomFeatures(
    activation=rmt.tanh,
    target=rmt.sin,
    sample_complexity=2.3,
    width_ratio=1.4,
    ridge=0.07,
    noise_variance=0.15,
    spike=rmt.GaussianLaw(0.8),
    alignment=0.6,
    bulk_variance=1.2,
)
POINTS = [0.51, 1.09, 2.31]
SIMULATION = {"replicas": 3, "seed": 4, "workers": 1}


@pytest.fixture(scope="module")
def theory():
    return rmt.learning_curve(MODEL, sample_complexity=POINTS)


@pytest.fixture(scope="module")
def simulation():
    return rmt.simulation_curve(MODEL, sample_complexity=POINTS, dimension=25, **SIMULATION)


@pytest.fixture(scope="module")
def comparison():
    return rmt.compare(MODEL, dimension=[20, 40, 30], **SIMULATION)


def points(container):
    """Positions, values and half lengths of the error bars of an errorbar artist."""
    line, _, (bars,) = container.lines
    lengths = [np.ptp(segment[:, 1]) / 2 for segment in bars.get_segments()]
    return line.get_xdata(), line.get_ydata(), lengths


def test_a_curve_is_drawn_as_lines_and_points_with_its_data(theory, simulation):
    axes = plot_curve(theory, simulation)
    assert len(axes.containers) == 2
    for line, container, name in zip(axes.lines[::4], axes.containers, ("test_error", "training_error"), strict=True):
        np.testing.assert_array_equal(line.get_xydata(), np.column_stack([POINTS, theory[name]]))
        x, y, spread = points(container)
        np.testing.assert_array_equal(x, np.array([13, 27, 58]) / 25)  # n/d as rounded, not as asked for
        np.testing.assert_array_equal(y, simulation[f"{name}_simulation"])
        np.testing.assert_allclose(spread, simulation[f"{name}_standard_error"], rtol=1e-12)


def test_a_curve_is_labelled(theory, simulation):
    axes = plot_curve(theory, simulation)
    assert axes.get_xlabel() == "sample complexity n/d"
    assert axes.get_ylabel() == "mean squared error"
    assert sorted(legend_texts(axes)) == [
        "test error, simulation, d = 25, ± 1 standard error",
        "test error, theory, p = ∞",
        "training error, simulation, d = 25, ± 1 standard error",
        "training error, theory, p = ∞",
    ]
    assert caption(axes) == (
        "Spiked random features: activation tanh, target sin, p/d = 1.4, ridge 0.07, noise variance 0.15, "
        "Gaussian spike (scale 0.8), alignment of spike and target 0.6, bulk variance 1.2"
    )


def test_a_caption_holds_laws_and_steps_with_their_parameters():
    fields = {"model": "M", "step": {"step": "PowerStep", "exponent": 0.25, "prefactor": 2.0}}
    fields |= {"readout": {"law": "DiscreteLaw", "values": [-1.0, 0.5], "probabilities": [0.3, 0.7]}}
    assert describe(fields) == (
        "M: power step (exponent 0.25, prefactor 2), discrete readout (-1, 0.5, probabilities 0.3, 0.7)"
    )


def test_one_quantity_names_the_axis_and_given_axes_are_used(theory):
    axes = Figure().add_subplot()
    assert plot_curve(theory, quantities=["training_objective"], axes=axes) is axes
    assert axes.get_ylabel() == "training error + (ridge/n)|a|²"
    assert (len(axes.lines), len(axes.containers)) == (1, 0)


def test_other_axes_than_sample_complexity_are_drawn_where_they_stand():
    ridges = [0.05, 0.2]
    theory = rmt.sweep(MODEL, ridge=ridges)
    simulation = rmt.simulation_curve(MODEL, ridge=ridges, dimension=25, **SIMULATION)
    axes = plot_curve(theory, simulation, ["test_error"])
    assert axes.get_xlabel() == "ridge"
    np.testing.assert_array_equal(points(axes.containers[0])[0], ridges)


def test_points_that_did_not_converge_are_crossed(theory):
    failing = theory.assign(status=("sample_complexity", ["converged", "not_resolved", "converged"]))
    axes = plot_curve(failing, quantities=["test_error"])
    assert axes.lines[1].get_marker() == "x"
    np.testing.assert_array_equal(axes.lines[1].get_xydata(), [[1.09, theory.test_error.values[1]]])
    assert "test error, theory, p = ∞ (not converged)" in legend_texts(axes)


def test_a_drift_is_drawn_with_its_fit_and_extrapolation(comparison):
    axes = plot_drift(comparison, "training_error")
    drift = comparison.drift["training_error"]
    fit, (measured, extrapolated) = axes.lines[1], axes.containers
    x, y, spread = points(measured)
    gaps = [size.gap("training_error") for size in comparison.sizes]
    np.testing.assert_allclose(x, [1 / 20, 1 / 30, 1 / 40])
    np.testing.assert_array_equal(y, [gap.mean for gap in gaps])
    np.testing.assert_allclose(spread, [gap.standard_error for gap in gaps], rtol=1e-12)
    (zero,), (value,), (error,) = points(extrapolated)
    assert (zero, value, error) == (0, drift.extrapolated.mean, pytest.approx(drift.extrapolated.standard_error))
    np.testing.assert_allclose(fit.get_ydata(), drift.extrapolated.mean + drift.slope.mean * fit.get_xdata())
    words = ("dimension d, on a scale of 1/d", "training error: simulation $-$ theory")
    assert (axes.get_xlabel(), axes.get_ylabel()) == words
    assert legend_texts(axes) == [
        "fit: a + b/d", "simulation, ± 1 standard error", "extrapolated, ± 1 standard error"
    ]  # fmt: skip
    assert [label.get_text() for label in axes.get_xticklabels()] == ["d = ∞", "20", "30", "40"]


def test_what_cannot_be_drawn_is_refused(theory, comparison):
    with pytest.raises(OutOfDomain, match="over one field"):
        plot_curve(rmt.sweep(MODEL, ridge=[0.1, 0.2], sample_complexity=POINTS))
    with pytest.raises(OutOfDomain, match="'message'"):
        plot_curve(theory, quantities=["message"])
    with pytest.raises(OutOfDomain, match="'bias'"):
        plot_drift(comparison, "bias")
    with pytest.raises(OutOfDomain, match="dimension = 20"):
        plot_drift(rmt.compare(MODEL, dimension=20, **SIMULATION))


def test_settings_of_matplotlib_are_left_alone(theory, simulation, comparison, tmp_path):
    before = dict(matplotlib.rcParams)
    write_figure(plot_curve(theory, simulation).figure, tmp_path / "x.png")
    write_figure(plot_drift(comparison).figure, tmp_path / "x.pdf")
    assert dict(matplotlib.rcParams) == before


def test_files_hold_the_data_and_the_model(theory, tmp_path):
    with xarray.open_dataset(write_dataset(theory, tmp_path / "x.nc"), engine="h5netcdf") as read:
        assert model_from_dict(json.loads(read.attrs["model"])) == MODEL
        np.testing.assert_array_equal(read.test_error, theory.test_error)
    path = write_dataset(theory, str(tmp_path / "x.csv"))
    frame = pandas.read_csv(path, comment="#")
    np.testing.assert_array_max_ulp(frame.test_error.values, theory.test_error.values)  # pandas 2 rounds in reading
    assert frame.sample_complexity.tolist() == POINTS
    (line,) = [line for line in path.read_text().splitlines() if line.startswith("# model: ")]
    assert model_from_dict(json.loads(line.removeprefix("# model: "))) == MODEL


@pytest.mark.parametrize(("suffix", "start"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")])
def test_figures_are_written_in_the_format_of_the_suffix(theory, tmp_path, suffix, start):
    assert write_figure(plot_curve(theory).figure, tmp_path / f"x{suffix}").read_bytes().startswith(start)


def test_contents_that_cannot_be_written_leave_the_old_file(theory, tmp_path):
    path = tmp_path / "x.nc"
    path.write_text("old")
    with pytest.raises(TypeError):
        write_dataset(theory.assign_attrs(seed=object()), path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_longest_name_that_the_disk_takes_can_be_written(theory, tmp_path):
    path = tmp_path / f"{'x' * 251}.csv"
    write_dataset(theory, path)
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(OutOfDomain, match="File name too long"):
        write_dataset(theory, tmp_path / f"{'x' * 252}.csv")


def test_an_error_of_writing_survives_a_process_boundary():
    error = pickle.loads(pickle.dumps(NotWritten(Path("x.nc"), "No space left on device")))
    assert str(error) == "x.nc was not written: No space left on device"


def test_the_file_behind_a_link_is_replaced_and_keeps_its_permissions(theory, tmp_path):
    path, link = tmp_path / "x.csv", tmp_path / "link.csv"
    path.write_text("old")
    path.chmod(0o640)
    link.symlink_to(path)
    write_dataset(theory, link)
    assert link.is_symlink()
    assert path.read_text().startswith("# model: ")
    assert path.stat().st_mode & 0o777 == 0o640
