"""Figures and axes: sizes of print, a legend beside the data, texts that fit; shown in a notebook by themselves.

Figures are made without pyplot, so that they need no display and can be drawn in any thread; global settings are
neither read for anything that matters nor changed.
"""

import io
from collections.abc import Sequence
from itertools import chain
from typing import Any, Literal, cast

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.textpath import TextPath

from rmt_asymptotics.errors import OutOfDomain

Size = Literal["screen", "single", "double"]
WIDTHS = {"screen": 6.4, "single": 3.4, "double": 7.0}  # inches; single and double: columns of a journal
FONTS = {"screen": 10.0, "single": 8.0, "double": 8.0}  # points
HEIGHT = 0.64  # of the axes with their labels, over the width
SMALL = 0.85  # of the font, in captions and legends
LEADING = 1.5  # from line to line, over the size of the font
MARK = 4.6  # what stands before the text of a legend and after it, over the size of the font
POINTS_AN_INCH = 72
UNBROKEN = "\N{NO-BREAK SPACE}"
DOTS = 110  # an inch, in a notebook


class Panel(Axes):
    """Axes whose figure a notebook shows.  font: the size of their texts.  bare: the figure's height without legend."""

    font: float = FONTS["screen"]
    bare: float = 0.0

    def _repr_png_(self) -> bytes:
        picture = io.BytesIO()
        figure_of(self).savefig(picture, format="png", dpi=DOTS)
        return picture.getvalue()


def new_axes(size: Size = "screen") -> Axes:
    """Axes of a new figure."""
    return new_panels(1, 1, size)[0]


def new_panels(rows: int, columns: int, size: Size = "screen", height: float = HEIGHT, **options: Any) -> list[Axes]:
    """Axes of a new figure, row by row; height: of each, over its width.  options: of `Figure.subplots`."""
    if size not in WIDTHS:
        raise OutOfDomain("size", size, f"one of {', '.join(WIDTHS)}")
    width = WIDTHS[size]
    figure = Figure(figsize=(width, rows * height * width / columns), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False, subplot_kw={"axes_class": Panel}, **options).ravel().tolist()
    for panel in panels:
        panel.font, panel.bare = FONTS[size], figure.get_figheight()
        panel.tick_params(labelsize=FONTS[size])
    return cast("list[Axes]", panels)


def figure_of(axes: Axes) -> Figure:
    """The whole figure that axes belong to."""
    return cast("Figure", axes.get_figure(root=True))


def font_of(axes: Axes) -> float:
    """The size of the texts of axes, in points."""
    return axes.font if isinstance(axes, Panel) else float(axes.xaxis.label.get_fontsize())


def entry(axes: Axes, label: str, **style: Any) -> None:
    """What stands in the legend for several lines that are drawn."""
    axes.plot([], [], label=label, **style)


def finish(axes: Axes, caption: str = "") -> None:
    """Caption, legend outside the data, labels that fit; once all is drawn."""
    figure = figure_of(axes)
    if figure.get_layout_engine() is None:
        figure.set_layout_engine("constrained")  # makes room for the legend
    font = font_of(axes)
    width, height = axes.get_position().size * figure.get_size_inches()
    title(axes, caption, width)
    for axis, room in ((axes.xaxis, width), (axes.yaxis, height)):
        axis.label.set_fontsize(font)
        axis.set_label_text(wrapped(axis.label.get_text().replace("\n", " "), room, font))
    axes.spines[["top", "right"]].set_visible(False)
    place_legend(axes)


def title(axes: Axes, caption: str, width: float) -> None:
    """A caption above axes, or above all panels of a row, in lines that fit."""
    font, place = SMALL * font_of(axes), axes.get_subplotspec()
    of_row = isinstance(axes, Panel) and place is not None and place.get_gridspec().ncols > 1
    width = figure_of(axes).get_figwidth() if of_row else width
    phrases = caption.replace(" ", UNBROKEN).replace(f",{UNBROKEN}", ", ").replace(f":{UNBROKEN}", ": ")
    text = wrapped(phrases, width, font)
    if not of_row:
        axes.set_title(text, fontsize=font, loc="left", parse_math=False)
    elif caption:
        figure_of(axes).suptitle(text, fontsize=font, x=0.01, ha="left", parse_math=False)


def wrapped(text: str, inches: float, font: float) -> str:
    """A text in lines that fit, broken at spaces; at others only where a line would be too long without."""
    room = inches * POINTS_AN_INCH
    phrases = (
        [phrase] if _width(phrase, font) <= room else phrase.split(UNBROKEN) for phrase in text.split(" ") if phrase
    )
    lines: list[str] = []
    for word in chain.from_iterable(phrases):
        longer = f"{lines[-1]} {word}" if lines else ""
        if longer and _width(longer, font) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return "\n".join(lines)


def _width(text: str, font: float) -> float:
    """In points."""
    return float(TextPath((0, 0), text, size=font).get_extents().width)


def place_legend(axes: Axes) -> None:
    """A legend of all that has a label: below a figure of this package, at the right of other axes."""
    figure = figure_of(axes)
    style: dict[str, Any] = {"frameon": False, "fontsize": SMALL * font_of(axes)}
    sharing = figure.axes if isinstance(axes, Panel) else [axes]
    of_all = [panel.get_legend_handles_labels() for panel in sharing]
    handles = {label: handle for each in of_all for handle, label in zip(*each, strict=True)}
    shown = (list(handles.values()), list(handles))
    if not isinstance(axes, Panel):
        if handles:
            axes.legend(*shown, loc="upper left", bbox_to_anchor=(1.01, 1), borderaxespad=0, **style)
        return
    for legend in figure.legends:
        legend.remove()
    height = (axes.get_title(loc="left").count("\n") + 1) * LEADING
    if handles:
        columns = _fitting(list(handles), figure.get_figwidth() * POINTS_AN_INCH, style["fontsize"])
        figure.legend(*shown, loc="outside lower left", ncols=columns, columnspacing=1.5, **style)
        height += -(-len(handles) // columns) * LEADING + 1
    figure.set_figheight(axes.bare + height * style["fontsize"] / POINTS_AN_INCH)


def _fitting(labels: Sequence[str], room: float, font: float) -> int:
    """Into how many columns labels fit."""
    widest = max(_width(label, font) for label in labels) + MARK * font
    return min(max(int(room / widest), 1), len(labels))
