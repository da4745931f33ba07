"""What a step of fixed size gains over random features, against sample size and width (the setting of ba22)."""

from typing import TYPE_CHECKING

import numpy as np

from rmt_asymptotics.activations import centred, softplus, tanh
from rmt_asymptotics.estimates import Estimate, estimate
from rmt_asymptotics.laws import GaussianLaw
from rmt_asymptotics.models import OneStepNetwork
from rmt_asymptotics.montecarlo import SimulationPlan
from rmt_asymptotics.montecarlo.ensemble import ensemble
from rmt_asymptotics.plotting import BLUE, GREEN, GREY, ORANGE, labelled, new_axes, simulated_points
from rmt_asymptotics.reproduce.figure import Reproduction
from rmt_asymptotics.serialisation import provenance
from rmt_asymptotics.steps import FixedStep
from rmt_asymptotics.sweeps.sweep import sweep

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

WIDTH_RATIOS = (0.5, 1.0, 2.0)
SIMULATED = (0.5, 1.5, 3.0, 5.0)
COLOURS = (BLUE, ORANGE, GREEN)
LAMBDA = 0.01  # ba22's penalty, ridge = lambda n/p
NETWORK = OneStepNetwork(
    activation=tanh, target=centred(softplus), sample_complexity=1.0, width_ratio=1.0, ridge=LAMBDA,
    noise_variance=0.0625, step=FixedStep(2.0), step_sample_complexity=1.0, readout=GaussianLaw(),
)  # fmt: skip


def at(sample_complexity: float, width_ratio: float) -> OneStepNetwork:
    """The setting at n/d and p/d: the step uses as many samples as the readout, and ridge = lambda n/p."""
    return NETWORK.replace(
        sample_complexity=sample_complexity, step_sample_complexity=sample_complexity, width_ratio=width_ratio,
        ridge=LAMBDA * sample_complexity / width_ratio,
    )  # fmt: skip


def compute(plan: SimulationPlan) -> "xarray.Dataset":
    """The limit of R(no step) - R(step), at the simulated widths too, and its simulation on paired draws."""
    import xarray

    fine = np.geomspace(0.2, 8, 60)
    steps = [FixedStep(0.0), NETWORK.step]

    def improvement(sample_complexity: float, width_ratio: float) -> float:
        errors = sweep(at(sample_complexity, width_ratio), step=steps, progress=False).excess_error.values
        return float(errors[0] - errors[1])

    theory = [[improvement(alpha, beta) for beta in WIDTH_RATIOS] for alpha in fine.tolist()]
    gains = [[_simulated(at(alpha, beta), plan) for beta in WIDTH_RATIOS] for alpha in SIMULATED]
    return xarray.Dataset(
        {
            "theory": (("sample_complexity", "width_ratio"), theory, {"long_name": "risk improvement, p = infinity"}),
            "simulation": (("simulated_sample_complexity", "width_ratio"), [[g.mean for g in row] for row in gains]),
            "standard_error": (
                ("simulated_sample_complexity", "width_ratio"), [[g.standard_error for g in row] for row in gains]
            ),
        },
        {"sample_complexity": fine, "width_ratio": list(WIDTH_RATIOS), "simulated_sample_complexity": list(SIMULATED)},
        provenance(NETWORK) | plan.attributes,
    )  # fmt: skip


def _simulated(model: OneStepNetwork, plan: SimulationPlan) -> Estimate:
    errors = [
        ensemble(each, plan.replace(progress=False)).errors["excess_error"]
        for each in (model.replace(step=FixedStep(0.0)), model)
    ]
    return estimate((errors[0] - errors[1])[:, 0, 0])


def draw(dataset: "xarray.Dataset") -> "Figure":
    """One colour a width: the limit as a line, paired simulations with one standard error."""
    axes = new_axes()
    for beta, colour in zip(dataset.width_ratio.values, COLOURS, strict=True):
        part = dataset.sel(width_ratio=beta)
        axes.plot(part.sample_complexity, part.theory, color=colour, label=f"theory, p/d = {beta:g}")
        simulated_points(
            axes, part.simulated_sample_complexity, part.simulation, part.standard_error, color=colour, fmt="o",
            label=f"simulation, d = {dataset.attrs['dimension']}, ± 1 standard error" if colour == COLOURS[0] else None,
        )  # fmt: skip
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.set_xscale("log")
    axes.set_xticks([0.2, 0.5, 1, 2, 5], ["0.2", "0.5", "1", "2", "5"])
    axes.minorticks_off()
    return labelled(
        axes, "sample complexity n/d = n0/d", "risk without step $-$ risk after step",
        "tanh student, centred softplus target, eta = 2, lambda = 0.01, noise 0.0625",
    )  # fmt: skip


RISK_IMPROVEMENT = Reproduction(
    "risk-improvement",
    "gain of a fixed step over random features (ba22)",
    SimulationPlan(dimension=300, replicas=40),
    compute,
    draw,
)
