"""Directional derivatives of the errors of a canonical problem.  Note: theory_notes/optimisation.md [grad.1]-[grad.3].

The errors are analytic in the arrays of the problem, in the controls and in (V, t).  The equations are evaluated with
complex numbers, value + i TINY tangent: the imaginary part is the derivative to rounding, and no difference is formed.
The implicit function theorem is one Newton step for the imaginary parts, with the real Jacobian at the solution.
"""

from dataclasses import dataclass, replace

import numpy as np

from rmt_asymptotics._types import Array, Numbers
from rmt_asymptotics.canonical.problem import Controls, Labels, Modes, Problem
from rmt_asymptotics.equations.bulk import conjugates, respond, variances
from rmt_asymptotics.equations.reduction import ReducedJacobian
from rmt_asymptotics.equations.response import NodeResponse
from rmt_asymptotics.equations.square_loss import Errors, Fit, denominators, errors, fit
from rmt_asymptotics.state_evolution.fixed_point import FixedPoints, map_at
from rmt_asymptotics.state_evolution.ridge import label_fit, residual_jacobian, solve_points

TINY = 1e-80  # products of two tangents are below rounding of everything


@dataclass(frozen=True)
class Direction:
    """Tangents of the arrays of a problem, by name (those left out are zero), and of its controls."""

    arrays: dict[str, Array]
    sample_complexity: float = 0.0
    dimension_ratio: float = 0.0
    ridge: float = 0.0
    noise_variance: float = 0.0


def arrays_of(problem: Problem) -> dict[str, Array]:
    """The arrays of a problem that may change with a field of a model, by name."""
    features, labels = problem.features, problem.labels
    return {
        "linear": features.linear, "residual": features.residual, "variances": features.variances,
        "modes": features.modes.functions, "strengths": features.modes.strengths,
        "target": labels.target, "target_residual": labels.residual,
    }  # fmt: skip


def _with_arrays(problem: Problem, arrays: dict[str, Numbers]) -> Problem:
    modes = Modes(arrays["modes"], problem.features.modes.classes, arrays["strengths"])
    features = replace(
        problem.features,
        modes=modes,
        linear=arrays["linear"],
        residual=arrays["residual"],
        variances=arrays["variances"],
    )
    return Problem(features, Labels(arrays["target"], arrays["target_residual"]))


@dataclass(frozen=True)
class Point:
    """A problem at one point, solved: V (1, N), the map there, and e (1, N), the squared residual given kappa."""

    problem: Problem
    controls: Controls
    solution: FixedPoints
    e: Array
    jacobian: ReducedJacobian

    @classmethod
    def at(cls, problem: Problem, controls: Controls, state: Array | None = None) -> "Point":
        """The solution at the single point of `controls`; state: where `solve_points` ended, if it is known."""
        features = problem.features
        state = solve_points(problem, controls).state if state is None else state
        one_class = len(features.class_weights) == 1 and state.shape[-1] == 2
        V = state @ np.array([features.linear[0] ** 2, features.residual[0]]) if one_class else state
        t = np.ones((1, len(features.class_weights))) / controls.ridge[:, None]
        solution = FixedPoints(V, map_at(features, controls, V, t), np.zeros(1, np.intp))
        jacobian = residual_jacobian(features, solution)
        fitted = label_fit(problem, controls, solution.map)
        source = fitted.base + solution.map.on_nodes.by_rates(fitted.pull)
        e = (1 + V) * jacobian.solve((source / (1 + V))[..., None])[..., 0]
        return cls(problem, controls, solution, e, jacobian)

    def tangents(self, directions: list[Direction]) -> Errors:
        """Derivatives (D,) of the errors along D directions."""
        alone = [d for d in directions if not d.arrays]
        together = self._tangents(self.problem, alone) if alone else None
        found, place = [], 0
        for direction in directions:
            if direction.arrays:
                found.append(self._tangents(self._moved(direction), [direction])[:, 0])
            else:
                assert together is not None
                found.append(together[:, place])
                place += 1
        return Errors(*np.array(found).T)

    def _moved(self, direction: Direction) -> Problem:
        arrays: dict[str, Numbers] = dict(arrays_of(self.problem))
        for name, tangent in direction.arrays.items():
            arrays[name] = arrays[name] + 1j * TINY * tangent
        return _with_arrays(self.problem, arrays)

    def _tangents(self, problem: Problem, directions: list[Direction]) -> Array:
        """dV = (I - J)^-1 dPsi, then de = (I - J)^-1 d(source + J e), for directions in the same arrays.  [grad.1]"""
        controls = _along(self.controls, directions)
        V, weights = self.solution.V, problem.features.weights
        den, at, _ = evaluated(problem, controls, V + 0j, self.solution.map.t)
        V = V + 1j * self._response(at.V.imag, V)
        den, at, fitted = evaluated(problem, controls, V, self.solution.map.t)
        source = fitted.base + at.by_rates(fitted.pull)
        again = source + at.along(den / (1 + V) * self.e)  # [err.1], at the real e
        e = self.e + 1j * self._response(again.imag, V.real)
        return np.array([value.imag / TINY for value in vars(errors(weights, V, e, fitted)).values()])

    def _response(self, change: Array, V: Array) -> Array:
        """(I - J)^-1 of changes (D, N)."""
        return (1 + V) * np.moveaxis(self.jacobian.solve((change / (1 + V)).T[None])[0], -1, 0)


def evaluated(problem: Problem, controls: Controls, V: Numbers, t: Array) -> tuple[Numbers, NodeResponse, Fit]:
    """den, the response of the bulk and the fit of the labels at V, in complex numbers; t where its Newton starts."""
    features, labels, ratio = problem.features, problem.labels, controls.dimension_ratio
    bulk = features.plain_bulk
    den = denominators(features.weights, V, controls.sample_complexity)
    sums = conjugates(bulk, den, ratio, controls.ridge)
    t = variances(bulk, sums, ratio, t + 0 * controls.ridge[:, None])
    at = respond(bulk, sums, ratio, t).on(bulk.functions, bulk.residual)
    free = features.modes.are_free
    finite = features.modes.strengths[:, ~free]
    strengths = finite[0] * ratio[:, None] + finite[1]
    noisy = labels.residual + controls.noise_variance[:, None]
    fitted = fit(
        features.plain_modes, features.modes.classes[~free], strengths, labels.target, noisy,
        den, at, features.size(den), controls.sample_complexity,
    )  # fmt: skip
    return den, at, fitted


def _along(controls: Controls, directions: list[Direction]) -> Controls:
    tangents = {name: np.array([getattr(direction, name) for direction in directions]) for name in vars(controls)}
    return Controls(**{name: value + 1j * TINY * tangents[name] for name, value in vars(controls).items()})
