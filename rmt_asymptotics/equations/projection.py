"""The projection of the labels on the modes: penalised least squares in few unknowns.

Note: canonical_problem.md [modes.1].  Orthogonal factorisations, never normal equations: rows sqrt(den) F for the
samples, one row 1/sqrt(Cap_j) for each finite mode, none for a free one.  In complex numbers (tangents) the
transformations are those of the real parts, so that the bilinear Gram matrices are the identity plus tangents
[grad.2].
"""

from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array, Numbers
from rmt_asymptotics.equations.stacked import singular_values, solved

RANK = 1e-13  # free modes shorter than this, relative to the features, are left out
NOISE = 3e-15  # what is shorter than this is rounding of collinear modes; between the two it is anybody's guess
EPSILON = 2e-16


@dataclass(frozen=True)
class ModeFunctions:
    """Functions of kappa and of the M - 1 coordinates s, flat.

    free (F, M N).  The finite modes (J, M N) are coordinates (J, r) times functions (r, M N), as few as they need.
    Those along directions of inputs with a spectrum come last.
    """

    free: Numbers
    coordinates: Array
    functions: Numbers


@dataclass(frozen=True)
class Projection:
    """misfit (..., M, N): h - G.  hats (..., J) of the finite modes: coef = Cap hat.

    rounding (...,): what rounding of nearly collinear free modes does to E (h - G)^2, relative, and what those
    too short to be kept, but longer than rounding, would fit.
    """

    misfit: Numbers
    hats: Numbers
    rounding: Array


def project(modes: ModeFunctions, target: Numbers, den: Numbers, penalised: Numbers, size: Array) -> Projection:
    """The residual of the target (M, N) at den (..., N).

    penalised (..., J, r): root times the coordinates of the finite modes, Cap = root^T root.
    size (...,): root mean square of the features under den, with which free modes are compared.
    """
    root = np.sqrt(np.concatenate([den] * len(target), axis=-1))
    data = target.ravel() * root
    basis, tilts, faint = orthonormal(modes.free * root[..., None, :], size)
    if not np.iscomplexobj(penalised):
        penalised = np.asarray(np.linalg.qr(penalised, mode="r"))  # as many rows as there are functions
    penalised = penalised @ (modes.functions * root[..., None, :])
    penalised = penalised - (penalised.real @ _transposed(basis).real) @ basis
    overlaps = _applied(basis, data)
    rest = _less(_less(data, basis), basis)
    rest = _damped(rest, penalised)
    rest = _less(rest, basis)
    hats = _applied(modes.coordinates, _applied(modes.functions, root * rest))
    length = np.maximum(np.linalg.norm(rest, axis=-1), np.finfo(float).tiny)
    label = np.linalg.norm(data, axis=-1)[..., None]
    rounding = np.sum((tilts * label + 2 * np.abs(overlaps)) * tilts, axis=-1) / length
    rounding = rounding + np.sum(np.abs(_applied(faint, rest) / length[..., None]) ** 2, axis=-1)
    return Projection((rest / root).reshape(*rest.shape[:-1], len(target), -1), hats, rounding)


def orthonormal(rows: Numbers, size: Array) -> tuple[Numbers, Array, Array]:
    """Combinations of rows (..., F, A), orthonormal or, if too short, zero; their tilts (..., F); those left out."""
    if not rows.shape[-2]:
        return rows, np.zeros(rows.shape[:-1]), rows.real
    left, singular, right = singular_values(rows.real)
    kept = singular > RANK * size[..., None]
    inverse = np.where(kept, 1 / np.where(kept, singular, 1), 0)
    basis = right * kept[..., None]
    if np.iscomplexobj(rows):
        basis = basis + 1j * (_transposed(left * inverse[..., None, :]) @ rows.imag)
    faint = right * (~kept & (singular > NOISE * size[..., None]))[..., None]
    return basis, EPSILON * size[..., None] * inverse, faint


def _damped(data: Numbers, rows: Numbers) -> Numbers:
    """(1 + rows^T rows)^-1 data, as what the stacked rows (rows, 1) leave of (data, 0)."""
    count = rows.shape[-2]
    stacked = np.concatenate([rows, np.broadcast_to(np.eye(count), (*rows.shape[:-1], count))], axis=-1)
    q, r = np.linalg.qr(_transposed(stacked.real))
    basis: Numbers = _transposed(q)
    if np.iscomplexobj(rows):
        basis = basis + 1j * solved(_transposed(r), stacked.imag)
    extended = np.concatenate([data, np.zeros((*data.shape[:-1], count))], axis=-1)
    return _less(_less(extended, basis), basis)[..., : data.shape[-1]]


def _less(data: Numbers, basis: Numbers) -> Numbers:
    """What the rows of a basis leave of data (..., A)."""
    overlaps = (basis @ data[..., None])[..., 0]
    if np.iscomplexobj(basis):
        gram = basis @ _transposed(basis)
        empty = np.all(basis == 0, axis=-1)
        gram = gram + np.eye(gram.shape[-1]) * empty[..., None]
        overlaps = solved(gram, overlaps[..., None])[..., 0]
    return data - (_transposed(basis) @ overlaps[..., None])[..., 0]


def _applied(rows: Numbers, data: Numbers) -> Numbers:
    return np.asarray((rows @ data[..., None])[..., 0])


def _transposed(matrix: Numbers) -> Numbers:
    return np.swapaxes(matrix, -1, -2)
