"""The latent frame: kappa in R^r spans the spikes, s in R^m what else the label depends on.

Only the rank of the spikes counts, not their number, and of the label's directions only what the spikes leave: so the
grid in kappa has as few dimensions as it can have.  Note: several_directions.md [multi.1], [multi.2].
"""

from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.gaussian.lattice import lattice_rule
from rmt_asymptotics.gaussian.quadrature import Rule

DEPENDENT = 1e-12  # singular values of spikes, relative, and squares of complements below this are rounding
SPACINGS = {2: 0.75 * 0.7 ** np.arange(9), 3: 0.8 * 0.87 ** np.arange(9)}  # by rank and level, of features of width 1
RADII = 8.0 + 0.35 * np.arange(9)


@dataclass(frozen=True)
class Latent:
    """spikes (K, r): u_k.  inside (L, r), outside (L, m): <theta_a, x> = inside_a.kappa + outside_a.s."""

    spikes: Array
    inside: Array
    outside: Array


def spiked_latent(spikes: Array, alignment: Array) -> Latent:
    """The frame of spikes (K, R) along orthonormal v_j, and of L directions with the overlaps (L, R)."""
    frame = row_space(spikes)
    inside = alignment @ frame
    if inside.size == 1:
        gamma = float(inside[0, 0])
        return Latent(spikes @ frame, inside, np.array([[np.sqrt((1 - gamma) * (1 + gamma))]]))
    squares, axes = np.linalg.eigh(np.eye(len(inside)) - inside @ inside.T)
    left = squares > DEPENDENT
    outside = axes[:, left] * np.sqrt(squares[left])
    return Latent(spikes @ frame, inside, outside @ axes.T if left.all() else outside)  # smooth in the overlaps


def row_space(rows: Array) -> Array:
    """Orthonormal columns that span the rows of a matrix (K, R), at least one; the axes themselves at full rank."""
    _, singular, right = np.linalg.svd(rows)
    rank = max(1, int(np.sum(singular > DEPENDENT * singular[0])))
    if rank == rows.shape[1]:
        return np.eye(rank)
    if rank < len(rows):
        return np.asarray(right[:rank].T)
    axes, triangle = np.linalg.qr(rows.T)  # smooth in the rows
    return np.asarray(axes * np.where(np.diagonal(triangle) < 0, -1.0, 1.0))


def several_rule(spikes: Array, variances: Array, level: int) -> Rule:
    """The rule of refinement `level` for class functions of u_k.kappa + sqrt(c_k) z, nodes (N, r) with r > 1.

    A function of u.kappa changes over sqrt(c)/|u_j| along axis j, wherever kappa is.
    """
    rank = spikes.shape[1]
    if rank not in SPACINGS:
        raise OutOfDomain("spike", spikes, f"spikes that span at most {max(SPACINGS)} directions")
    ratios = np.max(np.abs(spikes) / np.sqrt(variances)[:, None], axis=0)
    return lattice_rule(tuple((SPACINGS[rank][level] / np.maximum(1, ratios)).tolist()), float(RADII[level]))
