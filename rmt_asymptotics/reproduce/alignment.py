"""Alignment of the updated weights with the teacher against the step size: the BBP transition (the setting of ba22)."""

from typing import TYPE_CHECKING

import numpy as np

from rmt_asymptotics.activations import Activation, tanh
from rmt_asymptotics.laws import GaussianLaw
from rmt_asymptotics.models import OneStepNetwork
from rmt_asymptotics.montecarlo import SimulationPlan, weight_statistics
from rmt_asymptotics.plotting import LOOKS, figure_of, finish, new_axes, simulated_points, theory_line
from rmt_asymptotics.plotting.palette import GREY
from rmt_asymptotics.reproduce.figure import Reproduction
from rmt_asymptotics.serialisation import provenance
from rmt_asymptotics.spectra import weight_spectrum
from rmt_asymptotics.steps import FixedStep

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

CAPTION = "Top singular vector of the weights after one step: tanh student, p/d = 1.5, n₀/d = 2.5, noise variance 0.2"
SIMULATED = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0)
NETWORK = OneStepNetwork(
    activation=tanh, target=Activation.from_expression("x + 0.4*(x**2 - 1)"), sample_complexity=2.0, width_ratio=1.5,
    ridge=0.1, noise_variance=0.2, step=FixedStep(1.0), step_sample_complexity=2.5, readout=GaussianLaw(),
)  # fmt: skip


def compute(plan: SimulationPlan) -> "xarray.Dataset":
    """Squared overlap of the top right singular vector of W1 with theta, and the top singular value."""
    import xarray

    fine = np.linspace(0.0, 5.2, 105)
    spectra = [weight_spectrum(NETWORK.replace(step=FixedStep(eta))) for eta in fine.tolist()]
    runs = [weight_statistics(NETWORK.replace(step=FixedStep(eta)), plan) for eta in SIMULATED]
    return xarray.Dataset(
        {
            "alignment": ("eta", [s.alignment for s in spectra], {"long_name": "squared overlap with the teacher"}),
            "top_singular_value": ("eta", [s.top_singular_value for s in spectra]),
            "alignment_simulation": ("simulated_eta", [r.alignment.mean for r in runs]),
            "alignment_standard_error": ("simulated_eta", [r.alignment.standard_error for r in runs]),
            "singular_value_simulation": ("simulated_eta", [r.singular_values[0].mean for r in runs]),
            "singular_value_standard_error": ("simulated_eta", [r.singular_values[0].standard_error for r in runs]),
        },
        {"eta": fine, "simulated_eta": list(SIMULATED)},
        provenance(NETWORK) | plan.attributes,
    )


def draw(dataset: "xarray.Dataset") -> "Figure":
    """Theory with its threshold, simulation as points."""
    axes = new_axes()
    threshold = float(dataset.eta[np.flatnonzero(dataset.alignment.values > 0)[0]])
    axes.axvline(threshold, color=GREY, linewidth=0.8, linestyle=":", label=f"BBP threshold, η = {threshold:.3g}")
    theory_line(axes, dataset.eta.values, dataset.alignment.values, LOOKS[0], "theory, p = ∞")
    label = f"simulation, d = {dataset.attrs['dimension']}, ± 1 standard error"
    mean, spread = dataset.alignment_simulation, dataset.alignment_standard_error
    simulated_points(axes, dataset.simulated_eta, mean, spread, LOOKS[0], label)
    axes.set(xlabel="step size η", ylabel="squared overlap with the teacher")
    finish(axes, CAPTION)
    return figure_of(axes)


ALIGNMENT = Reproduction(
    "alignment",
    "alignment of the updated weights and the BBP threshold (ba22)",
    SimulationPlan(dimension=800, replicas=10),
    compute,
    draw,
)
