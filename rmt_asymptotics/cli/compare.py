"""`rmt-asymptotics compare`: theory and simulation at one point and several dimensions, or along a curve."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from rmt_asymptotics import comparison
from rmt_asymptotics.cli.curve import curve_figure
from rmt_asymptotics.cli.options import check_drawable, model_from_options, shared_options
from rmt_asymptotics.cli.results import curve_table, deliver, ordered
from rmt_asymptotics.cli.values import Axis, WholeNumbers
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.sweeps.sweep import learning_curve

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

LINE_POINTS = 100  # of the theory between the simulated points


@click.command(short_help="Theory beside simulation, at one point or along a curve.")
@shared_options
@click.option("--dimension", type=WholeNumbers(), multiple=True, required=True, help="d, one or several; repeatable.")
def compare(
    file: Path | None, sample_complexity: Axis | None, dimension: tuple[tuple[int, ...], ...], output: Path | None,
    plot: Path | None, replicas: int, seed: int, workers: int | None, **fields: Any,
) -> None:  # fmt: skip
    """Theory at the simulated width beside the simulation, with z-scores.

    The model is given by options, or by a TOML FILE whose fields options replace.  With one
    --sample-complexity, at one or several dimensions, with the drift of the gap in 1/d;
    with a list or range of them, along the curve at one dimension.

    \b
    Example:
      rmt-asymptotics compare --activation tanh --target sin --width-ratio 1.5 --ridge 0.1 \\
        --sample-complexity 2 --dimension 40,80,160 --replicas 10 --output drift.csv --plot drift.png
    """
    check_drawable(plot)
    dimensions = [d for several in dimension for d in several]
    along = sample_complexity is not None and len(sample_complexity.values) > 1
    if along and len(dimensions) > 1:
        raise click.UsageError("along a curve of --sample-complexity give one --dimension")
    if plot and not along and len(set(dimensions)) == 1:
        raise click.UsageError("--plot needs several values of --dimension or of --sample-complexity")
    first = sample_complexity.values[0] if sample_complexity else None
    model = model_from_options(file, fields | {"sample_complexity": first})
    options: dict[str, Any] = {"replicas": replicas, "seed": seed, "workers": workers}
    if along and sample_complexity:
        _along_curve(model, sample_complexity, dimensions[0], options, output, plot)
        return
    result = comparison.compare(model, dimension=dimensions, **options)
    deliver(result.to_dataset(), result.table(), output, plot, lambda: _drift_figure(result))


def _along_curve(
    model: RidgeModel, axis: Axis, dimension: int, options: dict[str, Any], output: Path | None, plot: Path | None
) -> None:
    points = np.unique(axis.values)
    compared = comparison.compare_curve(model, sample_complexity=points, dimension=dimension, **options)
    result = ordered(compared)

    def figure() -> "Figure":
        width = int(compared.attrs["width"])
        line = (np.geomspace if axis.logarithmic else np.linspace)(points[0], points[-1], LINE_POINTS)
        sized = model.at_width(width, dimension)
        if "test_error_corrected" in compared:
            return curve_figure(_finite_line(sized, dimension, line), compared, axis.logarithmic)
        return curve_figure(learning_curve(sized, sample_complexity=line), compared, axis.logarithmic)

    deliver(result, curve_table(result), output, plot, figure)


def _finite_line(model: RidgeModel, dimension: int, line: "np.ndarray") -> "xarray.Dataset":
    """The limit, and the theory of finite networks with its band."""
    from rmt_asymptotics.finite import finite_size_curve

    return finite_size_curve(model, dimension, sample_complexity=line)


def _drift_figure(result: comparison.Comparison) -> "Figure":
    from rmt_asymptotics.plotting import figure_of, new_panels, plot_drift

    left, right = new_panels(1, 2, "double", height=0.85)
    plot_drift(result, "training_error", right, caption="")
    return figure_of(plot_drift(result, "test_error", left))
