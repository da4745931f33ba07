"""`rmt-asymptotics reproduce`: figures in the style of the papers, with their data."""

from pathlib import Path

import click

from rmt_asymptotics.cli.options import check_drawable
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.output import checked_path, write_dataset, write_figure
from rmt_asymptotics.reproduce.names import NAMES


@click.command(short_help="Figures in the style of the papers, with simulation and data.")
@click.argument("name", type=click.Choice(list(NAMES)))
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=".", show_default=True)
@click.option("--dimension", type=click.IntRange(min=20), help="d of the networks.  [default: the figure's own]")
@click.option("--replicas", type=int, help="Independent draws.  [default: the figure's own]")
@click.option("--seed", type=int, help="Of the simulation.  [default: 0]")
@click.option("--workers", type=int, help="Threads of the simulation.  [default: number of processors]")
def reproduce(name: str, folder: Path, **changes: int | None) -> None:
    """Compute and simulate the figure NAME, and write NAME.png and NAME.nc: the picture and all its numbers.

    \b
    Example:
      rmt-asymptotics reproduce learning-curves --dimension 60 --replicas 4
    """
    from rmt_asymptotics.reproduce.catalogue import CATALOGUE

    picture, data = folder / f"{name}.png", folder / f"{name}.nc"
    check_drawable(picture)
    figure = CATALOGUE[name]
    plan = figure.plan.replace(**{field: value for field, value in changes.items() if value is not None})
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise OutOfDomain("folder", str(folder), f"one that exists or can be made ({error.strerror})") from None
    for path in (picture, data):
        checked_path(path, (path.suffix,))
    dataset = figure.compute(plan)
    write_dataset(dataset, data)
    write_figure(figure.draw(dataset), picture)
    click.echo(f"{figure.description}: {picture}, {data}")
