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
from rmt_asymptotics.spectra.histogram import with_histogram
from rmt_asymptotics.steps import FixedStep
from rmt_asymptotics.vocabulary.words import described

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

CAPTION = "Features of a centred ReLU network after a step of η = 4: n/d = 3, p/d = 1.5, n₀/d = 2"
NETWORK = OneStepNetwork(
    activation=centred(relu), target=sin, sample_complexity=3.0, width_ratio=1.5, ridge=0.1, step=FixedStep(4.0),
    step_sample_complexity=2.0, readout=GaussianLaw(),
)  # fmt: skip


def compute(plan: SimulationPlan) -> "xarray.Dataset":
    """The density, the histogram of all replicas, and the outliers."""
    width = round(NETWORK.width_ratio * plan.dimension)
    eigenvalues = feature_eigenvalues(NETWORK, plan)
    dataset = spectrum(NETWORK.replace(width=width)).to_dataset()
    top = np.sort(eigenvalues, axis=1)[:, ::-1][:, : dataset.outlier.size]
    found = {"outlier_simulation": top.mean(0), "outlier_standard_error": standard_error(top)}
    dataset = dataset.assign({name: ("order", column, described(name)) for name, column in found.items()})
    sizes = plan.attributes | {"simulated_width": width}
    return with_histogram(dataset.assign_attrs(provenance(NETWORK)), eigenvalues, sizes)


def draw(dataset: "xarray.Dataset") -> "Figure":
    """The histogram behind the density; predicted outliers as lines, simulated ones with one standard error."""
    return figure_of(plot_spectrum(dataset, caption=CAPTION))


FEATURE_SPECTRUM = Reproduction(
    "feature-spectrum", "spectrum of the features after a step, with its outlier (dandi24)",
    SimulationPlan(dimension=800, replicas=10), compute, draw
)  # fmt: skip
