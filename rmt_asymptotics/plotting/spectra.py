"""Eigenvalues of the features: the limiting density and its outliers, with the histogram of simulated ones behind."""

from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.plotting.captions import describe
from rmt_asymptotics.plotting.frames import SMALL, Size, entry, figure_of, finish, font_of, new_axes
from rmt_asymptotics.plotting.labels import model_of
from rmt_asymptotics.plotting.palette import BLACK, BLUE, LIGHT_GREY, RED
from rmt_asymptotics.spectra.histogram import NEAR

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes

MARGIN = 1.05  # of the end of the bulk
ASIDE = (1.05, 0.0, 0.26, 1.0)  # place and size of that panel, in units of the first
PADDING = 0.15  # beside what it shows, in units of its extent
LABELS = {"eigenvalue": "eigenvalue of $\\Phi^T\\Phi/p$", "singular_value": "singular value of $W$"}
MARKS: dict[str, Any] = {"marker": [(-1, -1.5), (1, 1.5)], "markersize": 7, "linestyle": "none", "color": "black"}
LINE: dict[str, Any] = {"color": RED, "linestyle": "--", "linewidth": 1.4}
FOUND: dict[str, Any] = {
    "marker": "o",
    "linestyle": "",
    "color": BLACK,
    "markerfacecolor": "white",
    "markersize": 5,
    "zorder": 4,
}
WORDS = {"line": "outlier, theory", "found": "outlier, simulation, ± 1 standard error"}


@checked_arguments
def plot_spectrum(
    dataset: "xarray.Dataset", axes: "Axes | None" = None, caption: str | None = None, *, size: Size = "screen"
) -> "Axes":
    """The density of eigenvalues as a line, outliers as dashed lines, all simulated eigenvalues as bars.

    dataset: what `spectrum(...).to_dataset()` or `rmt-asymptotics spectrum --output` gives: `density` along
    `eigenvalue`, of weights along `singular_value`, and, where there are any, `outlier` along `order` and `histogram`
    along `bin` with attributes `dimension` and `replicas`.  Simulated outliers (`outlier_simulation`) are points with
    one standard error.
    What lies far beyond the bulk is in a panel beside it, with a scale of its own; both together hold all eigenvalues
    but the zeros, whose share stands in the caption.  caption: by default the model, if the dataset holds it.
    Raises `OutOfDomain` for datasets without a density.

    >>> import numpy as np, xarray
    >>> x = np.linspace(-1.99, 1.99, 50)
    >>> semicircle = xarray.Dataset({"density": ("eigenvalue", np.sqrt(4 - x**2) / (2 * np.pi))}, {"eigenvalue": x})
    >>> plot_spectrum(semicircle).get_ylabel()
    'density'
    """
    axis = next((name for name in LABELS if name in dataset.coords), None)
    if "density" not in dataset or axis is None:
        raise OutOfDomain("dataset", list(map(str, dataset)), "a spectrum: density along eigenvalue or singular_value")
    axes = axes or new_axes(size)
    x, density = dataset[axis].values, dataset.density.values
    outliers = dataset.outlier.values if "outlier" in dataset else np.empty(0)
    bars = _bars(dataset)
    end = float(x[np.flatnonzero(density)[-1]]) if density.any() else float(x[-1])
    reached = np.concatenate([outliers, bars[0] + bars[1] / 2])
    beside = reached[reached > NEAR * end]
    last = MARGIN * max([end, *reached[reached <= NEAR * end]])
    axes.set_xlim(min(float(x[0]), 0.0), last)
    if bars[0].size:
        axes.bar(*_part(bars, bars[0] <= last), color=LIGHT_GREY, label=_simulated(dataset))
    axes.plot(x[x <= last], density[x <= last], color=BLUE, linewidth=1.6, label="limiting density")
    axes.set_ylim(bottom=0)
    panels = [axes]
    if beside.size:
        panels.append(_aside(axes, beside))
        panels[1].bar(*_part(bars, bars[0] > last), color=LIGHT_GREY)
    _outliers(panels, dataset, outliers, last)
    axes.set(xlabel=LABELS[axis], ylabel="density")
    finish(axes, _caption(dataset) if caption is None else caption)
    if beside.size:
        figure_of(axes).draw_without_rendering()  # the size of the second panel follows that of the first
    return axes


def _bars(dataset: "xarray.Dataset") -> tuple[Array, Array, Array]:
    """Centres, widths and heights."""
    if "histogram" not in dataset:
        return np.empty(0), np.empty(0), np.empty(0)
    centres = dataset.bin.values
    widths = dataset.bin_width.values if "bin_width" in dataset.coords else np.full(len(centres), np.diff(centres)[0])
    return centres, widths, dataset.histogram.values


def _part(bars: tuple[Array, Array, Array], where: Array) -> tuple[Array, Array, Array]:
    """Centres, heights and widths of some of the bars, as `Axes.bar` takes them."""
    centres, widths, heights = (column[where] for column in bars)
    return centres, heights, widths


def _aside(axes: "Axes", shown: Array) -> "Axes":
    """The panel of what lies far beyond the bulk, behind a break of the axis."""
    from matplotlib.ticker import MaxNLocator

    aside = axes.inset_axes(ASIDE)
    extent = max(np.ptp(shown), 0.05 * shown.max())
    aside.set_xlim(shown.min() - PADDING * extent, shown.max() + PADDING * extent)
    aside.xaxis.set_major_locator(MaxNLocator(2, min_n_ticks=2))
    aside.yaxis.set_major_locator(MaxNLocator(4))
    aside.yaxis.tick_right()
    aside.yaxis.set_offset_position("right")
    aside.ticklabel_format(axis="y", style="scientific", scilimits=(-2, 3), useMathText=True)
    aside.tick_params(labelsize=SMALL * font_of(axes))
    aside.yaxis.get_offset_text().set_fontsize(SMALL * font_of(axes))
    aside.spines[["top", "left"]].set_visible(False)
    for panel, side in ((axes, 1), (aside, 0)):
        panel.plot([side], [0], transform=panel.transAxes, clip_on=False, **MARKS)
    return aside


def _outliers(panels: "list[Axes]", dataset: "xarray.Dataset", outliers: Array, last: float) -> None:
    for position in outliers:
        panels[bool(position > last)].axvline(position, **LINE)
    if outliers.size:
        entry(panels[0], WORDS["line"], **LINE)
    if "outlier_simulation" not in dataset or not outliers.size:
        return
    for position, spread in zip(dataset.outlier_simulation, dataset.outlier_standard_error, strict=True):
        panel = panels[bool(position > last)]
        panel.errorbar([position], [0.5], xerr=[spread], transform=panel.get_xaxis_transform(), **FOUND)
    entry(panels[0], WORDS["found"], **FOUND)


def _simulated(dataset: "xarray.Dataset") -> str:
    width = dataset.attrs.get("simulated_width")
    parts = ["simulation", f"d = {dataset.attrs['dimension']}", f"p = {width}" if width else ""]
    return ", ".join([*filter(None, parts), f"{dataset.attrs['replicas']} draws"])


def _caption(dataset: "xarray.Dataset") -> str:
    """The model, and how many eigenvalues are 0."""
    model = [describe(model_of(dataset))] if "model" in dataset.attrs else []
    theory, simulated = (dataset.attrs.get(f"atom_at_zero{end}", 0) for end in ("", "_simulation"))
    zeros = f"{theory:.1%} of the eigenvalues are 0" + f" (simulated {simulated:.1%})" * bool(simulated)
    return "; ".join([*model, *([zeros] if theory or simulated else [])])
