"""What models and the parameters of theories share: frozen, checked once made, changed by replacing.

A field of a field is named with a dot: "step.rate".
"""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any, ClassVar, Self

from rmt_asymptotics.errors import OutOfDomain


@dataclass(frozen=True, kw_only=True)
class Record:
    """A frozen set of fields, checked in `__post_init__` of those who inherit from it."""

    INNER: ClassVar[tuple[type[Any], ...]] = ()  # types of fields whose own fields have names: "step.rate"

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    def replace(self, **changes: Any) -> Self:
        """The same record with some fields changed, such as ridge=0.1 or, of its records, **{"step.rate": 2.0}.

        Raises `OutOfDomain` for unknown names, and for a value out of its field's domain.
        """
        self.check_fields(name.partition(".")[0] for name in changes)
        whole = {name: value for name, value in changes.items() if "." not in name}
        for name, value in changes.items():
            if "." in name:
                record, inner = name.split(".", 1)
                whole[record] = self._with_inner(whole.get(record, getattr(self, record)), record, inner, value)
        return dataclasses.replace(self, **whole)

    def value(self, name: str) -> Any:
        """The value of a field, "ridge", or of a field of one of its records, "step.rate"."""
        self.check_fields([name])
        return reduce(getattr, name.split("."), self)

    def check_fields(self, names: Iterable[str]) -> None:
        """Raise `OutOfDomain` unless every name is a field of this record, or of one of its records: "step.rate"."""
        fields = [f.name for f in dataclasses.fields(self)]
        for name in names:
            record, _, inner = name.partition(".") if isinstance(name, str) else ("", "", "")
            if record not in fields:
                raise OutOfDomain("field", name, f"a field of {type(self).__name__}: {', '.join(fields)}")
            if inner:
                self._check_inner(getattr(self, record), record, inner)

    def _check_inner(self, record: Any, name: str, inner: str) -> None:
        known = [f.name for f in dataclasses.fields(record)] if isinstance(record, self.INNER) else []
        if inner not in known:
            allowed = f"{name}.{f', {name}.'.join(known)}" if known else f"{name}, which has no fields of its own"
            raise OutOfDomain("field", f"{name}.{inner}", allowed)

    def _with_inner(self, record: Any, name: str, inner: str, value: Any) -> Any:
        """One of the inner records with a field changed; errors name the field as the user wrote it."""
        self._check_inner(record, name, inner)
        try:
            return dataclasses.replace(record, **{inner: value})
        except OutOfDomain as error:
            field = error.field.removeprefix(f"{name}.")
            raise OutOfDomain(f"{name}.{field}", error.value, error.allowed) from None
