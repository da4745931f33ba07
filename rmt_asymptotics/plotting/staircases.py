"""Test error against the exponent of the step size: a staircase at p = infinity, smooth at finite widths."""

from typing import TYPE_CHECKING

import numpy as np

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.plotting.labels import describe_axis, label_of, model_of
from rmt_asymptotics.plotting.style import BLUE, GREY, finish, new_axes
from rmt_asymptotics.vocabulary.fields import FIELDS

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes

EXPONENT, WIDTH = "step.exponent", "width"
LIMIT = FIELDS[WIDTH].none
ORDERS = 12  # of spikes whose critical exponents are marked
LIGHT, DARK = 0.75, 0.15  # greys of the least and of the largest width


def critical_exponent(order: int) -> float:
    """The exponent of the step at which a polynomial spike kappa^order has finite strength (moniri24).

    >>> [critical_exponent(order) for order in (1, 2, 4)]
    [0.0, 0.25, 0.375]
    """
    return (order - 1) / (2 * order)


@checked_arguments
def plot_staircase(dataset: "xarray.Dataset", quantity: str = "test_error", axes: "Axes | None" = None) -> "Axes":
    """An error against log eta/log n: the limit as plateaus with dots between them, widths from light to dark.

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
    axes = axes or new_axes()
    model = model_of(dataset)
    errors = dataset[quantity]
    if WIDTH not in dataset.dims:
        errors = errors.expand_dims({WIDTH: [LIMIT if model[WIDTH] is None else str(model[WIDTH])]})
    finite = sorted((w for w in errors[WIDTH].values.astype(str) if w != LIMIT), key=float)
    errors = errors.assign_coords({WIDTH: errors[WIDTH].values.astype(str)}).sortby(EXPONENT)
    for width, shade in zip(finite, np.linspace(LIGHT, DARK, len(finite)), strict=True):
        values = errors.sel({WIDTH: width})
        axes.plot(errors[EXPONENT], values, color=str(shade), linewidth=1.2, label=f"p = {_rounded(float(width))}")
    if LIMIT in errors[WIDTH].values:
        _plateaus(axes, errors.sel({WIDTH: LIMIT}))
    _mark_critical(axes, errors[EXPONENT].values)
    describe_axis(axes, "x", dataset[EXPONENT])
    axes.set_ylabel(label_of(dataset[quantity]))
    finish(axes, model, omitted=(EXPONENT, WIDTH))
    return axes


def _plateaus(axes: "Axes", limit: "xarray.DataArray") -> None:
    """The limit as a line between critical exponents, and as a dot at each of them."""
    exponents = limit[EXPONENT].values
    critical = np.array([critical_exponent(order) for order in range(1, ORDERS)])
    at_critical = np.isclose(exponents[:, None], critical, atol=1e-12, rtol=0).any(1)
    stairs = np.searchsorted(critical, exponents)
    for stair in np.unique(stairs[~at_critical]):
        part = limit[~at_critical & (stairs == stair)]
        label = "p = ∞" if stair == stairs[~at_critical][0] else ""
        axes.plot(part[EXPONENT], part, color=BLUE, linewidth=2.2, label=label)
    if at_critical.any():
        dots = limit[at_critical]
        axes.plot(dots[EXPONENT], dots, "o", color=BLUE, markersize=6, label="p = ∞, critical exponents")


def _mark_critical(axes: "Axes", exponents: np.ndarray) -> None:
    """Thin lines where the spike of order q has finite strength: at (q - 1)/(2 q)."""
    for order in range(1, ORDERS):
        place = critical_exponent(order)
        if exponents.min() <= place <= exponents.max():
            axes.axvline(place, color=GREY, linewidth=0.7, linestyle=":", zorder=0)
            axes.annotate(
                f"q = {order}", (place, 1), (2, -2), xycoords=axes.get_xaxis_transform(), textcoords="offset points",
                ha="left", va="top", fontsize="x-small", color=GREY,
            )  # fmt: skip


def _rounded(width: float) -> str:
    power = np.log10(width)
    return f"$10^{{{power:.0f}}}$" if power >= 3 and power == round(power) else f"{width:g}"
