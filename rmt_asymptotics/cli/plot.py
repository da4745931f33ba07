"""`rmt-asymptotics plot`: the picture of saved results, also of a sweep that is not finished."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rmt_asymptotics.cli.boundary_file import StoredBoundary, read_boundary
from rmt_asymptotics.cli.options import check_drawable
from rmt_asymptotics.cli.values import ResultFile
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.output import FIGURE_SUFFIXES, checked_path, write_figure
from rmt_asymptotics.sweeps.sweep import open_sweep

if TYPE_CHECKING:
    import xarray


@click.command(name="plot", short_help="The picture of saved results, or of an unfinished sweep.")
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--quantity",
    "quantities",
    multiple=True,
    help="Such as test_error, training_error, error_estimate; repeatable.",
)
@click.option("--at", multiple=True, metavar="FIELD=VALUE", help="Choose a value of a field; repeatable.")
@click.option("--x", metavar="FIELD", help="The field of the horizontal axis, or a ratio: p/n.  [default: the second]")
@click.option("--hue", metavar="FIELD", help="The field of which each value has a curve, in place of a map.")
@click.option(
    "--size",
    type=click.Choice(["screen", "single", "double"]),
    default="screen",
    show_default=True,
    help="Single and double: columns of a journal.",
)
@click.option("--boundary", "boundaries", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
              metavar="FILE", help="What `boundary --output` wrote, to draw on a map; repeatable.")  # fmt: skip
@click.option("--output", type=ResultFile(FIGURE_SUFFIXES), help=".png, .svg or .pdf.  [default: SOURCE as .png, here]")
def plot_command(
    source: Path, quantities: tuple[str, ...], at: tuple[str, ...], x: str | None, hue: str | None, size: Any,
    boundaries: tuple[Path, ...], output: Path | None,
) -> None:  # fmt: skip
    """Draw SOURCE: a netCDF file of `sweep`, `curve`, `compare` or `spectrum`, or the folder of a stored sweep.

    Over one field it draws curves, with the simulation if there is one; over two, a map, on which points that are
    pending, refused or not converged are hatched, or with --hue a curve for each value; over more, choose values with
    --at.

    \b
    Example:
      rmt-asymptotics plot phases.nc --quantity test_error --output phases.png
    """
    picture = output or checked_path(f"{source.resolve().stem}.png", FIGURE_SUFFIXES)
    check_drawable(picture)
    from rmt_asymptotics import plotting

    dataset = plotting.chosen(_read(source), _pairs(at))
    drawn = plotting.plot(dataset, quantities or None, x=x, hue=hue, boundaries=_labelled(boundaries), size=size)
    click.echo(write_figure(plotting.figure_of(drawn), picture))


def _read(source: Path) -> "xarray.Dataset":
    import xarray

    if source.is_dir():
        return open_sweep(source)
    try:
        return xarray.load_dataset(source, engine="h5netcdf")
    except (OSError, ValueError, KeyError) as error:
        raise OutOfDomain("source", str(source), f"a netCDF file or the folder of a sweep ({error})") from None


def _labelled(files: Sequence[Path]) -> dict[str, StoredBoundary]:
    """Boundaries by their labels, with the name of the file where two have the same."""
    found: dict[str, StoredBoundary] = {}
    for file in files:
        label, boundary = read_boundary(file)
        found[label if label not in found else f"{label} ({file.stem})"] = boundary
    return found


def _pairs(texts: Sequence[str]) -> dict[str, Any]:
    pairs = [text.partition("=") for text in texts]
    for name, equals, value in pairs:
        if not (name and equals and value):
            raise click.UsageError(f"--at {name}{equals}{value}: must be FIELD=VALUE, such as ridge=0.1")
    return {name: value for name, _, value in pairs}
