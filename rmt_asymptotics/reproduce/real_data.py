"""Ridge regression on two data sets that ship with scikit-learn: predicted from all rows, measured on random ones."""

from typing import TYPE_CHECKING

import numpy as np

from rmt_asymptotics.comparison import compare_curve
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.models import RegressionOnData, RidgeRegression
from rmt_asymptotics.montecarlo import SimulationPlan
from rmt_asymptotics.plotting import figure_of, finish, font_of, looks_along, new_panels, simulated_points, theory_line
from rmt_asymptotics.reproduce.figure import Reproduction

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

POINTS, FEWEST = 12, 10  # of a curve, and the rows of its first
RIDGES = (0.01, 0.1, 1.0, 10.0)
WORDS = {"digits": "digits, 64 pixels", "diabetes": "diabetes, 10 columns"}


def models() -> dict[str, RegressionOnData]:
    """The data sets, labels scaled to unit variance; raises `OutOfDomain` where scikit-learn is missing."""
    try:
        from sklearn import datasets  # type: ignore[import-untyped]
    except ImportError:
        raise OutOfDomain("name", REAL_DATA.name, "another, unless scikit-learn is installed") from None
    pixels, digit = datasets.load_digits(return_X_y=True)
    columns, progression = datasets.load_diabetes(return_X_y=True)
    labels = {"digits": (pixels, digit % 2), "diabetes": (columns, progression)}
    return {name: RidgeRegression.from_data(x, y / np.std(y)) for name, (x, y) in labels.items()}


def compute(plan: SimulationPlan) -> "xarray.Dataset":
    """Test errors, predicted and measured, against n for four ridges; the dimension of the plan does not count."""
    import xarray

    dataset = xarray.Dataset(attrs={"replicas": plan.replicas, "seed": plan.seed})
    for name, model in models().items():
        d, half = model.data.summary.rank, len(model.data.rows) // 2
        counts = np.unique(np.geomspace(FEWEST, half, POINTS).round())
        for ridge in RIDGES:
            own = plan.replace(dimension=d)
            curve = compare_curve(model.replace(ridge=ridge), own, sample_complexity=counts / d)
            for kind in ("", "_simulation", "_standard_error"):
                dataset[f"{name}_{ridge:g}{kind}"] = (f"{name}_samples", curve[f"test_error{kind}"].values)
        dataset = dataset.assign_coords({f"{name}_samples": counts})
    return dataset


def draw(dataset: "xarray.Dataset") -> "Figure":
    """A panel for each data set, a colour and a mark for each ridge."""
    panels = new_panels(1, len(WORDS), "double", height=0.8)
    for axes, (name, words) in zip(panels, WORDS.items(), strict=True):
        samples = dataset[f"{name}_samples"].values
        for ridge, look in zip(RIDGES, looks_along(len(RIDGES), ordered=True), strict=True):
            own = f"{name}_{ridge:g}"
            theory_line(axes, samples, dataset[own].values, look, f"ridge {ridge:g}", marker="")
            simulated_points(axes, samples, dataset[f"{own}_simulation"], dataset[f"{own}_standard_error"], look)
        axes.set(xscale="log", xlabel="rows n", ylabel="test error over the variance of the labels")
        axes.set_title(words, fontsize=font_of(axes))
        finish(axes)
    finish(
        panels[0], f"Lines: predicted from all rows; points: {dataset.attrs['replicas']} choices of n rows, ± 1 s.e."
    )
    return figure_of(panels[0])


REAL_DATA = Reproduction(
    "real-data",
    "ridge regression on digits and diabetes, predicted and measured",
    SimulationPlan(dimension=61, replicas=40),
    compute,
    draw,
)
