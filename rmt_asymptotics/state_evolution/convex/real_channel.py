"""Real labels: a channel in kappa, s and the Gaussian residual of each component of the noise.  [gl.5], [gl.6]"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.channels import RealChannel
from rmt_asymptotics.losses import ConvexFunction
from rmt_asymptotics.losses.piecewise import PiecewiseQuadratic
from rmt_asymptotics.state_evolution.convex.channel import Expectations, Field, expectations
from rmt_asymptotics.state_evolution.convex.panels import Panels, panels

FINER = 2  # more nodes for s than for the field: nothing smooths the bends of a target


@dataclass(frozen=True)
class Cells:
    """Pairs (kappa, s) and components of the noise, (C,) each: u = mean + deviation h, h ~ N(0, 1).

    node: kappa's place.  weight: the probability of s and of the component given kappa.
    """

    node: NDArray[np.intp]
    s: Array
    weight: Array
    mean: Array
    deviation: Array

    def panels(self, bends: Array, order: int) -> tuple[Panels, Array]:
        """Nodes in h cut at the bends (N, B) in u, and u there (P, M)."""
        rule = panels((bends[self.node] - self.mean[:, None]) / self.deviation[:, None], order)
        return rule, self.mean[rule.owner][:, None] + self.deviation[rule.owner][:, None] * rule.nodes


def cells(channel: RealChannel, kappa: Array, field: Field, order: int) -> Cells:
    """s on panels cut at the kinks of the target."""
    # notation: gamma, rho
    gamma, rho = channel.alignment, channel.complement
    with np.errstate(divide="ignore", invalid="ignore"):
        cuts = np.nan_to_num((np.array(channel.target.kinks) - gamma * kappa[:, None]) / rho, nan=0.0)
    latent = panels(cuts, order + FINER)
    node = np.repeat(latent.owner, latent.nodes.shape[1])
    s, weight = latent.nodes.ravel(), latent.weights.ravel()
    signal = channel.target(gamma * kappa[node] + rho * s)
    mean = (field.G0[node] + field.G1[node] * s - signal) - channel.means[:, None]
    deviation = np.sqrt(field.Q[node] + channel.variances[:, None])
    components = len(channel.means)
    weight = channel.probabilities[:, None] * weight
    return Cells(np.tile(node, components), np.tile(s, components), weight.ravel(), mean.ravel(), deviation.ravel())


def real_expectations(
    channel: RealChannel, kappa: Array, field: Field, loss: ConvexFunction, order: int
) -> Expectations:
    """gl.5-gl.6, with the standardised residual in place of z."""
    at = cells(channel, kappa, field, order)
    if isinstance(loss, PiecewiseQuadratic):
        e = loss.moments(at.mean, at.deviation, field.V[at.node])
    else:
        e = _moments(at, field, loss, order)
    e, s, sd = e * at.weight, at.s, at.deviation
    terms = [
        e[0], e[1], s * e[0],
        e[2], s * e[2], s * s * e[2], e[3] / sd, s * e[3] / sd, e[4] / sd**2,
        e[5], s * e[5], e[6] / sd, e[7],
    ]  # fmt: skip
    moments = np.array([np.bincount(at.node, term, minlength=len(kappa)) for term in terms])
    return expectations(moments[:2], moments[2], moments[3:9], moments[9:12], moments[12])


def _moments(at: Cells, field: Field, loss: ConvexFunction, order: int) -> Array:
    """The moments of `PiecewiseQuadratic.moments` by quadrature."""
    rule, u = at.panels(loss.bends(field.V), order)
    proximal = loss.proximal(u, field.V[at.node][rule.owner])
    h, g, weighted = rule.nodes, proximal.g, proximal.slope * rule.weights
    pull = g * weighted
    return rule.sums(
        np.array(
            [g * rule.weights, g * g * rule.weights, weighted, weighted * h, weighted * (h * h - 1), pull, pull * h,
             g * pull]
        )
    )  # fmt: skip
