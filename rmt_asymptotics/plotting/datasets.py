"""The picture that belongs to a Dataset: a curve, a staircase, a map, a spectrum or a course of optima."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.checks import real_array
from rmt_asymptotics.comparison import Comparison
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.plotting.bias_variance import plot_bias_variance
from rmt_asymptotics.plotting.boundaries import Boundary, plot_boundaries
from rmt_asymptotics.plotting.curves import main_outputs, named, plot_curve
from rmt_asymptotics.plotting.drift import plot_drift
from rmt_asymptotics.plotting.frames import Size
from rmt_asymptotics.plotting.maps import plot_map
from rmt_asymptotics.plotting.optima import plot_optima
from rmt_asymptotics.plotting.spectra import plot_spectrum
from rmt_asymptotics.plotting.stairs import EXPONENT, WIDTH
from rmt_asymptotics.spectra import InputSpectrum
from rmt_asymptotics.spectra.histogram import with_histogram
from rmt_asymptotics.spectra.shown import Spectrum
from rmt_asymptotics.vocabulary.quantities import PARTS

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes

CLOSE = 1e-6  # relative: how near a value must be to one of the axis to choose it


@checked_arguments
def plot(
    data: "xarray.Dataset | Spectrum | Comparison | Boundary",
    quantity: str | Sequence[str] | None = None,
    *,
    x: str | None = None,
    hue: str | None = None,
    simulation: "xarray.Dataset | np.ndarray | None" = None,
    boundaries: Mapping[str, Boundary] | None = None,
    axes: "Axes | None" = None,
    size: Size = "screen",
    caption: str | None = None,
) -> "Axes":
    """Draw what the data are: curves, a staircase, a map, a spectrum, parts of an error, optima, a drift, a boundary.

    data: a Dataset of this package, in memory or from a file of the command line; a spectrum, a comparison at several
        dimensions, a boundary.  Fields of one value are no axes.
    quantity: one output or several; by default test and training error along a curve, the test error of a map.
    x: the field of the horizontal axis: of a map the second by default; of curves also an output, or a ratio of n, n0,
        p and d such as "p/n".
    hue: the field of which each value has a curve; with it, data over two fields are curves, without it a map.
    simulation: of the same fields, drawn beside a curve; of a spectrum the eigenvalues of `feature_eigenvalues`, one
        row a draw.
    boundaries: by label, drawn on a map.
    axes: to draw on; by default a new figure of `size`: "screen", or a "single" or "double" column of a journal.
    caption: in place of the model; "" for none.
    Returns the axes, of several panels the first; a notebook shows them.
    Raises `OutOfDomain` for data over three or more fields; choose values by `chosen` or `.sel`.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.relu, target=rmt.sign, sample_complexity=1.0,
    ...                            width_ratio=3.0, ridge=0.1)
    >>> rmt.plot(rmt.sweep(model, ridge=[0.1, 1.0], sample_complexity=[2.0]), "test_error").get_xlabel()
    'ridge'
    >>> family = rmt.sweep(model, sample_complexity=[1.0, 2.0, 3.0], ridge=[0.1, 1.0])
    >>> axes = rmt.plot(family, x="p/n", hue="ridge", size="single")
    >>> [line.get_label() for line in axes.lines]
    ['ridge = 0.1', 'ridge = 1']
    """
    import xarray

    look: dict[str, Any] = {"size": size, "caption": caption}
    if isinstance(data, Comparison):
        return plot_drift(data, _one(quantity) or "test_error", axes, **look)
    if isinstance(data, Spectrum):
        return plot_spectrum(_with_eigenvalues(data, simulation), axes, **look)
    if isinstance(simulation, np.ndarray):
        raise OutOfDomain("simulation", simulation, "a Dataset; eigenvalues go beside a spectrum alone")
    if not isinstance(data, xarray.Dataset):
        return _boundary(data, axes, x, **look)
    dataset = data
    if "density" in dataset:
        return plot_spectrum(dataset, axes, **look)
    if "over" in dataset.attrs:
        return plot_optima(dataset, **look)
    if quantity is None and {*PARTS, "test_error"} <= set(map(str, dataset)):
        return plot_bias_variance(dataset, axes, **look)
    shown = _shown(dataset, quantity)
    dataset = _over(dataset, shown[0])
    fields = [str(name) for name, size in dataset.sizes.items() if size > 1]
    if hue is None and (x is None or x in fields) and len(fields) == 2 and not _is_staircase(dataset, x):
        return plot_map(dataset.squeeze(), shown[0], boundaries, axes, x, **look)
    if boundaries:
        raise OutOfDomain("boundaries", tuple(boundaries), "left out where the data are no map, over two fields")
    if len(fields) > 2 and "point" not in fields:
        raise OutOfDomain("dataset", dict(dataset.sizes), "over one or two fields; choose values of the others")
    names = [name.removesuffix("_simulation") for name in shown] if quantity else None
    if x is None and hue is None and _is_staircase(dataset, x):
        x, hue = EXPONENT, WIDTH if WIDTH in fields else None
    return plot_curve(dataset, simulation, names, axes, x=x, hue=hue, **look)


def _with_eigenvalues(spectrum: Spectrum, eigenvalues: Any) -> "xarray.Dataset":
    """The Dataset of a spectrum, with the histogram of simulated eigenvalues if there are any."""
    dataset = spectrum.to_dataset()
    if eigenvalues is None:
        return dataset
    rows = real_array("simulation", eigenvalues)
    shaped = rows.ndim == 2 and min(rows.shape) > 1 and 0 < rows.max() < np.inf
    if not shaped or "eigenvalue" not in dataset.coords:
        raise OutOfDomain("simulation", eigenvalues, "eigenvalues beside a spectrum of features, one row a draw")
    ratio = 1.0 if isinstance(spectrum, InputSpectrum) else spectrum.model.width_ratio
    dimension = round(rows.shape[1] / ratio)
    return with_histogram(dataset, rows, {"dimension": dimension, "replicas": len(rows)})


def _boundary(boundary: Boundary, axes: "Axes | None", x: str | None, size: Size, caption: str | None) -> "Axes":
    """A boundary in the smallest plane that holds it."""
    if not boundary.curves:
        raise OutOfDomain("data", boundary, "a boundary that is somewhere")
    points = np.vstack(boundary.curves)
    plane = {name: (column.min(), column.max()) for name, column in zip(boundary.fields, points.T, strict=True)}
    return plot_boundaries({"boundary": boundary}, plane, axes, x, size=size, caption=caption or "")


def _one(quantity: str | Sequence[str] | None) -> str | None:
    return quantity if quantity is None or isinstance(quantity, str) else named(quantity)[0]


def _shown(dataset: "xarray.Dataset", quantity: str | Sequence[str] | None) -> list[str]:
    """The outputs that are asked for, or the errors that the data hold; of simulations alone, their mean."""
    names = [quantity] if isinstance(quantity, str) else [] if quantity is None else named(quantity)
    if not names:
        main = main_outputs(dataset)
        present = [name for name in main if name in dataset]
        names = present or [name for name in (f"{main[0]}_simulation", main[0]) if name in dataset] or [main[0]]
    for name in names:
        if name not in dataset.data_vars and f"{name}_simulation" not in dataset:
            numeric = [str(other) for other, values in dataset.data_vars.items() if values.dtype.kind in "if"]
            raise OutOfDomain("quantity", name, f"one of {', '.join(numeric)}")
    return names


def _is_staircase(dataset: "xarray.Dataset", x: str | None) -> bool:
    """Whether the data are over exponents of the step, and over widths among which is the limit."""
    fields = {str(name) for name, size in dataset.sizes.items() if size > 1}
    over_widths = fields == {EXPONENT, WIDTH} and dataset[WIDTH].dtype.kind not in "iuf"
    return x in (None, EXPONENT) and (over_widths or fields == {EXPONENT})


def _over(dataset: "xarray.Dataset", quantity: str) -> "xarray.Dataset":
    """What the data hold over the fields of a quantity; of points listed one by one, along the field that changes."""
    if quantity in dataset:
        dataset = dataset.drop_dims(set(dataset.dims) - set(dataset[quantity].dims))
    return dataset


@checked_arguments
def chosen(dataset: "xarray.Dataset", at: Mapping[str, Any]) -> "xarray.Dataset":
    """The part of a Dataset where fields have given values: numbers, or the words of laws and functions.

    Raises `OutOfDomain` for fields that are no axes and for values that are not among theirs.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.relu, target=rmt.sign, sample_complexity=1.0,
    ...                            width_ratio=3.0, ridge=0.1)
    >>> dict(chosen(rmt.sweep(model, ridge=[0.1, 1.0], sample_complexity=[1.0, 2.0]), {"ridge": "0.1"}).sizes)
    {'sample_complexity': 2}
    """
    for name, wanted in at.items():
        fields = [str(c) for c in dataset.coords if dataset[c].ndim == 1]
        if name not in fields:
            raise OutOfDomain("at", name, f"one of {', '.join(fields)}")
        values = dataset[name].values
        places = np.flatnonzero(_equal(values, wanted))
        if not len(places):
            raise OutOfDomain(f"at {name}", wanted, f"one of {', '.join(map(_short, np.unique(values)))}")
        (dim,) = dataset[name].dims
        dataset = dataset.isel({dim: places if dim == "point" else int(places[0])})
    return dataset


def _equal(values: np.ndarray, wanted: Any) -> np.ndarray:
    if values.dtype.kind not in "iuf":
        return values.astype(str) == str(wanted)
    try:
        return np.isclose(values.astype(float), float(wanted), rtol=CLOSE, atol=0)
    except ValueError:
        return np.zeros(len(values), bool)


def _short(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:g}"
