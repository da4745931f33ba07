"""Test error against the exponent of the step size: the staircase of moniri24, and finite widths near it."""

from typing import TYPE_CHECKING

import numpy as np

from rmt_asymptotics.activations import Activation, centred
from rmt_asymptotics.laws import GaussianLaw
from rmt_asymptotics.models import OneStepNetwork
from rmt_asymptotics.montecarlo import simulate
from rmt_asymptotics.plotting import labelled, new_axes, simulated_points
from rmt_asymptotics.reproduce.figure import Reproduction, Settings
from rmt_asymptotics.serialisation import provenance
from rmt_asymptotics.steps import PowerStep
from rmt_asymptotics.sweeps.sweep import sweep

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

WIDTHS = (10**3, 10**6, 10**9, 10**12, 10**16)
TOLERANCE = 1e-5  # relative: finer than the lines
CRITICAL = (0.0, 1 / 4, 1 / 3, 3 / 8)  # where a spike of order 1, 2, 3, 4 has finite strength
SIMULATED = (0.0, 0.1, 0.2, 0.3, 0.39)
NETWORK = OneStepNetwork(
    activation=centred(Activation.from_expression("tanh(x + 0.7)")),
    target=Activation.from_expression("2*sin(1.5*x + 1.2)"),  # bounded: polynomials have large finite-size effects
    sample_complexity=2.0, width_ratio=1.3, ridge=0.1, noise_variance=0.1, readout=GaussianLaw(),
    step=PowerStep(0.0), step_sample_complexity=6.5,
)  # fmt: skip


def compute(settings: Settings) -> "xarray.Dataset":
    """The limit and finite widths on a fine axis of exponents, and simulations at the settings' dimension."""
    import xarray

    exponents = np.union1d(np.linspace(0, 0.396, 55), CRITICAL)
    steps = [PowerStep(float(a)) for a in exponents]
    theory = sweep(NETWORK, step=steps, width=[None, *WIDTHS], tolerance=TOLERANCE).test_error.values
    runs = [simulate(NETWORK.replace(step=PowerStep(a)), **settings.simulation) for a in SIMULATED]
    width = runs[0].width
    at_width = sweep(NETWORK, step=steps, width=[width], tolerance=TOLERANCE).test_error.values[:, 0]
    return xarray.Dataset(
        {
            "limit": ("exponent", theory[:, 0], {"long_name": "test error at p = infinity"}),
            "finite_width": (("exponent", "width"), theory[:, 1:], {"long_name": "test error at width p"}),
            "simulated_width": ("exponent", at_width, {"long_name": f"test error at p = {width}"}),
            "simulation": ("simulated_exponent", [run.test_error.mean for run in runs]),
            "standard_error": ("simulated_exponent", [run.test_error.standard_error for run in runs]),
        },
        {"exponent": exponents, "width": np.array(WIDTHS, float), "simulated_exponent": list(SIMULATED)},
        provenance(NETWORK) | settings.simulation | {"workers": "any", "simulated_width": width},
    )


def draw(dataset: "xarray.Dataset") -> "Figure":
    """The limit as a step function with its critical points, widths from light to dark, simulation as points."""
    axes = new_axes()
    shades = np.linspace(0.75, 0.15, dataset.sizes["width"])
    for width, shade in zip(dataset.width.values, shades, strict=True):
        label = f"p = $10^{{{np.log10(width):.0f}}}$"
        axes.plot(dataset.exponent, dataset.finite_width.sel(width=width), color=str(shade), linewidth=1.2, label=label)
    plateau = ~np.isin(dataset.exponent.values, CRITICAL)
    edges = np.searchsorted(CRITICAL, dataset.exponent.values[plateau])
    for order in np.unique(edges):
        part = dataset.isel(exponent=np.flatnonzero(plateau)[edges == order])
        label = "p = $\\infty$" if order == edges[0] else ""
        axes.plot(part.exponent, part.limit, color="#0072B2", linewidth=2.2, label=label)
    critical = dataset.sel(exponent=list(CRITICAL))
    axes.plot(
        critical.exponent, critical.limit, "o", color="#0072B2", markersize=6, label="p = $\\infty$, critical exponents"
    )
    width = dataset.attrs["simulated_width"]
    axes.plot(dataset.exponent, dataset.simulated_width, "--", color="#D55E00", label=f"theory, p = {width}")
    simulated_points(
        axes, dataset.simulated_exponent, dataset.simulation, dataset.standard_error,
        color="#D55E00", fmt="s", label=f"simulation, p = {width}, ± 1 standard error",
    )  # fmt: skip
    return labelled(
        axes,
        "exponent log $\\eta$/log n",
        "test error",
        "shifted tanh, Gaussian readout, target 2 sin(1.5 x + 1.2), n = 2 d, n0 = 6.5 d",
    )


STAIRCASE = Reproduction(
    "staircase", "test error against the exponent of the step size (moniri24)", Settings(400, 10), compute, draw
)
