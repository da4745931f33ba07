"""Options that the commands share: the model, the simulation and the files of the results."""

import importlib.util
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from rmt_asymptotics.cli.values import AxisType, RecordType, ResultFile
from rmt_asymptotics.laws import LAWS
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.output import DATASET_WRITERS, FIGURE_SUFFIXES
from rmt_asymptotics.serialisation import MODELS, model_from_dict
from rmt_asymptotics.steps import STEPS

Command = TypeVar("Command", bound=Callable[..., Any])

MODEL_NAMES = {re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower(): name for name in MODELS}
LAW, STEP = RecordType("law", LAWS), RecordType("step", STEPS)
LAW_EXAMPLES = "constant:1.13, discrete:-1,1.5:0.3,0.7, rademacher:1.2 or gaussian:1.3"

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
OUTPUT = click.option("--output", type=ResultFile(tuple(DATASET_WRITERS)), help="Write the results: .nc or .csv.")
PLOT = click.option("--plot", type=ResultFile(FIGURE_SUFFIXES), help="Draw the results: .png, .svg or .pdf.")
OF_MODEL = (
    click.argument("file", required=False, type=EXISTING),
    click.option(
        "--model",
        type=click.Choice(list(MODEL_NAMES)),
        help="[default: by whether there is a spike or a step]  Fields without an option: in FILE.",
    ),
    click.option("--activation", help='By name, or a formula in x: "centred(relu)", "tanh(x)".'),
    click.option("--target", help='Likewise: "sin", "tanh(x)+0.3*(x**2-1)".'),
    click.option(
        "--sample-complexity", type=AxisType(), metavar="AXIS", help="n/d: 0.2,0.9, 0.2:3:50 or 0.1:10:50:log."
    ),
    click.option("--width-ratio", type=float, help="p/d."),
    click.option("--ridge", type=float, help="Penalty of |a|^2 beside the sum of squares over the samples."),
    click.option("--noise-variance", type=float, help="Of the labels.  [default: 0]"),
    click.option("--width", type=int, help="p, to resolve the effects of a finite width.  [default: infinite]"),
    click.option("--spike", type=LAW, metavar="LAW", help=f"Law of the spike: {LAW_EXAMPLES}."),
    click.option("--alignment", type=float, help="Of spike and target, in [-1, 1]."),
    click.option("--bulk-variance", type=float, help="Of the weights beside the spike.  [default: 1]"),
    click.option("--step", type=STEP, metavar="STEP", help="Of a network: fixed:2, power:0.3 or maximal:3."),
    click.option("--step-sample-complexity", type=float, help="n0/d of the gradient step."),
    click.option("--readout", type=LAW, metavar="LAW", help="Law of the readout at the step.  [default: constant:1]"),
)
OF_SIMULATION = (
    click.option("--replicas", type=int, default=20, show_default=True, help="Independent draws of the simulation."),
    click.option("--seed", type=int, default=0, show_default=True, help="Of the simulation."),
    click.option("--workers", type=int, help="Threads of the simulation.  [default: number of processors]"),
)
# of a file, what does not belong to the model
SWEEP_ONLY = ("axes", "points", "simulation", "theory", "tolerance", "block_size", "plot")


def shared_options(command: Command) -> Command:
    """Add the options of the model, of the simulation and of the files."""
    return _with((*OF_MODEL, *OF_SIMULATION, OUTPUT, PLOT), command)


def model_options(command: Command) -> Command:
    """Add the options of the model and of the files."""
    return _with((*OF_MODEL, OUTPUT, PLOT), command)


def _with(options: tuple[Callable[[Any], Any], ...], command: Command) -> Command:
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
        return model_from_dict({"model": _model_name(fields)} | fields)
    except TypeError as error:  # a file may hold values of any type
        raise click.UsageError(f"the model cannot be read: {error}") from None


def model_fields(content: dict[str, Any]) -> dict[str, Any]:
    """The model's part of a file: its [model] table, or what is not of a sweep."""
    if isinstance(content.get("model"), dict):
        return dict(content["model"])
    return {name: value for name, value in content.items() if name not in SWEEP_ONLY}


def _model_name(fields: dict[str, Any]) -> str:
    """The model that the fields belong to, where none is named."""
    if "step" in fields:
        return "OneStepNetwork"
    return "SpikedRandomFeatures" if "spike" in fields else "RandomFeatures"


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
