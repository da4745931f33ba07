"""A sweep as a TOML file: the fields of a model, and tables that say where and what to compute.

model = "OneStepNetwork"           # the model's fields here, or in a table [model]
...
theory = true                      # these three are optional
tolerance = 1e-8
block_size = 500
[axes]                             # or [points], columns of equal length
"step.rate" = "0.1:10:50:log"      # start:stop:count, evenly spaced, or with :log; or a list
ridge = [0.01, 0.1, 1]
width = ["limit", 100, 400]
readout = [{ law = "ConstantLaw", value = 1 }, { law = "GaussianLaw", scale = 1 }]
[simulation]                       # networks as well
dimension = 100
replicas = 10
[plot]                             # of --plot: what `plot` has as options
quantity = "test_error"
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rmt_asymptotics.cli.options import model_fields, model_from_fields, read_toml
from rmt_asymptotics.cli.values import AxisType
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.montecarlo import SimulationPlan
from rmt_asymptotics.serialisation import from_plain
from rmt_asymptotics.sweeps.dataset import assembled
from rmt_asymptotics.sweeps.request import requested
from rmt_asymptotics.vocabulary.domains import WholeNumber
from rmt_asymptotics.vocabulary.fields import field_of

if TYPE_CHECKING:
    import xarray

OPTIONS = ("theory", "tolerance", "block_size")
DRAWN = ("quantity", "x", "hue")  # what [plot] may hold


@dataclass(frozen=True)
class SweepFile:
    """model and arguments of `sweep`; plot: of `plot`."""

    model: RidgeModel
    arguments: dict[str, Any]
    plot: dict[str, Any]

    def pending(self) -> "xarray.Dataset":
        """The Dataset of the sweep before anything is computed."""
        given = {"axes": None, "points": None} | self.arguments
        return assembled(requested(self.model, **given), {})


def read_sweep(file: Path) -> SweepFile:
    """The sweep of a TOML file; raises `OutOfDomain` and click's usage error for what cannot be read."""
    content = read_toml(file)
    arguments: dict[str, Any] = {name: content[name] for name in OPTIONS if name in content}
    _check_theory(arguments.get("theory", True))
    if ("axes" in content) == ("points" in content):
        raise click.UsageError(f"{file}: needs a table [axes], or else [points], of fields with their values")
    where = "axes" if "axes" in content else "points"
    columns = axis_values(where, _table(content, where))
    if "simulation" in content:
        arguments["simulation"] = _plan(_table(content, "simulation"))
    plot = _known("plot", _table(content, "plot"), DRAWN) if "plot" in content else {}
    return SweepFile(_model(model_fields(content), columns), arguments | {where: columns}, plot)


def axis_values(where: str, table: dict[str, Any]) -> dict[str, list[Any]]:
    """The values of the fields of a table; step.rate may be written without quotes."""
    flat: dict[str, Any] = {}
    for name, value in table.items():
        nested = isinstance(value, dict)
        flat |= {f"{name}.{inner}": v for inner, v in value.items()} if nested else {name: value}
    return {name: _values(f"{where}.{name}", name, value) for name, value in flat.items()}


def _values(label: str, field: str, value: Any) -> list[Any]:
    if isinstance(value, str):
        try:
            numbers = AxisType().convert(value, None, None).values
        except click.BadParameter as error:
            raise click.UsageError(f"{label}: {error.message}") from None
        declared = field_of(field)
        whole = declared is not None and isinstance(declared.domain, WholeNumber)
        return [int(x) if whole and float(x).is_integer() else x for x in numbers]
    if not isinstance(value, list) or not value:
        raise OutOfDomain(label, value, 'a list of values, or a range such as "0.1:10:50:log"')
    return [from_plain(field, entry) for entry in value]


def _model(fields: dict[str, Any], columns: dict[str, list[Any]]) -> RidgeModel:
    """The model of the file; fields that it leaves out have the first of their values."""
    first = {name: values[0] for name, values in columns.items() if "." not in name and name not in fields}
    return model_from_fields(fields | first)


def _plan(table: dict[str, Any]) -> SimulationPlan:
    if "dimension" not in table:
        raise OutOfDomain("simulation.dimension", None, "given, a whole number >= 1")
    return SimulationPlan(**_known("simulation", table, SimulationPlan.NUMBERS))


def _check_theory(value: Any) -> None:
    if not isinstance(value, bool):
        raise OutOfDomain("theory", value, "true or false")


def _table(content: dict[str, Any], name: str) -> dict[str, Any]:
    table = content[name]
    if not isinstance(table, dict):
        raise OutOfDomain(name, table, f"a table [{name}]")
    return table


def _known(name: str, table: dict[str, Any], known: tuple[str, ...]) -> dict[str, Any]:
    for key in table:
        if key not in known:
            raise OutOfDomain(name, key, f"one of {', '.join(known)}")
    return table
