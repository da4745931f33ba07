"""`rmt-asymptotics bias-variance`: where the test error comes from, at one point or against p/d or n/d."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rmt_asymptotics.cli.options import check_drawable, model_from_options, shared_options
from rmt_asymptotics.cli.results import HEADS, curve_table, deliver
from rmt_asymptotics.cli.values import Axis, AxisType
from rmt_asymptotics.comparison import compare_bias_variance
from rmt_asymptotics.decomposition import PARTS
from rmt_asymptotics.tables import Table

if TYPE_CHECKING:
    import xarray

SHOWN = ("test_error", "noise", "bias", "label_noise", "samples", "initialisation")


@click.command(name="bias-variance", short_help="Bias, and variances by their source.")
@shared_options
@click.option("--over-width-ratio", type=AxisType(), metavar="AXIS", help="p/d along which to go: 0.1:10:50:log.")
@click.option("--dimension", type=int, help="d: also simulate networks of this dimension.")
def bias_variance_command(
    file: Path | None, sample_complexity: Axis | None, over_width_ratio: Axis | None, dimension: int | None,
    replicas: int, seed: int, workers: int | None, output: Path | None, plot: Path | None, **fields: Any,
) -> None:  # fmt: skip
    """The test error as a sum: label noise, bias, and the variances due to samples, label noise and random weights.

    With one value of --sample-complexity a table of all parts; with a list of them, or along
    --over-width-ratio, a curve, which --plot draws as stacked areas.  With --dimension, networks are simulated beside
    the theory at their width, with z-scores.

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
    if dimension is not None:
        along = along or {"sample_complexity": [model.sample_complexity]}
        options: dict[str, Any] = {"replicas": replicas, "seed": seed, "workers": workers}
        dataset = compare_bias_variance(model, dimension=dimension, **along, **options)
        table = _compared(dataset)
    elif along:
        dataset = bias_variance_curve(model, **along)
        table = curve_table(dataset, SHOWN)
    else:
        click.echo(bias_variance(model).table())
        return
    deliver(dataset, table, output, plot, lambda: figure_of(plot_bias_variance(dataset)))


def _compared(dataset: "xarray.Dataset") -> Table:
    """One row a part and point."""
    (axis,), rows = map(str, dataset.dims), list[tuple[str, ...]]()
    for name in ("test_error", *PARTS[1:]):
        columns = [dataset[name + suffix].values for suffix in ("", "_simulation", "_standard_error", "_z_score")]
        for x, theory, mean, spread, z in zip(dataset[axis].values, *columns, strict=True):
            rows.append((name, f"{x:.6g}", f"{theory:.6g}", f"{mean:.6g}", f"{spread:.2g}", f"{z:.2f}"))
    return Table(("part", HEADS[axis], "theory", "simulation", "s.e.", "z"), rows)
