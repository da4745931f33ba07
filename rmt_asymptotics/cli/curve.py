"""`rmt-asymptotics curve`: limiting errors against sample complexity, with a simulation beside them if asked for."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from rmt_asymptotics.cli.options import TOLERANCE, check_drawable, model_from_options, shared_options
from rmt_asymptotics.cli.results import curve_table, deliver, overlaid
from rmt_asymptotics.cli.values import Axis, AxisType
from rmt_asymptotics.montecarlo import simulation_curve
from rmt_asymptotics.sweeps.sweep import learning_curve

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

DEFAULT = Axis(tuple(np.linspace(0.2, 3, 50).tolist()))
SIMULATED_POINTS = 7  # by default


@click.command(short_help="Theory, and a simulation, against sample complexity.")
@shared_options
@TOLERANCE
@click.option("--dimension", type=int, help="d: also simulate networks of this dimension.")
@click.option("--simulated", type=AxisType(), metavar="AXIS", help="n/d to simulate.  [default: 7 points of the curve]")
def curve(
    file: Path | None, sample_complexity: Axis | None, tolerance: float | None, dimension: int | None,
    simulated: Axis | None, replicas: int, seed: int, workers: int | None, output: Path | None, plot: Path | None,
    **fields: Any,
) -> None:  # fmt: skip
    """Limiting errors of a model against sample complexity n/d, 0.2 to 3 unless told otherwise.

    The model is given by options, or by a TOML FILE whose fields options replace.  With --dimension, finite
    networks are simulated beside the limit; give --width as well to have the theory at their width.

    \b
    Example:
      rmt-asymptotics curve --activation tanh --target sin --width-ratio 1.5 --ridge 0.1 \\
        --sample-complexity 0.2:3:15 --dimension 60 --replicas 5 --output curve.nc --plot curve.png
    """
    check_drawable(plot)
    if simulated and dimension is None:
        raise click.UsageError("--simulated needs --dimension")
    axis = sample_complexity or DEFAULT
    model = model_from_options(file, fields | {"sample_complexity": axis.values[0]})
    points = (simulated.values if simulated else axis.spread(SIMULATED_POINTS)) if dimension is not None else ()
    theory = learning_curve(model, sample_complexity=np.union1d(axis.values, points), tolerance=tolerance)
    simulation, result = None, theory
    if dimension is not None:
        options: dict[str, Any] = {"replicas": replicas, "seed": seed, "workers": workers}
        simulation = simulation_curve(model, sample_complexity=np.unique(points), dimension=dimension, **options)
        result = overlaid(theory, simulation)
    deliver(result, curve_table(result), output, plot, lambda: curve_figure(theory, simulation, axis.logarithmic))


def curve_figure(theory: "xarray.Dataset", simulation: "xarray.Dataset | None", logarithmic: bool) -> "Figure":
    """Test and training error; the axis is logarithmic if its points are spaced so."""
    from rmt_asymptotics.plotting import figure_of, plot_curve
    from rmt_asymptotics.plotting.labels import plain_numbers

    axes = plot_curve(theory, simulation)
    if logarithmic:
        axes.set_xscale("log")
        plain_numbers(axes.xaxis)
    return figure_of(axes)
