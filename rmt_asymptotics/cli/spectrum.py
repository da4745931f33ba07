"""`rmt-asymptotics spectrum`: eigenvalues of the features, with the histogram of simulated ones behind."""

from pathlib import Path
from typing import Any

import click
import numpy as np

from rmt_asymptotics.cli.options import check_drawable, model_from_options, shared_options
from rmt_asymptotics.cli.values import Axis
from rmt_asymptotics.montecarlo import feature_eigenvalues
from rmt_asymptotics.output import write_dataset, write_figure
from rmt_asymptotics.vocabulary.words import described

BINS = 60


@click.command(name="spectrum", short_help="Eigenvalues of the features: density, edges, outliers.")
@shared_options
@click.option("--dimension", type=int, help="d: also simulate networks of this dimension.")
def spectrum_command(
    file: Path | None, sample_complexity: Axis | None, dimension: int | None, replicas: int, seed: int,
    workers: int | None, output: Path | None, plot: Path | None, **fields: Any,
) -> None:  # fmt: skip
    """Limiting spectrum of Phi^T Phi/p: bulk density, its edges, the atom at 0 and the outliers.

    The model is given by options, or by a TOML FILE whose fields options replace.  Outliers have finite
    positions at finite --width; with --dimension the histogram of simulated eigenvalues is added.

    \b
    Example:
      rmt-asymptotics spectrum --activation tanh --target sin --width-ratio 1.5 --ridge 0.1 --sample-complexity 3 \\
        --step fixed:4 --step-sample-complexity 2 --readout gaussian:1 --width 90 --dimension 60 --replicas 4 \\
        --output spectrum.nc --plot spectrum.png
    """
    from rmt_asymptotics.spectra import spectrum

    check_drawable(plot)
    point = sample_complexity.values[0] if sample_complexity else None
    model = model_from_options(file, fields | {"sample_complexity": point})
    predicted = spectrum(model)
    dataset = predicted.to_dataset()
    last = float(dataset.eigenvalue[-1])
    if dimension is not None:
        options: dict[str, Any] = {"replicas": replicas, "seed": seed, "workers": workers}
        eigenvalues = feature_eigenvalues(model, dimension=dimension, **options)
        edges = np.linspace(0, last, BINS + 1)[1:] - 0.5 * last / BINS
        counts = np.histogram(eigenvalues[eigenvalues > 0], np.append(edges, last))[0]
        widths = np.diff(np.append(edges, last))
        dataset["histogram"] = ("bin", counts / (eigenvalues.size * widths), described("histogram"))
        dataset = dataset.assign_coords(bin=("bin", edges + 0.5 * widths, described("bin"))).assign_attrs(
            dimension=dimension, **options
        )
        dataset.attrs["workers"] = "any"
    if output:
        write_dataset(dataset, output)
    if plot:
        from rmt_asymptotics.plotting import figure_of, plot_spectrum

        write_figure(figure_of(plot_spectrum(dataset)), plot)
    click.echo(predicted.table())
