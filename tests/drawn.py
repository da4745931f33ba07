"""What a figure contains, read from its artists after it was drawn: texts, legend, lines, bars."""

import itertools

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.text import Text

PIXEL = 1.5  # rounding of boxes


def legends(figure):
    return [*figure.legends, *(axes.get_legend() for axes in figure.axes if axes.get_legend())]


def legend_texts(axes):
    """All entries, in order."""
    return [text.get_text() for legend in legends(axes.get_figure(root=True)) for text in legend.get_texts()]


def caption(axes):
    return axes.get_title(loc="left").replace("\N{NO-BREAK SPACE}", " ").replace("\n", " ")


def faults(axes):
    """In words, what is wrong with the figure of `axes`; empty where nothing is."""
    figure = axes.get_figure(root=True)
    FigureCanvasAgg(figure).draw()
    return [*_clipped(figure), *_covered(figure), *_ambiguous(figure), *_phantoms(figure), *_outside(figure)]


def _clipped(figure):
    width, height = figure.bbox.size
    for text in _texts(figure):
        box = text.get_window_extent()
        if box.x0 < -PIXEL or box.y0 < -PIXEL or box.x1 > width + PIXEL or box.y1 > height + PIXEL:
            yield f"{text.get_text()!r} is clipped"


def _texts(figure):
    """Texts that are drawn: of ticks, those within the limits."""
    axes = [axis for panel in _panels(figure) for axis in (panel.xaxis, panel.yaxis)]
    ticks = [tick for axis in axes for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks())]
    labels = {id(text) for tick in ticks for text in (tick.label1, tick.label2)}
    drawn = {id(text) for axis in axes for tick in axis._update_ticks() for text in (tick.label1, tick.label2)}
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text().strip() and (id(text) not in labels or id(text) in drawn):
            yield text


def _panels(figure):
    return [panel for axes in figure.axes for panel in (axes, *axes.child_axes)]


def _covered(figure):
    for legend, panel in itertools.product(legends(figure), _panels(figure)):
        if legend.get_window_extent().overlaps(panel.get_window_extent()):
            yield "the legend lies over data"


def _ambiguous(figure):
    for legend in legends(figure):
        texts = [text.get_text() for text in legend.get_texts()]
        if len(set(texts)) < len(texts):
            yield f"entries of one name: {texts}"
    for axes in figure.axes:
        looks = [_look(line) for line in axes.lines if not str(line.get_label()).startswith("_")]
        if len(set(looks)) < len(looks):
            yield f"lines that look the same: {[str(line.get_label()) for line in axes.lines]}"


def _look(line):
    return to_hex(line.get_color()), str(line._dash_pattern), str(line.get_marker()), line.get_markerfacecolor()


def _phantoms(figure):
    """Entries of lines that are nowhere: the colour or the dash of an entry without data must occur in a line with."""
    lines = [line for panel in _panels(figure) for line in panel.lines]
    real = [line for line in lines if np.isfinite(np.asarray(line.get_ydata(), float)).any()]
    known = {(line.get_linestyle(), str(line._dash_pattern)) for line in real} | {
        str(line.get_marker()) for line in real
    }
    for line in lines:
        proxy = not str(line.get_label()).startswith("_") and line not in real
        dashed = (line.get_linestyle(), str(line._dash_pattern)) in known
        if proxy and not (dashed or str(line.get_marker()) in known - {"None"}):
            yield f"nothing is drawn for {line.get_label()!r}"


def _outside(figure):
    for axes in figure.axes:
        (left, right), (low, high) = sorted(axes.get_xlim()), sorted(axes.get_ylim())
        for line in axes.findobj(Line2D):
            if line.get_transform() == axes.transData and line.axes is axes and line in axes.lines:
                x, y = np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)
                if (x < left).any() or (x > right).any() or (y < low).any() or (y > high).any():
                    yield f"{line.get_label()!r} leaves the axes"
