"""gradient(): derivatives of the errors of a model with respect to its fields.  Note: theory_notes/optimisation.md."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.asymptotics import Asymptotics, control_points, ridge_solution
from rmt_asymptotics.canonical.grids import Grid
from rmt_asymptotics.canonical.translation import control_fields, grid_of, translate
from rmt_asymptotics.errors import OutOfDomain, numerical_failures
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.optimisation.analytic import Direction, Point
from rmt_asymptotics.optimisation.convex_gradient import convex_derivative, convex_point
from rmt_asymptotics.optimisation.fields import checked_model, checked_quantity, domain_of, field_names
from rmt_asymptotics.optimisation.stencils import ArrayTangents, array_tangents
from rmt_asymptotics.tables import Shown, Table, cell, titled
from rmt_asymptotics.threads import one_thread

SOLVED = {"excess_error": "test_error"}  # outputs that differ from one that is solved by a constant
STEP = 0.02  # of the first stencil: truncation ~ 1e4 STEP^10 is then as small as rounding
HALVINGS = 7
SETTLED = 1e-10  # estimate, relative to the derivative, at which the stencil is fine enough
DOUBTFUL = 1e-4  # relative to the derivative or to the error over the value of the field: not a derivative


@dataclass(frozen=True)
class Gradient(Mapping[str, float], Shown):
    """Derivatives of one output by the name of the field: a mapping.

    value: of the output.
    error_estimate: absolute, of each derivative: what differences of the translation and rounding leave.
    asymptotics: the solution at which they were taken.
    """

    quantity: str
    value: float
    derivatives: dict[str, float]
    error_estimate: dict[str, float]
    asymptotics: Asymptotics

    def _table(self) -> Table:
        rows = [(name, slope, f"{self.error_estimate[name]:.1e}") for name, slope in self.derivatives.items()]
        value = f"{self.quantity} = {cell(self.value)}"
        return Table((f"derivative of {self.quantity}", "", "error"), rows, titled(self.asymptotics.model), (value,))

    def __getitem__(self, name: str) -> float:
        return self.derivatives[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.derivatives)

    def __len__(self) -> int:
        return len(self.derivatives)


@dataclass(frozen=True)
class Solved:
    """A model at its solution, on the grid of its last refinement."""

    asymptotics: Asymptotics
    grid: Grid
    point: Point

    def along(self, directions: list[Direction], quantity: str) -> Array:
        """Derivatives (D,) of an output; of the excess error, those of the test error."""
        return np.asarray(getattr(self.point.tangents(directions), SOLVED.get(quantity, quantity)))


@checked_arguments
@numerical_failures()
def gradient(
    model: RidgeModel, quantity: str = "test_error", wrt: Sequence[str] = ("ridge",), *, tolerance: float | None = None
) -> Gradient:
    """Derivatives of an output with respect to fields of the model, by the implicit function theorem.

    quantity: one of the model's `outputs`: test_error, training_error, misclassification, test_loss, ...
    wrt: names of numeric fields, those of records included: "ridge", "step.rate", "spike.scale", "readout.scale".
    tolerance: of `solve`.  Laws with finitely many values: exact up to rounding, amplified by what amplifies it in the
    errors (1e-10 to 1e-13, relative); continuous laws: as good as the class count, about the tolerance.
    Raises `OutOfDomain` for unknown or discrete fields, and where the output may have no derivative: a mode
    appears or becomes free next to the model (a step of 0 at p = infinity, say), |alignment| = 1; `NotConverged` as
    `solve` does.  At noise_variance = 0, and at step.rate = 0 with a width, the derivative is the one-sided one.
    Equations grad.1-grad.4 of theory_notes/optimisation.md.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0, width_ratio=1.5,
    ...                            ridge=1e6, noise_variance=0.1)
    >>> round(gradient(model, "test_error", wrt=("noise_variance",))["noise_variance"], 4)   # all is forgotten
    1.0
    """
    checked_model(model)
    checked_quantity(quantity, model)
    for name in (names := field_names("wrt", wrt)):
        domain_of(model, name)
    with one_thread():  # the matrices are too small for threads to pay
        if model.is_ridge_regression:
            at = solved_model(model, tolerance)
            asymptotics, pairs = at.asymptotics, derivatives_of(at, names, quantity)
        else:
            point = convex_point(model, tolerance)
            asymptotics, pairs = point.asymptotics, {name: convex_derivative(point, name, quantity) for name in names}
    value = getattr(asymptotics, quantity)
    derivatives, estimates = ({name: pair[i] for name, pair in pairs.items()} for i in range(2))
    return Gradient(quantity, value, derivatives, estimates, asymptotics)


def solved_model(model: RidgeModel, tolerance: float | None) -> Solved:
    """The fixed point on the refinement at which it is stable; raises `NotConverged` as `solve` does."""
    asymptotics, solutions = ridge_solution(model, tolerance)
    level = int(solutions.levels[0])
    point = Point(translate(model, level), control_points(model, {}), solutions.state)
    return Solved(asymptotics, grid_of(model, level), point)


def derivatives_of(at: Solved, names: Sequence[str], quantity: str) -> dict[str, tuple[float, float]]:
    """By field, the derivative of one output and its error estimate; control fields together."""
    model = at.asymptotics.model
    shared = [name for name in names if name in control_fields(model)]
    exact = at.point.tangents([control_direction(model, name) for name in shared])
    values, rounding = getattr(exact, SOLVED.get(quantity, quantity)), at.asymptotics.solution.error_estimate
    size = np.max(np.abs([*vars(exact).values()]), axis=0)  # of the terms that cancel where one error is stationary
    pairs = {name: (float(v), rounding * float(s)) for name, v, s in zip(shared, values, size, strict=True)}
    for name in names:
        if name not in pairs:
            value, doubt = _through_arrays(at, name, quantity)
            pairs[name] = value, doubt + rounding * abs(value)
    if quantity == "excess_error" and "noise_variance" in pairs:
        value, doubt = pairs["noise_variance"]
        pairs["noise_variance"] = value - 1.0, doubt
    return pairs


def control_direction(model: RidgeModel, name: str) -> Direction:
    """How n/d, d/p, ridge and noise variance change with a field."""
    return Direction(
        {},
        sample_complexity=float(name == "sample_complexity"),
        dimension_ratio=-1 / model.width_ratio**2 if name == "width_ratio" else 0.0,
        ridge=float(name == "ridge"),
        noise_variance=float(name == "noise_variance"),
    )


def _through_arrays(at: Solved, name: str, quantity: str) -> tuple[float, float]:
    """Derivative and estimate where the field shapes the problem: the stencil is refined until it settles."""
    model = at.asymptotics.model
    size = abs(float(at.asymptotics.test_error)) / max(abs(float(model.value(name))), 1.0)
    best, refusal = (0.0, np.inf), None
    for halving in range(HALVINGS):
        try:
            arrays = array_tangents(model, name, at.grid, at.point.problem, STEP / 2**halving)
        except OutOfDomain as error:
            refusal = error
            continue
        found = _along(at, arrays, name, quantity)
        worse = found[1] > best[1]
        best = min(best, found, key=lambda pair: pair[1])
        if worse or best[1] <= SETTLED * max(abs(best[0]), size):
            break
    if refusal is not None and np.isinf(best[1]):
        raise refusal
    if best[1] > DOUBTFUL * max(abs(best[0]), size):
        raise OutOfDomain(name, model.value(name), "where the errors are smooth: their slope jumps or diverges there")
    return best


def _along(at: Solved, arrays: ArrayTangents, name: str, quantity: str) -> tuple[float, float]:
    """The derivative along the tangent of the arrays, and how far it is in doubt."""
    total = replace(control_direction(at.asymptotics.model, name), arrays=arrays.tangent)
    value, doubt, jump = at.along([total, Direction(arrays.doubt), Direction(arrays.jump)], quantity)
    return float(value), abs(float(doubt)) + abs(float(jump))
