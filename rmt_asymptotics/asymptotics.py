"""solve(): the one place where a model, its translation and the solver meet."""

import math
import warnings
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.canonical.channels import channel_of
from rmt_asymptotics.canonical.problem import Controls, Features
from rmt_asymptotics.canonical.spectrum import effective_rank
from rmt_asymptotics.canonical.translation import LEVELS, translate, translations
from rmt_asymptotics.errors import LowEffectiveRank, NotConverged, OutOfDomain, numerical_failures
from rmt_asymptotics.models import OneStepNetwork, RidgeModel, check_isotropic
from rmt_asymptotics.progress import Tick, progress_of
from rmt_asymptotics.state_evolution.convex.points import Task
from rmt_asymptotics.state_evolution.convex.refinement import ConvexSolutions, solve_convex
from rmt_asymptotics.state_evolution.refinement import STATUSES, RefinedSolutions, Status, solve_refined
from rmt_asymptotics.tables import Shown, Table, cell, error_note, titled
from rmt_asymptotics.vocabulary.fields import FIELDS
from rmt_asymptotics.vocabulary.quantities import SOLVED_OUTPUTS

Solutions = RefinedSolutions | ConvexSolutions
MOST_DIGITS = 1e-50  # relative, that a table shows
TOLERANCE = 1e-10  # relative, laws with finitely many values
TOLERANCE_CONVEX = 1e-8  # relative, other losses than the square one
FEWEST_DIRECTIONS = 50  # below them the theory of nonlinear features is some percents off
TOLERANCE_CONTINUOUS = 1e-6  # relative, continuous laws, where classes are quadrature nodes


@dataclass(frozen=True)
class Solution:
    """How well a point was solved.

    residual: max |Psi(V) - V|/(1 + |V|) at the returned point.
    error_estimate: of the errors, relative: the change under the last refinement, plus what iteration and rounding
        leave.
    nodes, classes: of the last refinement.
    """

    status: Status
    residual: float
    error_estimate: float
    iterations: int
    nodes: int
    classes: int

    @property
    def message(self) -> str:
        """What happened and what to try, in words; empty for a converged point."""
        if self.status is Status.CONVERGED:
            return ""
        return (
            f"{self.status.value} ({self.nodes} nodes, {self.classes} classes: "
            f"error_estimate {self.error_estimate:.1e}, residual {self.residual:.1e}); try {self.status.remedy}"
        )


@dataclass(frozen=True)
class Asymptotics(Shown):
    """Limiting errors of a model: means of (y - f)^2, in units of y^2, and of its loss.

    test_error: on fresh data, label noise included.
    training_error: on the training set.
    test_loss, training_loss: means of the loss; of the square loss they are the errors.
    training_objective: training_error + (ridge/n)|a|^2; of other losses training_loss + ridge/(2n) |a|^2.
    excess_error: test_error - E Var(y | x).
    norm: |a|^2/p, of ridge regression None.
    misclassification, training_misclassification: P(y f < 0) for labels of two values, None for others.
    """

    model: RidgeModel
    test_error: float
    training_error: float
    training_objective: float
    solution: Solution
    test_loss: float = math.nan
    training_loss: float = math.nan
    norm: float | None = None
    misclassification: float | None = None
    training_misclassification: float | None = None

    @property
    def excess_error(self) -> float:
        if isinstance(self.test_error, float):
            return self.test_error - self.model.label_noise
        from mpmath import fsub

        return fsub(self.test_error, self.model.label_noise, exact=True)

    def _table(self) -> Table:
        s = self.solution
        values = {name: getattr(self, name, None) for name in self.model.outputs}
        rows = [(name, self._written(value)) for name, value in values.items() if value is not None]
        how = f"{error_note(s.error_estimate)}, {s.nodes} nodes, {s.classes} classes, {s.iterations} iterations"
        return Table(("limit", ""), rows, titled(self.model), (s.message or f"{cell(s.status)}: {how}",))

    def _written(self, value: Any) -> Any:
        """Numbers of mpmath with all the digits that hold."""
        if isinstance(value, float):
            return value
        from mpmath import nstr

        return nstr(value, max(6, math.floor(-math.log10(max(self.solution.error_estimate, MOST_DIGITS)))))


