"""Option values with a syntax of their own: axes, lists of whole numbers, laws and steps, names of result files."""

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np

from rmt_asymptotics.activations import Activation
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.output import checked_path
from rmt_asymptotics.serialisation import parameters_of

MOST_POINTS = 100_000


@dataclass(frozen=True)
class Axis:
    """Values along an axis, and whether they are spaced logarithmically."""

    values: tuple[float, ...]
    logarithmic: bool = False

    def spread(self, count: int) -> tuple[float, ...]:
        """At most `count` of the values, evenly spread from the first to the last."""
        places = np.linspace(0, len(self.values) - 1, min(count, len(self.values)))
        return tuple(self.values[i] for i in places.round().astype(int))


class AxisType(click.ParamType[Any]):
    """A list "0.2,0.9,1.6" or a range "0.2:3:50" = start:stop:count, evenly spaced, or "0.1:10:50:log"."""

    name = "axis"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> Axis:
        if isinstance(value, Axis):
            return value
        start, *rest = value.split(":")
        try:
            if not rest:
                return Axis(tuple(map(float, value.split(","))))
            stop, count, *scale = rest
            ends, points = (float(start), float(stop)), int(count)
            possible = 2 <= points <= MOST_POINTS and np.isfinite(ends).all() and (not scale or min(ends) > 0)
            if scale not in ([], ["log"]) or not possible:
                raise ValueError
        except ValueError:
            allowed = f"0.2,0.9,1.6 or start:stop:count or start:stop:count:log, 2 to {MOST_POINTS} points"
            self.fail(f"{value!r} must be of the form {allowed}", param, context)
        space = np.geomspace if scale else np.linspace
        return Axis(tuple(space(*ends, points).tolist()), bool(scale))


class FieldAxis(click.ParamType[Any]):
    """A field and its values: "width_ratio=0.5:4:20"."""

    name = "field=axis"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> tuple[str, Axis]:
        if isinstance(value, tuple):
            return value
        field, equals, axis = value.partition("=")
        if not (field and equals):
            self.fail(f"{value!r} must be FIELD=AXIS, such as width_ratio=0.5:4:20", param, context)
        return field, AxisType().convert(axis, param, context)


class FieldWindow(click.ParamType[Any]):
    """A field and its window: "ridge=0.01:10"."""

    name = "field=low:high"

    def convert(
        self, value: Any, param: click.Parameter | None, context: click.Context | None
    ) -> tuple[str, tuple[float, float]]:
        if isinstance(value, tuple):
            return value
        field, _, window = value.partition("=")
        try:
            low, high = map(float, window.split(":"))
        except ValueError:
            self.fail(f"{value!r} must be FIELD=LOW:HIGH, such as ridge=0.01:10", param, context)
        return field, (low, high)


class WholeNumbers(click.ParamType[Any]):
    """A list of whole numbers: "100,200,400"."""

    name = "d,d,..."

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        try:
            return tuple(map(int, value.split(",")))
        except ValueError:
            self.fail(f"{value!r} must be whole numbers separated by commas", param, context)


def dashed(name: str) -> str:
    """The name of a class as typed: "SpikedRandomFeatures" is spiked-random-features."""
    return re.sub(r"(?<!^)(?=[A-Z])|_", "-", name).lower()


def typed(value: Any) -> str:
    """A value as the command line takes it: ConstantLaw(1.0) is constant:1."""
    if isinstance(value, tuple):
        several = any(isinstance(entry, tuple) for entry in value)
        return (";" if several else ",").join(map(typed, value))
    if isinstance(value, Activation) or not dataclasses.is_dataclass(value):
        return f"{value:g}" if isinstance(value, float) else str(value).lower()
    *words, kind = dashed(type(value).__name__).split("-")
    parameters = [getattr(value, field.name) for field in dataclasses.fields(value)]
    return ":".join(["-".join(words) or kind, *(typed(given) for given in parameters if given is not None)])


class RecordType(click.ParamType[Any]):
    """A law, a step, ... with its parameters, as `model_from_dict` reads it: "discrete:-1,1.5:0.3,0.7"."""

    def __init__(self, kind: str, records: Mapping[str, Callable[..., Any]]) -> None:
        self.name = self.kind = kind
        self.records = {dashed(name.removesuffix(kind.title())) or kind: name for name in records}
        self.parameters = {name: parameters_of(record) for name, record in records.items()}

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        name, *texts = value.split(":")
        if name not in self.records:
            self.fail(f"{name!r} must be one of {', '.join(self.records)}", param, context)
        known = self.parameters[self.records[name]]
        if len(texts) > len(known):
            self.fail(f"{value!r} must be {':'.join([name, *known])}", param, context)
        try:
            parameters = {
                field: _parameter(text, known[field].annotation) for field, text in zip(known, texts, strict=False)
            }
        except ValueError:
            self.fail(f"{value!r} must have numbers as parameters", param, context)
        return {self.kind: self.records[name], **parameters}


def numbers(text: str) -> list[float]:
    """The numbers of "0.3,0.7"; raises ValueError for what is none."""
    return [float(part) for part in text.split(",")]


def matrix(text: str) -> list[list[float]]:
    """The rows of "1,2;3,4"; raises ValueError for what is none."""
    return [numbers(row) for row in text.split(";")]


def _parameter(text: str, annotation: Any) -> Any:
    if annotation in (float, int):
        return float(text)
    return matrix(text) if annotation == Sequence[Sequence[float]] else numbers(text)


class MatrixType(click.ParamType[Any]):
    """A number "0.8", or a matrix "1,0;0,0.5"."""

    name = "x|x,x;x,x"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return matrix(value) if {",", ";"} & set(value) else float(value)
        except ValueError:
            self.fail(f"{value!r} must be a number, or rows of numbers such as 1,0;0,0.5", param, context)


class FunctionsType(click.ParamType[Any]):
    """Formulas "x1*x2;sin(x1)"."""

    name = "f;g;..."

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> tuple[str, ...]:
        return tuple(value.split(";")) if isinstance(value, str) else tuple(value)


class NumbersType(click.ParamType[Any]):
    """A list of numbers: "0.3,0.7"."""

    name = "x,x,..."

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> list[float]:
        if isinstance(value, list):
            return value
        try:
            return numbers(value)
        except ValueError:
            self.fail(f"{value!r} must be numbers separated by commas", param, context)


class ResultFile(click.ParamType[Any]):
    """The name of a file that can be written, refused before anything is computed."""

    name = "path"

    def __init__(self, suffixes: tuple[str, ...]) -> None:
        self.suffixes = suffixes

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> Path:
        try:
            return checked_path(value, self.suffixes)
        except OutOfDomain as error:
            self.fail(f"{str(value)!r} must be {error.allowed}", param, context)
