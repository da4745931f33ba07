"""`rmt-asymptotics boundary`: curves in a plane of two fields on which a condition holds."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from rmt_asymptotics.cli.boundary_file import boundary_dataset
from rmt_asymptotics.cli.options import TOLERANCE, check_drawable, model_from_options, model_options, read_toml
from rmt_asymptotics.cli.sweep_file import axis_values
from rmt_asymptotics.cli.values import Axis, FieldWindow
from rmt_asymptotics.errors import NotConverged
from rmt_asymptotics.output import write_dataset, write_figure
from rmt_asymptotics.serialisation import model_to_dict
from rmt_asymptotics.vocabulary.quantities import OUTPUT_NAMES
from rmt_asymptotics.vocabulary.words import described

if TYPE_CHECKING:
    from rmt_asymptotics.optimisation import Condition

REFERENCES = {
    "random-features": ("random_features_of", "plain random features"),
    "best-linear": ("best_linear_error", "the best linear predictor"),
    "kernel-limit": ("kernel_limit", "the kernel, p/d = ∞"),
    "square-loss": ("square_loss_of", "the square loss"),
}
Window = tuple[float, float]


@click.command(short_help="Curves in a plane of two fields: equal errors, vanishing derivatives, outliers.")
@model_options
@click.option("--equal-to", type=click.Choice(list(REFERENCES)), help="Where the quantity equals that of a reference.")
@click.option("--stationary-in", metavar="FIELD", help="Where more of a field begins to help or to harm.")
@click.option("--outlier", type=int, metavar="ORDER", help="Where the outlier of this order leaves the bulk.")
@click.option("--separable", is_flag=True, help="Where samples stop being separable, for labels of two values.")
@click.option("--quantity", type=click.Choice(OUTPUT_NAMES), default=OUTPUT_NAMES[0], show_default=True)
@click.option("--plane", type=FieldWindow(), multiple=True, help="ridge=0.01:10, twice.  [default: the axes of FILE]")
@click.option("--x", metavar="FIELD", help="The field of the picture's horizontal axis.  [default: the second]")
@click.option("--points", type=int, default=100, show_default=True, help="In all, along the curves.")
@TOLERANCE
def boundary(
    file: Path | None, sample_complexity: Axis | None, equal_to: str | None, stationary_in: str | None,
    outlier: int | None, separable: bool, quantity: str, plane: tuple[tuple[str, Window], ...], x: str | None,
    points: int, tolerance: float | None, output: Path | None, plot: Path | None, **fields: Any,
) -> None:  # fmt: skip
    """Trace where a condition holds: one of the first four options; the results go on maps with `plot`.

    The model is given by options, or by a TOML FILE whose fields options replace; what `sweep` reads will do.

    \b
    Example:
      rmt-asymptotics boundary --activation tanh --target sin --width-ratio 1.5 --ridge 0.1 --noise-variance 0.3 \\
        --stationary-in ridge --plane sample_complexity=0.5:4 --plane ridge=0.01:10 --x sample_complexity \\
        --points 12 --output best_ridge.nc --plot best_ridge.png
    """
    from rmt_asymptotics.optimisation import trace_boundary

    check_drawable(plot)
    condition, label = _condition(equal_to, stationary_in, outlier, separable, quantity, tolerance)
    axes = {} if plane else _axes(file)
    window = dict(plane) or {name: (min(values), max(values)) for name, values in axes.items()}
    if len(window) != 2:
        raise click.UsageError("a plane of two fields is needed: --plane FIELD=LOW:HIGH twice, or two [axes] in FILE")
    inner = {name: low for name, (low, _) in window.items() if "." not in name}
    point = {"sample_complexity": sample_complexity.values[0]} if sample_complexity else {}
    model = model_from_options(file, fields | point | inner)
    traced = trace_boundary(model, condition, window, points=points)
    if output:
        write_dataset(boundary_dataset(traced, label), output)
    if plot and traced.curves:
        from rmt_asymptotics.plotting import describe, figure_of, plot_boundaries

        caption = describe(model_to_dict(model), list(window))
        write_figure(figure_of(plot_boundaries({label: traced}, axes or window, x=x, caption=caption)), plot)
    click.echo(f"{label}: {len(traced.curves)} curve{'s' * (len(traced.curves) != 1)}\n{traced}")
    if not traced.curves:
        raise NotConverged(traced.message)


def _condition(
    equal_to: str | None,
    stationary_in: str | None,
    outlier: int | None,
    separable: bool,
    quantity: str,
    tolerance: float | None,
) -> "tuple[Condition, str]":
    """The condition that is asked for, and a label for it."""
    from rmt_asymptotics import optimisation

    if [equal_to, stationary_in, outlier, separable or None].count(None) != 3:
        raise click.UsageError("give one of --equal-to, --stationary-in, --outlier and --separable")
    words = quantity.replace("_", " ")
    if equal_to:
        function, name = REFERENCES[equal_to]
        reference = getattr(optimisation, function)
        return optimisation.EqualErrors(reference, quantity, tolerance), f"{words} equals that of {name}"
    if stationary_in:
        label = f"{words} stationary in {described(stationary_in)['long_name']}"
        return optimisation.VanishingDerivative(stationary_in, quantity, tolerance), label
    if separable:
        return optimisation.Separable(tolerance), "samples stop being separable"
    assert outlier is not None
    return optimisation.OutlierLeavesBulk(outlier), f"outlier of order {outlier} leaves the bulk"


def _axes(file: Path | None) -> dict[str, list[float]]:
    """The numeric axes of a sweep file."""
    content = read_toml(file) if file else {}
    axes = axis_values("axes", content["axes"]) if isinstance(content.get("axes"), dict) else {}
    return {name: values for name, values in axes.items() if len(values) > 1 and np.array(values).dtype.kind in "if"}
