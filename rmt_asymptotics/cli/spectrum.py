"""`rmt-asymptotics spectrum`: eigenvalues of the features, with the histogram of simulated ones behind."""

from pathlib import Path
from typing import Any

import click

from rmt_asymptotics.cli.options import check_drawable, model_from_options, shared_options
from rmt_asymptotics.cli.values import Axis
from rmt_asymptotics.montecarlo import feature_eigenvalues
from rmt_asymptotics.output import write_dataset, write_figure


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
    if dimension is not None:
        from rmt_asymptotics.spectra.histogram import with_histogram

        options: dict[str, Any] = {"replicas": replicas, "seed": seed}
        eigenvalues = feature_eigenvalues(model, dimension=dimension, workers=workers, **options)
        sizes = {"dimension": dimension, "simulated_width": eigenvalues.shape[1]}
        dataset = with_histogram(dataset, eigenvalues, sizes | options)
    if output:
        write_dataset(dataset, output)
    if plot:
        from rmt_asymptotics.plotting import figure_of, plot_spectrum

        write_figure(figure_of(plot_spectrum(dataset)), plot)
    click.echo(predicted.table())
