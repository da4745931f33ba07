"""Test error against the exponent of the step size: the staircase of moniri24, and finite widths near it."""

from typing import TYPE_CHECKING

import numpy as np

from rmt_asymptotics.activations import Activation, centred
from rmt_asymptotics.estimates import estimate
from rmt_asymptotics.laws import GaussianLaw
from rmt_asymptotics.models import OneStepNetwork
from rmt_asymptotics.montecarlo import SimulationPlan
from rmt_asymptotics.montecarlo.ensemble import ensemble
from rmt_asymptotics.plotting import figure_of, finish, plot_staircase, simulated_points, theory_line
from rmt_asymptotics.plotting.palette import RED, Look
from rmt_asymptotics.plotting.stairs import EXPONENT, WIDTH, critical_exponent
from rmt_asymptotics.reproduce.figure import Reproduction
from rmt_asymptotics.steps import FixedStep, PowerStep
from rmt_asymptotics.sweeps.sweep import sweep

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

WIDTHS = (10**3, 10**6, 10**9, 10**12, 10**16)
TOLERANCE = 1e-5  # relative: finer than the lines
CRITICAL = [critical_exponent(order) for order in (1, 2, 3, 4)]
CAPTION = "Shifted tanh, Gaussian readout, target 2 sin(1.5x + 1.2), n/d = 2, p/d = 1.3, n₀/d = 6.5, noise variance 0.1"
LOOK = Look(RED, "-", "s")  # of the simulated width
SIMULATED = (-0.1, 0.0, 0.1, 0.2, 0.3, 0.39)
NETWORK = OneStepNetwork(
    activation=centred(Activation.from_expression("tanh(x + 0.7)")),
    target=Activation.from_expression("2*sin(1.5*x + 1.2)"),  # bounded: polynomials have large finite-size effects
    sample_complexity=2.0, width_ratio=1.3, ridge=0.1, noise_variance=0.1, readout=GaussianLaw(),
    step=PowerStep(0.0), step_sample_complexity=6.5,
)  # fmt: skip


def compute(plan: SimulationPlan) -> "xarray.Dataset":
    """The limit and finite widths on a fine axis of exponents; simulations with and without step on the same draws."""
    width = round(NETWORK.width_ratio * plan.dimension)
    axes = {EXPONENT: np.union1d(np.linspace(-0.15, 0.396, 76), CRITICAL), WIDTH: [None, *WIDTHS, width]}
    dataset = sweep(NETWORK, axes, tolerance=TOLERANCE)[["test_error", "status"]]
    still = NETWORK.replace(step=FixedStep(0.0))
    unstepped = sweep(still, {WIDTH: axes[WIDTH]}, tolerance=TOLERANCE).test_error
    before = ensemble(still, plan).errors["test_error"]
    gains = [
        estimate((ensemble(NETWORK.replace(step=PowerStep(a)), plan).errors["test_error"] - before)[:, 0, 0])
        for a in SIMULATED
    ]
    words = {"long_name": "test error $-$ that without the step", "units": "1"}
    dataset = dataset.assign(
        change=(dataset.test_error - unstepped).assign_attrs(words),
        simulation=("simulated_exponent", [gain.mean for gain in gains]),
        standard_error=("simulated_exponent", [gain.standard_error for gain in gains]),
    )
    sizes = plan.attributes | {"simulated_width": width}
    return dataset.assign_coords(simulated_exponent=list(SIMULATED)).assign_attrs(sizes)


def draw(dataset: "xarray.Dataset") -> "Figure":
    """The limit as a step function with its critical points, finite widths, simulation as points."""
    width = str(dataset.attrs["simulated_width"])
    theory, widths = dataset.drop_dims("simulated_exponent"), dataset[WIDTH].values
    axes = plot_staircase(theory.sel({WIDTH: widths[widths != width]}), "change", caption="")
    at_width = theory.change.sel({WIDTH: width}).values
    theory_line(axes, theory[EXPONENT].values, at_width, LOOK, f"theory, p = {width}")
    label = f"simulation, p = {width}, paired draws, ± 1 s.e."
    simulated_points(axes, dataset.simulated_exponent, dataset.simulation, dataset.standard_error, LOOK, label)
    finish(axes, CAPTION)
    return figure_of(axes)


STAIRCASE = Reproduction(
    "staircase",
    "test error against the exponent of the step size (moniri24)",
    SimulationPlan(dimension=400, replicas=10),
    compute,
    draw,
)
