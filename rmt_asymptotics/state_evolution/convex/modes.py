"""The modes as unknowns: amplitudes y_j of order one at any width.  Note: convex_losses.md [gl.10], [gl.13]."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.problem import Features, Problem

SHORTEST = 1e-11  # a free function shorter than this, relative to the longest, is rounding


@dataclass(frozen=True)
class Amplitudes:
    """coef_j = scale_j y_j: scale_j = sqrt(pi_k R_j) for a penalised mode of class k, 1 for a free one.

    functions (2, J, N); scales, classes, penalised, along (J,): the penalised modes come first, those along directions
    of inputs with a spectrum last, with R = 1.  R is per input dimension.
    combine (F, J'): the free functions as combinations of the F free modes.
    """

    functions: Array
    scales: Array
    classes: NDArray[np.intp]
    penalised: NDArray[np.bool_]
    along: NDArray[np.bool_]
    combine: Array

    @property
    def free(self) -> NDArray[np.bool_]:
        """Those that are neither, (J,)."""
        return ~(self.penalised | self.along)

    def field(self, y: Array) -> tuple[Array, Array]:
        """G0 and G1.  [gl.2]"""
        G0, G1 = (self.scales * y) @ self.functions
        return G0, G1

    def projected(self, y: Array, weights: Array, G: tuple[Array, Array]) -> Array:
        """y with the free amplitudes for which the field is nearest to G."""
        free = self.free
        rest = [G_m - known for G_m, known in zip(G, self.field(np.where(free, 0, y)), strict=True)]
        overlaps = sum((F * weights) @ r for F, r in zip(self.functions, rest, strict=True))
        return np.where(free, overlaps, y)


def amplitudes(problem: Problem, b: float, intercept: bool, combine: Array | None = None) -> Amplitudes:
    """The penalised modes, and an orthonormal basis of what the free ones span, with 1 for an intercept.

    combine: that of a problem nearby, for amplitudes with the same meaning.
    """
    free, (fixed, relative) = problem.features.modes.are_free, problem.features.modes.strengths
    strengths = b * np.where(free, 0, fixed) + relative
    spanned = problem.features.modes.functions[:, free]
    if intercept:
        one = np.array([np.ones_like(problem.features.nodes), np.zeros_like(problem.features.nodes)])
        spanned = np.concatenate([spanned, one[:, None]], axis=1)
    combine = _orthonormal(spanned, problem.features.weights) if combine is None else combine
    basis = np.einsum("fj,cfn->cjn", combine, spanned)
    present = ~free & (strengths > 0)
    classes = problem.features.modes.classes[present]
    scales = np.sqrt(problem.features.class_weights[classes] * strengths[present])
    rows, owners = _along(problem.features)
    sizes = len(scales), basis.shape[1], len(owners)
    kind = np.repeat(np.arange(3), sizes)
    return Amplitudes(
        np.concatenate([problem.features.modes.functions[:, present], basis, rows], axis=1),
        np.concatenate([scales, np.ones(sizes[1]), np.sqrt(problem.features.class_weights[owners])]),
        np.concatenate([classes, np.zeros(sizes[1], np.intp), owners]),
        kind == 0,
        kind == 2,
        combine,
    )


def _along(features: Features) -> tuple[Array, NDArray[np.intp]]:
    """The modes along directions (2, J, N), each with the class that it is of."""
    directions = features.directions
    if directions is None:
        return np.zeros((2, 0, len(features.nodes))), np.zeros(0, np.intp)
    rows = directions.rows(features.linear).reshape(-1, 2, len(features.nodes)).swapaxes(0, 1)
    span = np.repeat(np.arange(len(features.class_weights)), directions.count)
    return rows, np.concatenate([span, directions.vectors.classes])


def _orthonormal(functions: Array, weights: Array) -> Array:
    """Coefficients (F, J) of combinations of functions (2, F, N) that are orthonormal under the weights."""
    count = functions.shape[1]
    if not count:
        return np.zeros((0, 0))
    rows = (functions * np.sqrt(weights)).transpose(1, 0, 2).reshape(count, -1)
    left, singular, _ = linalg.svd(rows, full_matrices=False)
    kept = singular > SHORTEST * singular[0]
    return np.asarray(left[:, kept] / singular[kept])
