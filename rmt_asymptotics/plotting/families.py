"""Curves of a Dataset: any field along the x axis, also a ratio of sizes such as p/n, and one curve a value of another.

A grid and points listed one by one are the same here: rows, of which those with one value of `hue` are a curve.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.plotting.captions import in_words
from rmt_asymptotics.plotting.labels import in_type, model_of
from rmt_asymptotics.serialisation import KINDS
from rmt_asymptotics.vocabulary.domains import Kind
from rmt_asymptotics.vocabulary.fields import FIELDS
from rmt_asymptotics.vocabulary.words import described

if TYPE_CHECKING:
    import xarray

IN_INPUTS = {"n": "sample_complexity", "p": "width_ratio", "n0": "step_sample_complexity"}  # sizes over d
LIMIT = FIELDS["width"].none
HELP = "choose x and hue, and values of the others by .sel(...)"


@dataclass(frozen=True)
class Family:
    """Curves along x.

    x: the name of what is along the axis, label: in words.  hue: the field that tells the curves apart, or None.
    curves: by value of the hue, the rows of each from left to right: columns by the names of the variables, and "x".
    values: of the hue, as they are in the Dataset.  fields: all that vary.
    """

    x: str
    label: "xarray.DataArray"
    hue: str | None
    values: tuple[Any, ...]
    curves: tuple[dict[str, np.ndarray], ...]
    fields: tuple[str, ...]

    @property
    def ordered(self) -> bool:
        """Whether the values of the hue are numbers."""
        return all(_rank(value) is not None for value in self.values)

    @property
    def words(self) -> str:
        """Of the hue, without its symbol."""
        return described(str(self.hue))["long_name"].partition(",")[0]

    def title(self, place: int) -> str:
        """What a curve is of: ridge = 0.1."""
        assert self.hue is not None
        value, field = self.values[place], FIELDS.get(self.hue)
        if field is not None and isinstance(field.domain, Kind) and field.domain.name in KINDS:
            return in_words(str(value))
        sized = field is not None and set(field.symbol) & set("/p")
        words = field.symbol if field and sized else field.words if field else self.words
        return f"{in_type(words)} = {'∞' if value == LIMIT else _rounded(value)}"


def _rank(value: Any) -> float | None:
    """The place of a value among others; None for words.  Widths beside the limit are texts; the limit comes first."""
    if value == LIMIT:
        return -np.inf
    try:
        return float(value)
    except ValueError:
        return None


def _sorted(values: Iterable[Any]) -> list[Any]:
    """Numbers increasing, words as they are."""
    found = list(values)
    ranks = {value: rank for value in found if (rank := _rank(value)) is not None}
    return sorted(found, key=lambda value: ranks[value]) if len(ranks) == len(found) else found


def _rounded(value: Any) -> str:
    """A value in few characters, 10 to a power where that is all it is."""
    if (rank := _rank(value)) is None:
        return in_type(str(value))
    power = np.log10(rank) if rank > 0 else 0.0
    return f"$10^{{{power:.0f}}}$" if power >= 4 and power == round(power) else f"{rank:.6g}"


def family(dataset: "xarray.Dataset", names: Sequence[str], x: str | None, hue: str | None) -> Family:
    """The curves of variables.

    x: by default the field that varies beside `hue`; hue: by default the field that varies beside `x`.
    Raises `OutOfDomain` for fields that the Dataset does not hold, and where more than these two vary.
    """
    import xarray

    kept = [name for name in names if name in dataset]
    dims = {dim for name in kept for dim in dataset[name].dims}
    dataset = dataset.drop_dims(set(dataset.dims) - dims) if kept else dataset
    rows = {str(dim): c for dim, c in dataset.coords.items() if c.ndim == 1 and c.dtype.kind != "M"}
    varying = tuple(name for name, c in rows.items() if len(np.unique(c.values)) > 1 and name != "samples")
    x, hue = _chosen(dataset, varying, x, hue)
    position = _position(dataset, x)
    columns = dict(dataset.data_vars) | {"x": position} | ({hue: dataset[hue]} if hue else {})
    columns |= {"samples": dataset["samples"]} if "samples" in dataset.variables else {}
    flat = {name: c.values.ravel() for name, c in zip(columns, xarray.broadcast(*columns.values()), strict=True)}
    hues = _sorted(dict.fromkeys(np.atleast_1d(dataset[hue].values).tolist())) if hue else [None]
    curves = []
    for value in hues:
        of_hue = np.full(len(flat["x"]), True) if value is None else flat[str(hue)] == value
        order = np.argsort(flat["x"][of_hue], kind="stable")
        curves.append({str(name): column[of_hue][order] for name, column in flat.items()})
    return Family(x, position, hue, tuple(hues) if hue else (), tuple(curves), varying)


def _chosen(
    dataset: "xarray.Dataset", varying: tuple[str, ...], x: str | None, hue: str | None
) -> tuple[str, str | None]:
    """x and hue, the one that is left out found from the fields that vary."""
    if hue is not None and hue not in dataset.coords:
        raise OutOfDomain("hue", hue, f"one of {', '.join(map(str, dataset.coords))}")
    left = [name for name in varying if name not in (x, hue)]
    if x is None:
        left = left or [str(dim) for dim in dataset.dims if dim != hue]
        if len(left) != 1:
            raise OutOfDomain("dataset", dict(dataset.sizes), f"over one field beside hue, not {left}: {HELP}")
        return left[0], hue
    along = int(x not in dataset.coords)  # what a ratio or an output changes with
    if hue is None and len(left) == along + 1:
        hue = ([name for name in left if name not in _sources(x)] or left)[-1]
        left.remove(hue)
    if len(left) > along:
        raise OutOfDomain("dataset", dict(dataset.sizes), f"over x and hue alone, not {', '.join(left)} too: {HELP}")
    return x, hue


def _sources(x: str) -> list[str]:
    return [IN_INPUTS[size] for size in x.split("/") if size in IN_INPUTS]


def _position(dataset: "xarray.Dataset", x: str) -> "xarray.DataArray":
    """The values along the x axis: a coordinate, a variable, a field of the model or a ratio of n, n0, p and d."""
    if x in dataset.variables:
        return dataset[x]
    over, slash, under = x.partition("/")
    sizes = {*IN_INPUTS, "d"}
    if not slash or over not in sizes or under not in sizes or over == under:
        known = ", ".join(map(str, dataset.coords))
        raise OutOfDomain("x", x, f"one of {known}, or a ratio of n, n0, p and d, such as p/n")
    ratio = _in_inputs(dataset, over) / _in_inputs(dataset, under)
    return ratio.rename(x).assign_attrs(long_name=x, units="1")


def _in_inputs(dataset: "xarray.Dataset", size: str) -> "xarray.DataArray":
    """n, n0 or p over d."""
    import xarray

    if size == "d":
        return xarray.DataArray(1.0)
    name = IN_INPUTS[size]
    if name in dataset.coords:
        return dataset[name]
    model = model_of(dataset)
    if name not in model:
        raise OutOfDomain("x", size, f"a size of {model['model']}")
    return xarray.DataArray(float(model[name]))
