"""What stands beside an axis: words, the symbols of the notes, units, and numbers on a scale that fits the values."""

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.vocabulary.fields import field_of
from rmt_asymptotics.vocabulary.quantities import DERIVED, LOSSES, OF_TWO_VALUES, SOLVED
from rmt_asymptotics.vocabulary.words import described

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
GREEK = dict(
    zip(
        ["eta", "Delta", "sigma", "Sigma", "gamma", "theta", "tau", "rho", "mu", "eps", "omega"],
        "ηΔσΣγθτρμεω",
        strict=True,
    )
)
IN_TYPE: tuple[tuple[str, Any], ...] = (  # the names of the code as the notes write them
    (r"\*\*([2-9])\b", lambda found: SUPERSCRIPTS[int(found[1])]),
    (r"\b(eta|Delta|sigma|Sigma|gamma|theta|tau|rho|mu|eps|omega)(?![a-zA-Z])", lambda found: GREEK[found[1]]),
    (r"\bn0\b", "n\N{SUBSCRIPT ZERO}"),
    (r"\bsqrt\(p\)", "\N{SQUARE ROOT}p"),
    (r"\^2\b", "\N{SUPERSCRIPT TWO}"),
    (r"\bPhi\^T Phi/p", "ΦᵀΦ/p"),
)
MANY = 2e3  # an axis over more than this is numbered in powers of ten
SPARSE, DENSE = (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 8)  # numbers on a logarithmic axis, in a decade


def in_type(text: str) -> str:
    """A text with the symbols of the notes.

    >>> in_type("log eta/log n, n0/d, 0.3*(x**2 - 1)")
    'log η/log n, n₀/d, 0.3*(x² - 1)'
    """
    for written, symbol in IN_TYPE:
        text = re.sub(written, symbol, text)
    return text


def label_of(array: "xarray.DataArray") -> str:
    """What a variable or coordinate is, in words and in the symbols of the notes, with its units unless it is a number.

    >>> import xarray
    >>> label_of(xarray.DataArray(1.0, attrs={"long_name": "rate of the step, eta/sqrt(p)", "units": "1"}))
    'rate of the step, η/√p'
    """
    name = str(array.name)
    words = in_type(str(array.attrs.get("long_name", described(name)["long_name"])))
    units = array.attrs.get("units", "1")
    return words if units == "1" else f"{words} [{units}]"


COMMON = (  # words for several quantities on one axis
    ({quantity.name for quantity in (*SOLVED, *DERIVED)}, "mean squared error"),
    ({quantity.name for quantity in OF_TWO_VALUES}, "share of labels predicted wrongly"),
    ({quantity.name for quantity in LOSSES if "loss" in quantity.name}, "mean loss"),
)


def common_words(names: Sequence[str]) -> str:
    """What quantities on one axis have in common.

    >>> common_words(["test_error", "training_error"]), common_words(["norm", "test_loss"])
    ('mean squared error', 'norm and test loss')
    """
    words = next((words for group, words in COMMON if set(names) <= group), None)
    return words or " and ".join(name.replace("_", " ") for name in names)


def model_of(dataset: "xarray.Dataset") -> dict[str, Any]:
    """The model of a Dataset, as by `model_to_dict`, with the values at which fields were chosen by `.sel`.

    Raises `OutOfDomain` for a Dataset that holds none.
    """
    if "model" not in dataset.attrs:
        raise OutOfDomain("dataset", list(map(str, dataset)), "one that holds its model, as `sweep` and others return")
    model: dict[str, Any] = json.loads(dataset.attrs["model"])
    for name, coordinate in dataset.coords.items():
        record, _, inner = str(name).partition(".")
        if coordinate.ndim == 0 and record in model:
            field = field_of(str(name))
            value = None if field and field.none and coordinate.item() == field.none else coordinate.item()
            model[record] = model[record] | {inner: value} if inner else value
    return model


def log_spaced(values: Any) -> bool:
    """Whether numbers, three at least and positive, are spaced more evenly in their logarithms than by themselves.

    >>> log_spaced([0.1, 1, 10]), log_spaced([1, 2, 3]), log_spaced(["tanh", "sin", "erf"])
    (True, False, False)
    """
    x = np.unique(values)
    if x.dtype.kind not in "iuf" or len(x) < 3 or x[0] <= 0:
        return False
    steps, ratios = np.diff(x), np.diff(np.log(x))
    return bool(ratios.std() * steps.mean() < ratios.mean() * steps.std())


def describe_axis(axes: "Axes", direction: str, coordinate: "xarray.DataArray") -> None:
    """Label the "x" or "y" axis, and make it logarithmic, with plain numbers, if the values are spaced so."""
    axes.set(**{f"{direction}label": label_of(coordinate)})
    if log_spaced(coordinate.values):
        axes.set(**{f"{direction}scale": "log"})
        plain_numbers(getattr(axes, f"{direction}axis"))


def plain_numbers(axis: "Axis") -> None:
    """Number a logarithmic axis 0.1, 0.2, 0.5, 1; over many decades it keeps its powers of ten."""
    from matplotlib.ticker import LogLocator, NullFormatter

    low, high = axis.get_view_interval()
    if high < MANY * low:
        axis.set_major_locator(LogLocator(subs=SPARSE if high > 10 * low else DENSE))
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter(NullFormatter())
