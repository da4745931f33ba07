"""Momentum along the outliers of finite draws: the theory at their own eigenvalues.  Note: two_readouts.md."""

import numpy as np

import rmt_asymptotics as rmt
from rmt_asymptotics._types import Array
from rmt_asymptotics.asymptotics import control_points
from rmt_asymptotics.canonical.translation import translate
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.training.curves import support
from rmt_asymptotics.training.filtered import pair_matrices
from rmt_asymptotics.training.filters import Complex, Descent, Filters, descent, fitted

LEVEL = 2  # of refinement: differences of errors need fewer digits than errors
POINTS, LEAST = 3000, 1e-9  # of the fit on the bulk, down to this share of its edge
AROUND, ROUND_BULK = 6, 24  # poles around an outlier, and around the bulk


def moved_by_outliers(model: RidgeModel, method: Descent, steps: list[int], plan: rmt.SimulationPlan) -> Array:
    """By how much errors differ with the outliers of each draw in place of their limits, (replicas, 2, T).

    Errors are quadratic in the filter, and what it leaves at an outlier is free: a draw has there what is left at its
    own largest eigenvalues.  The weight of the outliers in the errors is that of the limit.
    """
    bands, counts = support(model), np.array(steps)
    outliers = np.sort(np.mean(bands[1:], axis=1))[::-1]
    if not len(outliers):
        return np.zeros((plan.replicas, 2, len(steps)))
    drawn = rmt.feature_eigenvalues(model, plan)[:, ::-1][:, : len(outliers)]
    filters = _parted(method, counts, bands, outliers)
    matrices = pair_matrices(translate(model, LEVEL), control_points(model, {}), filters.poles)
    bulk, along = filters.weights[: len(steps)], filters.weights[len(steps) :]

    def errors(eigenvalues: Array) -> Array:
        return matrices.errors(bulk + method.residuals(counts, eigenvalues) @ along)

    return np.array([errors(eigenvalues) - errors(outliers) for eigenvalues in drawn])


def _parted(method: Descent, steps: Array, bands: Array, outliers: Array) -> Filters:
    """Filters after steps that leave nothing at the outliers, and for each outlier one that leaves 1 more there."""
    edge = float(bands[0, 1])
    bulk = np.geomspace(LEAST * edge, edge, POINTS)
    x = np.append(bulk, outliers)
    trained = np.pad(1 - method.residuals(steps, bulk), ((0, 0), (0, len(outliers))), constant_values=1) / x
    residual = -np.eye(len(x))[POINTS:] / x
    gaps = np.abs(np.append(edge, outliers)[:, None] - outliers)
    nearest = np.min(np.where(gaps > 0, gaps, np.inf), axis=0)
    rings = [_ring(at, gap / 2, AROUND) for at, gap in zip(outliers, nearest, strict=True)]
    rings.append(_ring(edge / 2, edge / 2 + min(0.3 * float(nearest[-1]), edge), ROUND_BULK))
    poles = np.concatenate([descent(method, steps, bands).poles, *rings])
    slowest = (1 - method.momentum) / (method.learning_rate * float(steps[-1]))
    return fitted(poles, x, np.concatenate([trained, residual]), slowest)


def _ring(centre: float, radius: float, count: int) -> Complex:
    """Poles around eigenvalues: half of a circle around minus their centre."""
    return np.asarray(radius * np.exp(1j * np.pi * (np.arange(count) + 0.5) / count) - centre)
