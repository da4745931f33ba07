"""Learning curves of ridge regression on power laws, and their exponents (cui21).

Eigenvalues s_k = k^-capacity, teacher tau_k = k^-(1 + 2 capacity source).  With beta = 2 capacity min(source, 1) the
excess error falls like n^-beta without noise and ridge, like n^-(beta/(1 + beta)) with noise and the best ridge, and
not at all with noise and without ridge.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rmt_asymptotics.covariances import Covariance
from rmt_asymptotics.models import RidgeRegression
from rmt_asymptotics.montecarlo import SimulationPlan, simulation_curve
from rmt_asymptotics.optimisation import optimal_curve
from rmt_asymptotics.plotting import figure_of, finish, font_of, looks_along, new_panels, simulated_points, theory_line
from rmt_asymptotics.reproduce.figure import Reproduction
from rmt_asymptotics.serialisation import provenance
from rmt_asymptotics.sweeps.sweep import learning_curve

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

DIMENSION, NODES = 1_000_000, 64  # of the theory, n << d; nodes of its compressed spectrum
SAMPLES = np.geomspace(10, 10_000, 13)
SIMULATED = (10, 30, 100)
NO_RIDGE, NOISE = 1e-9, 0.25
CURVES = {
    "noiseless": "no noise, no ridge",
    "best": f"noise {NOISE:g}, best ridge",
    "ridgeless": f"noise {NOISE:g}, no ridge",
}


@dataclass(frozen=True)
class Law:
    """A pair of exponents, and what follows from it for the three curves."""

    capacity: float
    source: float

    @property
    def exponents(self) -> dict[str, float]:
        beta = 2 * self.capacity * min(self.source, 1.0)
        return {"noiseless": beta, "best": beta / (1 + beta), "ridgeless": 0.0}

    def model(self, dimension: int, nodes: int | None = None) -> RidgeRegression:
        """Without noise and ridge, at d of as many eigenvalues, or compressed to some nodes."""
        teacher = np.arange(1.0, dimension + 1) ** -(1 + 2 * self.capacity * self.source)
        whole = Covariance.power_law(self.capacity, dimension)
        covariance, (profile,) = whole.compressed(teacher / teacher.sum(), nodes=nodes or dimension)
        return RidgeRegression(
            covariance=covariance, teacher=(profile / profile.sum()).tolist(), sample_complexity=1.0, ridge=NO_RIDGE
        )


LAWS = (Law(1.5, 0.3), Law(2.0, 0.7))


def compute(plan: SimulationPlan) -> "xarray.Dataset":
    """Excess errors: theory at d = 1 000 000 and at the d of the plan, and simulation there."""
    import xarray

    parts = []
    for law in LAWS:
        counts = np.array([n for n in SIMULATED if n < plan.dimension])
        part = xarray.Dataset(coords={"samples": SAMPLES, "simulated": counts})
        for name in CURVES:
            excess, _ = _theory(law.model(DIMENSION, NODES), name, SAMPLES / DIMENSION)
            finite, ridges = _theory(law.model(plan.dimension, NODES), name, counts / plan.dimension)
            whole = law.model(plan.dimension).replace(noise_variance=_noise(name))
            runs = [
                simulation_curve(whole.replace(ridge=ridge), plan, sample_complexity=[n / plan.dimension])
                for n, ridge in zip(counts, ridges, strict=True)
            ]
            part[f"{name}_theory"], part[f"{name}_exponent"] = ("samples", excess), _slope(excess)
            part[f"{name}_finite"] = ("simulated", finite)
            for kind in ("simulation", "standard_error"):
                values = [float(run[f"excess_error_{kind}"][0]) for run in runs]
                part[f"{name}_{kind}"] = ("simulated", values)
        parts.append(part)
    joined = xarray.concat(parts, dim=xarray.DataArray([str(law) for law in LAWS], dims="law", name="law"))
    return joined.assign_attrs(provenance(LAWS[0].model(plan.dimension)) | plan.attributes)


def _noise(name: str) -> float:
    return 0.0 if name == "noiseless" else NOISE


def _theory(model: RidgeRegression, name: str, sample_complexity: np.ndarray) -> tuple[np.ndarray, list[float]]:
    """Excess errors of a curve, and the ridges that it has."""
    noisy = model.replace(noise_variance=_noise(name))
    if name == "best":
        found = optimal_curve(noisy, over=("ridge",), sample_complexity=sample_complexity, bounds={"ridge": (1e-9, 10)})
        return found.test_error.values - NOISE, found.ridge.values.tolist()
    found = learning_curve(noisy, sample_complexity=sample_complexity)
    return found.excess_error.values, [NO_RIDGE] * len(sample_complexity)


def _slope(excess: np.ndarray) -> float:
    """- d log(excess)/d log(n) over the last decade."""
    last = SAMPLES[-1] / 10 <= SAMPLES
    return -float(np.polyfit(np.log(SAMPLES[last]), np.log(excess[last]), 1)[0])


def draw(dataset: "xarray.Dataset") -> "Figure":
    """A panel for each pair of exponents; the exponents that are read off stand beside the known ones."""
    panels = new_panels(1, len(LAWS), "double", height=0.8)
    for axes, law in zip(panels, LAWS, strict=True):
        at = dataset.sel(law=str(law))
        for name, look in zip(CURVES, looks_along(len(CURVES), ordered=False), strict=True):
            read, known = float(at[f"{name}_exponent"]), law.exponents[name]
            label = f"{CURVES[name]}: exponent {read:.3f}, known {known:.3f}"
            theory_line(axes, at.samples.values, at[f"{name}_theory"].values, look, label)
            mean, spread = at[f"{name}_simulation"], at[f"{name}_standard_error"]
            axes.plot(at.simulated, at[f"{name}_finite"], color=look.colour, linewidth=0.8, linestyle=":")
            simulated_points(axes, at.simulated, mean, spread, look)
        axes.set(xscale="log", yscale="log", xlabel="samples n", ylabel="excess error")
        axes.set_title(f"capacity {law.capacity:g}, source {law.source:g}", fontsize=font_of(axes))
        finish(axes)
    dimension = dataset.attrs["dimension"]
    caption = (
        f"Ridge regression, eigenvalues k^-capacity, k = 1, ..., d. Lines: d = {DIMENSION:,}; dotted: d = {dimension}, "
        "points: simulated there, ± 1 s.e. Exponents are read off the last decade"
    )
    finish(panels[0], caption)
    return figure_of(panels[0])


POWER_LAWS = Reproduction(
    "power-laws",
    "learning curves of ridge regression on power laws, with their exponents (cui21)",
    SimulationPlan(dimension=400, replicas=20),
    compute,
    draw,
)
