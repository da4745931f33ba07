"""The project's look: colours, captions and units of every picture.

Figures are made without pyplot, so that they need no display and can be drawn in any thread; global settings are
neither read for anything that matters nor changed.
"""

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# colours of Okabe and Ito, told apart with any colour vision; line styles and markers also in black and white
STYLES = {
    "test_error": ("#0072B2", "-", "o"),
    "training_error": ("#D55E00", "--", "s"),
    "training_objective": ("#009E73", "-.", "^"),
    "excess_error": ("#CC79A7", ":", "D"),
}
GREY = "#666666"
SYMBOLS = {
    "sample_complexity": "n/d = {}",
    "width_ratio": "p/d = {}",
    "width": "p = {}",
    "step_sample_complexity": "n0/d = {}",
}
POINTS: dict[str, Any] = {"markersize": 4.5, "capsize": 2.5, "elinewidth": 1.0, "zorder": 3}
CAPTION_WIDTH = 76  # characters that fit above axes of the default size


def new_axes() -> "Axes":
    """Axes of a new figure, made without pyplot."""
    from matplotlib.figure import Figure

    return Figure(figsize=(6.4, 4.6), layout="constrained").add_subplot()


def finish(axes: "Axes", model: dict[str, Any], omitted: tuple[str, ...] = ()) -> None:
    """Legend, spines and a caption that identifies the model."""
    unbroken = describe(model, omitted).replace(" ", "\N{NO-BREAK SPACE}").replace(",\N{NO-BREAK SPACE}", ", ")
    _dress(axes, textwrap.wrap(unbroken, CAPTION_WIDTH, break_long_words=False, break_on_hyphens=False))


def _dress(axes: "Axes", caption: Sequence[str]) -> None:
    axes.set_title("\n".join(caption), fontsize="small", loc="left", parse_math=False)
    axes.legend(frameon=False, fontsize="small")
    axes.spines[["top", "right"]].set_visible(False)


def labelled(axes: "Axes", x: str, y: str, caption: str) -> "Figure":
    """The figure of `axes` after labels, caption and legend are set."""
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    _dress(axes, textwrap.wrap(caption, CAPTION_WIDTH))
    return cast("Figure", axes.figure)


def simulated_points(axes: "Axes", x: Any, mean: Any, standard_error: Any, **style: Any) -> None:
    """Simulated means with one standard error, in the project's style of points."""
    axes.errorbar(x, mean, standard_error, **POINTS, **style)


def describe(model: dict[str, Any], omitted: Sequence[str] = ()) -> str:
    """One line that identifies a model, given as by `model_to_dict`, without the fields `omitted`.

    >>> describe({"model": "RandomFeatures", "activation": "tanh", "target": "sin", "ridge": 0.1, "width": None})
    'RandomFeatures: activation tanh, target sin, ridge 0.1, p = ∞'
    """
    shown = [
        SYMBOLS.get(k, f"{k.replace('_', ' ')} {{}}").format(abbreviated(v))
        for k, v in model.items()
        if k not in ("model", *omitted)
    ]
    return f"{model['model']}: {', '.join(shown)}"


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
