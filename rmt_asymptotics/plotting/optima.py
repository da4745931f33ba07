"""How an optimum moves along a field: the output there, and below it each tuned field."""

from typing import TYPE_CHECKING

import numpy as np

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.plotting.labels import describe_axis, label_of, model_of
from rmt_asymptotics.plotting.style import BLUE, GREEN, ORANGE, STYLES, identify

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 6.4, 2.6  # inches, of a panel
MARKS = (("at_bound", "s"), ("at_zero", "v"), ("at_infinity", "^"), ("not_converged", "x"))
RANGE = 10  # a tuned field that moves over more has a logarithmic axis


@checked_arguments
def plot_optima(dataset: "xarray.Dataset") -> "Axes":
    """The optimal output in the first of several panels, the tuned fields in the others; returns the first.

    dataset: from `optimal_curve`.  Optima that are not inside their bounds are marked.
    Raises `OutOfDomain` for another Dataset.

    >>> import rmt_asymptotics as rmt
    >>> from rmt_asymptotics.optimisation import optimal_curve
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0, width_ratio=1.0,
    ...                            ridge=1.0, noise_variance=0.5)
    >>> plot_optima(optimal_curve(model, sample_complexity=[0.5, 1.0])).get_ylabel()
    'test error'
    """
    from matplotlib.figure import Figure

    if "over" not in dataset.attrs or len(dataset.dims) != 1:
        raise OutOfDomain("dataset", list(map(str, dataset)), "what `optimal_curve` returns")
    over = dataset.attrs["over"].split(", ")
    (axis,) = map(str, dataset.dims)
    (output,) = (str(name) for name in dataset if name not in (*over, "status", "message"))
    figure = Figure(figsize=(WIDTH, HEIGHT * (1 + len(over))), layout="constrained")
    panels = figure.subplots(1 + len(over), 1, sharex=True)
    for axes, name in zip(panels, (output, *over), strict=True):
        _panel(axes, dataset, axis, name, BLUE if name == output else ORANGE)
    describe_axis(panels[-1], "x", dataset[axis])
    if (dataset.status != "interior").any():
        panels[0].legend(frameon=False, fontsize="small")
    identify(panels[0], model_of(dataset), omitted=(axis, *over))
    return panels[0]


def _panel(axes: "Axes", dataset: "xarray.Dataset", axis: str, name: str, colour: str) -> None:
    x, y = dataset[axis].values, dataset[name].values
    axes.plot(x, y, color=colour)
    for status, marker in MARKS:
        here = dataset.status.values == status
        if here.any():
            axes.plot(x[here], y[here], marker, color=GREEN, label=status.replace("_", " "))
    if np.nanmin(y) > 0 and np.nanmax(y) > RANGE * np.nanmin(y):
        axes.set_yscale("log")
    axes.set_ylabel(name.replace("_", " ") if name in STYLES else label_of(dataset[name]))
    axes.spines[["top", "right"]].set_visible(False)
