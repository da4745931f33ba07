"""`rmt-asymptotics finite-size`: corrections of order 1/d and the spread of one draw, at one point or along a curve."""

from pathlib import Path
from typing import Any

import click

from rmt_asymptotics.cli.options import check_drawable, model_from_options, model_options
from rmt_asymptotics.cli.results import curve_table, deliver
from rmt_asymptotics.cli.values import Axis


@click.command(name="finite-size", short_help="Mean and spread of finite networks, without sampling.")
@model_options
@click.option("--dimension", type=int, required=True, help="d.")
@click.option("--test-samples", type=int, help="Fresh samples of a draw.  [default: infinitely many]")
def finite_size_command(
    file: Path | None, sample_complexity: Axis | None, dimension: int, test_samples: int | None, output: Path | None,
    plot: Path | None, **fields: Any,
) -> None:  # fmt: skip
    """Limit, mean and standard deviation of the errors of one draw of a finite network.

    With one value of --sample-complexity a table of all errors; with a list of them a curve.

    \b
    Example:
      rmt-asymptotics finite-size --activation tanh --target sin --width-ratio 1.5 --ridge 0.1 \\
        --sample-complexity 0.5:3:6 --dimension 100 --output finite.nc --plot finite.png
    """
    from rmt_asymptotics.finite import finite_size, finite_size_curve
    from rmt_asymptotics.plotting import figure_of, plot_curve

    check_drawable(plot)
    values = sample_complexity.values if sample_complexity else ()
    model = model_from_options(file, fields | {"sample_complexity": values[0] if values else None})
    if len(values) < 2:
        if output or plot:
            raise click.UsageError("--output and --plot need several values of --sample-complexity")
        click.echo(finite_size(model, dimension, test_samples=test_samples).table())
        return
    curve = finite_size_curve(model, dimension, sample_complexity=values, test_samples=test_samples)
    deliver(curve, curve_table(curve), output, plot, lambda: figure_of(plot_curve(curve)))
