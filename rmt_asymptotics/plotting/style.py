"""The project's look: colours, captions and units of every picture.

Figures are made without pyplot, so that they need no display and can be drawn in any thread; global settings are
neither read for anything that matters nor changed.
"""

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from rmt_asymptotics.serialisation import plain_defaults
from rmt_asymptotics.vocabulary.fields import FIELDS

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# colours of Okabe and Ito, told apart with any colour vision; line styles and markers also in black and white
BLUE, ORANGE, GREEN, PINK = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
OTHER = ("#0072B2", "-", "o")  # of what is no error
STYLES = {
    "test_error": (BLUE, "-", "o"),
    "training_error": (ORANGE, "--", "s"),
    "training_objective": (GREEN, "-.", "^"),
    "excess_error": (PINK, ":", "D"),
    "misclassification": (BLUE, "-", "o"),
    "training_misclassification": (ORANGE, "--", "s"),
    "test_loss": (BLUE, "-", "o"),
    "training_loss": (ORANGE, "--", "s"),
}
GREY, LIGHT_GREY = "#666666", "#C8C8C8"
DASHES = ("--", ":", "-.", (0, (6, 1.5)), (0, (1, 3)))  # of lines that share a colour
SIZES = set("npd0/")  # symbols of these name a field better than its words
POINTS: dict[str, Any] = {"markersize": 4.5, "capsize": 2.5, "elinewidth": 1.0, "zorder": 3}
CAPTION_WIDTH = 76  # characters that fit above axes of the default size


def main_outputs(dataset: "xarray.Dataset") -> tuple[str, str]:
    """What is drawn of a dataset unless something else is asked for: of labels of two values, the misclassification."""
    binary = "misclassification" in dataset or "misclassification_simulation" in dataset
    return ("misclassification", "training_misclassification") if binary else ("test_error", "training_error")


def new_axes() -> "Axes":
    """Axes of a new figure, made without pyplot."""
    from matplotlib.figure import Figure

    return Figure(figsize=(6.4, 4.6), layout="constrained").add_subplot()


def finish(axes: "Axes", model: dict[str, Any], omitted: tuple[str, ...] = ()) -> None:
    """Legend, spines and a caption that identifies the model."""
    identify(axes, model, omitted)
    _dress(axes)


def identify(axes: "Axes", model: dict[str, Any], omitted: Sequence[str] = ()) -> None:
    """A title that identifies the model, given as by `model_to_dict`, without the fields `omitted`."""
    unbroken = describe(model, omitted).replace(" ", "\N{NO-BREAK SPACE}").replace(",\N{NO-BREAK SPACE}", ", ")
    _title(axes, textwrap.wrap(unbroken, CAPTION_WIDTH, break_long_words=False, break_on_hyphens=False))


def _title(axes: "Axes", lines: Sequence[str]) -> None:
    axes.set_title("\n".join(lines), fontsize="small", loc="left", parse_math=False)


def _dress(axes: "Axes") -> None:
    axes.legend(frameon=False, fontsize="small")
    axes.spines[["top", "right"]].set_visible(False)


def labelled(axes: "Axes", x: str, y: str, caption: str) -> "Figure":
    """The figure of `axes` after labels, caption and legend are set."""
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    _title(axes, textwrap.wrap(caption, CAPTION_WIDTH))
    _dress(axes)
    return figure_of(axes)


def figure_of(axes: "Axes") -> "Figure":
    """The whole figure that axes belong to."""
    return cast("Figure", axes.get_figure(root=True))


def simulated_points(axes: "Axes", x: Any, mean: Any, standard_error: Any, **style: Any) -> None:
    """Simulated means with one standard error, in the project's style of points."""
    axes.errorbar(x, mean, standard_error, **POINTS, **style)


def describe(model: dict[str, Any], omitted: Sequence[str] = ()) -> str:
    """One line that identifies a model, given as by `model_to_dict`: its fields that are not at their defaults.

    omitted: fields that are left out, such as "step.rate".

    >>> describe({"model": "RandomFeatures", "activation": "tanh", "target": "sin", "ridge": 0.1, "width": None})
    'RandomFeatures: activation tanh, target sin, ridge 0.1, p = ∞'
    """
    defaults = plain_defaults(model["model"])
    shown = [
        f"{_name(k)} {abbreviated(_varied(k, v, omitted))}"
        for k, v in model.items()
        if k not in ("model", *omitted) and (k == "width" or k not in defaults or v != defaults[k])
    ]
    return f"{model['model']}: {', '.join(shown)}"


def _name(field: str) -> str:
    symbol = FIELDS[field].symbol if field in FIELDS else ""
    return f"{symbol} =" if symbol and set(symbol) <= SIZES else field.replace("_", " ")


def _varied(field: str, value: Any, omitted: Sequence[str]) -> Any:
    """A law or step with its omitted parameters as dots."""
    if not isinstance(value, dict):
        return value
    return {name: "..." if f"{field}.{name}" in omitted else inner for name, inner in value.items()}


def abbreviated(value: Any) -> str:
    """A value of a model's field in few characters."""
    if isinstance(value, dict):
        name, *parameters = value.values()  # a law or a step
        return f"{name}({','.join(map(abbreviated, parameters))})"
    if isinstance(value, list):
        return f"[{','.join(map(abbreviated, value))}]"
    if value is None:
        return "∞"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
