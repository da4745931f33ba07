"""Frozen dataclasses whose fields are validated and documented by the vocabulary."""

import inspect
import textwrap
from functools import cache
from typing import Any, ClassVar, get_origin, get_type_hints

from rmt_asymptotics.vocabulary.fields import FIELDS, Field

LINE = 116  # of docstrings


class Declared:
    """Base of models, laws and steps: checks each field that the vocabulary knows, and lists it in the docstring.

    The docstring of a class says where: at `{fields}`.  Raises `OutOfDomain` for a value outside its domain.

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Penalty(Declared):
    ...     ridge: float
    >>> Penalty(2)
    Penalty(ridge=2.0)
    """

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.__doc__ and "{fields}" in cls.__doc__:
            own = {name: kind for base in reversed(cls.__mro__) for name, kind in inspect.get_annotations(base).items()}
            lines = (FIELDS[name].documentation for name, kind in own.items() if _is_field(name, kind))
            wrapped = (textwrap.fill(line, LINE, subsequent_indent="      ") for line in lines)
            cls.__doc__ = cls.__doc__.replace("{fields}", "\n    ".join(wrapped))

    def __post_init__(self) -> None:
        declared: type = type(self)
        for field, kind in _fields(declared):
            value = getattr(self, field.name)
            if (checked := field.checked(value, kind)) is not value:
                object.__setattr__(self, field.name, checked)


@cache
def _fields(declared: type) -> tuple[tuple[Field, Any], ...]:
    """The fields of a class that the vocabulary knows, with the types of their annotations."""
    hints = get_type_hints(declared).items()
    return tuple((FIELDS[name], kind) for name, kind in hints if _is_field(name, kind))


def _is_field(name: str, kind: Any) -> bool:
    """Whether an annotation is one of a field of the vocabulary; what a class fixes for all is none."""
    return name in FIELDS and get_origin(kind) is not ClassVar
