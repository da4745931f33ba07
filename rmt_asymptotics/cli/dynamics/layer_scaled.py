"""`rmt-asymptotics dynamics layer-scaled`: width pattern, expansion at initialisation and a training run."""

import importlib.util
import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from rmt_asymptotics import dynamics
from rmt_asymptotics._types import Array
from rmt_asymptotics.cli.options import check_drawable
from rmt_asymptotics.cli.values import ResultFile
from rmt_asymptotics.dynamics.attributes import plain_fields
from rmt_asymptotics.dynamics.layer_scaled_step import (
    Expansion,
    LayerScaledStep,
    Training,
    TrainingStatus,
    digits,
    gaussian_classes,
)
from rmt_asymptotics.errors import NotConverged
from rmt_asymptotics.output import DATASET_WRITERS, FIGURE_SUFFIXES, write_dataset, write_figure
from rmt_asymptotics.tables import Table

if TYPE_CHECKING:
    import xarray

LOSSES = {"squared": dynamics.SquaredLoss(), "cross-entropy": dynamics.CrossEntropyLoss()}
SCALINGS = {"uniform": dynamics.UniformScaling(), "norm-cancelling": dynamics.NormCancellingScaling()}
PIXELS, CLASSES = 64, 10


@click.command(name="layer-scaled", short_help="Expansion of the loss along a layer-scaled step.")
@click.option("--depth", type=int, default=5, show_default=True, help="Layers of weights.")
@click.option("--base-width", type=int, default=16, show_default=True, help="m of the hidden widths k^r m.")
@click.option("--width-exponent", type=float, default=2.0, show_default=True, help="r of the hidden widths k^r m.")
@click.option("--linear-part", type=float, default=0.5, show_default=True, help="a of phi(s) = a s + sqrt(1-a^2)|s|.")
@click.option("--loss", type=click.Choice(list(LOSSES)), default="squared", show_default=True)
@click.option("--scaling", type=click.Choice(list(SCALINGS)), default="norm-cancelling", show_default=True,
              help="Of the steps of the layers, beside uniform steps.")  # fmt: skip
@click.option("--learning-rate", type=float, help="eta.  [default: by --edge-multiple]")
@click.option("--edge-multiple", type=float, default=0.5, show_default=True,
              help="eta over the edge 2/sharpness at initialisation, for each scaling.")  # fmt: skip
@click.option("--samples", type=int, default=300, show_default=True, help="Of the data set.")
@click.option("--batch-size", type=int, help="Of the training run.  [default: all samples]")
@click.option("--steps", type=int, default=0, show_default=True, help="Of the training run.")
@click.option("--replicas", type=int, default=0, show_default=True, help="Networks that measure the width pattern.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of weights, batches and replicas.")
@click.option("--output", type=ResultFile(tuple(DATASET_WRITERS)), help="Write the run: .nc (netCDF) or .csv.")
@click.option("--plot", type=ResultFile(FIGURE_SUFFIXES), help="Draw the run: .png, .svg or .pdf.")
def layer_scaled(
    loss: str, scaling: str, learning_rate: float | None, edge_multiple: float, samples: int, batch_size: int | None,
    steps: int, replicas: int, seed: int, output: Path | None, plot: Path | None, **network: Any,
) -> None:  # fmt: skip
    """Steps W_k <- W_k - eta xi_k G_k of a network with phi(s) = a s + b|s| on scikit-learn's digits.

    Prints the spread of log norms over initialisations, and loss, derivatives, sharpness and soft ranks of one
    network with and without the scaling; with --steps it trains both.  Without scikit-learn the data are Gaussian.

    \b
    Example:
      rmt-asymptotics dynamics layer-scaled --depth 5 --base-width 16 --width-exponent 2 --linear-part 0.5 \\
        --loss squared --scaling norm-cancelling --edge-multiple 2 --steps 60 --samples 200 --replicas 300 \\
        --output steps.nc --plot steps.png
    """
    check_drawable(plot)
    if (output or plot) and steps < 1:
        raise click.UsageError("--output and --plot are of a training run: give --steps")
    general = LayerScaledStep(
        input_dimension=PIXELS, outputs=CLASSES, learning_rate=1.0 if learning_rate is None else learning_rate,
        loss=LOSSES[loss], **network,
    )  # fmt: skip
    inputs, targets, data = _data(general, samples, seed)
    weights = dynamics.initial_weights(general, seed=seed)
    schemes = {}
    for name in dict.fromkeys(("uniform", scaling)):
        scheme = general.replace(scaling=SCALINGS[name])
        if learning_rate is None:
            edge = scheme.expansion(weights, inputs, targets).edge
            scheme = scheme.replace(learning_rate=edge_multiple * edge)
        schemes[name] = scheme
    click.echo(_width_pattern(general, replicas, seed))
    expansions = {name: scheme.expansion(weights, inputs, targets) for name, scheme in schemes.items()}
    click.echo(f"\nexpansion at initialisation, {data}:\n{_expansions(expansions)}")
    if steps:
        _train(schemes, inputs, targets, data, {"steps": steps, "batch_size": batch_size, "seed": seed}, output, plot)


