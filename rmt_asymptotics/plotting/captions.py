"""Captions: a model in a reader's words, with the fields that are not at their defaults."""

import dataclasses
import inspect
import re
from collections.abc import Mapping, Sequence
from typing import Any

from rmt_asymptotics.plotting.labels import in_type
from rmt_asymptotics.serialisation import KINDS, plain, plain_defaults
from rmt_asymptotics.vocabulary.fields import FIELDS

MODELS = {"OneStepNetwork": "network after one gradient step"}  # whose class says less than their readers want
PROPER = ("Gaussian", "Rademacher", "Huber")  # names keep their capitals
SIZES = set("npd0/")  # symbols of these name a field better than its words
BARE = ("value", "values")  # parameters that are what their record is of
DIGITS = re.compile(r"\b\d+\.\d{5,}(?:e[+-]?\d+)?")  # of a number in a formula
FEW = 4  # numbers of a sequence that are written out


def describe(model: Mapping[str, Any], omitted: Sequence[str] = ()) -> str:
    """One line that identifies a model, given as by `model_to_dict`.

    omitted: fields that are left out, such as "ridge" or "step.rate": those along the axes.

    >>> describe({"model": "RandomFeatures", "activation": "tanh", "target": "sin", "ridge": 0.1, "width": None})
    'Random features: activation tanh, target sin, ridge 0.1, p = ∞'
    >>> describe({"model": "OneStepNetwork", "step": {"step": "MaximalStep", "rate": 3.0}, "corrections": False})
    'Network after one gradient step: maximal step (rate 3), without corrections'
    """
    defaults = plain_defaults(model["model"])
    own = [name for name, value in model.items() if name not in defaults or not _same(value, defaults[name])]
    shown = [
        _entry(name, value, [field.partition(".")[2] for field in omitted if field.startswith(f"{name}.")])
        for name, value in model.items()
        if name not in ("model", *omitted) and name in (*own, "width")
    ]
    title = MODELS.get(model["model"], _spaced(model["model"]))
    return f"{title[0].upper()}{title[1:]}: {', '.join(shown)}"


def _same(value: Any, default: Any) -> bool:
    """Whether a value is the default; files have lists where models have tuples."""
    return bool(list(value) == list(default) if isinstance(default, tuple) and value is not None else value == default)


def _entry(name: str, value: Any, omitted: Sequence[str]) -> str:
    """One field: p/d = 1.5, ridge 0.1, Gaussian readout (scale 1.3), with an intercept."""
    field = FIELDS.get(name)
    words = field.words if field else name.replace("_", " ")
    if isinstance(value, bool):
        return f"{'with' if value else 'without'} {words}"
    if isinstance(value, dict):
        return _record(words, value, omitted)
    if field and field.symbol and set(field.symbol) <= SIZES:
        return f"{in_type(field.symbol)} = {abbreviated(value)}"
    return f"{words} {abbreviated(value)}"


def _record(words: str, value: Mapping[str, Any], omitted: Sequence[str]) -> str:
    """A law, step, loss or other record: what kind it is, and its parameters that are not at their defaults."""
    (kind, name), *parameters = value.items()
    adjective = _spaced(re.sub(f"({kind}|{kind.removesuffix('s')})$", "", str(name), flags=re.IGNORECASE))
    defaults = _defaults(kind, str(name))
    texts = [
        _parameter(inner, entry)
        for inner, entry in parameters
        if inner not in omitted and not (inner in defaults and defaults[inner] == entry)
    ]
    return " ".join(filter(None, (adjective, words, f"({', '.join(texts)})" * bool(texts))))


def _parameter(name: str, value: Any) -> str:
    """A parameter of a record: scale 1.3, 200 eigenvalues; of what its record is, without its name."""
    if isinstance(value, (list, tuple)) and len(value) > FEW:
        return f"{len(value)} {_words(name)}"
    return abbreviated(value) if name in BARE else f"{_words(name)} {abbreviated(value)}"


def _defaults(kind: str, name: str) -> dict[str, Any]:
    record = KINDS.get(kind, (None, {}))[1].get(name)
    fields = dataclasses.fields(record) if inspect.isclass(record) and dataclasses.is_dataclass(record) else ()
    return {f.name: plain(f.default) for f in fields if f.default is not dataclasses.MISSING}


def _words(name: str) -> str:
    return FIELDS[name].words if name in FIELDS else name.replace("_", " ")


def in_words(record: str) -> str:
    """A record as Datasets name it.

    >>> in_words("LogisticLoss()"), in_words("HuberLoss(threshold=1.5)")
    ('logistic loss', 'Huber loss (threshold 1.5)')
    """
    name, _, parameters = record.removesuffix(")").partition("(")
    return _spaced(name) + (f" ({abbreviated(parameters.replace('=', ' '))})" if parameters else "")


def _spaced(name: str) -> str:
    """The words of a class's name.

    >>> _spaced("SpikedRandomFeatures"), _spaced("GaussianLaw")
    ('spiked random features', 'Gaussian law')
    """
    parts = re.findall(r"[A-Z][a-z0-9]*|[a-z0-9]+", name)
    return " ".join(part if part in PROPER else part.lower() for part in parts)


def abbreviated(value: Any) -> str:
    """A value of a model's field in few characters.

    >>> abbreviated(None), abbreviated(0.123456), abbreviated("x**2 + 1.23456789"), abbreviated([0.1] * 200)
    ('∞', '0.1235', 'x² + 1.235', '200 numbers')
    """
    if isinstance(value, dict):
        name, *parameters = value.values()  # a record in a record
        return f"{_spaced(str(name))} ({', '.join(map(abbreviated, parameters))})"
    if isinstance(value, (list, tuple)):
        return f"{len(value)} numbers" if len(value) > FEW else ", ".join(map(abbreviated, value))
    if value is None or value == float("inf"):
        return "∞"
    if isinstance(value, float):
        return f"{value:.4g}"
    return in_type(DIGITS.sub(lambda found: f"{float(found[0]):.4g}", str(value)))
