"""`rmt-asymptotics spectrum`: eigenvalues of the features, with the histogram of simulated ones behind."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from rmt_asymptotics.cli.options import check_drawable, model_from_options, shared_options
from rmt_asymptotics.cli.values import Axis
from rmt_asymptotics.montecarlo import feature_eigenvalues
from rmt_asymptotics.output import write_dataset, write_figure
from rmt_asymptotics.serialisation import provenance

if TYPE_CHECKING:
    import xarray

    from rmt_asymptotics.spectra import FeatureSpectrum

POINTS, BINS = 1000, 60
TAIL = 1e-4  # of the distribution, beyond which a bulk without an edge is not drawn


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
    last = predicted.edges[-1][1]
    if np.isinf(last):
        last = _quantile(predicted, 1 - TAIL)
    x = np.linspace(0, 1.05 * last, POINTS + 1)[1:]
    dataset = _dataset(predicted, x, provenance(model))
    if dimension is not None:
        options: dict[str, Any] = {"replicas": replicas, "seed": seed, "workers": workers}
        eigenvalues = feature_eigenvalues(model, dimension=dimension, **options)
        edges = np.linspace(0, x[-1], BINS + 1)[1:] - 0.5 * x[-1] / BINS
        counts = np.histogram(eigenvalues[eigenvalues > 0], np.append(edges, x[-1]))[0]
        widths = np.diff(np.append(edges, x[-1]))
        dataset["histogram"] = ("bin", counts / (eigenvalues.size * widths), {"long_name": "simulated density"})
        dataset = dataset.assign_coords(bin=("bin", edges + 0.5 * widths)).assign_attrs(dimension=dimension, **options)
        dataset.attrs["workers"] = "any"
    if output:
        write_dataset(dataset, output)
    if plot:
        from rmt_asymptotics.plotting import figure_of, plot_spectrum

        write_figure(figure_of(plot_spectrum(dataset)), plot)
    click.echo(_table(predicted))


def _quantile(predicted: "FeatureSpectrum", level: float) -> float:
    x = max(predicted.edges[-1][0], 1e-3)
    while float(predicted.cumulative(np.array([x]))[0]) < level:
        x *= 1.1
    return x


def _dataset(predicted: "FeatureSpectrum", x: np.ndarray, attributes: dict[str, Any]) -> "xarray.Dataset":
    import xarray

    return xarray.Dataset(
        {
            "density": ("eigenvalue", predicted.density(x), {"long_name": "limiting density", "units": "1"}),
            "outlier": ("order", [outlier.position for outlier in predicted.outliers]),
            "edges": (("interval", "end"), np.array(predicted.edges)),
        },
        {"eigenvalue": ("eigenvalue", x, {"long_name": "eigenvalue of Phi^T Phi/p", "units": "1"})},
        attributes | {"atom_at_zero": predicted.atom_at_zero, "error_estimate": predicted.error_estimate},
    )


def _table(predicted: "FeatureSpectrum") -> str:
    lines = [f"atom at 0: {predicted.atom_at_zero:.6g}"]
    lines += [f"bulk: {low:.6g} to {high:.6g}" for low, high in predicted.edges]
    lines += [f"outlier: {outlier.position:.6g}" for outlier in predicted.outliers]
    if predicted.diverging:
        lines.append(f"eigenvalues that grow like p: {predicted.diverging:g} (give --width for their positions)")
    return "\n".join(lines)