def _data(parameters: LayerScaledStep, samples: int, seed: int) -> tuple[Array, Array, str]:
    if importlib.util.find_spec("sklearn"):
        return *digits(samples), f"{samples} digits of scikit-learn"
    return *gaussian_classes(parameters, samples, seed=seed), f"{samples} Gaussian inputs (scikit-learn is missing)"


def _width_pattern(parameters: LayerScaledStep, replicas: int, seed: int) -> str:
    title = "variance of log(|h_k|^2/m_k) over initialisations:\n"
    if replicas:
        return title + dynamics.compare(parameters, replicas=replicas, seed=seed).table()
    return title + dynamics.predict(parameters).table()


def _expansions(expansions: dict[str, Expansion]) -> Table:
    results = list(expansions.values())
    rows: list[tuple[Any, ...]] = [("learning rate", *(e.learning_rate for e in results))]
    rows += [(f"coefficient of eta^{j}", *(float(e.coefficients[j]) for e in results)) for j in range(4)]
    rows.append(("sharpness", *(e.sharpness for e in results)))
    rows.append(("edge 2/sharpness", *(e.edge for e in results)))
    rows.append(("verdict", *("beyond the edge" if e.beyond_edge else "inside the edge" for e in results)))
    ranks = " ".join(f"{rank:.4g}" for rank in results[0].soft_ranks)
    return Table(("", *expansions), rows, notes=(f"soft ranks of H_0..: {ranks}",))


def _train(
    schemes: dict[str, LayerScaledStep], inputs: Array, targets: Array, data: str, options: dict[str, Any],
    output: Path | None, plot: Path | None,
) -> None:  # fmt: skip
    runs = {name: dynamics.train(scheme, inputs, targets, **options) for name, scheme in schemes.items()}
    if output:
        write_dataset(_dataset(runs, data, options), output)
    if plot:
        from rmt_asymptotics.plotting.layer_scaled_step import plot_training

        write_figure(plot_training(runs, _caption(next(iter(schemes.values())), data)), plot)
    click.echo(f"\ntraining, {options['steps']} steps:")
    for name, run in runs.items():
        first, last = run.soft_ranks[0, -1], run.soft_ranks[-1, -1]
        click.echo(
            f"{name:<16} loss {run.loss[0]:.4g} -> {run.loss[-1]:.4g}, sharpness {run.sharpness[0]:.4g} -> "
            f"{run.sharpness[-1]:.4g} (edge {2 / run.parameters.learning_rate:.4g}), last soft rank {first:.4g} -> "
            f"{last:.4g}: {run.status.value}"
        )
    lost = [name for name, run in runs.items() if run.status is TrainingStatus.DIVERGED]
    if lost:
        raise NotConverged(f"the run diverged with scaling {' and '.join(lost)}; what was reached is printed above")


def _caption(parameters: LayerScaledStep, data: str) -> str:
    widths = "-".join(map(str, parameters.widths))
    return f"widths {widths}, a = {parameters.linear_part:g}, {type(parameters.loss).__name__}, {data}"


def _dataset(runs: dict[str, Training], data: str, options: dict[str, Any]) -> "xarray.Dataset":
    """The runs over (scaling, step), nan after a divergence."""
    import xarray

    states = options["steps"] + 1

    def padded(name: str) -> Array:
        series = [np.asarray(getattr(run, name), dtype=float) for run in runs.values()]
        return np.stack([np.concatenate([s, np.full((states - len(s), *s.shape[1:]), np.nan)]) for s in series])

    plain, layered = ("scaling", "step"), ("scaling", "step", "layer")
    parameters = [run.parameters for run in runs.values()]
    return xarray.Dataset(
        {
            "loss": (plain, padded("loss"), {"long_name": "loss of the batch before the step"}),
            "predicted_loss": (plain, padded("predicted_loss"), {"long_name": "cubic expansion after the step"}),
            "sharpness": (plain, padded("sharpness"), {"long_name": "psi''/|psi'| along the step"}),
            "soft_rank": (layered, padded("soft_ranks"), {"long_name": "soft rank of what enters the layer"}),
            "factor": (layered, padded("factors"), {"long_name": "xi of the layer"}),
            "learning_rate": ("scaling", [p.learning_rate for p in parameters]),
            "status": ("scaling", [run.status.name for run in runs.values()]),
        },
        {"scaling": list(runs), "step": np.arange(states), "layer": np.arange(1, parameters[0].depth + 1)},
        {
            "parameters": json.dumps([plain_fields(p) for p in parameters]),
            "rmt_asymptotics_version": version("rmt_asymptotics"),
            "data": data,
            "steps": options["steps"],
            "batch_size": options["batch_size"] or "all",
            "seed": options["seed"],
        },
    )
