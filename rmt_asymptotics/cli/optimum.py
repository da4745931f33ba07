"""`rmt-asymptotics optimum`: the values of fields at which an error is least, also along another field."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rmt_asymptotics.cli.options import TOLERANCE, check_drawable, model_from_options, model_options
from rmt_asymptotics.cli.values import Axis, FieldAxis, FieldWindow
from rmt_asymptotics.errors import NotConverged
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.output import columns_of, write_dataset, write_figure
from rmt_asymptotics.tables import Table
from rmt_asymptotics.vocabulary.quantities import OUTPUT_NAMES

if TYPE_CHECKING:
    import xarray

LOST = "not_converged"


@click.command(short_help="Where an error is least: best ridge, best step, ...")
@model_options
@click.option("--over", multiple=True, default=("ridge",), show_default=True, help="Field to tune; repeatable.")
@click.option("--quantity", type=click.Choice(OUTPUT_NAMES), default=OUTPUT_NAMES[0], show_default=True)
@click.option("--maximise", is_flag=True, help="The largest value, not the least.")
@click.option("--bounds", type=FieldWindow(), multiple=True, help="Of a tuned field: ridge=0.01:10; repeatable.")
@click.option("--along", type=FieldAxis(), multiple=True, help="A field and its values: width_ratio=0.5:4:20, also "
              "with :log; twice for a map.")  # fmt: skip
@TOLERANCE
def optimum(
    file: Path | None, sample_complexity: Axis | None, over: tuple[str, ...], quantity: str, maximise: bool,
    bounds: tuple[tuple[str, tuple[float, float]], ...], along: tuple[tuple[str, Axis], ...], tolerance: float | None,
    output: Path | None, plot: Path | None, **fields: Any,
) -> None:  # fmt: skip
    """The values of the fields --over at which a quantity is least, at one point, along a field or over two.

    The model is given by options, or by a TOML FILE whose fields options replace.  Without --bounds an optimum at 0 or
    at infinity is found as such.  Several values of --sample-complexity are an axis, as is --along.

    \b
    Example:
      rmt-asymptotics optimum --activation tanh --target sin --width-ratio 1.5 --ridge 1 --noise-variance 0.3 \\
        --over ridge --sample-complexity 0.3:5:6:log --output best.csv --plot best.png
    """
    check_drawable(plot)
    if sample_complexity and len(sample_complexity.values) > 1:
        along += (("sample_complexity", sample_complexity),)
    if len(along) > len(dict(along)) or len(along) > 2:
        raise click.UsageError("--along: one field or two, several values of --sample-complexity among them")
    if (output or plot) and not along:
        raise click.UsageError("--output and --plot need --along, or several values of --sample-complexity")
    point = sample_complexity.values[0] if sample_complexity else None
    first = {name: axis.values[0] for name, axis in along if "." not in name}
    model = model_from_options(file, fields | {"sample_complexity": point} | first)
    options: dict[str, Any] = {"over": over, "quantity": quantity, "maximise": maximise, "tolerance": tolerance}
    options["bounds"] = dict(bounds)
    if along:
        _curve(model, dict(along), options, output, plot)
    else:
        _point(model, options)


def _point(model: RidgeModel, options: dict[str, Any]) -> None:
    from rmt_asymptotics.optimisation import optimal

    best = optimal(model, **options)
    for name in options["over"]:
        click.echo(f"{name} = {best.model.value(name):.8g}")
    click.echo(f"{options['quantity']} = {best.value:.8g}\n{best.status.name.lower()}: {best.message}")
    if best.status.name.lower() == LOST:
        raise NotConverged(best.message)


def _curve(
    model: RidgeModel, along: dict[str, Axis], options: dict[str, Any], output: Path | None, plot: Path | None
) -> None:
    from rmt_asymptotics.optimisation import optimal_curve

    values: dict[str, Any] = {name: axis.values for name, axis in along.items()}
    dataset = optimal_curve(model, **options, **values)
    try:
        if output:
            write_dataset(dataset, output)
        if plot:
            from rmt_asymptotics.plotting import figure_of, plot_optima

            write_figure(figure_of(plot_optima(dataset)), plot)
    finally:
        click.echo(str(_table(dataset, [*along, options["quantity"], *options["over"]])))
    lost = int((dataset.status == LOST).sum())
    if lost:
        message = str(dataset.message.values[dataset.status.values == LOST][0])
        raise NotConverged(f"{lost} of {dataset.status.size} optima: {message}")


def _table(dataset: "xarray.Dataset", names: Sequence[str]) -> Table:
    columns = columns_of(dataset)
    columns = {name: columns[name] for name in (*names, "status")}
    return Table((*names, "status"), list(zip(*columns.values(), strict=True)))
