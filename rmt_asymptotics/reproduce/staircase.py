"""Test error against the exponent of the step size: the staircase of moniri24, and finite widths near it."""

from typing import TYPE_CHECKING

import numpy as np

from rmt_asymptotics.activations import Activation, centred
from rmt_asymptotics.laws import GaussianLaw
from rmt_asymptotics.models import OneStepNetwork
from rmt_asymptotics.montecarlo import SimulationPlan, simulate
from rmt_asymptotics.plotting import ORANGE, labelled, plot_staircase, simulated_points
from rmt_asymptotics.plotting.staircases import EXPONENT, WIDTH, critical_exponent
from rmt_asymptotics.reproduce.figure import Reproduction
from rmt_asymptotics.steps import PowerStep
from rmt_asymptotics.sweeps.sweep import sweep

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

WIDTHS = (10**3, 10**6, 10**9, 10**12, 10**16)
TOLERANCE = 1e-5  # relative: finer than the lines
CRITICAL = [critical_exponent(order) for order in (1, 2, 3, 4)]
SIMULATED = (-0.1, 0.0, 0.1, 0.2, 0.3, 0.39)
NETWORK = OneStepNetwork(
    activation=centred(Activation.from_expression("tanh(x + 0.7)")),
    target=Activation.from_expression("2*sin(1.5*x + 1.2)"),  # bounded: polynomials have large finite-size effects
    sample_complexity=2.0, width_ratio=1.3, ridge=0.1, noise_variance=0.1, readout=GaussianLaw(),
    step=PowerStep(0.0), step_sample_complexity=6.5,
)  # fmt: skip


def compute(plan: SimulationPlan) -> "xarray.Dataset":
    """The limit and finite widths on a fine axis of exponents, and simulations at the plan's dimension."""
    runs = [simulate(NETWORK.replace(step=PowerStep(a)), plan) for a in SIMULATED]
    axes = {EXPONENT: np.union1d(np.linspace(-0.15, 0.396, 76), CRITICAL), WIDTH: [None, *WIDTHS, runs[0].width]}
    dataset = sweep(NETWORK, axes, tolerance=TOLERANCE)[["test_error", "status"]]
    dataset = dataset.assign_attrs(plan.attributes | {"simulated_width": runs[0].width})
    return dataset.assign(
        simulation=("simulated_exponent", [run.test_error.mean for run in runs]),
        standard_error=("simulated_exponent", [run.test_error.standard_error for run in runs]),
    ).assign_coords(simulated_exponent=list(SIMULATED))


def draw(dataset: "xarray.Dataset") -> "Figure":
    """The limit as a step function with its critical points, widths from light to dark, simulation as points."""
    width = dataset.attrs["simulated_width"]
    widths = dataset[WIDTH].values
    theory = dataset.drop_dims("simulated_exponent")
    axes = plot_staircase(theory.sel({WIDTH: widths[widths != str(width)]}))
    at_width = theory.test_error.sel({WIDTH: str(width)})
    axes.plot(theory[EXPONENT], at_width, "--", color=ORANGE, label=f"theory, p = {width}")
    simulated_points(
        axes, dataset.simulated_exponent, dataset.simulation, dataset.standard_error,
        color=ORANGE, fmt="s", label=f"simulation, p = {width}, ± 1 standard error",
    )  # fmt: skip
    caption = "shifted tanh, Gaussian readout, target 2 sin(1.5x + 1.2), n = 2d, n0 = 6.5d"
    return labelled(axes, axes.get_xlabel(), "test error", caption)


STAIRCASE = Reproduction(
    "staircase",
    "test error against the exponent of the step size (moniri24)",
    SimulationPlan(dimension=400, replicas=10),
    compute,
    draw,
)
