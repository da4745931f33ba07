"""Conditions that single out curves in a plane of parameters.  Note: theory_notes/optimisation.md [bound.2].

A condition has a `mismatch` of a model, smooth and zero on the boundary, and says in words what its sign means.
If it has a method `check`, `trace_boundary` calls it with the model first: `OutOfDomain` for mistakes of the caller.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from rmt_asymptotics.asymptotics import solve
from rmt_asymptotics.canonical.translation import translate
from rmt_asymptotics.errors import OutOfDomain, whole_number
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.optimisation.derivatives import gradient
from rmt_asymptotics.optimisation.fields import checked_quantity, domain_of, field_names
from rmt_asymptotics.separability import separability, two_valued
from rmt_asymptotics.threads import one_thread

LEVEL = 1  # of the grid on which an edge of the bulk is found


class Condition(Protocol):
    """What `trace_boundary` needs of a condition."""

    def mismatch(self, model: RidgeModel) -> float:
        """Zero on the boundary; dimensionless."""
        ...

    def meaning(self, sign: float) -> str:
        """What a mismatch of this sign says, in words."""
        ...


@dataclass(frozen=True)
class EqualErrors:
    """Where an output equals that of another model, or a reference line.

    other: changes to the model, {"ridge": 1.0} or {"loss": SquareLoss()}; or a function from the model to another, such
        as `random_features_of` and `square_loss_of`, or to a number, such as `best_linear_error`, `kernel_limit` and
        `noise_floor`.
    quantity: as in `gradient`.
    mismatch: the difference of the two relative to the model's own.
    """

    other: Callable[[RidgeModel], RidgeModel | float] | Mapping[str, Any]
    quantity: str = "test_error"
    tolerance: float | None = None

    def __post_init__(self) -> None:
        checked_quantity(self.quantity)
        if not (isinstance(self.other, Mapping) or callable(self.other)):
            raise OutOfDomain("other", self.other, "changes to the model, by field, or a function of the model")

    def check(self, model: RidgeModel) -> None:
        """Raise `OutOfDomain` for changes that the model does not allow."""
        if isinstance(self.other, Mapping):
            model.replace(**self.other)

    def mismatch(self, model: RidgeModel) -> float:
        own = float(getattr(solve(model, tolerance=self.tolerance), self.quantity))
        return (own - self._reference(model)) / abs(own)

    def _reference(self, model: RidgeModel) -> float:
        other = model.replace(**self.other) if isinstance(self.other, Mapping) else self.other(model)
        if isinstance(other, RidgeModel):
            return float(getattr(solve(other, tolerance=self.tolerance), self.quantity))
        return float(other)

    def meaning(self, sign: float) -> str:
        return f"{self.quantity} is {'larger' if sign > 0 else 'smaller'} than that of the other"


@dataclass(frozen=True)
class VanishingDerivative:
    """Where more of a field begins to help or to harm: the derivative of an output with respect to it vanishes.

    wrt: a numeric field, also of a record.
    mismatch: value of the field times derivative over output; where the field is 0, derivative over output.
    """

    wrt: str
    quantity: str = "test_error"
    tolerance: float | None = None

    def __post_init__(self) -> None:
        checked_quantity(self.quantity)

    def check(self, model: RidgeModel) -> None:
        """Raise `OutOfDomain` if `wrt` is not a numeric field of the model."""
        (name,) = field_names("wrt", self.wrt if isinstance(self.wrt, str) else None)
        domain_of(model, name)

    def mismatch(self, model: RidgeModel) -> float:
        found = gradient(model, self.quantity, (self.wrt,), tolerance=self.tolerance)
        return found[self.wrt] * (abs(float(model.value(self.wrt))) or 1.0) / abs(found.value)

    def meaning(self, sign: float) -> str:
        return f"{self.quantity} {'increases' if sign > 0 else 'decreases'} with {self.wrt}"


@dataclass(frozen=True)
class Separable:
    """Where samples stop being separable: n/d is the threshold of `separability`.  convex_losses.md [gl.16].

    mismatch: n/d over the threshold, minus one; -1 where samples are separable at any n.
    """

    tolerance: float | None = None

    def check(self, model: RidgeModel) -> None:
        """Raise `OutOfDomain` for real labels."""
        two_valued(model)

    def mismatch(self, model: RidgeModel) -> float:
        return model.sample_complexity / separability(model, tolerance=self.tolerance).sample_complexity - 1

    def meaning(self, sign: float) -> str:
        return f"samples are {'not ' if sign > 0 else ''}separable"


@dataclass(frozen=True)
class OutlierLeavesBulk:
    """Where the outlier of a given order, 1 the largest, leaves the upper edge of the feature spectrum.

    mismatch: the eigenvalue of [spec.8] at the edge that changes sign there, negative where the outlier exists.
    Raises `OutOfDomain` where the bulk has a tail instead of an edge.
    """

    order: int = 1

    def __post_init__(self) -> None:
        whole_number("order", self.order, least=1)

    def mismatch(self, model: RidgeModel) -> float:
        from rmt_asymptotics.spectra.bulk import MOVED, SHORT_TAIL, TAIL, FeatureMatrix, body
        from rmt_asymptotics.spectra.edges import branch_point, edge
        from rmt_asymptotics.spectra.mode_form import mode_form
        from rmt_asymptotics.spectra.resolvent import resolvent

        features, edges = translate(model, LEVEL).features, []
        with one_thread():
            for tail in (SHORT_TAIL, TAIL):
                bulk = FeatureMatrix(body(features, tail), model.sample_complexity, 1 / model.width_ratio)
                above = branch_point(bulk, resolvent(bulk, np.array([bulk.bound])), 0)
                if above is None:
                    raise ArithmeticError("no real solution above all eigenvalues")
                edges.append(edge(bulk, above, -1))
            if abs(edges[0].x - edges[1].x) > MOVED * edges[1].x:
                raise OutOfDomain("model", model, "one whose feature spectrum ends at an edge, not in a tail")
            eigenvalues = mode_form(bulk, edges[1]).eigenvalues
        return float(eigenvalues[self.order - 1]) if self.order <= len(eigenvalues) else 1.0

    def meaning(self, sign: float) -> str:
        return f"there is {'no' if sign > 0 else 'an'} outlier of order {self.order} above the bulk"
