"""Linear algebra on stacks of matrices that fails point by point: nan where a matrix is singular or not finite."""

import numpy as np

from rmt_asymptotics._types import Numbers


def solved(matrices: Numbers, right: Numbers) -> Numbers:
    """Solutions (..., A, m) of the systems (..., A, A) with right-hand sides (..., A, m)."""
    try:
        return np.linalg.solve(matrices, right)
    except np.linalg.LinAlgError:
        shape = np.broadcast_shapes(matrices.shape[:-2], right.shape[:-2])
        if not shape:
            return np.full_like(right, np.nan)
        stacks = (np.broadcast_to(x, (*shape, *x.shape[-2:])) for x in (matrices, right))
        return np.array([solved(matrix, columns) for matrix, columns in zip(*stacks, strict=True)])


def inverse(matrices: Numbers) -> Numbers:
    """Inverses of matrices (..., A, A)."""
    if matrices.shape[-1] == 1:
        return np.asarray(1 / np.where(matrices == 0, np.nan, matrices))
    try:
        return np.linalg.inv(matrices)
    except np.linalg.LinAlgError:
        return solved(matrices, np.broadcast_to(np.eye(matrices.shape[-1]), matrices.shape))


def singular_values(rows: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """The factors U, s, V^T of rows (..., F, A)."""
    finite = np.all(np.isfinite(rows), axis=(-2, -1))[..., None]
    left, singular, right = np.linalg.svd(np.where(finite[..., None], rows, 0), full_matrices=False)
    return left, np.where(finite, singular, np.nan), right
