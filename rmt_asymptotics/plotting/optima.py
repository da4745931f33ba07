"""How an optimum moves along a field, or over two: the output there, and each tuned field."""

from typing import TYPE_CHECKING

import numpy as np

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.plotting.captions import describe
from rmt_asymptotics.plotting.frames import Size, finish, new_panels
from rmt_asymptotics.plotting.labels import describe_axis, label_of, model_of
from rmt_asymptotics.plotting.maps import plot_map
from rmt_asymptotics.plotting.marks import theory_line
from rmt_asymptotics.plotting.palette import BLACK, LOOKS, OF_QUANTITIES

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes

HEIGHT = 0.42  # of a panel, over its width
MARKS = (("at_bound", "s"), ("at_zero", "v"), ("at_infinity", "^"), ("not_converged", "x"))
FOUND, LOST = "converged", "not_converged"
RANGE = 10  # a tuned field that moves over more has a logarithmic axis


@checked_arguments
def plot_optima(dataset: "xarray.Dataset", *, size: Size = "screen", caption: str | None = None) -> "Axes":
    """The optimal output in the first of several panels, the tuned fields in the others; returns the first.

    dataset: from `optimal_curve`, along one field (curves) or two (maps).  Optima that are not inside their bounds are
    marked along a curve, and without a contour on a map.  Raises `OutOfDomain` for another Dataset.

    >>> import rmt_asymptotics as rmt
    >>> from rmt_asymptotics.optimisation import optimal_curve
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0, width_ratio=1.0,
    ...                            ridge=1.0, noise_variance=0.5)
    >>> plot_optima(optimal_curve(model, sample_complexity=[0.5, 1.0])).get_ylabel()
    'test error'
    """
    if "over" not in dataset.attrs or len(dataset.dims) not in (1, 2):
        raise OutOfDomain("dataset", list(map(str, dataset)), "what `optimal_curve` returns")
    over = dataset.attrs["over"].split(", ")
    fields = tuple(map(str, dataset.dims))
    (output,) = (str(name) for name in dataset if name not in (*over, "status", "message"))
    names, words = (output, *over), describe(model_of(dataset), (*fields, *over)) if caption is None else caption
    if len(fields) == 2:
        panels = new_panels(1, len(names), size, height=0.9)
        drawn = dataset.assign(status=dataset.status.where(dataset.status == LOST, FOUND))
        for axes, name in zip(panels, names, strict=True):
            plot_map(drawn, name, axes=axes, caption=words if name == output else "")
        return panels[0]
    panels = new_panels(len(names), 1, size, HEIGHT, sharex=True)
    for axes, name in zip(panels, names, strict=True):
        _panel(axes, dataset, fields[0], name)
    describe_axis(panels[-1], "x", dataset[fields[0]])
    for axes in reversed(panels):
        finish(axes, words if axes is panels[0] else "")
    return panels[0]


def _panel(axes: "Axes", dataset: "xarray.Dataset", axis: str, name: str) -> None:
    x, y = dataset[axis].values, dataset[name].values
    theory_line(axes, x, y, OF_QUANTITIES.get(name, LOOKS[1]))
    for status, marker in MARKS:
        here = dataset.status.values == status
        if here.any():
            axes.plot(x[here], y[here], marker, color=BLACK, label=status.replace("_", " "))
    if np.nanmin(y) > 0 and np.nanmax(y) > RANGE * np.nanmin(y):
        axes.set_yscale("log")
    axes.set_ylabel(name.replace("_", " ") if name in OF_QUANTITIES else label_of(dataset[name]))
