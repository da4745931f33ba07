"""The picture that belongs to a Dataset: a curve, a staircase, a map, a spectrum or a course of optima."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.plotting.boundaries import Boundary
from rmt_asymptotics.plotting.curves import plot_curve
from rmt_asymptotics.plotting.maps import plot_map
from rmt_asymptotics.plotting.optima import plot_optima
from rmt_asymptotics.plotting.spectra import plot_spectrum
from rmt_asymptotics.plotting.staircases import EXPONENT, WIDTH, plot_staircase
from rmt_asymptotics.plotting.style import main_outputs

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes

CLOSE = 1e-6  # relative: how near a value must be to one of the axis to choose it


@checked_arguments
def plot_dataset(
    dataset: "xarray.Dataset",
    quantity: str | None = None,
    boundaries: Mapping[str, Boundary] | None = None,
    x: str | None = None,
) -> "Axes":
    """Draw what the data are: errors along one field, a staircase over exponents and widths, a map, a spectrum, optima.

    dataset: of `sweep`, `open_sweep`, `learning_curve` or a file of the command line; fields of one value are no axes.
    quantity: by default test and training error along a curve, and the test error of a map.
    boundaries, x: of a map, as in `plot_map`.
    Raises `OutOfDomain` for data over three or more fields; choose values by `chosen` or `.sel`.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.relu, target=rmt.sign, sample_complexity=1.0,
    ...                            width_ratio=3.0, ridge=0.1)
    >>> plot_dataset(rmt.sweep(model, ridge=[0.1, 1.0], sample_complexity=[2.0]), "test_error").get_xlabel()
    'ridge'
    """
    if "density" in dataset:
        return plot_spectrum(dataset)
    if "over" in dataset.attrs:
        return plot_optima(dataset)
    shown = [quantity] if quantity else _defaults(dataset)
    if shown[0] not in dataset.data_vars and f"{shown[0]}_simulation" not in dataset:
        numeric = [str(name) for name, values in dataset.data_vars.items() if values.dtype.kind in "if"]
        raise OutOfDomain("quantity", shown[0], f"one of {', '.join(numeric)}")
    dataset = _along_fields(_over(dataset, shown[0])).squeeze()
    fields = list(map(str, dataset.dims))
    if not boundaries and set(fields) == {EXPONENT, WIDTH} and dataset[WIDTH].dtype.kind not in "iuf":
        return plot_staircase(dataset, shown[0])
    if len(fields) == 1 and not boundaries:
        if x is not None:
            raise OutOfDomain("x", x, "left out where only one field varies")
        return plot_curve(dataset, quantities=[name.removesuffix("_simulation") for name in shown])
    if len(fields) == 2:
        return plot_map(dataset, shown[0], boundaries, x=x)
    over = "two fields, to have boundaries on it" if boundaries else "one or two fields"
    raise OutOfDomain("dataset", dict(dataset.sizes), f"over {over}; choose values of the others")


def _defaults(dataset: "xarray.Dataset") -> list[str]:
    """The errors that the data hold; of a map of simulations alone, their mean."""
    names = main_outputs(dataset)
    present = [name for name in names if name in dataset]
    if not present and f"{names[0]}_simulation" in dataset:
        return [f"{names[0]}_simulation"]
    return present or list(names[:1])


def _over(dataset: "xarray.Dataset", quantity: str) -> "xarray.Dataset":
    """What the data hold over the fields of a quantity."""
    if quantity not in dataset:
        return dataset
    return dataset.drop_dims(set(dataset.dims) - set(dataset[quantity].dims))


def _along_fields(dataset: "xarray.Dataset") -> "xarray.Dataset":
    """Points listed one by one along the one field that changes."""
    if "point" not in dataset.dims:
        return dataset
    values = {str(name): c.values for name, c in dataset.coords.items() if c.dims == ("point",)}
    varying = [name for name, column in values.items() if len(np.unique(column)) > 1]
    if len(varying) != 1:
        raise OutOfDomain("dataset", varying, "of listed points that differ in one field; choose values of the others")
    fixed = {name: column[0] for name, column in values.items() if name not in varying}
    return dataset.assign_coords(fixed).swap_dims(point=varying[0]).sortby(varying[0])


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
