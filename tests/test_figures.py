"""Figures by what they contain: bars that sum to the data, curves told apart, whole texts, legends beside the data."""

import itertools
import json
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest
import xarray
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import rmt_asymptotics as rmt
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.plotting import (
    describe,
    looks_along,
    plot_boundaries,
    plot_drift,
    plot_map,
    plot_optima,
    plot_spectrum,
)
from rmt_asymptotics.plotting.frames import WIDTHS
from rmt_asymptotics.plotting.palette import COLOURS, LOOKS, shades
from rmt_asymptotics.plotting.stairs import CRITICAL
from rmt_asymptotics.serialisation import model_to_dict
from rmt_asymptotics.spectra.histogram import with_histogram
from tests.drawn import caption, faults, legend_texts
from tests.problems import ONE_CLASS
from tests.test_models import NETWORK

PLAIN = rmt.RandomFeatures(
    activation=rmt.tanh, target=rmt.sin, sample_complexity=1.7, width_ratio=1.3, ridge=0.07, noise_variance=0.2
)
RIDGES, SIZES = [0.01, 0.03, 0.2, 1.5], [0.6, 1.1, 1.9, 3.3]
PLAN = rmt.SimulationPlan(dimension=20, replicas=3)
APART = 12  # L* between two greys that print tells apart side by side
SEEN = 20  # Euclidean distance in Lab: far above a just noticeable difference, 2.3
VISION = {  # Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB
    "all": np.eye(3),
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour):
    c = np.array(to_rgb(colour))
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """CIE Lab of linear RGB, white D65."""
    x = TO_XYZ @ rgb / TO_XYZ.sum(1)
    f = np.where(x > 0.008856, np.cbrt(x), 7.787 * x + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.fixture(scope="module")
def family():
    return rmt.sweep(PLAIN, ridge=RIDGES, sample_complexity=SIZES, simulation=PLAN)


@pytest.mark.parametrize("vision", VISION)
def test_colours_are_told_apart_with_any_vision(vision):
    seen = [lab(np.clip(np.array(VISION[vision]) @ linear(colour), 0, 1)) for colour in COLOURS]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > SEEN


def test_colours_are_told_apart_in_grey():
    greys = sorted(lab(linear(colour))[0] for colour in COLOURS)
    assert np.diff(greys).min() > APART and greys[-1] < 75  # dark enough for a line on white
    for count in (2, 3, 4, 5):
        of_values = [lab(linear(colour))[0] for colour in shades(count)]
        assert np.diff(of_values).min() > APART and of_values[-1] < 75


def test_every_value_has_a_colour_dash_and_mark_of_its_own():
    for ordered in (True, False):
        looks = looks_along(8, ordered)
        assert len(set(looks)) == len({look.marker for look in looks}) == len({str(look.line) for look in looks}) == 8
    assert len({look.colour for look in LOOKS}) == len({look.line for look in LOOKS}) == len(LOOKS)


def test_a_hue_has_a_curve_for_each_value(family):
    axes = rmt.plot(family, "test_error", hue="ridge")
    drawn = {str(line.get_label()): line for line in axes.lines}
    for ridge in RIDGES:
        expected = np.column_stack([SIZES, family.test_error.sel(ridge=ridge)])
        np.testing.assert_array_equal(drawn[f"ridge = {ridge:g}"].get_xydata(), expected)
    assert legend_texts(axes) == [*(f"ridge = {r:g}" for r in RIDGES), "simulation, d = 20, ± 1 standard error"]
    assert len(axes.containers) == len(RIDGES)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("sample complexity n/d", "test error E(y - f)², noise included")
    assert not faults(axes)
    assert "ridge" not in caption(axes) and "n/d" not in caption(axes)


def test_either_field_may_be_the_hue_and_the_other_is_found(family):
    by_size = rmt.plot(family, "training_error", hue="sample_complexity")
    assert by_size.get_xlabel() == "ridge" and by_size.get_xscale() == "log"
    assert legend_texts(by_size)[:2] == ["n/d = 0.6", "n/d = 1.1"]
    turned = rmt.plot(family, "training_error", x="ridge", hue="sample_complexity")
    for one, other in zip(by_size.lines, turned.lines, strict=True):
        np.testing.assert_array_equal(one.get_xydata(), other.get_xydata())


def test_two_quantities_beside_a_hue_are_told_apart_by_dashes(family):
    axes = rmt.plot(family, ["test_error", "training_error"], hue="ridge")
    assert legend_texts(axes)[-3:] == ["test error", "training error", "simulation, d = 20, ± 1 standard error"]
    assert axes.get_ylabel() == "mean squared error"
    assert not faults(axes)


def test_long_curves_of_two_quantities_have_marks_too():
    dataset = rmt.sweep(PLAIN, ridge=RIDGES[:2], sample_complexity=np.linspace(0.6, 4, 50))
    axes = rmt.plot(dataset, ["test_error", "training_error"], hue="ridge")
    assert {line.get_marker() for line in axes.lines[:4]} == {"o", "s"}
    assert all(line.get_markevery() == 7 for line in axes.lines[:4])


def test_a_peak_does_not_press_the_other_curves_to_the_axis():
    dataset = rmt.sweep(PLAIN, ridge=[1e-6, 1.0], sample_complexity=np.linspace(0.6, 4, 35))
    axes = rmt.plot(dataset, "test_error", hue="ridge")
    assert axes.get_yscale() == "log" and not faults(axes)
    assert rmt.plot(dataset.isel(ridge=1)).get_yscale() == "linear"


def test_x_may_be_a_ratio_of_sizes_or_an_output(family):
    axes = rmt.plot(family, "test_error", x="p/n", hue="ridge")
    np.testing.assert_allclose(axes.lines[0].get_xdata(), 1.3 / np.array(SIZES[::-1]))
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), family.test_error.values[0, ::-1])
    assert axes.get_xlabel() == "p/n"
    both = rmt.sweep(PLAIN, width_ratio=[0.5, 1.2], sample_complexity=SIZES)
    axes = rmt.plot(both, "test_error", x="n/p", hue="width_ratio")
    np.testing.assert_allclose(axes.lines[1].get_xdata(), np.array(SIZES) / 1.2)
    axes = rmt.plot(family, "test_error", x="training_error", hue="ridge")
    np.testing.assert_array_equal(np.sort(axes.lines[0].get_xdata()), np.sort(family.training_error.values[0]))
    with pytest.raises(OutOfDomain, match="such as p/n"):
        rmt.plot(family, x="p/q", hue="ridge")
    with pytest.raises(OutOfDomain, match="a size of RandomFeatures"):
        rmt.plot(family, x="n0/d", hue="ridge")
    with pytest.raises(OutOfDomain, match="hue = 'alignment'"):
        rmt.plot(family, hue="alignment")


