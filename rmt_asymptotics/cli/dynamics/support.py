"""`rmt-asymptotics dynamics support`: decay of the irrelevant weights under SGD, predicted and simulated."""

from pathlib import Path
from typing import Any

import click

from rmt_asymptotics.activations import identity, relu
from rmt_asymptotics.cli.options import check_drawable
from rmt_asymptotics.cli.values import ResultFile
from rmt_asymptotics.dynamics import SupportLearning, compare, predict
from rmt_asymptotics.dynamics.support_learning import Estimate, Mechanism, mechanisms
from rmt_asymptotics.output import DATASET_WRITERS, FIGURE_SUFFIXES, write_dataset, write_figure
from rmt_asymptotics.tables import Table


@click.command(name="support", short_help="Learning the support: decay of irrelevant weights by the noise of SGD.")
@click.option("--depth", type=int, default=2, show_default=True, help="Layers.")
@click.option("--relevant", type=int, default=5, show_default=True, help="Inputs that the labels depend on.")
@click.option("--irrelevant", type=int, default=10, show_default=True, help="Inputs that they do not depend on.")
@click.option("--samples", type=int, default=256, show_default=True, help="n.")
@click.option("--batch", type=int, default=4, show_default=True, help="b.")
@click.option("--step", type=float, default=0.05, show_default=True, help="eta, on the mean of (f - y)^2/2 of a batch.")
@click.option("--noise-variance", type=float, default=0.09, show_default=True, help="Of the labels.")
@click.option("--weight-decay", type=float, default=0.0, show_default=True, help="In every layer.")
@click.option("--replacement", is_flag=True, help="Draw batches independently.  [default: in passes over the sample]")
@click.option("--fresh-noise", is_flag=True, help="New label noise at every use.  [default: fixed with the sample]")
@click.option("--mirrored", is_flag=True, help="The sample holds (-x, -y) with every (x, y).")
@click.option("--width", type=int, default=8, show_default=True, help="Neurons of each hidden layer.")
@click.option("--activation", type=click.Choice(["identity", "relu"]), default="identity", show_default=True)
@click.option("--clip", type=float, help="Largest norm of the gradient.  [default: none]")
@click.option("--target-norm", type=float, default=0.5, show_default=True, help="Of the target's coefficients.")
@click.option("--initial-norm", type=float, default=1.0, show_default=True, help="Of the irrelevant weights.")
@click.option("--steps", type=int, help="Also simulate this many steps.")
@click.option("--runs", type=int, default=8, show_default=True, help="Independent runs of the simulation.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the simulation.")
@click.option("--output", type=ResultFile(tuple(DATASET_WRITERS)), help="Write the curves: .nc (netCDF) or .csv.")
@click.option("--plot", type=ResultFile(FIGURE_SUFFIXES), help="Draw the curves: .png, .svg or .pdf.")
def support(
    activation: str, steps: int | None, runs: int, seed: int, output: Path | None, plot: Path | None, **fields: Any
) -> None:
    """Decay rate and half-life of the irrelevant weights of a network at its minimum, trained on by SGD.

    With --steps the real network is trained too, and a table separates gradient descent, the noise of SGD and
    weight decay.

    \b
    Example:
      rmt-asymptotics dynamics support --depth 2 --batch 4 --step 0.05 --noise-variance 0.09 \\
        --steps 20000 --seed 0 --output decay.nc --plot decay.png
    """
    check_drawable(plot)
    parameters = SupportLearning(activation={"identity": identity, "relu": relu}[activation], **fields)
    law = predict(parameters)
    if steps is None:
        dataset = law.to_dataset()
        text = [law.table()]
    else:
        comparison = compare(parameters, steps=steps, runs=runs, seed=seed)
        dataset = comparison.to_dataset()
        rows = mechanisms(parameters, steps=steps, runs=runs, seed=seed)
        text = [law.table(), comparison.table(), str(_mechanisms(rows))]
    if output:
        write_dataset(dataset, output)
    if plot:
        from rmt_asymptotics.plotting.support_learning import decay_figure

        write_figure(decay_figure(dataset), plot)
    click.echo("\n\n".join(text))


def _mechanisms(rows: tuple[Mechanism, ...]) -> Table:
    heads = ("rate a step", "off readout", "simulated", "s.e.", "along readout", "simulated", "s.e.")
    cells = []
    for row in rows:
        pairs = (row.off_readout, row.off_readout_simulated), (row.along_readout, row.along_readout_simulated)
        numbers = ((predicted, each.mean, _spread(row, each)) for predicted, each in pairs)
        cells.append((row.name, *(value for three in numbers for value in three)))
    still = "without label noise SGD has no noise at the minimum and no decay"
    return Table(heads, cells, notes=[still] * (not rows[1].parameters.noise_variance))


def _spread(row: Mechanism, measured: Estimate) -> str | None:
    """The standard error, where there is chance."""
    return None if row.parameters.batch == row.parameters.samples else f"{measured.standard_error:.1g}"
