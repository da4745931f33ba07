"""Maps, staircases, boundaries and optima: cells where the values are, nothing silently blank, labels in words."""

from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

import rmt_asymptotics as rmt
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.plotting import (
    chosen,
    plot,
    plot_boundaries,
    plot_curve,
    plot_map,
    plot_optima,
    plot_spectrum,
    plot_staircase,
)
from tests.drawn import caption, legend_texts
from tests.problems import ONE_CLASS
from tests.test_models import NETWORK

SPACING = 5  # of matplotlib, pixels beside a number on a contour
RATES, COMPLEXITIES = [0.1, 0.2, 0.8], [3.0, 1.0, 2.0, 4.0]  # the second out of order, and evenly spaced
PLANE = ("step.rate", "sample_complexity")


@pytest.fixture(scope="module")
def phases():
    return rmt.sweep(NETWORK, {"step.rate": RATES}, sample_complexity=COMPLEXITIES)


def failing(dataset, name, status, *places):
    """The dataset with the status of some points changed, and their numbers if they never had one."""
    changed = dataset.copy(deep=True)
    statuses = changed["status"].values.astype(object)
    for place in places:
        statuses[place] = status
        if status in ("refused", "pending"):
            changed[name].values[place] = np.nan
    return changed.assign(status=(dataset[name].dims, statuses))


def colours(axes):
    """The mesh of the map, apart from the hatched cells."""
    return next(c for c in axes.collections if type(c).__name__ == "QuadMesh")


def line(fields, *curves):
    return SimpleNamespace(fields=fields, curves=[np.array(curve) for curve in curves])


def test_cells_lie_around_their_values_on_both_kinds_of_axis(phases):
    axes = plot_map(phases)
    mesh = colours(axes)
    x, y = mesh.get_coordinates()[0, :, 0], mesh.get_coordinates()[:, 0, 1]
    np.testing.assert_allclose(x, [0.5, 1.5, 2.5, 3.5, 4.5])
    np.testing.assert_allclose(y, np.sqrt([0.1 * 0.05, 0.1 * 0.2, 0.2 * 0.8, 0.8 * 3.2]))
    assert (axes.get_xscale(), axes.get_yscale()) == ("linear", "log")
    assert (*axes.get_xlim(), *axes.get_ylim()) == (x[0], x[-1], y[0], y[-1])
    expected = phases.test_error.sel(sample_complexity=[1.0, 2.0, 3.0, 4.0]).values
    np.testing.assert_array_equal(mesh.get_array().reshape(3, 4), expected)


def test_a_map_is_labelled_in_words_and_symbols(phases):
    axes = plot_map(phases, x="step.rate")
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("rate of the step, η/√p", "sample complexity n/d")
    bar = axes.get_figure(root=True).axes[1]
    assert bar.get_ylabel() == "test error E(y - f)², noise included"
    assert "maximal step, " in caption(axes)
    assert "n/d = " not in caption(axes)


def test_points_without_a_converged_number_are_hatched_and_counted(phases):
    dataset = failing(phases, "test_error", "pending", (0, 1), (2, 2))
    dataset = failing(dataset, "test_error", "not_resolved", (1, 1))
    dataset.test_error.values[1, 1] = 1e9  # would swallow all colours
    axes = plot_map(dataset)
    assert legend_texts(axes) == ["not resolved: 1 point", "pending: 2 points"]
    hatched = [c for c in axes.collections if c.get_hatch()]
    assert [int((~np.ma.getmaskarray(c.get_array())).sum()) for c in hatched] == [1, 2]
    corner = hatched[1].get_paths()[0].vertices  # pending at rate 0.1, n/d = 1
    np.testing.assert_allclose(corner.min(0), [0.5, 0.1 / np.sqrt(2)])
    good = dataset.test_error.values[dataset.status.values == "converged"]
    assert colours(axes).get_clim() == (good.min(), good.max())


def test_a_map_of_nothing_but_pending_points_is_drawn(phases):
    dataset = phases.assign(test_error=phases.test_error * np.nan, status=phases.status.astype(object))
    dataset["status"][:] = "pending"
    assert legend_texts(plot_map(dataset)) == ["pending: 12 points"]


