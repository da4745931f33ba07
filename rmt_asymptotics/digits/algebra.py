"""Linear algebra for arrays of mpf and, with the same names, for arrays of floats."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from mpmath import mp
from mpmath.libmp import from_man_exp, to_fixed
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[Any]  # of mpf (dtype object) or of floats
RANGE = 128  # bits by which entries of a row may differ in size before the small ones lose digits


class Unreached(ArithmeticError):
    """What is asked cannot be decided, or solved, at this precision."""


def numbers(values: Any) -> Numbers:
    """An array of mpf, from mpf, floats (as the binary numbers they are) or whole numbers."""
    flat = [mp.mpf(x) for x in np.asarray(values, object).ravel().tolist()]
    result = np.empty(len(flat), object)
    result[:] = flat
    return result.reshape(np.shape(values))


def zeros(*shape: int) -> Numbers:
    return np.full(shape, mp.zero, object)


def diagonal(entries: Numbers) -> Numbers:
    """The diagonal matrix with these entries."""
    matrix = np.full((len(entries),) * 2, 0 * entries[0], entries.dtype)
    matrix[np.arange(len(entries)), np.arange(len(entries))] = entries
    return matrix


def dot(a: Numbers, b: Numbers) -> Any:
    """sum_n a_n b_n; of mpf rounded once."""
    return mp.fdot(a, b) if a.dtype == object else a @ b


def times(a: Numbers, b: Numbers) -> Numbers:
    """The matrix a b, or the vector a b if b is one."""
    if a.dtype != object:
        return np.asarray(a @ b)
    return _inner_products(a, b.T if b.ndim == 2 else b[None, :]).reshape(len(a), *b.shape[1:])


def gram(rows: Numbers, weight: Numbers) -> Numbers:
    """sum_n weight_n rows_kn rows_ln, (K, K)."""
    return times(rows * weight, rows.T)


def _inner_products(a: Numbers, b: Numbers) -> Numbers:
    """sum_n a_in b_jn in whole numbers, which is ten times as fast as in mpf.

    Each row has a unit of its own, below its largest entry by the precision and `RANGE` bits.
    """
    (left, left_units), (right, right_units) = _whole(a), _whole(b)
    units = left_units[:, None] + right_units
    flat = np.empty(units.size, object)
    flat[:] = [scaled(*pair) for pair in zip((left @ right.T).ravel(), units.ravel(), strict=True)]
    return flat.reshape(units.shape)


def scaled(whole: int, exponent: int) -> Any:
    """whole 2^exponent, rounded to an mpf."""
    return mp.make_mpf(from_man_exp(whole, exponent, mp.prec, "n"))


def _whole(rows: Numbers) -> tuple[Numbers, Numbers]:
    """Whole multiples of a power of two for each row, and the powers."""
    units = [max(x._mpf_[2] + x._mpf_[3] for x in row) - mp.prec - RANGE for row in rows]
    whole = [[to_fixed(x._mpf_, -unit) for x in row] for row, unit in zip(rows, units, strict=True)]
    return np.array(whole, object), np.array(units, object)


def quadratic(rows: Numbers, matrix: Numbers) -> Numbers:
    """sum_kl rows_kn matrix_kl rows_ln, (N,)."""
    return np.sum(rows * times(matrix, rows), axis=0)


def solve_linear(matrix: Numbers, right: Numbers) -> Numbers:
    """matrix^-1 right by elimination; positive matrices and M-matrices, scaled or not, need no pivots."""
    size, columns = len(matrix), right.reshape(len(matrix), -1)
    if matrix.dtype != object:
        return np.linalg.solve(matrix, columns).reshape(right.shape)
    rows = np.concatenate([matrix, columns], axis=1)
    for k in range(size):
        rows[k, k + 1 :] = rows[k, k + 1 :] / rows[k, k]
        for i in range(size):
            if i != k:
                rows[i, k + 1 :] = rows[i, k + 1 :] - rows[k, k + 1 :] * rows[i, k]
    return rows[:, size:].reshape(right.shape)


def conjugate_gradients(
    operator: Callable[[Numbers], Numbers], right: Numbers, weight: Numbers, tolerance: Any, limit: int = 400
) -> Numbers:
    """x = right + operator(x), 1 - operator symmetric and positive for the inner product sum_n weight_n x_n y_n.

    It stops when the residual has shrunk by `tolerance`, or where rounding has made 1 - operator indefinite.
    """
    solution, rest, direction = 0 * right, right, right
    size = dot(weight * rest, rest)
    goal = tolerance**2 * size
    for _ in range(limit):
        image = direction - operator(direction)
        curvature = dot(weight * direction, image)
        if size <= goal or curvature <= 0:
            break
        step = size / curvature
        solution, rest = solution + direction * step, rest - image * step
        size, previous = dot(weight * rest, rest), size
        direction = rest + direction * (size / previous)
    return solution


def is_present(share: Any) -> bool:
    """Whether a relative length is not rounding; raises `Unreached` where more digits must decide."""
    if share > mp.eps ** (mp.one / 3):
        return True
    if share < mp.eps ** (mp.one * 3 / 4):
        return False
    raise Unreached("whether something small is rounding needs more digits")
