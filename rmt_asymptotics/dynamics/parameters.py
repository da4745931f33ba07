"""What the parameters of all theories share: frozen, checked once made, changed by replacing."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Self

from rmt_asymptotics.errors import OutOfDomain


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Parameters of a theory of dynamics."""

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    def replace(self, **changes: Any) -> Self:
        """The same parameters with some changed; raises `OutOfDomain` for unknown names and for values outside."""
        known = [field.name for field in dataclasses.fields(self)]
        for name in changes:
            if name not in known:
                raise OutOfDomain("field", name, f"a field of {type(self).__name__}: {', '.join(known)}")
        return dataclasses.replace(self, **changes)
