"""`rmt-asymptotics dynamics two-point`: a ReLU network that learns two points, phase by phase."""

from pathlib import Path
from typing import Any

import click

from rmt_asymptotics.cli.options import check_drawable
from rmt_asymptotics.cli.values import ResultFile
from rmt_asymptotics.dynamics import TwoPointReLU, compare, predict
from rmt_asymptotics.dynamics.two_point_relu import Comparison, Prediction
from rmt_asymptotics.output import DATASET_WRITERS, FIGURE_SUFFIXES, write_dataset, write_figure


@click.command(name="two-point", short_help="A ReLU network on two points: plateau, escape, reactivation.")
@click.option("--imbalance", type=float, required=True, help="p, the weight of x+ relative to x-; p cos(angle) > 1.")
@click.option("--angle", type=float, required=True, help="Between the two points, in (0, pi/2).")
@click.option("--initial-scale", type=float, default=1e-3, show_default=True, help="Of the first layer.")
@click.option("--output-scale", type=float, default=1.0, show_default=True, help="Of the second layer, at most 1.")
@click.option("--living-positive", type=float, help="Fraction of the positive neurons.  [default: its mean, 1/2]")
@click.option("--living-negative", type=float, help="Fraction of the negative neurons.  [default: its mean]")
@click.option("--width", type=int, help="m: also simulate a network of this width.")
@click.option("--dimension", type=int, default=5, show_default=True, help="d of the simulated network.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the simulated network.")
@click.option("--output", type=ResultFile(tuple(DATASET_WRITERS)), help="Write the loss curve: .nc (netCDF) or .csv.")
@click.option("--plot", type=ResultFile(FIGURE_SUFFIXES), help="Draw the loss curve: .png, .svg or .pdf.")
def two_point(
    width: int | None, dimension: int, seed: int, output: Path | None, plot: Path | None, **fields: Any
) -> None:
    """Times and levels of the phases, the loss over logarithmic time, and a real network beside them.

    The network is simulated when --width is given; the theory is then also shown at its living fractions.

    \b
    Example:
      rmt-asymptotics dynamics two-point --imbalance 4 --angle 0.2 --width 1000 --dimension 5 --seed 0 \\
        --output loss.nc --plot loss.png
    """
    check_drawable(plot)
    parameters = TwoPointReLU(**fields)
    prediction: Prediction = predict(parameters)
    compared: Comparison | None = None
    if width is not None:
        compared = compare(parameters, width=width, dimension=dimension, seed=seed)
    if output:
        write_dataset((compared or prediction).to_dataset(), output)
    if plot:
        from rmt_asymptotics.plotting.two_point_relu import plot_two_point

        figure = plot_two_point(prediction, compared).get_figure(root=True)
        assert figure is not None
        write_figure(figure, plot)
    click.echo(compared.table() if compared else prediction.table())
