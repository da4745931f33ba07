"""Bias and variance along one axis: the parts of the test error as stacked areas."""

from typing import TYPE_CHECKING

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.plotting.captions import describe
from rmt_asymptotics.plotting.frames import Size, finish, new_axes
from rmt_asymptotics.plotting.labels import describe_axis, model_of
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

    Parts that are 0 everywhere are left out.  Raises `OutOfDomain` for a Dataset without the parts, or of other than
    one dimension.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.relu, target=rmt.sign, sample_complexity=2.0,
    ...                            width_ratio=3.0, ridge=0.1, noise_variance=0.05)
    >>> axes = plot_bias_variance(rmt.bias_variance_curve(model, width_ratio=[0.5, 1.0, 2.0, 4.0, 8.0]))
    >>> len(axes.collections), axes.get_xscale()
    (7, 'log')
    """
    if len(dataset.dims) != 1 or any(name not in dataset for name in LOOKS):
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
    describe_axis(axes, "x", dataset[axis])
    axes.set_ylabel("mean squared error")
    axes.set_xlim(x.min(), x.max())
    axes.set_ylim(bottom=0)
    finish(axes, describe(model_of(dataset), (axis,)) if caption is None else caption)
    return axes
