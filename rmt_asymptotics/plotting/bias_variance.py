"""Bias and variance along one axis: the parts of the test error as stacked areas."""

from typing import TYPE_CHECKING

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.plotting.labels import describe_axis, model_of
from rmt_asymptotics.plotting.style import finish, new_axes
from rmt_asymptotics.vocabulary.quantities import PARTS

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes

COLOURS = {  # the interactions between the colours of what interacts
    "noise": "#BBBBBB",
    "bias": "#0072B2",
    "label_noise": "#E69F00",
    "samples": "#009E73",
    "initialisation": "#CC79A7",
    "samples_and_initialisation": "#56B4E9",
    "label_noise_and_initialisation": "#D55E00",
}


@checked_arguments
def plot_bias_variance(dataset: "xarray.Dataset", axes: "Axes | None" = None) -> "Axes":
    """The parts of the test error, one above the other, against the axis of a `bias_variance_curve`.

    Raises `OutOfDomain` for a Dataset without the parts, or of other than one dimension.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.relu, target=rmt.sign, sample_complexity=2.0,
    ...                            width_ratio=3.0, ridge=0.1, noise_variance=0.05)
    >>> axes = plot_bias_variance(rmt.bias_variance_curve(model, width_ratio=[0.5, 1.0, 2.0, 4.0, 8.0]))
    >>> len(axes.collections), axes.get_xscale()
    (7, 'log')
    """
    if len(dataset.dims) != 1 or any(name not in dataset for name in COLOURS):
        raise OutOfDomain("dataset", dict(dataset.sizes), "of `bias_variance_curve`, along one dimension")
    axes = axes or new_axes()
    (axis,) = map(str, dataset.dims)
    columns = [dataset[name].values for name in COLOURS]
    words = [PARTS[name].words for name in COLOURS]
    axes.stackplot(dataset[axis].values, columns, labels=words, colors=list(COLOURS.values()))
    axes.plot(dataset[axis].values, dataset.test_error.values, color="black", linewidth=1.2, label="test error")
    describe_axis(axes, "x", dataset[axis])
    axes.set_ylabel("mean squared error")
    axes.margins(x=0)
    finish(axes, model_of(dataset), omitted=(axis,))
    return axes