def test_points_listed_one_by_one_are_the_same_curves(family):
    points = [(ridge, size) for ridge in RIDGES for size in SIZES]
    columns = {"ridge": [p[0] for p in points], "sample_complexity": [p[1] for p in points]}
    listed = rmt.plot(rmt.sweep(PLAIN, points=columns), "test_error", hue="ridge")
    for line, ridge in zip(listed.lines, RIDGES, strict=True):
        np.testing.assert_array_equal(line.get_ydata(), family.test_error.sel(ridge=ridge))


def test_words_are_hues_too():
    dataset = rmt.sweep(ONE_CLASS, activation=[rmt.tanh, rmt.relu], ridge=[0.1, 0.2, 0.3])
    axes = rmt.plot(dataset, "test_error", hue="activation")
    assert legend_texts(axes) == ["activation = tanh", "activation = relu"]
    assert not faults(axes)
    losses = rmt.sweep(ONE_CLASS, loss=[rmt.SquareLoss(), rmt.HuberLoss(1.5)], ridge=[0.1, 0.2, 0.3])
    assert legend_texts(rmt.plot(losses, "test_error", hue="loss")) == ["square loss", "Huber loss (threshold 1.5)"]


@pytest.mark.parametrize("size", WIDTHS)
def test_nothing_is_clipped_at_any_size(family, size):
    axes = rmt.plot(family, "test_error", hue="ridge", size=size)
    assert axes.get_figure().get_figwidth() == WIDTHS[size]
    assert not faults(axes)
    assert not faults(rmt.plot(family, "training_error", size=size))
    for words in (", ".join(["MM 0.7864 WW"] * 12), " ".join(["WMWM"] * 40)):
        assert not faults(rmt.plot(family, "training_error", size=size, caption=words))
    assert not faults(rmt.plot(family.isel(ridge=0), size=size))
    assert not faults(rmt.plot(rmt.spectrum(PLAIN), size=size))
    along = rmt.bias_variance_curve(PLAIN, width_ratio=[0.5, 1.0, 2.0])
    assert not faults(rmt.plot(along, size=size))


def test_an_unknown_size_is_refused(family):
    with pytest.raises(OutOfDomain, match="size = 'poster'"):
        rmt.plot(family, hue="ridge", size="poster")


def test_given_axes_have_their_legend_beside_the_data(family):
    panels = Figure(figsize=(12, 4)).subplots(1, 2)
    assert rmt.plot(family, "test_error", hue="ridge", axes=panels[0]) is panels[0]
    rmt.plot(family, "training_error", hue="ridge", axes=panels[1])
    assert not faults(panels[0])


def test_a_notebook_shows_the_figure(family):
    assert rmt.plot(family, hue="ridge")._repr_png_().startswith(b"\x89PNG")


