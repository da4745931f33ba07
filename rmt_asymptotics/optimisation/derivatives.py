"""gradient(): derivatives of the errors of a model with respect to its fields.  Note: theory_notes/optimisation.md."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from rmt_asymptotics._types import Array
from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.asymptotics import Asymptotics, control_points, solve
from rmt_asymptotics.canonical.grids import Grid
from rmt_asymptotics.canonical.problem import Controls, Problem
from rmt_asymptotics.canonical.translation import LEVELS, control_fields, grid_of, translate
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.optimisation.analytic import Direction, solved_state, tangents
from rmt_asymptotics.optimisation.convex_gradient import convex_derivative, convex_point
from rmt_asymptotics.optimisation.fields import checked_model, checked_quantity, domain_of, field_names
from rmt_asymptotics.optimisation.stencils import ArrayTangents, array_tangents
from rmt_asymptotics.tables import Shown, Table, cell, titled

ROWS = {"test_error": 0, "training_error": 1, "training_objective": 2, "excess_error": 0}
STEP = 0.02  # of the first stencil: truncation ~ 1e4 STEP^10 is then as small as rounding
HALVINGS = 7
SETTLED = 1e-10  # estimate, relative to the derivative, at which the stencil is fine enough
DOUBTFUL = 1e-4  # relative to the derivative or to the error over the value of the field: not a derivative


@dataclass(frozen=True)
class Gradient(Mapping[str, float], Shown):
    """Derivatives of one output by the name of the field: a mapping.

    value: of the output.  error_estimate: absolute, of each derivative: what differences of the translation and
    rounding leave.  asymptotics: the solution at which they were taken.
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
    """A model at its solution: the problem of its last refinement, (V, t) there, and its errors."""

    asymptotics: Asymptotics
    grid: Grid
    problem: Problem
    controls: Controls
    V: Array
    t: Array

    def along(self, directions: list[Direction]) -> Array:
        """Derivatives (3, D) of the errors."""
        return tangents(self.problem, self.controls, self.V, self.t, directions)


@checked_arguments
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
    with threadpool_limits(1, "blas"):  # the matrices are too small for threads to pay
        if model.is_ridge_regression:
            solved = solved_model(solve(model, tolerance=tolerance))
            asymptotics, pairs = solved.asymptotics, {name: derivative(solved, name, quantity) for name in names}
        else:
            point = convex_point(model, tolerance)
            asymptotics, pairs = point.asymptotics, {name: convex_derivative(point, name, quantity) for name in names}
    value = getattr(asymptotics, quantity)
    derivatives, estimates = ({name: pair[i] for name, pair in pairs.items()} for i in range(2))
    return Gradient(quantity, value, derivatives, estimates, asymptotics)


def solved_model(asymptotics: Asymptotics) -> Solved:
    """The problem at the refinement at which `solve` stopped, and its fixed point."""
    model, solution = asymptotics.model, asymptotics.solution
    sizes = (solution.nodes, solution.classes)
    level = next(i for i in range(LEVELS) if _sizes(translate(model, i)) == sizes)
    problem, controls = translate(model, level), control_points(model, {})
    return Solved(asymptotics, grid_of(model, level), problem, controls, *solved_state(problem, controls))


def _sizes(problem: Problem) -> tuple[int, int]:
    return len(problem.nodes), len(problem.class_weights)


def derivative(solved: Solved, name: str, quantity: str) -> tuple[float, float]:
    """The derivative of one output with respect to one field, and its error estimate."""
    asymptotics, row = solved.asymptotics, ROWS[quantity]
    model = asymptotics.model
    explicit = 1.0 if (quantity, name) == ("excess_error", "noise_variance") else 0.0
    controls = control_direction(model, name)
    if name in control_fields(model):
        value, doubt = float(solved.along([controls])[row, 0]), 0.0
    else:
        value, doubt = _through_arrays(solved, name, row, controls)
    rounding = asymptotics.solution.error_estimate * abs(value)
    return value - explicit, doubt + rounding


def control_direction(model: RidgeModel, name: str) -> Direction:
    """How n/p, p/d, ridge and noise variance change with a field."""
    ratio = {
        "sample_complexity": 1 / model.width_ratio,
        "width_ratio": -model.sample_complexity / model.width_ratio**2,
    }
    return Direction(
        {},
        samples_per_feature=ratio.get(name, 0.0),
        width_ratio=float(name == "width_ratio"),
        ridge=float(name == "ridge"),
        noise_variance=float(name == "noise_variance"),
    )


def _through_arrays(solved: Solved, name: str, row: int, controls: Direction) -> tuple[float, float]:
    """Derivative and estimate where the field shapes the problem: the stencil is refined until it settles."""
    model = solved.asymptotics.model
    size = abs(float(solved.asymptotics.test_error)) / max(abs(float(model.value(name))), 1.0)
    best, refusal = (0.0, np.inf), None
    for halving in range(HALVINGS):
        try:
            arrays = array_tangents(model, name, solved.grid, solved.problem, STEP / 2**halving)
        except OutOfDomain as error:
            refusal = error
            continue
        found = _along(solved, arrays, row, controls)
        worse = found[1] > best[1]
        best = min(best, found, key=lambda pair: pair[1])
        if worse or best[1] <= SETTLED * max(abs(best[0]), size):
            break
    if refusal is not None and np.isinf(best[1]):
        raise refusal
    if best[1] > DOUBTFUL * max(abs(best[0]), size):
        raise OutOfDomain(name, model.value(name), "where the errors are smooth: their slope jumps or diverges there")
    return best


def _along(solved: Solved, arrays: ArrayTangents, row: int, controls: Direction) -> tuple[float, float]:
    """The derivative along the tangent of the arrays, and how far it is in doubt."""
    total = Direction(
        arrays.tangent, controls.samples_per_feature, controls.width_ratio, controls.ridge, controls.noise_variance
    )
    value, doubt, jump = solved.along([total, Direction(arrays.doubt), Direction(arrays.jump)])[row]
    return float(value), abs(float(doubt)) + abs(float(jump))
