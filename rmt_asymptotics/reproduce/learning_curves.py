"""Learning curves of the network, of its plain spiked equivalent and of random features (the setting of cui24)."""

from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_asymptotics.activations import sin, tanh
from rmt_asymptotics.models import OneStepNetwork, RandomFeatures
from rmt_asymptotics.montecarlo import SimulationPlan, simulation_curve
from rmt_asymptotics.plotting import BLUE, GREEN, ORANGE, labelled, simulated_points
from rmt_asymptotics.reproduce.figure import Reproduction
from rmt_asymptotics.serialisation import provenance
from rmt_asymptotics.steps import MaximalStep
from rmt_asymptotics.sweeps.sweep import learning_curve

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

CAPTION = "tanh student, sin target, p = d, one step of rate 3, n0/d = 20, ridge 0.1"
SIMULATED = (0.2, 0.55, 0.9, 1.25, 1.6, 1.95, 2.3, 2.65, 3.0)
COMMON: dict[str, Any] = {"activation": tanh, "target": sin, "sample_complexity": 1.0, "width_ratio": 1.0, "ridge": 0.1}
NETWORK = OneStepNetwork(**COMMON, step=MaximalStep(3.0), step_sample_complexity=20.0)
LINES = {
    "network": ("network after one step, theory", BLUE, "-"),
    "spiked": ("plain spiked features, theory", GREEN, "--"),
    "random": ("random features, theory", ORANGE, "-."),
}


def compute(plan: SimulationPlan) -> "xarray.Dataset":
    """Theory at the simulated width on a fine axis; network and random features simulated at some points."""
    import xarray

    fine = np.linspace(0.1, 3.2, 94)
    network = NETWORK.replace(width=plan.dimension)
    models = {"network": network, "spiked": network.replace(corrections=False), "random": RandomFeatures(**COMMON)}
    dataset = xarray.Dataset(attrs=provenance(NETWORK) | plan.attributes)
    for name, model in models.items():
        dataset[f"{name}_theory"] = learning_curve(model, sample_complexity=fine).test_error
    for name in ("network", "random"):
        model = NETWORK if name == "network" else models[name]
        simulated = simulation_curve(model, plan, sample_complexity=SIMULATED)
        simulated = simulated.rename(sample_complexity="simulated_sample_complexity")
        dataset[f"{name}_simulation"] = simulated.test_error_simulation
        dataset[f"{name}_standard_error"] = simulated.test_error_standard_error
    return dataset


def draw(dataset: "xarray.Dataset") -> "Figure":
    """Lines for theory, points with one standard error for simulation; the network by itself on the right."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4.6), layout="constrained")
    panels = figure.subplots(1, 2)
    for axes, names in zip(panels, (("network", "spiked", "random"), ("network", "spiked")), strict=True):
        for name in names:
            label, colour, line = LINES[name]
            axes.plot(dataset.sample_complexity, dataset[f"{name}_theory"], line, color=colour, label=label)
        for name, marker in (("network", "o"), ("random", "s")):
            if name in names:
                mean, spread = dataset[f"{name}_simulation"], dataset[f"{name}_standard_error"]
                label = f"simulation, d = {dataset.attrs['dimension']}, ± 1 standard error"
                style = {"color": LINES[name][1], "fmt": marker, "label": label}
                simulated_points(axes, dataset.simulated_sample_complexity, mean, spread, **style)
        labelled(axes, "sample complexity n/d", "test error", CAPTION if len(names) == 3 else "the same, enlarged")
    return figure


LEARNING_CURVES = Reproduction(
    "learning-curves",
    "network, spiked features and random features (cui24)",
    SimulationPlan(dimension=400, replicas=20),
    compute,
    draw,
)
