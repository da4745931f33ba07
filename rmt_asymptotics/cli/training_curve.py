"""`rmt-asymptotics training-curve`: errors while the readout trains, with simulation and z-scores if asked for."""

from pathlib import Path
from typing import Any

import click

from rmt_asymptotics.cli.options import check_drawable, model_from_options, shared_options
from rmt_asymptotics.cli.results import curve_table, deliver
from rmt_asymptotics.cli.values import Axis, AxisType
from rmt_asymptotics.comparison import compare_training


@click.command(name="training-curve", short_help="Errors while the readout trains.")
@shared_options
@click.option("--time", type=AxisType(), metavar="AXIS", help="Of gradient flow, 1/eigenvalue: 0.1:100:50:log.")
@click.option("--steps", type=AxisType(), metavar="AXIS", help="Of gradient descent instead: 1,3,10,100.")
@click.option("--learning-rate", type=float, help="Of the steps, for the sum of squares.")
@click.option("--momentum", type=float, default=0.0, show_default=True, help="Heavy ball.")
@click.option("--weight-decay", type=float, default=0.0, show_default=True, help="While training.")
@click.option("--dimension", type=int, help="d: also simulate networks of this dimension.")
def training_curve_command(
    file: Path | None, sample_complexity: Axis | None, time: Axis | None, steps: Axis | None,
    learning_rate: float | None, momentum: float, weight_decay: float, dimension: int | None, replicas: int, seed: int,
    workers: int | None, output: Path | None, plot: Path | None, **fields: Any,
) -> None:  # fmt: skip
    """Test and training error of a model while its readout trains from zero.

    In gradient flow to each --time, or after --steps of gradient descent.  With --dimension, finite networks are
    trained beside the theory at their width, with z-scores.

    \b
    Example:
      rmt-asymptotics training-curve --activation tanh --target sin --width-ratio 1.5 --ridge 0.1 \\
        --noise-variance 0.2 --sample-complexity 2 --time 0.1:1000:60:log --dimension 60 --replicas 5 --plot t.png
    """
    from rmt_asymptotics.plotting import figure_of, plot_curve
    from rmt_asymptotics.training import training_curve

    check_drawable(plot)
    if (time is None) == (steps is None):
        raise click.UsageError("give --time, or --steps with --learning-rate")
    first = sample_complexity.values[0] if sample_complexity else None
    model = model_from_options(file, fields | {"sample_complexity": first})
    along: dict[str, Any] = {"weight_decay": weight_decay}
    if time is not None:
        along["time"] = time.values
    elif steps is not None:
        along |= {"steps": [round(step) for step in steps.values], "learning_rate": learning_rate, "momentum": momentum}
    if dimension is None:
        result = training_curve(model, **along)
    else:
        options: dict[str, Any] = {"replicas": replicas, "seed": seed, "workers": workers}
        result = compare_training(model, dimension=dimension, **along, **options)
    deliver(result, curve_table(result), output, plot, lambda: figure_of(plot_curve(result)))
