"""What Datasets of dynamics say of where their numbers come from."""

import dataclasses
import json
from importlib.metadata import version
from typing import Any

from rmt_asymptotics.activations import Activation
from rmt_asymptotics.records import Record


def provenance(parameters: Record) -> dict[str, str]:
    """The parameters as JSON, with the name of their theory, and the version of this package."""
    return {"parameters": json.dumps(plain_fields(parameters)), "rmt_asymptotics_version": version("rmt_asymptotics")}


def plain_fields(parameters: Record) -> dict[str, Any]:
    """The fields as JSON has them: functions by name, losses and scalings by their type and fields."""
    fields = {f.name: _plain(getattr(parameters, f.name)) for f in dataclasses.fields(parameters)}
    return {"theory": type(parameters).__name__, **fields}


def _plain(value: Any) -> Any:
    if isinstance(value, Activation):
        return value.name
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {"type": type(value).__name__, **dataclasses.asdict(value)}
    return value
