"""Arguments of public functions, checked against their annotations.

Numbers, arrays and names of fields are checked where they are used, by their domains; here it is what else an argument
is: a model, a Dataset, axes of a figure, a mapping, a text, True or False.
"""

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, ParamSpec, TypeVar, Union, get_args, get_origin

import numpy as np

from rmt_asymptotics.errors import OutOfDomain

P = ParamSpec("P")
R = TypeVar("R")


class Rule(NamedTuple):
    """What an argument may be: whether a value is that, and in words."""

    accepts: Callable[[Any], bool]
    words: str


def checked_arguments(function: Callable[P, R]) -> Callable[P, R]:
    """The same function, which raises `OutOfDomain` for an argument that is not of its annotated kind.

    >>> @checked_arguments
    ... def shout(text: str, twice: bool = False) -> str:
    ...     return text.upper() * (1 + twice)
    >>> shout("a", twice="no")
    Traceback (most recent call last):
        ...
    rmt_asymptotics.errors.OutOfDomain: twice = 'no' is out of domain: it must be True or False
    """
    signature = inspect.signature(function)
    named = [p for p in signature.parameters.values() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    rules = {p.name: rule for p in named if (rule := _rule(p.annotation))}
    names = [p.name for p in named if p.kind is not p.KEYWORD_ONLY]

    @wraps(function)
    def checked(*arguments: P.args, **keywords: P.kwargs) -> R:
        for name, value in (*zip(names, arguments, strict=False), *keywords.items()):
            if name in rules and not rules[name].accepts(value):
                raise OutOfDomain(name, value, rules[name].words)
        return function(*arguments, **keywords)

    return checked


def _rule(annotation: Any) -> Rule | None:
    """The rule of an annotation; None where any value may be right, as far as this module knows."""
    if isinstance(annotation, str):  # of a package that is imported where it is used: "xarray.Dataset | None"
        alternatives = [None if name == "None" else name.rpartition(".")[2] for name in annotation.split(" | ")]
    else:
        alternatives = list(get_args(annotation)) if get_origin(annotation) in (UnionType, Union) else [annotation]
    rules = [_one(kind) for kind in alternatives]
    known = [rule for rule in rules if rule]
    if not known or len(known) < len(rules):
        return None
    return Rule(lambda value: any(rule.accepts(value) for rule in known), " or ".join(rule.words for rule in known))


def _one(kind: Any) -> Rule | None:
    if kind in (None, NoneType):
        return Rule(lambda value: value is None, "None")
    if kind is bool:
        return Rule(lambda value: isinstance(value, (bool, np.bool_)), "True or False")
    if kind is str:
        return Rule(lambda value: isinstance(value, str), "a text")
    if get_origin(kind) in (Mapping, dict):
        return Rule(_is_mapping, "a dictionary, by name")
    if get_origin(kind) is Literal:
        choices = get_args(kind)
        return Rule(lambda value: isinstance(value, str) and value in choices, f"one of {', '.join(choices)}")
    if isinstance(kind, str):
        return Rule(lambda value: any(base.__name__ == kind for base in type(value).__mro__), f"of type {kind}")
    own = inspect.isclass(kind) and kind.__module__.startswith("rmt_asymptotics")
    if own and not getattr(kind, "_is_protocol", False):
        return Rule(lambda value: isinstance(value, kind), f"of type {' or '.join(_leaves(kind))}")
    return None


def _is_mapping(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(name, str) for name in value)


def _leaves(kind: type) -> list[str]:
    """The names of a class, or of those that inherit from it."""
    inheriting: list[type] = kind.__subclasses__()
    return [name for below in inheriting for name in _leaves(below)] or [kind.__name__]
