"""Directional derivatives of the errors of a canonical problem.  Note: theory_notes/optimisation.md [grad.1]-[grad.3].

The errors are analytic in the arrays of the problem, in the controls and in (V, t).  The equations are evaluated with
complex numbers, value + i TINY tangent: the imaginary part is the derivative to rounding, and no difference is formed.
The implicit function theorem is one Newton step for the imaginary parts, with the real Jacobian at the solution.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from rmt_asymptotics._types import Array, Numbers
from rmt_asymptotics.canonical.modes import Directions, Modes
from rmt_asymptotics.canonical.problem import Controls, Labels, Problem
from rmt_asymptotics.equations.bulk import conjugates, respond, variances
from rmt_asymptotics.equations.reduction import ReducedJacobian
from rmt_asymptotics.equations.response import NodeResponse
from rmt_asymptotics.equations.square_loss import Errors, denominators, errors
from rmt_asymptotics.state_evolution.fixed_point import FixedPoints, map_at, one_class_states
from rmt_asymptotics.state_evolution.ridge import compiled_errors, is_compiled, label_fit, residual_jacobian
from rmt_asymptotics.vocabulary.quantities import SOLVED_ERRORS

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
    features, labels, along = problem.features, problem.labels, problem.features.directions
    arrays = {
        "linear": features.linear, "residual": features.residual, "variances": features.variances,
        "modes": features.modes.functions, "strengths": features.modes.strengths,
        "target": labels.target, "target_residual": labels.residual,
    }  # fmt: skip
    if along is None:
        return arrays
    vectors = along.vectors
    return arrays | {
        "overlaps": along.overlaps, "profiles": vectors.profiles, "contrasts": vectors.contrasts,
        "vectors": along.functions,
    }  # fmt: skip


def _with_arrays(problem: Problem, arrays: dict[str, Numbers]) -> Problem:
    modes = Modes(arrays["modes"], problem.features.modes.classes, arrays["strengths"])
    features = replace(
        problem.features,
        modes=modes,
        linear=arrays["linear"],
        residual=arrays["residual"],
        variances=arrays["variances"],
        directions=_directions_with(problem.features.directions, arrays),
    )
    return Problem(features, Labels(arrays["target"], arrays["target_residual"]))


def _directions_with(along: Directions | None, arrays: dict[str, Numbers]) -> Directions | None:
    if along is None:
        return None
    vectors = replace(along.vectors, profiles=arrays["profiles"], contrasts=arrays["contrasts"])
    return replace(along, overlaps=arrays["overlaps"], vectors=vectors, functions=arrays["vectors"])


@dataclass(frozen=True)
class Point:
    """A problem at the single point of `controls`; state: where `solve_points` ended there."""

    problem: Problem
    controls: Controls
    state: Array

    def tangents(self, directions: list[Direction]) -> Errors:
        """Derivatives (D,) of the errors along D directions; those in the controls alone are taken together."""
        alone = [place for place, direction in enumerate(directions) if not direction.arrays]
        groups = [alone] * bool(alone) + [[place] for place in range(len(directions)) if place not in alone]
        found = np.empty((len(SOLVED_ERRORS), len(directions)))
        for group in groups:
            chosen = [directions[place] for place in group]
            problem, controls = moved(self.problem, chosen[0]), along(self.controls, chosen)
            if is_compiled(self.problem.features):
                state = np.repeat(self.state, len(group), axis=0).astype(complex)
                one_class_states(problem.features, controls, state)
                found[:, group] = compiled_errors(problem, controls, state)[:3].imag / TINY
            else:
                found[:, group] = self._solution.tangents(problem, controls)
        return Errors(*found)

    @cached_property
    def _solution(self) -> "Solution":
        return Solution.at_state(self.problem, self.controls, self.state)


@dataclass(frozen=True)
class Solution:
    """V (1, N) at a point, the map there, e (1, N), the squared residual given kappa, and I - J in units of 1 + V."""

    at: FixedPoints
    e: Array
    jacobian: ReducedJacobian

    @classmethod
    def at_state(cls, problem: Problem, controls: Controls, V: Array) -> "Solution":
        """The solution at V (1, N)."""
        features = problem.features
        t = np.ones((1, len(features.class_weights))) / controls.ridge[:, None]
        at = FixedPoints(V, map_at(features, controls, V, t), np.zeros(1, np.intp))
        jacobian = residual_jacobian(features, at)
        fitted = label_fit(problem, controls, features.mode_functions, at.map.den, at.map.on_nodes)
        source = fitted.source(at.map.on_nodes)
        return cls(at, (1 + V) * jacobian.solve((source / (1 + V))[..., None])[..., 0], jacobian)

    def tangents(self, problem: Problem, controls: Controls) -> Array:
        """dV = (I - J)^-1 dPsi, then de = (I - J)^-1 d(source + J e); (3, D) for tangents of D controls.  [grad.1]"""
        V, t, weights = self.at.V, self.at.map.t, problem.features.weights
        _, at = responding(problem, controls, V + 0j, t)
        V = V + 1j * self._response(at.V.imag)
        den, at = responding(problem, controls, V, t)
        fitted = label_fit(problem, controls, problem.features.plain_modes, den, at)
        again = fitted.source(at) + at.along(den / (1 + V) * self.e)  # [err.1], at the real e
        e = self.e + 1j * self._response(again.imag)
        return np.array([value.imag / TINY for value in vars(errors(weights, V, e, fitted)).values()])

    def _response(self, change: Array) -> Array:
        """(I - J)^-1 of changes (D, N)."""
        V = self.at.V
        return np.asarray((1 + V) * np.moveaxis(self.jacobian.solve((change / (1 + V)).T[None])[0], -1, 0))


def moved(problem: Problem, direction: Direction) -> Problem:
    """The problem with the tangents of its arrays."""
    if not direction.arrays:
        return problem
    arrays: dict[str, Numbers] = dict(arrays_of(problem))
    for name, tangent in direction.arrays.items():
        arrays[name] = arrays[name] + 1j * TINY * tangent
    return _with_arrays(problem, arrays)


def responding(problem: Problem, controls: Controls, V: Numbers, t: Array) -> tuple[Numbers, NodeResponse]:
    """den and the response of the bulk at V, in complex numbers; t: where its Newton starts."""
    features, ratio = problem.features, controls.dimension_ratio
    bulk = features.plain_bulk
    den = denominators(features.weights, V, controls.sample_complexity)
    sums = conjugates(bulk, den, ratio, controls.ridge)
    t = variances(bulk, sums, ratio, t + 0 * controls.ridge[:, None])
    return den, respond(bulk, sums, ratio, t).on(bulk.functions, bulk.residual)


def along(controls: Controls, directions: list[Direction]) -> Controls:
    tangents = {name: np.array([getattr(direction, name) for direction in directions]) for name in vars(controls)}
    return Controls(**{name: value + 1j * TINY * tangents[name] for name, value in vars(controls).items()})
