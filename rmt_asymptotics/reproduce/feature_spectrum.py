"""Eigenvalues of Phi^T Phi/p after a step: bulk density, outlier, and the histogram of simulated networks (dandi24)."""

from typing import TYPE_CHECKING

import numpy as np

from rmt_asymptotics.activations import centred, relu, sin
from rmt_asymptotics.estimates import standard_error
from rmt_asymptotics.laws import GaussianLaw
from rmt_asymptotics.models import OneStepNetwork
from rmt_asymptotics.montecarlo import SimulationPlan, feature_eigenvalues
from rmt_asymptotics.plotting import figure_of, plot_spectrum
from rmt_asymptotics.reproduce.figure import Reproduction
from rmt_asymptotics.serialisation import provenance
from rmt_asymptotics.spectra import spectrum
from rmt_asymptotics.steps import FixedStep
from rmt_asymptotics.vocabulary.words import described

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

BINS = 80
CAPTION = "centred ReLU after a step of eta = 4, n/d = 3, p/d = 1.5, n0/d = 2"
NETWORK = OneStepNetwork(
    activation=centred(relu), target=sin, sample_complexity=3.0, width_ratio=1.5, ridge=0.1, step=FixedStep(4.0),
    step_sample_complexity=2.0, readout=GaussianLaw(),
)  # fmt: skip


def compute(plan: SimulationPlan) -> "xarray.Dataset":
    """Histogram of all replicas, the density at the bins' centres averaged over them, and the outliers."""
    import xarray

    width = round(NETWORK.width_ratio * plan.dimension)
    eigenvalues = feature_eigenvalues(NETWORK, plan)
    predicted = spectrum(NETWORK.replace(width=width))
    outliers = [outlier.position for outlier in predicted.outliers]
    bulk_end = float(np.quantile(eigenvalues, 1 - (2 + len(outliers)) / width))
    edges = np.linspace(0, 1.1 * bulk_end, BINS + 1)
    histogram = np.array([np.histogram(row, edges)[0] for row in eigenvalues]) / (width * np.diff(edges))
    fine = np.linspace(edges[0], edges[-1], 10 * BINS + 1)[1:]
    top = np.sort(eigenvalues, axis=1)[:, ::-1][:, : len(outliers)]
    columns = {
        "density": ("eigenvalue", predicted.density(fine)),
        "histogram": ("bin", histogram.mean(0)),
        "histogram_standard_error": ("bin", standard_error(histogram)),
        "outlier": ("order", outliers),
        "outlier_simulation": ("order", top.mean(0)),
        "outlier_standard_error": ("order", standard_error(top)),
    }
    axes = {"eigenvalue": ("eigenvalue", fine), "bin": ("bin", 0.5 * (edges[1:] + edges[:-1]))}
    variables, coordinates = (
        {name: (*column, described(name)) for name, column in table.items()} for table in (columns, axes)
    )
    return xarray.Dataset(variables, coordinates, provenance(NETWORK) | plan.attributes | {"simulated_width": width})


def draw(dataset: "xarray.Dataset") -> "Figure":
    """The histogram behind the density; predicted outliers as lines, simulated ones with one standard error."""
    return figure_of(plot_spectrum(dataset, caption=CAPTION))


FEATURE_SPECTRUM = Reproduction(
    "feature-spectrum", "spectrum of the features after a step, with its outlier (dandi24)",
    SimulationPlan(dimension=800, replicas=10), compute, draw
)  # fmt: skip
