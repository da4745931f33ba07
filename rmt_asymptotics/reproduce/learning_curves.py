"""Learning curves of the network, of its plain spiked equivalent and of random features (the setting of cui24)."""

from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_asymptotics.activations import sin, tanh
from rmt_asymptotics.finite import finite_size_curve
from rmt_asymptotics.laws import ConstantLaw
from rmt_asymptotics.models import OneStepNetwork, RandomFeatures, RidgeModel, SpikedRandomFeatures
from rmt_asymptotics.montecarlo import SimulationPlan, simulation_curve
from rmt_asymptotics.plotting import LOOKS, figure_of, finish, new_panels, simulated_points, theory_line
from rmt_asymptotics.reproduce.figure import Reproduction
from rmt_asymptotics.serialisation import provenance
from rmt_asymptotics.steps import MaximalStep
from rmt_asymptotics.sweeps.sweep import learning_curve

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = (
    "Tanh student, sin target, p = d, one step of rate 3, n₀/d = 20, ridge 0.1. Theory at the d of the simulation: of "
    "the drawn features with all corrections of order 1/d; the network's first batch has one more, for which there is "
    "no theory"
)
FINE, SIMULATED = np.linspace(0.1, 3.2, 63), (0.2, 0.55, 0.9, 1.25, 1.6, 1.95, 2.3, 2.65, 3.0)
COMMON: dict[str, Any] = {"activation": tanh, "target": sin, "sample_complexity": 1.0, "width_ratio": 1.0, "ridge": 0.1}
NETWORK = OneStepNetwork(**COMMON, step=MaximalStep(3.0), step_sample_complexity=20.0)
SPIKED = SpikedRandomFeatures(  # by net.1-net.2 of theory_notes/canonical_problem.md
    **COMMON, spike=ConstantLaw(1.134055509282621), bulk_variance=1.018973200458189, alignment=0.9718544444873879
)
MODELS: dict[str, RidgeModel] = {"network": NETWORK, "spiked": SPIKED, "random": RandomFeatures(**COMMON)}
WORDS = {"network": "network after one step", "spiked": "plain spiked features", "random": "random features"}


def compute(plan: SimulationPlan) -> "xarray.Dataset":
    """Theory at the simulated size on a fine axis, corrected where it can be, and simulations at some points."""
    import xarray

    dataset = xarray.Dataset(attrs=provenance(NETWORK) | plan.attributes)
    fine = np.unique(np.round(FINE * plan.dimension)) / plan.dimension
    for name, model in MODELS.items():
        if name == "network":
            theory = learning_curve(model.replace(width=plan.dimension), sample_complexity=fine).test_error
        else:
            theory = finite_size_curve(model, plan.dimension, sample_complexity=fine).test_error_corrected
        simulated = simulation_curve(model, plan, sample_complexity=SIMULATED)
        simulated = simulated.rename(sample_complexity="simulated_sample_complexity")
        dataset[f"{name}_theory"] = theory
        dataset[f"{name}_simulation"] = simulated.test_error_simulation
        dataset[f"{name}_standard_error"] = simulated.test_error_standard_error
    return dataset


def draw(dataset: "xarray.Dataset") -> "Figure":
    """Lines for theory, points with one standard error for simulation; the network by itself on the right."""
    left, right = new_panels(1, 2, "double", height=0.8)
    for axes, names in ((left, list(WORDS)), (right, ["network", "spiked"])):
        for name, look in zip(WORDS, LOOKS, strict=False):
            if name in names:
                x = dataset.sample_complexity.values
                theory_line(axes, x, dataset[f"{name}_theory"].values, look, f"{WORDS[name]}, theory")
                _points(axes, dataset, name, look)
        axes.set(xlabel="sample complexity n/d", ylabel="test error")
    finish(right)
    finish(left, CAPTION)
    return figure_of(left)


def _points(axes: "Axes", dataset: "xarray.Dataset", name: str, look: Any) -> None:
    label = f"{WORDS[name]}, simulation, d = {dataset.attrs['dimension']}, ± 1 s.e."
    mean, spread = dataset[f"{name}_simulation"], dataset[f"{name}_standard_error"]
    simulated_points(axes, dataset.simulated_sample_complexity, mean, spread, look, label)


LEARNING_CURVES = Reproduction(
    "learning-curves",
    "network, spiked features and random features (cui24)",
    SimulationPlan(dimension=200, replicas=100),
    compute,
    draw,
)
