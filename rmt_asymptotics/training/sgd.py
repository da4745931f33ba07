"""Stochastic gradient descent of the readout.  Note: theory_notes/two_readouts.md [sgd.1], [sgd.2].

Gradient flow, and the noise of the samples: proportional to the error on those that it sees, which it feeds in turn, so
that this error solves a Volterra equation.
"""

from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.asymptotics import control_points
from rmt_asymptotics.canonical.problem import Controls, Problem
from rmt_asymptotics.canonical.translation import translate
from rmt_asymptotics.decomposition import Shared
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.models import RidgeModel, RidgeRegression
from rmt_asymptotics.progress import Tick, silent
from rmt_asymptotics.spectra import spectrum
from rmt_asymptotics.training.filtered import filtered_errors
from rmt_asymptotics.training.filters import Filters, flow
from rmt_asymptotics.training.readouts import pole_readouts, population_readouts
from rmt_asymptotics.training.refined import refined

GRID = 200  # times of the equation, from EARLIEST of the first time to the last; every second one for the estimate
EARLIEST = 1e-2
LAGS = 400  # of the kernel, from LEAST of the first lag on; between them it is interpolated in its logarithm
LEAST = 1e-3
NOISE = 1e-5  # tolerance of the kernels, relative: they are a correction
FRESH = Shared(samples=False)  # one pass: no sample is seen twice


@dataclass(frozen=True)
class Kernels:
    """On lags (L,): integrals in the lag, twice and once, of how noise now adds to the error then.

    seen: to the error on the samples that are seen, which the noise comes from.  test: to that on fresh ones.
    """

    lags: Array
    seen: Array
    test: Array


def sgd_errors(
    model: RidgeModel, times: Array, step: float, tolerance: float, shared: Shared, tick: Tick = silent
) -> tuple[Array, Array]:
    """Errors at increasing times, test and training error (2, T), or the test error (1, T) for samples seen once.

    step: of one sample's gradient, so that s samples seen are a time step s/n.  Second: the relative error of each.
    """
    grid = np.union1d(np.geomspace(EARLIEST * times[0], times[-1], 2 * GRID + 1), times)
    flowing, estimate = filtered_errors(model, flow(grid), 0.0, tolerance, shared, tick)
    lags = np.geomspace(LEAST * grid[0], grid[-1], LAGS)
    filters, controls = flow(2 * lags), control_points(model, {})
    of_bulk, _ = refined(model, lambda problem: _kernels(problem, controls, filters, lags, shared), NOISE)
    of_bulk = of_bulk + _outliers(model, lags)
    kernels = Kernels(lags, of_bulk[:2], of_bulk[2:])
    label = translate(model, 0).label_variance + model.noise_variance
    whole = _noisy(grid, flowing, label, step, kernels)
    seen = np.searchsorted(grid, times)
    some = np.union1d(np.arange(0, len(grid), 2), seen)
    half = _noisy(grid[some], flowing[:, some], label, step, kernels)[:, np.searchsorted(some, seen)]
    errors = whole[:, seen]
    return errors, np.max(estimate, axis=0)[seen] + np.abs(half / errors - 1)


def _kernels(problem: Problem, controls: Controls, filters: Filters, lags: Array, shared: Shared) -> Array:
    """Integrals in the lag of (1/n) tr[A^2 exp(-2 lag A)], twice and once, and so of tr[Sigma A exp(-2 lag A)]: (4, L).

    Traces of filters of the bulk are sums over poles.  Of fresh samples A is n Sigma, and both are the second.
    """
    features = problem.features
    solved = (pole_readouts if shared.samples else population_readouts)(problem, controls, filters.poles)
    mean = float(features.class_weights @ features.power @ features.weights)  # (1/n) tr A = (1/p) tr Sigma
    variances, skeleton = features.class_weights * solved.t, features.skeleton
    linear = np.einsum("y,pyrr->pr", features.shares, solved.gram)
    population = (linear + variances @ skeleton.residual) @ skeleton.extension.T @ features.weights  # E V [se.1]
    w, z = filters.weights, filters.poles
    tested = 2 * (w @ population).real  # tr Sigma (1 - exp(-2 lag A))/A
    faded = 2 * (mean * np.sum(w, axis=1) - w @ (z * population)).real  # tr Sigma (1 - exp(-2 lag A))
    test = np.array([lags * mean / 2 - tested / 4, faded / 2])
    if not shared.samples:
        return np.concatenate([test, test])
    seen = (solved.V / (1 + solved.V)) @ features.weights  # (1/n) tr A (A + z)^-1
    spent = 2 * (w @ seen).real  # (1/n) tr[1 - exp(-2 lag A)]
    decayed = -2 * (w @ (z * seen)).real
    squared = mean * 2 * np.sum(w, axis=1).real + decayed  # (1/n) tr A [1 - exp(-2 lag A)]
    return np.concatenate([np.array([lags * mean / 2 - spent / 4, squared / 2]), test])


def _outliers(model: RidgeModel, lags: Array) -> Array:
    """What outliers add to the kernels, (4, L): eigenvalues x of the order of n, of 1/n of the trace each.  [sgd.2]"""
    added = np.zeros((4, len(lags)))
    if isinstance(model, RidgeRegression):
        return added
    sp = spectrum(model)
    if sp.diverging:
        raise OutOfDomain("width", model.width, "given with a sample_step: at p = infinity an eigenvalue is unbounded")
    samples = (model.width or np.inf) * model.sample_complexity / model.width_ratio
    for outlier in sp.outliers:
        x = float(outlier.position)
        gone = -np.expm1(-2 * lags * x)
        once = x / (2 * samples) * gone
        added += np.array([x * lags / (2 * samples) - gone / (4 * samples), once] * 2)
    return added


def _noisy(grid: Array, flowing: Array, label: float, step: float, kernels: Kernels) -> Array:
    """The errors on the grid; the error on the samples that are seen, the last of them, is linear between its times."""
    nodes = np.append(0.0, grid)
    gaps = np.maximum(nodes[:, None] - nodes, 0.0)
    of_seen, of_test = (
        _matrix(nodes, *(_interpolated(gaps, kernels.lags, column) for column in pair))
        for pair in (kernels.seen, kernels.test)
    )
    trained = np.linalg.solve(np.eye(len(nodes)) - step * of_seen, np.append(label, flowing[-1]))
    tested = np.append(label, flowing[0]) + step * of_test @ trained
    return np.array([tested[1:], trained[1:]])[: len(flowing)]


def _interpolated(gaps: Array, lags: Array, column: Array) -> Array:
    """Between lags in proportion to a power of the lag; below the first, where the kernel is constant, likewise."""
    seen = np.maximum(gaps, lags[0])
    power = np.log(column[1] / column[0]) / np.log(lags[1] / lags[0])
    values = np.exp(np.interp(np.log(seen), np.log(lags), np.log(np.maximum(column, np.finfo(float).tiny))))
    return np.asarray(np.where(gaps > 0, values * (np.maximum(gaps, 0) / seen) ** round(power), 0.0))


def _matrix(nodes: Array, second: Array, first: Array) -> Array:
    """int K(t_i - s) f(s) ds = J0(t) f(0) + int J0(t-s) f'(s) ds for f linear between the nodes, J0 = int K."""
    steps = np.diff(nodes)
    slopes = (second[:, :-1] - second[:, 1:]) / steps
    matrix = np.zeros_like(second)
    matrix[:, 1:] += slopes
    matrix[:, :-1] -= slopes
    matrix[:, 0] += first[:, 0]
    return matrix
