"""`rmt-asymptotics bias-variance`: where the test error comes from, at one point or against p/d or n/d."""

from pathlib import Path
from typing import Any

import click

from rmt_asymptotics.cli.options import check_drawable, model_from_options, model_options
from rmt_asymptotics.cli.values import Axis, AxisType
from rmt_asymptotics.output import write_dataset, write_figure

SHOWN = ("test_error", "noise", "bias", "label_noise", "samples", "initialisation")


@click.command(name="bias-variance", short_help="Bias, and variances by their source.")
@model_options
@click.option("--over-width-ratio", type=AxisType(), metavar="AXIS", help="p/d along which to go: 0.1:10:50:log.")
def bias_variance_command(
    file: Path | None, sample_complexity: Axis | None, over_width_ratio: Axis | None, output: Path | None,
    plot: Path | None, **fields: Any,
) -> None:  # fmt: skip
    """The test error as a sum: label noise, bias, and the variances due to samples, label noise and random weights.

    With one value of --sample-complexity a table of all parts; with a list of them, or along
    --over-width-ratio, a curve, which --plot draws as stacked areas.

    \b
    Example:
      rmt-asymptotics bias-variance --activation relu --target sign --sample-complexity 2 --noise-variance 0.05 \\
        --width-ratio 3 --ridge 0.01 --over-width-ratio 0.3:10:40:log --output parts.nc --plot parts.png
    """
    from rmt_asymptotics.plotting import figure_of, plot_bias_variance
    from rmt_asymptotics.training.ensembles import bias_variance, bias_variance_curve

    check_drawable(plot)
    first = sample_complexity.values[0] if sample_complexity else None
    axes = {"width_ratio": over_width_ratio, "sample_complexity": sample_complexity}
    along: dict[str, Any] = {
        name: axis.values for name, axis in axes.items() if axis is not None and len(axis.values) > 1
    }
    if len(along) > 1:
        raise click.UsageError("give one value of --sample-complexity along --over-width-ratio")
    if not along and (output or plot):
        raise click.UsageError("--output and --plot need several values of --over-width-ratio or --sample-complexity")
    ratio = {} if over_width_ratio is None else {"width_ratio": over_width_ratio.values[0]}
    model = model_from_options(file, fields | {"sample_complexity": first} | ratio)
    if not along:
        click.echo(bias_variance(model).table())
        return
    ((axis, values),) = along.items()
    dataset = bias_variance_curve(model, **{axis: values})
    if output:
        write_dataset(dataset, output)
    if plot:
        write_figure(figure_of(plot_bias_variance(dataset)), plot)
    click.echo("".join(f"{name:>18}" for name in (axis, *SHOWN)))
    for i, value in enumerate(values):
        click.echo(f"{value:>18.5g}" + "".join(f"{dataset[name].values[i]:>18.6g}" for name in SHOWN))
