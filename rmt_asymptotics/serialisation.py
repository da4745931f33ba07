"""Models as plain dictionaries (for TOML, JSON and the attributes of Datasets) and back."""

import dataclasses
import inspect
import json
import os
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

from rmt_asymptotics.activations import Activation
from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.covariances import COVARIANCES, Covariance
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.expressions import parse_activation
from rmt_asymptotics.labels import LABELS, Labels, MixtureNoise
from rmt_asymptotics.laws import LAWS, Law
from rmt_asymptotics.losses import LOSSES, ConvexLoss, Loss
from rmt_asymptotics.models import (
    OneStepNetwork,
    RandomFeatures,
    RidgeModel,
    RidgeRegression,
    SpikedRandomFeatures,
    TwoStepNetwork,
)
from rmt_asymptotics.steps import STEPS, Step
from rmt_asymptotics.targets import MultiIndexTarget, Target, parse_target
from rmt_asymptotics.vocabulary.domains import Kind, Kinds
from rmt_asymptotics.vocabulary.fields import FIELDS, FUNCTION, TARGET

MODELS: dict[str, type[RidgeModel]] = {
    model.__name__: model
    for model in (RandomFeatures, SpikedRandomFeatures, OneStepNetwork, TwoStepNetwork, RidgeRegression)
}
# of records in fields: their base, and what makes them, by name
KINDS: dict[str, tuple[type[Any], Mapping[str, Callable[..., Any]]]] = {
    "law": (Law, LAWS),
    "step": (Step, STEPS),
    "loss": (Loss, LOSSES),
    "labels": (Labels, LABELS),
    "noise": (MixtureNoise, {"MixtureNoise": MixtureNoise}),
    "covariance": (Covariance, COVARIANCES),
}


@checked_arguments
def model_to_dict(model: RidgeModel) -> dict[str, Any]:
    """The fields of a model by name, its type under "model"; functions by name, laws with their parameters.

    Of a model that is made by others, from data for instance, those of the model that it is a case of.
    """
    kind = next((kind for kind in type(model).__mro__ if kind.__name__ in MODELS), type(model))
    fields = {f.name: plain(getattr(model, f.name)) for f in dataclasses.fields(kind)}
    return {"model": kind.__name__, **fields}


@checked_arguments
def plain_defaults(model: str) -> dict[str, Any]:
    """The defaults of a model's fields, as `model_to_dict` writes them; none for a model of another name."""
    fields = dataclasses.fields(MODELS[model]) if model in MODELS else ()
    return {f.name: plain(f.default) for f in fields if f.default is not dataclasses.MISSING}


def provenance(model: RidgeModel) -> dict[str, str]:
    """The attributes that say where numbers come from: the model, as JSON, and the version of this package.

    The model is `model_from_dict(json.loads(dataset.attrs["model"]))` again.
    """
    return {"model": json.dumps(model_to_dict(model)), "rmt_asymptotics_version": package_version()}


def model_from(dataset: Any) -> RidgeModel:
    """The model of a Dataset that this package made: of a sweep, a curve, a comparison, a boundary, optima, spectra.

    dataset: the Dataset, in memory or opened from a file; or the path of a netCDF file.
    Raises `OutOfDomain` for anything else, and for a model whose functions have neither a name nor an expression.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0,
    ...                            width_ratio=1.5, ridge=0.1)
    >>> model_from(rmt.sweep(model, ridge=[0.1, 1.0])) == model
    True
    """
    text = _attributes(dataset).get("model")
    try:
        content = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise OutOfDomain("dataset", dataset, "a Dataset with the attribute `model`, as this package writes it")
    return model_from_dict(content)


def _attributes(dataset: Any) -> dict[str, Any]:
    if not isinstance(dataset, (str, os.PathLike)):
        return dict(getattr(dataset, "attrs", {}))
    import xarray

    try:
        with xarray.open_dataset(dataset, engine="h5netcdf") as opened:
            return dict(opened.attrs)
    except (OSError, ValueError) as error:
        raise OutOfDomain("dataset", str(dataset), f"a netCDF file that can be read ({error})") from None


@cache
def package_version() -> str:
    """The version of this package."""
    return version("rmt_asymptotics")


def plain(value: Any) -> Any:
    """The value of a field as JSON and TOML have it; `from_plain` is its inverse."""
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    if isinstance(value, (Activation | MultiIndexTarget)):
        return value.name if value.rebuildable else f"callable {value.name}"  # no name brings a callable back
    if isinstance(value, ConvexLoss):
        return {"loss": type(value).__name__, "name": value.name}
    for kind, (base, _) in KINDS.items():
        if isinstance(value, base):
            names = (field.name for field in dataclasses.fields(value))
            return {kind: type(value).__name__, **{name: plain(getattr(value, name)) for name in names}}
    return value


@checked_arguments
def model_from_dict(fields: dict[str, Any]) -> RidgeModel:
    """The model that `model_to_dict` wrote, or that a user wrote in the same form.

    Raises `OutOfDomain` for unknown models, laws, fields and functions, and for fields left out.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0,
    ...                            width_ratio=1.5, ridge=0.1)
    >>> model_from_dict(model_to_dict(model)) == model
    True
    """
    fields = dict(fields)
    model: type[RidgeModel] = _chosen("model", fields.pop("model", None), MODELS)
    fields = {name: from_plain(name, value) for name, value in fields.items()}
    return _build(model, fields, "")


def from_plain(field: str, value: Any) -> Any:
    """The value of a field: functions from names, records from dictionaries, None from its word, others as they are."""
    declared = FIELDS.get(field)
    if declared and declared.none and value == declared.none:
        return None
    domain = declared.domain if declared else None
    if isinstance(domain, Kinds) and isinstance(value, (list, tuple)):
        return tuple(_function(field, entry) if isinstance(entry, str) else entry for entry in value)
    kind = domain.name if isinstance(domain, Kind) else ""
    if kind in (FUNCTION.name, TARGET.name) and isinstance(value, str):
        return _function(field, value)
    if kind in KINDS and isinstance(value, dict):
        values = dict(value)
        record = _chosen(f"{field}.{kind}", values.pop(kind, None), KINDS[kind][1])
        return _build(record, {name: from_plain(name, inner) for name, inner in values.items()}, f"{field}.")
    return value


def _function(field: str, text: str) -> Target:
    try:
        return parse_activation(text) if field == "activation" else parse_target(text)
    except OutOfDomain as error:
        raise OutOfDomain(field, error.value, error.allowed) from None


def _chosen(field: str, name: Any, choices: Mapping[str, Any]) -> Any:
    if not isinstance(name, str) or name not in choices:
        raise OutOfDomain(field, name, f"one of {', '.join(choices)}")
    return choices[name]


@cache
def parameters_of(record: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """The fields of a record, or the arguments of what makes one, by name."""
    return dict(inspect.signature(record).parameters)


def _build(record: Callable[..., Any], values: dict[str, Any], prefix: str) -> Any:
    known = parameters_of(record)
    for name in values:
        if name not in known:
            raise OutOfDomain("field", prefix + name, f"a field of {record.__name__}: {', '.join(known)}")
    for name, parameter in known.items():
        if name not in values and parameter.default is parameter.empty:
            raise OutOfDomain(prefix + name, None, f"given: {record.__name__} has no default for it")
    try:
        return record(**values)
    except OutOfDomain as error:
        raise OutOfDomain(prefix + error.field, error.value, error.allowed) from None
