"""Misclassification against n/d for three losses, on random features and after one gradient step, with simulation."""

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from rmt_asymptotics.activations import Activation
from rmt_asymptotics.labels import SignLabels
from rmt_asymptotics.losses import HingeLoss, LogisticLoss, Loss, SquareLoss
from rmt_asymptotics.models import OneStepNetwork, RandomFeatures, RidgeModel
from rmt_asymptotics.montecarlo import SimulationPlan, simulation_curve
from rmt_asymptotics.plotting import entry, figure_of, finish, looks_along, new_axes, simulated_points, theory_line
from rmt_asymptotics.plotting.labels import describe_axis
from rmt_asymptotics.reproduce.figure import Reproduction
from rmt_asymptotics.steps import MaximalStep
from rmt_asymptotics.sweeps.sweep import sweep

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

LOSSES: dict[str, Loss] = {"square": SquareLoss(), "logistic": LogisticLoss(), "hinge": HingeLoss()}
SIMULATED = (0.5, 1.0, 2.0, 4.0)
TOLERANCE = 1e-5  # relative: finer than the lines
ACTIVATION = Activation.from_expression("tanh(x + 0.7) - 0.45")
TARGET = Activation.from_expression("x + 0.4*(x**2 - 1)")  # two thresholds
FEATURES: dict[str, RidgeModel] = {
    "random features": RandomFeatures(
        activation=ACTIVATION, target=TARGET, sample_complexity=1.0, width_ratio=1.5, ridge=0.05,
        labels=SignLabels(0.05),
    ),
    "after one step": OneStepNetwork(
        activation=ACTIVATION, target=TARGET, sample_complexity=1.0, width_ratio=1.5, ridge=0.05,
        labels=SignLabels(0.05), step=MaximalStep(1.2), step_sample_complexity=3.0,
    ),
}  # fmt: skip


def compute(plan: SimulationPlan) -> "xarray.Dataset":
    """Theory at the simulated width on a fine axis, simulation at a few points, for each loss and kind of features."""
    import xarray

    return xarray.concat(
        [_curves(model, plan) for model in FEATURES.values()],
        dim=xarray.DataArray(list(FEATURES), dims="features", name="features"),
    ).assign_attrs(plan.attributes)


def _curves(model: RidgeModel, plan: SimulationPlan) -> "xarray.Dataset":
    """One kind of features, for all losses."""
    losses = list(LOSSES.values())
    at_width = model.replace(width=round(model.width_ratio * plan.dimension))
    theory = sweep(at_width, sample_complexity=np.geomspace(0.3, 6, 25), loss=losses, tolerance=TOLERANCE)
    theory = theory[["misclassification", "status"]].assign_coords(loss=list(LOSSES), simulated=list(SIMULATED))
    runs = [simulation_curve(model.replace(loss=loss), plan, sample_complexity=SIMULATED) for loss in losses]
    for name in ("misclassification_simulation", "misclassification_standard_error"):
        theory[name] = (("loss", "simulated"), np.array([run[name].values for run in runs]))
    return theory


def draw(dataset: "xarray.Dataset") -> "Figure":
    """A colour and a mark for each loss and kind of features; dashed lines for random features."""
    axes = new_axes()
    looks = looks_along(len(LOSSES), ordered=False)
    for kind, line in (("random features", "--"), ("after one step", "-")):
        for loss, look in zip(LOSSES, looks, strict=True):
            at, drawn = dataset.sel(features=kind, loss=loss), dataclasses.replace(look, line=line)
            theory_line(axes, at.sample_complexity.values, at.misclassification.values, drawn, marker="")
            mean, spread = at.misclassification_simulation, at.misclassification_standard_error
            simulated_points(axes, at.simulated, mean, spread, drawn)
            style = {"color": look.colour, "marker": look.marker, "linestyle": line, "markerfacecolor": "white"}
            entry(axes, f"{loss} loss, {kind}", **style)
    describe_axis(axes, "x", dataset.sample_complexity)
    axes.set_ylabel("share of fresh labels predicted wrongly")
    dimension = dataset.attrs["dimension"]
    finish(axes, f"Labels of two thresholds, 5 % flipped, p/d = 1.5, ridge 0.05; points: d = {dimension}, ± 1 s.e.")
    return figure_of(axes)


CLASSIFICATION = Reproduction(
    "classification",
    "misclassification against n/d: square, logistic and hinge loss, before and after one step",
    SimulationPlan(dimension=200, replicas=20),
    compute,
    draw,
)