def test_colours_are_logarithmic_over_a_wide_range_and_centred_for_z_scores(phases):
    wide = phases.assign(test_error=phases.test_error * [1, 2, 4, 8])
    assert isinstance(colours(plot_map(wide)).norm, LogNorm)
    assert not isinstance(colours(plot_map(phases)).norm, LogNorm)
    low, high = colours(plot_map(phases.rename(test_error="test_error_z_score"), "test_error_z_score")).get_clim()
    assert low == -high < 0


def test_boundaries_lie_in_the_plane_of_the_map(phases):
    curve = [[0.3, 1.2], [0.5, 3.4]]
    turned = line(PLANE[::-1], [point[::-1] for point in curve])
    axes = plot_map(phases, boundaries={"a": line(PLANE, curve), "b": turned})
    assert legend_texts(axes) == ["a", "b"]
    for drawn in axes.lines:
        np.testing.assert_array_equal(drawn.get_xydata(), [point[::-1] for point in curve])
    assert axes.lines[0].get_linestyle() != axes.lines[1].get_linestyle()
    with pytest.raises(OutOfDomain, match=r"sample_complexity and step\.rate"):
        plot_map(phases, boundaries={"a": line(("ridge", "step.rate"), curve)})
    alone = plot_boundaries({"a": turned}, {"step.rate": (0.1, 10), "sample_complexity": (1, 4)})
    np.testing.assert_array_equal(alone.lines[0].get_xydata(), [point[::-1] for point in curve])
    assert (alone.get_yscale(), alone.get_xscale(), alone.get_ylabel()) == ("log", "linear", "rate of the step, η/√p")


def test_contours_and_given_axes(phases):
    axes = Figure().add_subplot()
    level = float(phases.test_error.median())
    assert plot_map(phases, axes=axes, contours=[level]) is axes
    (contour,) = [c for c in axes.collections if hasattr(c, "levels")]
    assert contour.levels.tolist() == [level]


def test_contours_are_broken_for_their_numbers_alone():
    """As the scales of the axes have them."""
    values = np.geomspace(1e-3, 10, 15)
    dataset = rmt.sweep(ONE_CLASS, ridge=values, sample_complexity=values)
    axes = plot_map(dataset)
    (contour,) = [c for c in axes.collections if hasattr(c, "levels")]
    whole = axes.contour(values, values, dataset.test_error, contour.levels)
    boxes = [text.get_window_extent().size for text in contour.labelTexts]
    assert boxes
    assert _length(axes, whole) - _length(axes, contour) < sum(np.hypot(*size) + 2 * SPACING for size in boxes)


def _length(axes, contour):
    """On the screen."""
    pieces = [axes.transData.transform(p) for path in contour.get_paths() for p in path.to_polygons(closed_only=False)]
    return sum(np.hypot(*np.diff(piece, axis=0).T).sum() for piece in pieces)


def test_words_have_places_of_their_own():
    dataset = rmt.sweep(ONE_CLASS, activation=[rmt.tanh, rmt.relu], ridge=[0.1, 0.2, 0.3])
    axes = plot_map(dataset, x="activation")
    assert axes.get_xlim() == (-0.5, 1.5)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["tanh", "relu"]


def test_what_cannot_be_mapped_is_refused(phases):
    with pytest.raises(OutOfDomain, match=r"two dimensions.*\.sel"):
        plot_map(phases.expand_dims(ridge=2))
    with pytest.raises(OutOfDomain, match=r"'bias'.*test_error"):
        plot_map(phases, "bias")
    with pytest.raises(OutOfDomain, match="x = 'ridge'"):
        plot_map(phases, x="ridge")
    with pytest.raises(OutOfDomain, match="holds its model"):
        plot_map(phases.assign_attrs(model=None).drop_attrs())


