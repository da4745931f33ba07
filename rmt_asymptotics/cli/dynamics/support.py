"""`rmt-asymptotics dynamics support`: decay of the irrelevant weights under SGD, predicted and simulated."""

import math
from pathlib import Path
from typing import Any

import click
import numpy as np

from rmt_asymptotics.activations import identity, relu
from rmt_asymptotics.cli.options import check_drawable
from rmt_asymptotics.cli.values import ResultFile
from rmt_asymptotics.dynamics import SupportLearning, compare, predict
from rmt_asymptotics.dynamics.support_learning import Estimate, Mechanism, Prediction, mechanisms
from rmt_asymptotics.dynamics.support_learning.dataset import compared_curves, predicted_curve
from rmt_asymptotics.output import DATASET_WRITERS, FIGURE_SUFFIXES, write_dataset, write_figure

POINTS, HALF_LIVES = 201, 3.0  # of a predicted curve
NO_DECAY = 1000.0  # steps shown where nothing decays


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
        dataset = predicted_curve(law, _steps(law))
        text = [_predicted(law)]
    else:
        comparison = compare(parameters, steps=steps, runs=runs, seed=seed)
        dataset = compared_curves(comparison)
        rows = mechanisms(parameters, steps=steps, runs=runs, seed=seed)
        text = [_predicted(law), comparison.table(), _mechanisms(rows)]
    if output:
        write_dataset(dataset, output)
    if plot:
        from rmt_asymptotics.plotting.support_learning import decay_figure

        write_figure(decay_figure(dataset), plot)
    click.echo("\n\n".join(text))


def _steps(law: Prediction) -> np.ndarray:
    end = HALF_LIVES * law.half_life
    return np.linspace(0, end if math.isfinite(end) else NO_DECAY, POINTS)


def _predicted(law: Prediction) -> str:
    edge = law.parameters.step * law.sharpness
    lines = [
        f"decay rate a step: {law.decay_rate:.6g}" + (" at the start" if law.parameters.depth > 2 else ""),
        f"half-life in steps: {law.half_life:.6g}",
        f"next order in the step, relative: {law.relative_excess:.2g} (a size, not a bound)",
        f"step x sharpness: {edge:.3g}" + (" > 2: beyond the edge, no prediction applies" if edge > 2 else ""),
    ]
    if law.overfits:
        lines.append("relu fits the fixed noise of so few samples: the irrelevant weights need not decay at all")
    return "\n".join(lines)


def _mechanisms(rows: tuple[Mechanism, ...]) -> str:
    head = f"{'rate a step':<34}{'off readout':>13}{'simulated':>13}{'s.e.':>9}"
    lines = [f"{head}{'along readout':>16}{'simulated':>13}{'s.e.':>9}"]
    for row in rows:
        off, along = row.off_readout_simulated, row.along_readout_simulated
        lines.append(
            f"{row.name:<34}{row.off_readout:>13.4g}{off.mean:>13.4g}{_spread(row, off):>9}"
            f"{row.along_readout:>16.4g}{along.mean:>13.4g}{_spread(row, along):>9}"
        )
    if not rows[1].parameters.noise_variance:
        lines.append("without label noise SGD has no noise at the minimum and no decay")
    return "\n".join(lines)


def _spread(row: Mechanism, measured: Estimate) -> str:
    """The standard error, where there is chance."""
    return "-" if row.parameters.batch == row.parameters.samples else f"{measured.standard_error:.1g}"
