"""Eigenvalues of the features: the limiting density and its outliers, with the histogram of simulated ones behind."""

from typing import TYPE_CHECKING

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.plotting.labels import model_of
from rmt_asymptotics.plotting.style import BLUE, GREY, LIGHT_GREY, ORANGE, identify, labelled, new_axes

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes


@checked_arguments
def plot_spectrum(dataset: "xarray.Dataset", axes: "Axes | None" = None, caption: str | None = None) -> "Axes":
    """The density of eigenvalues as a line, outliers as dotted lines, simulated eigenvalues as bars.

    dataset: what `rmt-asymptotics spectrum --output` writes: `density` along `eigenvalue`, and, where there are any,
    `outlier` along `order` and `histogram` along `bin` with attributes `dimension` and `replicas`.  Simulated outliers
    (`outlier_simulation`) are points with one standard error.  caption: by default the model, if the dataset holds it.
    Raises `OutOfDomain` for datasets without a density.

    >>> import numpy as np, xarray
    >>> x = np.linspace(-1.99, 1.99, 50)
    >>> semicircle = xarray.Dataset({"density": ("eigenvalue", np.sqrt(4 - x**2) / (2 * np.pi))}, {"eigenvalue": x})
    >>> plot_spectrum(semicircle).get_ylabel()
    'density'
    """
    if "density" not in dataset or "eigenvalue" not in dataset:
        raise OutOfDomain("dataset", list(map(str, dataset)), "a spectrum: density along eigenvalue")
    axes = axes or new_axes()
    if "histogram" in dataset:
        _histogram(axes, dataset)
    axes.plot(dataset.eigenvalue.values, dataset.density.values, color=BLUE, label="limiting density")
    for place, position in enumerate(dataset.outlier.values if "outlier" in dataset else ()):
        axes.axvline(position, color=ORANGE, linestyle=":", label="outlier" if place == 0 else "")
    if "outlier_simulation" in dataset and dataset.outlier.size:
        _simulated_outliers(axes, dataset)
    labelled(axes, "eigenvalue of $\\Phi^T\\Phi/p$", "density", caption or "")
    if caption is None and "model" in dataset.attrs:
        identify(axes, model_of(dataset))
    return axes


def _simulated_outliers(axes: "Axes", dataset: "xarray.Dataset") -> None:
    height = 0.03 * float(dataset.histogram.max())
    axes.errorbar(
        dataset.outlier_simulation, 0 * dataset.outlier + height, xerr=dataset.outlier_standard_error, fmt="o",
        color=GREY, markersize=4, label="simulated outlier, ± 1 standard error",
    )  # fmt: skip


def _histogram(axes: "Axes", dataset: "xarray.Dataset") -> None:
    width = dataset.attrs.get("simulated_width")
    parts = ["simulation", f"d = {dataset.attrs['dimension']}", f"p = {width}" if width else ""]
    label = ", ".join([*filter(None, parts), f"{dataset.attrs['replicas']} draws"])
    step = float(dataset.bin[1] - dataset.bin[0])
    axes.bar(dataset.bin.values, dataset.histogram.values, step, color=LIGHT_GREY, label=label)