@checked_arguments
def solve(
    model: RidgeModel, *, tolerance: float | None = None, digits: int | None = None, progress: bool | None = None
) -> Asymptotics:
    """The limiting training and test errors of a model, n, d, p -> infinity together.

    tolerance: relative, to which the errors are stable under refinement of quadrature and classes;
    1e-10 by default, 1e-8 for other losses than the square one, 1e-6 for continuous laws.
    What was reached is in `.solution`.  Warns with `LowEffectiveRank` where a width says how many dimensions there are
    and too few of them carry the variance of the inputs.
    digits: the errors to so many digits, as numbers of mpmath, by another route through the same equations (seconds to
    minutes; `rmt_asymptotics.digits`).  The fields of the model count as the binary numbers they are; a continuous law
    has the classes of the ordinary solution, so that its errors are those of `.solution.classes` classes.
    progress: of many digits, whose refinements are counted: True for signs of life on stderr, False for none, None for
    those of long work.
    Raises `NotConverged`, which carries the result that was reached, and `OutOfDomain` for models, fields and functions
    that have no digits: losses and labels other than those of ridge regression, callables without a formula.
    Equations se.1-se.5, modes.1-modes.2, err.1-err.3 of theory_notes/canonical_problem.md, gl.1-gl.14 of
    theory_notes/convex_losses.md for other losses and labels of two values.

    >>> import rmt_asymptotics as rmt
    >>> model = rmt.RandomFeatures(activation=rmt.relu, target=rmt.sign, sample_complexity=2.0,
    ...                            width_ratio=3.0, ridge=0.1, noise_variance=0.05)
    >>> round(rmt.solve(model).test_error, 6)
    0.786775
    >>> signs = model.replace(loss=rmt.LogisticLoss(), labels=rmt.SignLabels(0.05), noise_variance=0.0)
    >>> round(rmt.solve(signs).misclassification, 6)
    0.300434
    >>> import mpmath
    >>> mpmath.nstr(rmt.solve(model, digits=40).test_error, 40)
    '0.7867751102131987652429845639223620759086'
    """
    if digits is not None:
        with progress_of("refinements", progress) as tick:
            return _solve_digits(model, FIELDS["digits"].checked(digits), tolerance, tick)
    return ridge_solution(model, tolerance)[0] if model.is_ridge_regression else convex_solution(model, tolerance)[0]


def ridge_solution(model: RidgeModel, tolerance: float | None = None) -> tuple[Asymptotics, RefinedSolutions]:
    """The solution of ridge regression, with the arrays behind it; raises as `solve` does."""
    solutions = solve_controls(model, control_points(model, {}), tolerance)
    assert isinstance(solutions, RefinedSolutions)
    if model.width is not None and model.covariance is not None:
        _warn_of_rank(translate(model, int(solutions.levels[0])).features, model.width / model.width_ratio)
    return _converged(model, solutions), solutions


def _warn_of_rank(features: Features, dimension: float) -> None:
    rank = effective_rank(features, dimension)
    if rank < FEWEST_DIRECTIONS:
        message = f"{rank:.0f} of {dimension:.0f} dimensions carry the variance of the rows: nonlinear features need"
        warnings.warn(LowEffectiveRank(f"{message} {FEWEST_DIRECTIONS} to agree with the limit"), stacklevel=5)


def convex_solution(model: RidgeModel, tolerance: float | None = None) -> tuple[Asymptotics, ConvexSolutions]:
    """The solution of a model that is not ridge regression, with the arrays behind it; raises as `solve` does."""
    solutions = solve_controls(model, control_points(model, {}), tolerance)
    assert isinstance(solutions, ConvexSolutions)
    return _converged(model, solutions), solutions


