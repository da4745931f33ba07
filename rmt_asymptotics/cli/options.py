"""Options that the commands share: the model, the simulation and the files of the results."""

import dataclasses
import importlib.util
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from rmt_asymptotics.cli.values import (
    AxisType,
    FunctionsType,
    MatrixType,
    NumbersType,
    RecordType,
    ResultFile,
    dashed,
    typed,
)
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.montecarlo import SimulationPlan
from rmt_asymptotics.output import DATASET_WRITERS, FIGURE_SUFFIXES
from rmt_asymptotics.serialisation import KINDS, MODELS, model_from_dict
from rmt_asymptotics.vocabulary.domains import Domain, Flag, Kind, Kinds, Number, Numbers, Overlaps, WholeNumber
from rmt_asymptotics.vocabulary.fields import FIELDS, MODEL, Field

Command = TypeVar("Command", bound=Callable[..., Any])

NO_DEFAULT = dataclasses.MISSING
MODEL_NAMES = {dashed(name): name for name in MODELS}

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
OUTPUT = click.option("--output", type=ResultFile(tuple(DATASET_WRITERS)), help="Write the results: .nc or .csv.")
PLOT = click.option("--plot", type=ResultFile(FIGURE_SUFFIXES), help="Draw the results: .png, .svg or .pdf.")


def _option(field: Field, record: type[Any] | None = None) -> Callable[[Any], Any]:
    """The option of a field, with the default of a record or, for its help, of the models that have one."""
    name, default = "--" + field.name.replace("_", "-"), _default(field, [record] if record else MODELS.values())
    text = field.description if field.description != field.meaning else field.meaning[0].upper() + field.meaning[1:]
    if isinstance(field.domain, Kind):
        text += f": {field.domain.typed}"
    shown = field.none if default in (None, NO_DEFAULT) else typed(default)
    words = f".  [default: {shown}]" if shown else "."
    if field.name == "sample_complexity":
        return click.option(name, type=AxisType(), metavar="AXIS", help=f"{text}: 0.2,0.9, 0.2:3:50 or 0.1:10:50:log.")
    name += f"/--no-{name[2:]}" * isinstance(field.domain, Flag)
    value = {"default": default} if record and default is not None else {"default": None}
    return click.option(name, type=_type(field.domain), help=text + words, **value)


def _type(domain: Domain) -> Any:
    if isinstance(domain, Kind) and domain.name in KINDS:
        return RecordType(domain.name, KINDS[domain.name][1])
    types: dict[type[Domain], Any] = {
        Number: float, WholeNumber: int, Flag: bool, Numbers: NumbersType(), Overlaps: MatrixType(),
        Kinds: FunctionsType(),
    }  # fmt: skip
    return types.get(type(domain), str)


def _default(field: Field, records: Iterable[type[Any]]) -> Any:
    defaults = (f.default for record in records for f in dataclasses.fields(record) if f.name == field.name)
    return next((default for default in defaults if default is not NO_DEFAULT), NO_DEFAULT)


OF_MODEL = (
    click.argument("file", required=False, type=EXISTING),
    click.option(
        "--model",
        type=click.Choice(list(MODEL_NAMES)),
        help="[default: by whether there is a spike or a step]  Fields without an option: in FILE.",
    ),
    *(_option(field) for field in MODEL),
)
TOLERANCE, DIGITS = (_option(FIELDS[name]) for name in ("tolerance", "digits"))
OF_SIMULATION = tuple(_option(FIELDS[name], SimulationPlan) for name in ("replicas", "seed", "workers"))
# of a file, what does not belong to the model
SWEEP_ONLY = ("axes", "points", "simulation", "theory", "tolerance", "block_size", "plot")


def shared_options(command: Command) -> Command:
    """Add the options of the model, of the simulation and of the files."""
    return with_options((*OF_MODEL, *OF_SIMULATION, OUTPUT, PLOT), command)


def model_options(command: Command) -> Command:
    """Add the options of the model and of the files."""
    return with_options((*OF_MODEL, OUTPUT, PLOT), command)


def with_options(options: tuple[Callable[[Any], Any], ...], command: Command) -> Command:
    """Add these options, in this order."""
    for option in reversed(options):
        command = option(command)
    return command


def model_from_options(file: Path | None, options: dict[str, Any]) -> RidgeModel:
    """The model of a TOML file, if one is given, with the fields that options set in place of the file's.

    Raises `OutOfDomain` as `model_from_dict` does, and click's usage error for a file that cannot be read.
    """
    given = {name: value for name, value in options.items() if value is not None}
    if "model" in given:
        given["model"] = MODEL_NAMES[given["model"]]
    return model_from_fields((model_fields(read_toml(file)) if file else {}) | given)


def model_from_fields(fields: dict[str, Any]) -> RidgeModel:
    """The model of these fields; raises as `model_from_options` does."""
    try:
        return model_from_dict(named_fields(fields))
    except TypeError as error:  # a file may hold values of any type
        raise click.UsageError(f"the model cannot be read: {error}") from None


def model_fields(content: dict[str, Any]) -> dict[str, Any]:
    """The model's part of a file: its [model] table, or what is not of a sweep."""
    if isinstance(content.get("model"), dict):
        return dict(content["model"])
    return {name: value for name, value in content.items() if name not in SWEEP_ONLY}


def named_fields(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with the name of the model that they belong to, where none is named."""
    found = (
        "TwoStepNetwork"
        if "second_step" in fields
        else "OneStepNetwork"
        if "step" in fields
        else "SpikedRandomFeatures"
        if "spike" in fields
        else "RandomFeatures"
    )
    return {"model": found} | fields


def read_toml(file: Path) -> dict[str, Any]:
    """The content of a TOML file; raises click's usage error if it cannot be read."""
    try:
        return tomllib.loads(file.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, RecursionError) as error:
        raise click.UsageError(f"{file}: {error}") from None


def check_drawable(plot: Path | None) -> None:
    """Raise click's usage error if a plot is asked for and matplotlib is missing."""
    if plot and importlib.util.find_spec("matplotlib") is None:
        raise click.UsageError("--plot needs matplotlib: install rmt_asymptotics[plots]")
