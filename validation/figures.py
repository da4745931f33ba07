"""Pictures of the report: the published curve, the drift of each case, and all z-scores."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import rmt_asymptotics as rmt
from rmt_asymptotics.output import write_figure
from rmt_asymptotics.plotting import figure_of, plot_curve
from validation.cases import Case
from validation.published import cui24


def draw(
    folder: Path, compared: list[tuple[Case, rmt.Comparison]], dimension: int, replicas: int, seed: int
) -> list[tuple[str, str]]:
    """Write the pictures into `folder`; their names and captions."""
    write_figure(_published(dimension, replicas, seed), folder / "published.png")
    write_figure(_gaps(compared), folder / "gaps.png")
    return [
        ("published.png", "The published setting: theory at the simulated width, and simulation."),
        ("gaps.png", "Relative gap (simulation - theory)/theory of the test error against 1/d, one standard error."),
    ]


def _published(dimension: int, replicas: int, seed: int) -> Figure:
    model = cui24.published_model()
    simulation = rmt.simulation_curve(
        model,
        sample_complexity=cui24.SAMPLE_COMPLEXITY,
        dimension=dimension,
        replicas=replicas,
        seed=seed,
        progress=False,
    )
    theory = rmt.learning_curve(model.replace(width=dimension), sample_complexity=np.linspace(0.15, 3.1, 60))
    return figure_of(plot_curve(theory, simulation))


def _gaps(compared: list[tuple[Case, rmt.Comparison]]) -> Figure:
    figure = Figure(figsize=(10, 1.9 * len(compared) / 2 + 1), layout="constrained")
    panels = figure.subplots((len(compared) + 1) // 2, 2, sharex=True, squeeze=False).ravel()
    for panel, (case, comparison) in zip(panels, compared, strict=False):
        inverse = [1 / size.simulation.dimension for size in comparison.sizes]
        theory = np.array([size.asymptotics.test_error for size in comparison.sizes])
        gaps = [size.gap("test_error") for size in comparison.sizes]
        means, spread = np.array([g.mean for g in gaps]), np.array([g.standard_error for g in gaps])
        panel.axhline(0, color="#666666", linewidth=0.8)
        panel.errorbar(inverse, means / theory, spread / theory, fmt="o", color="#0072B2", capsize=2.5, markersize=4.5)
        panel.set_xlim(left=0)
        panel.set_title(case.name, fontsize="small", loc="left")
        panel.spines[["top", "right"]].set_visible(False)
    for panel in panels[len(compared) :]:
        panel.remove()
    figure.supxlabel("1/d", fontsize="medium")
    figure.supylabel("relative gap of the test error", fontsize="medium")
    return figure
