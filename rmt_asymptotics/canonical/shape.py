"""What a result depends on of a model, as a key under which it is kept."""

from dataclasses import dataclass, field
from typing import Any

from rmt_asymptotics.models import RidgeModel


@dataclass(frozen=True)
class Shape:
    """A model as far as `key` says: equal for all models of that key."""

    key: tuple[Any, ...]
    model: RidgeModel = field(compare=False)

    def fingerprint(self) -> bytes:
        """What the callables of the model do now."""
        functions = (self.model.activation, self.model.target, *getattr(self.model, "step_targets", ()))
        return b"".join(function.fingerprint() for function in functions)
