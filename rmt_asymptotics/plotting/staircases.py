"""Test error against the exponent of the step size: a staircase at p = infinity, smooth at finite widths."""

from typing import TYPE_CHECKING

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.plotting.curves import plot_curve
from rmt_asymptotics.plotting.frames import Size
from rmt_asymptotics.plotting.stairs import EXPONENT, WIDTH

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes


@checked_arguments
def plot_staircase(
    dataset: "xarray.Dataset", quantity: str = "test_error", axes: "Axes | None" = None, *, size: Size = "screen",
    caption: str | None = None,
) -> "Axes":  # fmt: skip
    """An error against log eta/log n: the limit as plateaus with dots between them, and a curve for each width.

    dataset: from `sweep` over "step.exponent" of a `PowerStep`, and over "width", where None is the limit.  The limit
    jumps where a further spike becomes free; there it takes a value of its own if the exponents hold that point.
    Raises `OutOfDomain` for datasets over other fields and quantities that they do not hold.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.OneStepNetwork(activation=rmt.centred(rmt.softplus), target=rmt.sin, sample_complexity=2.0,
    ...     width_ratio=1.0, ridge=0.1, step=rmt.PowerStep(0.1), step_sample_complexity=2.0)
    >>> stairs = rmt.sweep(model, {"step.exponent": [0.1, 0.2, 0.25, 0.3], "width": [None, 10**6]})
    >>> plot_staircase(stairs).get_xlabel()
    'exponent of the step, log η/log n'
    """
    if not {EXPONENT} <= set(dataset.dims) <= {EXPONENT, WIDTH}:
        raise OutOfDomain("dataset", dict(dataset.sizes), f"over {EXPONENT}, or {EXPONENT} and {WIDTH}")
    if quantity not in dataset:
        raise OutOfDomain("quantity", quantity, f"one of {', '.join(map(str, dataset))}")
    hue = WIDTH if WIDTH in dataset.dims else None
    return plot_curve(dataset, quantities=[quantity], axes=axes, x=EXPONENT, hue=hue, size=size, caption=caption)
