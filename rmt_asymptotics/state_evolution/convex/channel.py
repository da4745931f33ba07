"""The channel: expectations over label and field given kappa, and their derivatives.  Note: convex_losses.md.

omega = G0 + G1 s + sqrt(Q) z is the field of a fresh sample, g = (prox - omega)/V its pull on the fit.
"""

from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array


@dataclass(frozen=True)
class Field:
    """G0, G1, Q and V on the nodes of kappa, (N,) each."""

    G0: Array
    G1: Array
    Q: Array
    V: Array


@dataclass(frozen=True)
class Expectations:
    """values (4, N): E0 = E g, E1 = E[s g], q = E g^2, v = -E g'.  derivatives (4, 4, N): of those in G0, G1, Q, V."""

    values: Array
    derivatives: Array


def expectations(g: Array, gs: Array, slope: Array, pull: Array, bend: Array) -> Expectations:
    """gl.5-gl.6 from the moments of g and g' = dg/d omega, with zeta = z/sqrt(Q) the score of the field.

    g: E of g, g^2.  gs: E[s g].  slope: E of g', s g', s^2 g', g' zeta, s g' zeta, g' (zeta^2 - 1/Q).
    pull: E of g g', s g g', g g' zeta.  bend: E of g^2 g'.
    """
    d, sd, ssd, dz, sdz, dzz = slope
    gd, sgd, gdz = pull
    values = np.array([g[0], gs, g[1], -d])  # [gl.5]
    derivatives = np.array(
        [
            [d, sd, dz / 2, gd],
            [sd, ssd, sdz / 2, sgd],
            [2 * gd, 2 * sgd, gdz, 2 * bend],
            [-dz, -sdz, -dzz / 2, -gdz],
        ]
    )  # [gl.6]
    return Expectations(values, derivatives)