def test_the_picture_follows_the_data_and_says_what_was_chosen(phases):
    part = chosen(phases, {"step.rate": "0.2"})
    axes = plot(part)
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), phases.test_error.sortby("sample_complexity").values[1])
    assert "maximal step (rate 0.2)" in caption(axes)
    assert plot(phases, x="step.rate").get_xlabel() == "rate of the step, η/√p"
    with pytest.raises(OutOfDomain, match=r"0\.1, 0\.2, 0\.8"):
        chosen(phases, {"step.rate": 0.3})
    with pytest.raises(OutOfDomain, match=r"'test_error'.*one of training_error"):
        plot(phases.drop_vars("test_error"), "test_error")
    with pytest.raises(OutOfDomain, match="over one or two fields"):
        plot(phases.expand_dims(ridge=[0.1, 0.2]))


def test_listed_points_are_drawn_along_the_field_that_changes():
    dataset = rmt.sweep(ONE_CLASS, points={"ridge": [0.3, 0.1, 0.2], "alignment": [0.7] * 3})
    axes = plot(dataset, "test_error")
    np.testing.assert_array_equal(axes.lines[0].get_xydata()[:, 1], dataset.test_error.values[[1, 2, 0]])
    assert "alignment of spike and target 0.7" in caption(axes)


def test_simulated_points_of_a_sweep_and_references_are_drawn():
    plan = rmt.SimulationPlan(dimension=20, replicas=3)
    dataset = rmt.sweep(ONE_CLASS.replace(width=None), sample_complexity=[0.5, 1.0, 2.0], simulation=plan)
    axes = plot_curve(dataset, quantities=["test_error"], references={"noise": 0.1, "other": [0.1, 0.2, 0.3]})
    np.testing.assert_array_equal(axes.containers[0].lines[0].get_ydata(), dataset.test_error_simulation)
    assert {"noise", "other", "test error, simulation, d = 20, ± 1 standard error"} < set(legend_texts(axes))
    drawn = {str(drawn.get_label()): drawn.get_ydata().tolist() for drawn in axes.lines}
    assert (drawn["noise"], drawn["other"]) == ([0.1] * 3, [0.1, 0.2, 0.3])
    blank = rmt.sweep(ONE_CLASS, {"ridge": [0.1, 0.2], "width": [30, 31]}, theory=False, simulation=plan)
    assert legend_texts(plot(blank)) == ["not simulated: 4 points"]


def test_a_staircase_breaks_at_the_critical_exponents():
    exponents = [0.3, 0.1, 0.2, 0.25, 0.28]
    model = NETWORK.replace(step=rmt.PowerStep(0.1), width=None)
    dataset = rmt.sweep(model, {"step.exponent": exponents, "width": [None, 10**6, 200]})
    axes = plot_staircase(dataset)
    drawn = {str(drawn.get_label()): drawn for drawn in axes.lines}
    assert [name for name in drawn if "p = " in name] == ["p = ∞", "p = 200", "p = $10^{6}$"]
    assert drawn["p = ∞"].get_xdata().tolist() == [0.1, 0.25]
    np.testing.assert_array_equal(drawn["p = 200"].get_ydata(), dataset.test_error.sortby("step.exponent")[:, 2])
    assert [text.get_text() for text in axes.texts] == ["q = 2"]
    assert plot(dataset).get_xlabel() == "exponent of the step, log η/log n"
    with pytest.raises(OutOfDomain, match=r"step\.exponent"):
        plot_staircase(rmt.sweep(ONE_CLASS, ridge=[0.1]))


def test_optima_that_are_not_inside_are_marked():
    model = rmt.RandomFeatures(
        activation=rmt.tanh, target=rmt.sin, sample_complexity=1.0, width_ratio=1.4, ridge=1.0, noise_variance=0.5
    )
    dataset = rmt.optimal_curve(model, bounds={"ridge": (0.5, 10.0)}, sample_complexity=[0.5, 8.0])
    assert dataset.status.values.tolist() == ["interior", "at_bound"]
    axes = plot_optima(dataset)
    marks = [drawn for drawn in axes.lines if drawn.get_label() == "at bound"]
    assert marks[0].get_xdata().tolist() == [8.0]
    below = axes.get_figure().axes[1]
    assert (below.get_ylabel(), below.get_xlabel()) == ("ridge", "sample complexity n/d")


def test_a_spectrum_needs_a_density(phases):
    with pytest.raises(OutOfDomain, match="density"):
        plot_spectrum(phases)