def test_lines_through_few_points_show_them(family):
    axes = rmt.plot(family, "test_error", hue="ridge")
    assert all(line.get_marker() != "None" for line in axes.lines if len(line.get_xdata()) == len(SIZES))
    fine = rmt.learning_curve(PLAIN, sample_complexity=np.linspace(0.5, 4, 60))
    assert rmt.plot(fine).lines[0].get_marker() == "None"


def test_the_staircase_is_level_between_critical_exponents_and_nothing_joins_its_steps():
    model = NETWORK.replace(step=rmt.PowerStep(0.1), width=None)
    dataset = rmt.sweep(model, {"step.exponent": [-0.1, 0.1, 0.25, 0.3]})
    axes = rmt.plot(dataset, "test_error")
    plateaus = [line for line in axes.lines if line.get_linewidth() == 2.2]
    assert [line.get_xdata().tolist() for line in plateaus] == [[-0.1, 0.0], [0.0, 0.25], [0.25, 0.3]]
    heights = dataset.test_error.values[[0, 1, 3]]
    np.testing.assert_array_equal([line.get_ydata() for line in plateaus], np.column_stack([heights, heights]))
    (dot,) = [line for line in axes.lines if line.get_xdata() is not None and list(line.get_xdata()) == [0.25]]
    assert dot.get_ydata().tolist() == [dataset.test_error.values[2]]
    assert not [line for line in axes.lines if len(line.get_xdata()) > 2]
    assert CRITICAL[1] == 0.25 and not faults(axes)


def test_bars_hold_all_eigenvalues_and_outliers_far_away_have_a_panel():
    model = rmt.SpikedRandomFeatures(
        activation=rmt.relu, target=rmt.sin, sample_complexity=0.8, width_ratio=1.3, ridge=0.1,
        spike=rmt.ConstantLaw(1.4), alignment=0.6, width=52,
    )  # fmt: skip
    plan = PLAN.replace(dimension=40)
    eigenvalues = rmt.feature_eigenvalues(model, plan)
    predicted = rmt.spectrum(model).to_dataset()
    dataset = with_histogram(predicted, eigenvalues, plan.attributes)
    axes = plot_spectrum(dataset)
    (aside,) = axes.child_axes
    area = sum(bar.get_width() * bar.get_height() for panel in (axes, aside) for bar in panel.patches)
    zeros = float((eigenvalues < 1e-9).mean())
    assert area == pytest.approx(1 - zeros, abs=1e-12) and zeros > 0.3
    assert "of the eigenvalues are 0" in caption(axes)
    left, right = aside.get_xlim()
    assert left < eigenvalues.max() < right and axes.get_xlim()[1] < 1.5 * predicted.edges.values.max()
    far = [line.get_xdata()[0] for line in aside.lines if line.get_linestyle() == "--"]
    np.testing.assert_array_equal(far, predicted.outlier.values[: len(far)])
    assert len(far) == predicted.outlier.size > 0
    assert not faults(axes)


def test_a_spectrum_is_drawn_with_simulated_eigenvalues():
    eigenvalues = rmt.feature_eigenvalues(PLAIN, dimension=30, replicas=2)
    axes = rmt.plot(rmt.spectrum(PLAIN), simulation=eigenvalues)
    assert sum(bar.get_width() * bar.get_height() for bar in axes.patches) == pytest.approx(1)
    assert "simulation, d = 30, 2 draws" in legend_texts(axes)
    for wrong in (eigenvalues[0], np.zeros((2, 3))):
        with pytest.raises(OutOfDomain, match="simulation"):
            rmt.plot(rmt.spectrum(PLAIN), simulation=wrong)


def test_spectra_of_weights_are_drawn_too():
    axes = rmt.plot(rmt.weight_spectrum(NETWORK.replace(step=rmt.FixedStep(3.0))))
    assert axes.get_xlabel() == "singular value of $W$" and legend_texts(axes) == [
        "limiting density",
        "outlier, theory",
    ]
    assert not faults(axes)


def test_captions_count_long_sequences():
    model = rmt.RidgeRegression(covariance=rmt.Covariance.power_law(1.5, 200), sample_complexity=1.4, ridge=0.3)
    axes = rmt.plot(rmt.sweep(model, ridge=[0.1, 1.0]))
    assert caption(axes) == "Ridge regression: n/d = 1.4, covariance (200 eigenvalues, 200 shares)"
    assert legend_texts(axes) == ["test error, theory", "training error, theory"] and not faults(axes)


def test_a_histogram_holds_eigenvalues_just_beyond_the_bulk():
    edges = xarray.DataArray([[0.5, 2.0]], dims=("interval", "end"))
    dataset = xarray.Dataset({"edges": edges})
    eigenvalues = np.array([[0.0, 0.55, 1.0, 2.01, 2.05, 2.2], [0.0, 0.6, 1.9, 1.95, 2.0, 9.0]])
    found = with_histogram(dataset, eigenvalues, {})
    assert float((found.histogram * found.bin_width).sum()) == pytest.approx(5 / 6)
    np.testing.assert_allclose(found.bin_width[found.bin < 2.25], 2 / 60)  # near the bulk, where 2.2 is, as in it
    assert found.attrs["atom_at_zero_simulation"] == pytest.approx(1 / 6)


