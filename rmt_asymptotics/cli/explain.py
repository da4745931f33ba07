"""`rmt-asymptotics explain` and `cite`: the equations behind a model with its numbers, and the papers they are from."""

from functools import partial
from pathlib import Path
from typing import Any

import click

from rmt_asymptotics.cli.options import OF_MODEL, TOLERANCE, model_from_options, with_options
from rmt_asymptotics.cli.values import Axis


@click.command(name="explain", short_help="The equations behind a model, with its numbers in them.")
@partial(with_options, (*OF_MODEL, TOLERANCE))
@click.option("--form", type=click.Choice(["text", "latex", "html"]), default="text", show_default=True)
def explain_command(
    file: Path | None, sample_complexity: Axis | None, tolerance: float | None, form: str, **fields: Any
) -> None:
    """The model with its normalisations, its regime, the equations of the theory with their numbers, and the errors.

    The model is given by options, or by a TOML FILE whose fields options replace.

    \b
    Example:
      rmt-asymptotics explain --activation relu --target sign --sample-complexity 2 --width-ratio 3 --ridge 0.1
    """
    from rmt_asymptotics.explanation import explain

    click.echo(getattr(explain(_model(file, sample_complexity, fields), tolerance=tolerance), form))


@click.command(name="cite", short_help="BibTeX of the papers behind a model.")
@partial(with_options, OF_MODEL)
def cite_command(file: Path | None, sample_complexity: Axis | None, **fields: Any) -> None:
    """BibTeX of the papers that the theory of a model rests on, and of this package.

    The model is given by options, or by a TOML FILE whose fields options replace.

    \b
    Example:
      rmt-asymptotics cite --activation relu --target sign --sample-complexity 2 --width-ratio 3 --ridge 0.1
    """
    from rmt_asymptotics.citations import cite

    click.echo(cite(_model(file, sample_complexity, fields)), nl=False)


def _model(file: Path | None, sample_complexity: Axis | None, fields: dict[str, Any]) -> Any:
    point = sample_complexity.values[0] if sample_complexity else None
    return model_from_options(file, fields | {"sample_complexity": point})
