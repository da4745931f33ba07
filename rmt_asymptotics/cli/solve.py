"""`rmt-asymptotics solve`: the limiting errors of one model, to as many digits as wanted."""

from functools import partial
from pathlib import Path
from typing import Any

import click

from rmt_asymptotics.asymptotics import solve
from rmt_asymptotics.cli.options import DIGITS, OF_MODEL, TOLERANCE, model_from_options, with_options
from rmt_asymptotics.cli.values import Axis
from rmt_asymptotics.errors import NotConverged


@click.command(name="solve", short_help="Theory of one model; --digits 30 by an independent route.")
@partial(with_options, (*OF_MODEL, TOLERANCE, DIGITS))
def solve_command(
    file: Path | None, sample_complexity: Axis | None, tolerance: float | None, digits: int | None, **fields: Any
) -> None:
    """Limiting errors of one model and how well they were solved.

    The model is given by options, or by a TOML FILE whose fields options replace.  With --digits the errors are
    computed in mpmath by another route through the same equations, which takes seconds to minutes.

    \b
    Example:
      rmt-asymptotics solve --activation relu --target sign --sample-complexity 2 --width-ratio 3 --ridge 0.1 \\
        --digits 30
    """
    point, *others = sample_complexity.values if sample_complexity else (None,)
    if others:
        raise click.UsageError("solve takes one --sample-complexity; use curve for several")
    model = model_from_options(file, fields | {"sample_complexity": point})
    try:
        click.echo(solve(model, tolerance=tolerance, digits=digits))
    except NotConverged as error:
        if error.asymptotics is not None:
            click.echo(error.asymptotics)
        raise