def _converged(model: RidgeModel, solutions: Solutions) -> Asymptotics:
    values = {name: float(solutions.output(name)[0]) for name in _solved_outputs(model.outputs)}
    return _checked(Asymptotics(model=model, solution=solution_at(solutions, 0), **values))


@cache
def _solved_outputs(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in SOLVED_OUTPUTS if name in names or name in ("test_loss", "training_loss"))


def _checked(result: Asymptotics) -> Asymptotics:
    if result.solution.status is not Status.CONVERGED:
        raise NotConverged(result.solution.message, result)
    return result


def _solve_digits(model: RidgeModel, digits: int, tolerance: float | None, tick: Tick) -> Asymptotics:
    from rmt_asymptotics.digits.algebra import Unreached
    from rmt_asymptotics.digits.solution import precise_errors

    if tolerance is not None:
        raise OutOfDomain("tolerance", tolerance, "left out where digits are given")
    try:
        reached = precise_errors(model, digits, _class_count(model), tick)
    except Unreached as error:
        raise NotConverged(f"not solved to {digits} digits: {error}") from None
    solution = Solution(
        Status.CONVERGED if reached.converged else Status.NOT_RESOLVED, reached.residual, reached.error_estimate,
        reached.iterations, reached.nodes, reached.classes,
    )  # fmt: skip
    values = {name: getattr(reached.errors, name) for name in ("test_error", "training_error", "training_objective")}
    losses = {"test_loss": values["test_error"], "training_loss": values["training_error"]}
    return _checked(Asymptotics(model=model, solution=solution, **values, **losses))


def _class_count(model: RidgeModel) -> int:
    """The number of classes with which the ordinary solution resolves a continuous law."""
    if not model.has_continuous_law:
        return 1
    try:
        return solve(model).solution.classes
    except NotConverged as error:
        if error.asymptotics is None:
            raise
        return int(error.asymptotics.solution.classes)


@numerical_failures()
def solve_controls(model: RidgeModel, controls: Controls, tolerance: float | None = None) -> Solutions:
    """The errors of one model at many values of its control fields; a point that fails is reported in its status."""
    tolerance = default_tolerance(model) if tolerance is None else FIELDS["tolerance"].checked(tolerance)
    if not model.is_ridge_regression:
        return solve_convex(translations(model), LEVELS, controls, convex_task(model), tolerance)
    return solve_refined(translations(model), LEVELS, controls, tolerance)


def default_tolerance(model: RidgeModel) -> float:
    """Of `solve`."""
    if model.has_continuous_law:
        return TOLERANCE_CONTINUOUS
    return TOLERANCE if model.is_ridge_regression else TOLERANCE_CONVEX


def convex_task(model: RidgeModel) -> Task:
    """The loss, the labels and the intercept of a model; raises `OutOfDomain` for a step with a covariance."""
    if isinstance(model, OneStepNetwork):
        check_isotropic(model)
    return Task(model.loss, partial(channel_of, model), model.intercept)


def control_points(model: RidgeModel, values: dict[str, np.ndarray], points: int = 1) -> Controls:
    """`Controls` from arrays of control fields of equal length, or `points` times the model's own values.

    Fields not given keep the model's value.
    """
    points = len(next(iter(values.values()))) if values else points
    columns = np.empty((4, points))
    for column, name in zip(columns, ("sample_complexity", "width_ratio", "ridge", "noise_variance"), strict=True):
        column[:] = values[name] if name in values else getattr(model, name)
    return Controls(columns[0], 1 / columns[1], columns[2], columns[3])


def solution_at(solutions: Solutions, point: int) -> Solution:
    """The record of one point."""
    s = solutions
    return Solution(
        STATUSES[s.status[point]], float(s.residual[point]), float(s.error_estimate[point]),
        int(s.iterations[point]), int(s.nodes[point]), int(s.classes[point]),
    )  # fmt: skip
