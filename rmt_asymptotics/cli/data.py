"""`rmt-asymptotics data`: ridge regression on a file of data, predicted beside measured."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from rmt_asymptotics.cli.options import EXISTING, OF_SIMULATION, OUTPUT, PLOT, check_drawable, with_options
from rmt_asymptotics.cli.results import curve_table, deliver, ordered
from rmt_asymptotics.cli.values import Axis, AxisType
from rmt_asymptotics.comparison import compare, compare_curve
from rmt_asymptotics.models import RidgeRegression

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OPTIONS = (
    click.argument("file", type=EXISTING),
    click.option("--label", help='Column of the labels; in .npz their name.  [default: "y" in .npz]'),
    click.option("--samples", type=AxisType(), metavar="AXIS", help="Rows n: 50 or 20:900:10:log.  [default: half]"),
    click.option("--ridge", type=float, help="Beside the sum of squares, in units of the trace.  [default: 1]"),
    click.option("--penalty", type=float, help="Instead: of |b|^2, in the units of the columns."),
    *OF_SIMULATION,
    OUTPUT,
    PLOT,
)


@click.command(name="data", short_help="Ridge regression on a file of data, predicted and measured.")
@partial(with_options, OPTIONS)
def data_command(
    file: Path, label: str | None, samples: Axis | None, ridge: float | None, penalty: float | None, replicas: int,
    seed: int, workers: int | None, output: Path | None, plot: Path | None,
) -> None:  # fmt: skip
    """Ridge regression on n rows of FILE (.csv, .npz, .parquet): predicted from all rows, measured on random ones.

    With one value of --samples a table of all errors, with several a curve.  Columns are numbers, one the labels.

    \b
    Example:
      rmt-asymptotics data measurements.csv --label price --samples 20:400:8:log --output data.csv --plot data.png
    """
    check_drawable(plot)
    model = RidgeRegression.from_data(file, label, ridge=ridge, penalty=penalty)
    click.echo(model.data.table())
    options: dict[str, Any] = {"replicas": replicas, "seed": seed, "workers": workers}
    counts = np.unique(np.round(samples.values)) if samples else np.array([model.samples])
    if len(counts) == 1:
        if output or plot:
            raise click.UsageError("--output and --plot need several values of --samples")
        click.echo(compare(model.replace(sample_complexity=counts[0] / model.own_dimension), **options).table())
        return
    compared = compare_curve(model, sample_complexity=counts / model.own_dimension, **options)

    def figure() -> "Figure":
        from rmt_asymptotics.plotting import figure_of, plot_curve

        return figure_of(plot_curve(compared, compared))

    deliver(ordered(compared), curve_table(ordered(compared)), output, plot, figure)
