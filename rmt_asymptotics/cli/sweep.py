"""`rmt-asymptotics sweep`: errors over fields of a model, from a TOML file, on this machine or a cluster."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from rmt_asymptotics.cli.cluster import chosen_executor
from rmt_asymptotics.cli.options import EXISTING, OUTPUT, PLOT, check_drawable
from rmt_asymptotics.cli.results import deliver
from rmt_asymptotics.cli.sweep_file import read_sweep
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.sweeps.executors import WorkersLost
from rmt_asymptotics.sweeps.store import BLOCKS, stored_content
from rmt_asymptotics.sweeps.sweep import sweep

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure


@click.command(name="sweep", short_help="Errors over any fields of a model; can be stopped and resumed.")
@click.argument("file", type=EXISTING)
@click.option("--store", type=click.Path(path_type=Path), help="A folder that keeps finished blocks.")
@click.option("--resume", is_flag=True, help="Go on with what is in --store; needed if it holds results.")
@click.option("--workers", type=click.IntRange(1), help="Processes on this machine.  [default: 1]")
@click.option("--scheduler", help="Address of a Dask cluster: tcp://host:8786.")
@OUTPUT
@PLOT
def sweep_command(
    file: Path, store: Path | None, resume: bool, workers: int | None, scheduler: str | None, output: Path | None,
    plot: Path | None,
) -> None:  # fmt: skip
    """Theory, simulation or both over fields of a model, as a TOML FILE says.

    The same file and store give the same numbers, bit for bit, with any workers and after any interruption.
    Without --resume a store with results is left alone; with it, a folder that is not a store is refused.
    Points that fail are data, with their status; the exit status is then 1.

    FILE holds the fields of the model, a table [axes] (ranges "start:stop:count", also with ":log", or lists) or
    [points] (columns of equal length), and, if wanted, [simulation] with dimension, replicas, seed and test_samples,
    [plot] with quantity and x, and theory = false, tolerance and block_size above the tables.

    \b
    Example:
      rmt-asymptotics sweep examples/phase_diagram.toml --store phases --workers 2 --output phases.nc --plot phases.png
    """
    check_drawable(plot)
    if workers is not None and scheduler is not None:
        raise click.UsageError("give --workers or --scheduler, not both")
    asked = read_sweep(file)
    check_store(store, resume)
    planned = asked.pending()
    quantity = _summarised(planned, asked.plot)
    if plot:
        _figure(planned, asked.plot)  # what cannot be drawn is refused now
    given = {"store": store, "workers": workers, "scheduler": scheduler, "output": output, "plot": plot}
    with _advice(file, given), chosen_executor(workers, scheduler) as executor:
        dataset = sweep(asked.model, **asked.arguments, store=store, executor=executor)
    deliver(dataset, summary(dataset, quantity), output, plot, lambda: _figure(dataset, asked.plot))


def check_store(store: Path | None, resume: bool) -> None:
    """Raise unless the store is new and `resume` is not asked for, or it is there and it is."""
    if store is None:
        if resume:
            raise click.UsageError("--resume needs --store")
        return
    known = stored_content(store) is not None
    if resume and not known:
        raise OutOfDomain("store", str(store), "the folder of a stored sweep with --resume; leave it out to start one")
    finished = len(list((store / BLOCKS).glob("*.nc"))) if known else 0
    if finished and not resume:
        raise OutOfDomain(
            "store", str(store), f"new or empty, unless --resume is given: it holds {finished} finished blocks"
        )


@contextmanager
def _advice(file: Path, given: dict[str, Any]) -> Iterator[None]:
    """Say how to go on, with the options that were given, when a sweep is interrupted or its workers are lost."""
    try:
        yield
    except (KeyboardInterrupt, WorkersLost):
        options = [str(part) for name, value in given.items() if value is not None for part in (f"--{name}", value)]
        again = shlex.join(["rmt-asymptotics", "sweep", str(file), *options, "--resume"])
        kept = given["store"] is not None
        click.echo(f"go on with: {again}" if kept else "nothing was kept: give --store to be able to go on", err=True)
        raise


def _summarised(planned: "xarray.Dataset", options: dict[str, Any]) -> str:
    """The quantity of [plot], or the test error; raises `OutOfDomain` for one that the results do not hold."""
    numeric = [str(name) for name, values in planned.data_vars.items() if values.dtype.kind in "if"]
    quantity = options.get("quantity", numeric[0])
    if quantity not in numeric:
        raise OutOfDomain("plot.quantity", quantity, f"one of {', '.join(numeric)}")
    return str(quantity)


def summary(dataset: "xarray.Dataset", quantity: str) -> str:
    """How many points, how they ended, the range of a quantity and where it is least."""
    sizes = " x ".join(f"{size} {name}" for name, size in dataset.sizes.items())
    lines = [f"points: {int(np.prod(list(dataset.sizes.values())))} ({sizes})"]
    if "status" in dataset:
        names, counts = np.unique(dataset.status.values.astype(str), return_counts=True)
        lines.append("status: " + ", ".join(f"{count} {name}" for name, count in zip(names, counts, strict=True)))
    values = dataset[quantity].values
    if np.isfinite(values).any():
        place = np.unravel_index(np.nanargmin(values), values.shape)
        at = dataset[quantity][place].coords
        lines.append(f"{quantity}: {np.nanmin(values):.6g} to {np.nanmax(values):.6g}")
        where = ", ".join(f"{name} = {_written(value.item())}" for name, value in at.items())
        lines.append(f"least {quantity}: {np.nanmin(values):.6g} at {where}")
    if f"{quantity}_z_score" in dataset:
        scores = np.abs(dataset[f"{quantity}_z_score"].values)
        if np.isfinite(scores).any():
            lines.append(f"simulation, d = {dataset.attrs['dimension']}: largest |z| {np.nanmax(scores):.2f}")
    return "\n".join(lines)


def _written(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _figure(dataset: "xarray.Dataset", options: dict[str, Any]) -> "Figure":
    from rmt_asymptotics.plotting import figure_of, plot

    return figure_of(plot(dataset, **options))
