"""What the commands hand back: Datasets with theory and simulation under fixed names, tables, files.

In every Dataset here `test_error` is the theory, `test_error_simulation`, `test_error_standard_error` and
`test_error_z_score` are the simulation; so for the other errors.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from rmt_asymptotics.errors import NotConverged
from rmt_asymptotics.output import write_dataset, write_figure
from rmt_asymptotics.tables import Table

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

SHOWN = ("test_error", "training_error")  # in tables; files hold all
OF_TWO_VALUES = ("misclassification", "training_misclassification")  # instead, where the labels are such
HEADS = {"sample_complexity": "n/d", "width_ratio": "p/d"}
COLUMNS = {
    "": ("", ".6g"),
    "_corrected": ("corrected", ".6g"),
    "_simulation": ("simulation", ".6g"),
    "_standard_error": ("s.e.", ".2g"),
    "_standard_deviation": ("one draw", ".2g"),
    "_z_score": ("z", ".2f"),
}


def overlaid(theory: "xarray.Dataset", simulation: "xarray.Dataset") -> "xarray.Dataset":
    """The theory, with the simulation at those of its points that were simulated and NaN at the others."""
    simulated = simulation.reindex(sample_complexity=theory.sample_complexity)
    return theory.merge(simulated).assign_attrs(simulation.attrs | theory.attrs)


def ordered(compared: "xarray.Dataset") -> "xarray.Dataset":
    """The Dataset of `compare_curve`, each error with its theory, simulation, standard error and z-score in turn."""
    outputs = [str(name).removesuffix("_z_score") for name in compared if str(name).endswith("_z_score")]
    columns = (name + suffix for name in outputs for suffix in COLUMNS)
    return compared[[*(name for name in columns if name in compared), "status", "message"]]


def curve_table(dataset: "xarray.Dataset", names: Sequence[str] = ()) -> Table:
    """One row a point: theory and what there is of simulation, standard error and z-score, of some outputs."""
    (axis,) = {str(dim) for name in dataset.data_vars for dim in dataset[name].dims if dim != "replica"}
    heads, columns = [HEADS.get(axis, axis)], [dataset[axis].values.tolist()]
    for name in names or (OF_TWO_VALUES if OF_TWO_VALUES[0] in dataset else SHOWN):
        for suffix, (title, form) in COLUMNS.items():
            if name + suffix in dataset:
                heads.append(title or name)
                columns.append(["" if np.isnan(v) and suffix else f"{v:{form}}" for v in dataset[name + suffix].values])
    if unconverged(dataset):
        heads.append("status")
        columns.append(dataset.status.values.tolist())
    return Table(heads, list(zip(*columns, strict=True)))


def unconverged(dataset: "xarray.Dataset") -> int:
    """How many points of the theory did not converge."""
    return int(np.sum(dataset.status.values != "converged")) if "status" in dataset else 0


def deliver(
    dataset: "xarray.Dataset",
    table: Table | str,
    output: Path | None,
    plot: Path | None,
    figure: Callable[[], "Figure"],
) -> None:
    """Write the files that are asked for and print the table, which is not lost when writing fails.

    Raises `NotConverged` at the end if points of the theory did not converge, and what `write_dataset` raises.
    """
    try:
        if output:
            write_dataset(dataset, output)
        if plot:
            write_figure(figure(), plot)
    finally:
        click.echo(str(table))
    failed = unconverged(dataset)
    if failed:
        message = next((str(text) for text in dataset.message.values.ravel() if text), "not converged")
        raise NotConverged(f"{failed} of {dataset.status.size} points: {message}")
