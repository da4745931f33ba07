"""Bias and variance along one axis: the parts of the test error as stacked areas."""

from typing import TYPE_CHECKING

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.plotting.captions import describe
from rmt_asymptotics.plotting.frames import Size, finish, new_axes
from rmt_asymptotics.plotting.labels import describe_axis, model_of
from rmt_asymptotics.plotting.marks import simulated_points
from rmt_asymptotics.plotting.palette import Look
from rmt_asymptotics.vocabulary.quantities import PARTS

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes

LOOKS = {  # hatches tell apart what has about the same grey in print
    "noise": ("#FFFFFF", "..."),
    "bias": ("#003F8C", ""),
    "label_noise": ("#E6A532", ""),
    "samples": ("#4F9D8C", "///"),
    "initialisation": ("#B8442F", "\\\\\\"),
    "samples_and_initialisation": ("#BFD9E8", "xx"),
    "label_noise_and_initialisation": ("#F4DDB0", "++"),
}
INK = "#333333"  # of hatches and of the lines between areas
PRESENT = 1e-9  # of the test error: a part below has no area


@checked_arguments
def plot_bias_variance(
    dataset: "xarray.Dataset", axes: "Axes | None" = None, *, size: Size = "screen", caption: str | None = None
) -> "Axes":
    """The parts of the test error, one above the other, against the axis of a `bias_variance_curve`.

    Of a `compare_bias_variance` also the simulated parts, as points on the edges between areas, each with the standard
    error of the part below it.  Parts that are 0 everywhere are left out.
    Raises `OutOfDomain` for a Dataset without the parts, or of other than one dimension of two values or more.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.relu, target=rmt.sign, sample_complexity=2.0,
    ...                            width_ratio=3.0, ridge=0.1, noise_variance=0.05)
    >>> axes = plot_bias_variance(rmt.bias_variance_curve(model, width_ratio=[0.5, 1.0, 2.0, 4.0, 8.0]))
    >>> len(axes.collections), axes.get_xscale()
    (7, 'log')
    """
    if len(dataset.dims) != 1 or min(dataset.sizes.values()) < 2 or any(name not in dataset for name in LOOKS):
        raise OutOfDomain("dataset", dict(dataset.sizes), "of `bias_variance_curve`, along one dimension")
    axes = axes or new_axes(size)
    (axis,) = map(str, dataset.dims)
    x, total = dataset[axis].values, dataset.test_error.values
    shown = [name for name in LOOKS if (abs(dataset[name].values) > PRESENT * total).any()]
    areas = axes.stackplot(x, [dataset[name].values for name in shown], labels=[PARTS[name].words for name in shown])
    for name, area in zip(shown, areas, strict=True):
        colour, hatch = LOOKS[name]
        area.set(facecolor=colour, hatch=hatch, edgecolor=INK, linewidth=0.4)
    axes.plot(x, total, color="black", linewidth=1.6, label="test error")
    if "test_error_simulation" in dataset:
        _simulated(axes, dataset, [name for name in shown if name != "noise"])
    describe_axis(axes, "x", dataset[axis])
    axes.set_ylabel("mean squared error")
    axes.set_xlim(x.min(), x.max())
    axes.set_ylim(bottom=0)
    known = (axis, "width") if "test_error_simulation" in dataset else (axis,)  # the theory has the simulated width
    finish(axes, describe(model_of(dataset), known) if caption is None else caption)
    return axes


def _simulated(axes: "Axes", dataset: "xarray.Dataset", shown: list[str]) -> None:
    """The sums of the simulated parts up to each; the noise of fresh labels, at the bottom, is known."""
    (axis,), look, height = map(str, dataset.dims), Look("black", "-", "o"), dataset.noise.values
    for name in shown:
        height = height + dataset[f"{name}_simulation"].values
        last = f"simulation, d = {dataset.attrs['dimension']}, ± 1 standard error"
        label = last if name == shown[-1] else None
        simulated_points(axes, dataset[axis].values, height, dataset[f"{name}_standard_error"].values, look, label)
