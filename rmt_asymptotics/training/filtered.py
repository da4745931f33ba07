"""Errors of filters: combinations of ridge readouts at complex ridges.  Note: theory_notes/two_readouts.md [flow.1]."""

from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.asymptotics import control_points
from rmt_asymptotics.canonical.problem import Controls, Labels, Problem
from rmt_asymptotics.canonical.translation import translate
from rmt_asymptotics.decomposition import SAME, Shared
from rmt_asymptotics.equations.two_point import label_errors, pair_errors
from rmt_asymptotics.errors import NotConverged, number
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.progress import Tick, silent
from rmt_asymptotics.spectra.bulk import body
from rmt_asymptotics.state_evolution.refinement import LARGEST_ROUNDING
from rmt_asymptotics.training.filters import Complex, Filters
from rmt_asymptotics.training.readouts import latent_of, pole_readouts, population_readouts
from rmt_asymptotics.training.refined import Rounded, refined_rounded

LEAST = 1e-10  # tolerance, which rounding of the weights leaves
TAIL = 1e-12  # probability left out
NUMBERS = 3_000_000  # of the pairs that are solved at once
FAINT = 1e-5  # share of the largest error below which one, as on training samples that are fitted, is resolved
LABEL = 4.0  # relative error of a squared residual from that of the filter, in units of label/residual: 2, and a margin


@dataclass(frozen=True)
class PairMatrices:
    """Errors of all pairs of P poles, and of the conjugate of one with the other, test and training: (2, P, P) each.

    alone (2, P): E y (y - f).  label: E y^2.
    """

    plain: Complex
    crossed: Complex
    alone: Complex
    label: float

    def errors(self, weights: Complex) -> Array:
        """Test and training error (2, T) of filters with weights (T, P) on poles and their conjugates.  [flow.1]"""
        return self._sums(weights, _rest(weights))

    def rounding(self, weights: Complex) -> Array:
        """What rounding leaves of `errors`: of the sums of the sizes of all terms, which cancel."""
        sizes = PairMatrices(np.abs(self.plain), np.abs(self.crossed), np.abs(self.alone), self.label)
        return np.finfo(float).eps * sizes._sums(np.abs(weights), np.abs(_rest(weights)))

    def _sums(self, weights: Complex, rest: Array) -> Array:
        plain = np.einsum("ti,qij,tj->qt", weights, self.plain, weights, optimize=True)
        crossed = np.einsum("ti,qij,tj->qt", weights.conj(), self.crossed, weights, optimize=True)
        alone = (self.alone @ weights.T).real
        return np.asarray(rest**2 * self.label + 4 * rest * alone + 2 * plain.real + 2 * crossed.real)


def _rest(weights: Complex) -> Array:
    """The weight of no readout at all, of which the filter leaves the label."""
    return np.asarray(1 - 2 * np.sum(weights.real, axis=1))


def pair_matrices(
    problem: Problem, controls: Controls, poles: Complex, shared: Shared = SAME, tick: Tick = silent
) -> PairMatrices:
    """The pairs of the readouts at complex ridges, at the one point of `controls`.

    shared: without common samples, readouts are those of infinitely many, and training errors are none.
    tick: called after each block of pairs.
    """
    problem = _without_tails(problem)
    latent = latent_of(problem, controls.dimension_ratio[:1])
    readouts = (pole_readouts if shared.samples else population_readouts)(problem, controls, poles)
    rows, columns = np.triu_indices(len(poles))  # the others by symmetry: a pair has no order
    plain, crossed = np.empty((2, 2, len(poles), len(poles)), complex)
    size = len(latent.weights) + len(latent.shares) * (latent.extension.shape[1] + len(latent.class_weights)) ** 2
    for block in np.array_split(np.arange(len(rows)), 1 + len(rows) * size // NUMBERS):
        i, j = rows[block], columns[block]
        first, second = readouts.at(i), readouts.at(j)
        for pairs, one in ((plain, first), (crossed, first.conjugate)):
            found = pair_errors(latent, one, second, shared)
            pairs[:, i, j] = found.test, found.training
        tick()
        plain[:, j, i], crossed[:, j, i] = plain[:, i, j], crossed[:, i, j].conj()
    alone = label_errors(latent, readouts)
    return PairMatrices(
        plain, crossed, np.array([alone.test, alone.training]),
        problem.label_variance + float(controls.noise_variance[0]),
    )  # fmt: skip


def _without_tails(problem: Problem) -> Problem:
    """Without classes and nodes of next to no weight, whose rounding stops Newton steps in the complex plane."""
    features = body(problem.features, TAIL)
    kept = np.isin(problem.features.nodes, features.nodes)
    return Problem(features, Labels(problem.labels.target[:, kept], problem.labels.residual[kept]))


def filtered_errors(
    model: RidgeModel, filters: Filters, decay: float, tolerance: float, shared: Shared = SAME, tick: Tick = silent
) -> tuple[Array, Array]:
    """Test and training error (2, T) of filters, and the estimated relative error of each; see `pair_matrices`.

    An error below what rounding leaves of its sums is set to that, with an estimate of 1 or more.
    Raises `NotConverged` also where rounding leaves more than `LARGEST_ROUNDING` of the largest error.
    """
    controls, kinds = control_points(model, {}), 2 if shared.samples else 1

    def errors(problem: Problem) -> Rounded:
        matrices = pair_matrices(problem, controls, filters.poles + decay, shared, tick)
        return Rounded(matrices.errors(filters.weights)[:kinds], matrices.rounding(filters.weights)[:kinds])

    found, left = refined_rounded(model, errors, max(number("tolerance", tolerance, above=0), LEAST), FAINT)
    values = np.maximum(found.values, found.rounding)
    largest, lost = float(np.max(values)), float(np.max(found.rounding))
    if lost > LARGEST_ROUNDING * largest:
        raise NotConverged(f"rounding of sums over poles leaves {lost / largest:.1e} of the errors")
    label = translate(model, 0).label_variance + model.noise_variance
    filtered = LABEL * filters.error * np.sqrt(label * values)
    unsure = left * np.maximum(values, FAINT * largest) + found.rounding + filtered
    return values, unsure / values
