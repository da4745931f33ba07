"""What a step of fixed size gains over random features, against sample size and width (the setting of ba22)."""

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from rmt_asymptotics.activations import centred, softplus, tanh
from rmt_asymptotics.asymptotics import solve
from rmt_asymptotics.estimates import Estimate, estimate
from rmt_asymptotics.finite import finite_size
from rmt_asymptotics.laws import GaussianLaw
from rmt_asymptotics.models import OneStepNetwork, RandomFeatures
from rmt_asymptotics.montecarlo import SimulationPlan
from rmt_asymptotics.montecarlo.ensemble import ensemble
from rmt_asymptotics.plotting import figure_of, finish, looks_along, new_axes, simulated_points, theory_line
from rmt_asymptotics.plotting.labels import describe_axis
from rmt_asymptotics.plotting.palette import GREY
from rmt_asymptotics.reproduce.figure import Reproduction
from rmt_asymptotics.serialisation import provenance
from rmt_asymptotics.steps import FixedStep

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

WIDTH_RATIOS = (0.5, 1.0, 2.0)
SIMULATED = (0.5, 1.5, 3.0, 5.0)
CAPTION = (
    "Tanh student, centred softplus target, n₀ = n, η = 2, λ = 0.01, noise variance 0.0625; steps and no steps on the "
    "same draws, which scatter most near n = p. Theory at the d of the simulation"
)
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
    """R(no step) - R(step) in the theory of the simulated size and in the limit, and simulated on paired draws."""
    import xarray

    fine = np.unique(np.round(np.geomspace(0.2, 8, 50) * plan.dimension)) / plan.dimension
    columns = [[_improvement(at(alpha, beta), plan.dimension) for beta in WIDTH_RATIOS] for alpha in fine.tolist()]
    limit, theory = np.moveaxis(np.array(columns), 2, 0)
    gains = [
        [_simulated(at(alpha, beta), plan.replace(seed=plan.seed + place)) for beta in WIDTH_RATIOS]
        for place, alpha in enumerate(SIMULATED)
    ]
    over, simulated = (("sample_complexity", "width_ratio"), ("simulated_sample_complexity", "width_ratio"))
    return xarray.Dataset(
        {
            "limit": (over, limit, {"long_name": "risk improvement, p = infinity"}),
            "theory": (over, theory, {"long_name": "risk improvement at the simulated size"}),
            "simulation": (simulated, [[g.mean for g in row] for row in gains]),
            "standard_error": (simulated, [[g.standard_error for g in row] for row in gains]),
        },
        {"sample_complexity": fine, "width_ratio": list(WIDTH_RATIOS), "simulated_sample_complexity": list(SIMULATED)},
        provenance(NETWORK) | plan.attributes,
    )


def _improvement(model: OneStepNetwork, dimension: int) -> tuple[float, float]:
    """In the limit; and at finite size, where random features have all corrections and the network those of its width.

    The first layer before the step is that of random features: the corrections of order 1/d are known for it alone.
    """
    plain = RandomFeatures(**{field.name: getattr(model, field.name) for field in dataclasses.fields(RandomFeatures)})
    width = round(model.width_ratio * dimension)
    unstepped = finite_size(plain, dimension).excess_error.mean
    limit = solve(plain).excess_error - solve(model).excess_error
    return limit, unstepped - solve(model.replace(width=width)).excess_error


def _simulated(model: OneStepNetwork, plan: SimulationPlan) -> Estimate:
    errors = [
        ensemble(each, plan.replace(progress=False)).errors["excess_error"]
        for each in (model.replace(step=FixedStep(0.0)), model)
    ]
    return estimate((errors[0] - errors[1])[:, 0, 0])


def draw(dataset: "xarray.Dataset") -> "Figure":
    """A colour, dash and mark for each width: theory as a line, paired simulations with one standard error."""
    axes = new_axes()
    looks = looks_along(len(WIDTH_RATIOS), ordered=True)
    for beta, look in zip(dataset.width_ratio.values, looks, strict=True):
        part, dimension = dataset.sel(width_ratio=beta), dataset.attrs["dimension"]
        theory_line(axes, part.sample_complexity.values, part.theory.values, look, f"p/d = {beta:g}, theory")
        label = f"p/d = {beta:g}, simulation, d = {dimension}, ± 1 s.e."
        simulated_points(axes, part.simulated_sample_complexity, part.simulation, part.standard_error, look, label)
    axes.axhline(0, color=GREY, linewidth=0.8)
    describe_axis(axes, "x", dataset.sample_complexity)
    axes.set(xlabel="sample complexity n/d = n₀/d", ylabel="risk without step $-$ risk after step")
    finish(axes, CAPTION)
    return figure_of(axes)


RISK_IMPROVEMENT = Reproduction(
    "risk-improvement",
    "gain of a fixed step over random features (ba22)",
    SimulationPlan(dimension=200, replicas=100),
    compute,
    draw,
)
