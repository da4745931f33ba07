"""The models as the page sees them: their fields with domains, words and values to begin with."""

import ast
import math
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, singledispatch
from inspect import Parameter
from itertools import zip_longest
from typing import Any

from rmt_asymptotics.activations import BUILT_IN
from rmt_asymptotics.montecarlo import SimulationPlan
from rmt_asymptotics.plotting.labels import in_type
from rmt_asymptotics.serialisation import KINDS, MODELS, parameters_of, plain
from rmt_asymptotics.vocabulary.domains import Coordinate, Domain, Flag, Kind, Kinds, Number, Numbers, WholeNumber
from rmt_asymptotics.vocabulary.fields import FIELDS, FUNCTION, TARGET, Field
from rmt_asymptotics.vocabulary.quantities import OUTPUT_NAMES, QUANTITIES

Form = dict[str, Any]
MATRIX = ((0.5, 1.5), (1.5, 0.5))  # where a field is one
REFUSED = {"TwoStepNetwork": {"experimental": True, "width": 400}}  # defaults that a model refuses, to begin with
FUNCTIONS = (FUNCTION.name, TARGET.name)
PLAN = {"dimension": 100, "replicas": 20, "seed": 0}  # to begin with


@cache
def form() -> Form:
    """Models, records of each kind, the simulation, and the words of all outputs."""
    records = {
        kind: {name: _record(record, _examples(kind).get(name, ())) for name, record in named.items()}
        for kind, (_, named) in KINDS.items()
    }
    simulation = [entry | {"start": PLAN[entry["name"]]} for entry in _fields(SimulationPlan) if entry["name"] in PLAN]
    return {
        "models": {name: _record(model) for name, model in MODELS.items()},
        "records": records,
        "simulation": simulation,
        "outputs": {name: in_type(QUANTITIES[name].words) for name in OUTPUT_NAMES},
    }


def _record(record: Callable[..., Any], example: Sequence[str] = ()) -> Form:
    about = (record.__doc__ or "").partition("\n")[0].partition("  Note:")[0]
    fields = _fields(record) if isinstance(record, type) else _arguments(record, example)
    return {"about": about, "fields": list(fields)}


def _fields(record: Callable[..., Any]) -> Iterator[Form]:
    for name, parameter in parameters_of(record).items():
        if (field := FIELDS.get(name)) is not None:
            matrix = {"start": MATRIX} if parameter.annotation == Sequence[Sequence[float]] else {}
            default = REFUSED.get(record.__name__, {}).get(name, parameter.default)
            yield _entry(field, default) | matrix


def _arguments(function: Callable[..., Any], example: Sequence[str]) -> Iterator[Form]:
    """Of a function that makes a record: numbers and lists of them that it checks itself."""
    for (name, parameter), text in zip_longest(parameters_of(function).items(), example):
        start = parameter.default if text is None else ast.literal_eval(text)
        words = {"label": name.replace("_", " "), "meaning": "", "allowed": "", "none": ""}
        yield {"name": name, **words, "start": start, "type": "value"}


def _examples(kind: str) -> dict[str, list[str]]:
    """The arguments in the examples of a kind: "power-law:0.8:200" are those of power_law."""
    typed = next((d.typed for f in FIELDS.values() if isinstance(d := f.domain, Kind) and d.name == kind), "")
    words = (word.split(":") for word in re.split(", | or ", typed))
    return {name.replace("-", "_"): texts for name, *texts in words}


def _entry(field: Field, default: Any) -> Form:
    """What the page knows of a field; start: its default, or else a value of its domain."""
    texts = {name: in_type(getattr(field, name)) for name in ("label", "meaning")}
    start = start_of(field.domain) if default is Parameter.empty else plain(default)
    return {
        "name": field.name,
        **texts,
        "allowed": str(field.domain),
        "none": field.none,
        "start": start,
        **control_of(field.domain),
    }


@singledispatch
def control_of(domain: Domain) -> Form:
    """How the page shows a domain.

    >>> control_of(Number(0.0, 1.0))
    {'type': 'number', 'low': 0.0, 'high': 1.0, 'logarithmic': False, 'shown': (0.0, 1.0)}
    """
    return {"type": "text"}


@control_of.register
def _(domain: Number) -> Form:
    shown = domain.shown or (max(domain.low, domain.window[0]), min(domain.high, domain.window[1]))
    return {
        "type": "number",
        **{name: end if math.isfinite(end := getattr(domain, name)) else None for name in ("low", "high")},
        "logarithmic": domain.coordinate is Coordinate.LOGARITHM,
        "shown": shown,
    }


@control_of.register
def _(domain: WholeNumber) -> Form:
    return {"type": "whole", "low": domain.least, "high": domain.most}


@control_of.register
def _(domain: Numbers) -> Form:
    return {"type": "numbers"}


@control_of.register
def _(domain: Flag) -> Form:
    return {"type": "flag"}


@control_of.register
def _(domain: Kinds) -> Form:
    return {"type": "functions"}


@control_of.register
def _(domain: Kind) -> Form:
    if domain.name in FUNCTIONS:
        return {"type": "function", "known": list(BUILT_IN)}
    return {"type": "record", "kind": domain.name} if domain.name in KINDS else {"type": "text"}


@singledispatch
def start_of(domain: Domain) -> Any:
    """A value of a domain where a field has no default.

    >>> start_of(Number(0.0, 0.5)), start_of(WholeNumber(3))
    (0.25, 3)
    """
    return None


@start_of.register
def _(domain: Number) -> float:
    low, high = control_of(domain)["shown"]
    return 1.0 if low < 1.0 < high else (low + high) / 2


@start_of.register
def _(domain: WholeNumber) -> int:
    return domain.least


@start_of.register
def _(domain: Numbers) -> list[float]:
    return [0.5, 1.5] if domain.total is None else [domain.total / 2] * 2


@start_of.register
def _(domain: Flag) -> bool:
    return False


@start_of.register
def _(domain: Kind) -> Any:
    if domain.name in FUNCTIONS:
        return FUNCTION.typed.partition(",")[0]
    if domain.name not in KINDS:
        return None
    name, record = next(iter(KINDS[domain.name][1].items()))
    return {domain.name: name} | {entry["name"]: entry["start"] for entry in _record(record)["fields"]}