def test_a_map_has_contours_and_colours_that_tell_its_values_apart(family):
    axes = plot_map(family)
    (contour,) = [c for c in axes.collections if hasattr(c, "levels")]
    assert 2 <= len(contour.levels) <= 12
    peak = family.copy(deep=True)
    peak.test_error.values[0, 0] = 100.0  # one point of sixteen
    spread = rmt.sweep(PLAIN, ridge=np.linspace(0.01, 1, 10), sample_complexity=np.linspace(1, 4, 10))
    spread.test_error.values[0, 0] = 100.0
    mesh = next(c for c in plot_map(spread).collections if type(c).__name__ == "QuadMesh")
    assert mesh.get_clim()[1] < 1
    assert not faults(axes)


def test_boundaries_and_maps_have_the_same_axes(family):
    line = SimpleNamespace(fields=("ridge", "sample_complexity"), curves=[np.array([[0.02, 0.7], [1.0, 3.0]])])
    on_map = plot_map(family, boundaries={"a line": line})
    alone = plot_boundaries({"a line": line}, {"ridge": RIDGES, "sample_complexity": SIZES})
    for axes in (on_map, alone):
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("sample complexity n/d", "ridge")
        assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
        assert legend_texts(axes) == ["a line"] and not faults(axes)
    assert (
        plot_boundaries({"a": line}, {"ridge": RIDGES, "sample_complexity": SIZES}, x="ridge").get_xlabel() == "ridge"
    )
    plane = {"ridge": RIDGES, "sample_complexity": SIZES}
    nowhere = SimpleNamespace(fields=line.fields, curves=[])
    axes = plot_boundaries({"a line": line, "b": nowhere}, plane)
    assert legend_texts(axes) == ["a line"] and caption(axes) == "b: nowhere here"


def test_parts_without_an_area_are_left_out():
    along = rmt.bias_variance_curve(PLAIN.replace(noise_variance=0.0), width_ratio=[0.5, 1.0, 2.0])
    axes = rmt.plot(along)
    assert not [text for text in legend_texts(axes) if "noise" in text]
    tops = [collection.get_paths()[0].vertices[:, 1].max() for collection in axes.collections]
    assert max(tops) == pytest.approx(float(along.test_error.max()))
    assert not faults(axes)


def test_drifts_and_optima_are_whole():
    compared = rmt.compare(PLAIN, dimension=[20, 40], replicas=3)
    assert not faults(plot_drift(compared))
    assert rmt.plot(compared).get_ylabel() == "test error: simulation $-$ theory"
    optima = rmt.optimal_curve(PLAIN, sample_complexity=[0.5, 2.0])
    assert not faults(plot_optima(optima, size="single"))


def test_captions_leave_defaults_out():
    """In memory, and as files have them."""
    model = model_to_dict(NETWORK)
    assert describe(model) == describe(json.loads(json.dumps(model))) and "targets" not in describe(model)


def test_captions_are_in_words():
    model = NETWORK.replace(loss=rmt.HuberLoss(0.6), corrections=False, readout=rmt.GaussianLaw(1.2))
    text = caption(rmt.plot(rmt.sweep(model, {"step.rate": [0.5, 1.0]}, tolerance=1e-4), "test_error"))
    assert text.startswith("Network after one gradient step: ")
    for words in ("Huber loss (threshold 0.6)", "without corrections", "maximal step", "Gaussian readout (scale 1.2)"):
        assert words in text
    assert not {"True", "False", "...", "Step(", "Law("} & set(text) and "rate" not in text


def test_settings_of_matplotlib_are_left_alone(family):
    before = dict(matplotlib.rcParams)
    axes = rmt.plot(family, hue="ridge", size="single")
    FigureCanvasAgg(axes.get_figure()).draw()
    assert dict(matplotlib.rcParams) == before


def test_maps_of_covariances_leave_room_for_their_cells():
    covariances = [rmt.Covariance.power_law(exponent, 400) for exponent in (0.3, 0.6, 1.2)]
    model = rmt.RidgeRegression(target=rmt.identity, sample_complexity=1.7, ridge=0.1, noise_variance=0.1)
    axes = rmt.plot(rmt.sweep(model, covariance=covariances, ridge=np.logspace(-3, 1, 9), progress=False))
    assert not faults(axes)
    figure = axes.figure
    figure.draw_without_rendering()
    assert axes.get_position().width > 0.5
    assert not axes.texts  # no line joins two covariances
