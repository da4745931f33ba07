"""Real labels: a channel in kappa, s and the Gaussian residual of each component of the noise.  [gl.5], [gl.6]"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.channels import RealChannel
from rmt_asymptotics.losses import ConvexFunction
from rmt_asymptotics.state_evolution.convex.channel import Expectations, Field, expectations
from rmt_asymptotics.state_evolution.convex.panels import Panels, panels


@dataclass(frozen=True)
class Residuals:
    """Nodes of u = omega - y for each pair (kappa, s) and component: u = mean + deviation h.

    node, s, weight (C,): kappa's place, s, and the probability of s and component given kappa, of each integral.
    residual (P, M): u.  deviation (C,).
    """

    panels: Panels
    node: NDArray[np.intp]
    s: Array
    weight: Array
    deviation: Array
    residual: Array


def residuals(channel: RealChannel, kappa: Array, field: Field, bends: Array, order: int) -> Residuals:
    """The nodes; bends (N, B): where functions of the residual bend."""
    # notation: gamma, rho
    gamma, rho = channel.alignment, channel.complement
    kinks = np.array(channel.target.kinks)
    with np.errstate(divide="ignore", invalid="ignore"):
        cuts = np.nan_to_num((kinks - gamma * kappa[:, None]) / rho, nan=0.0)
    latent = panels(cuts, order)
    count = latent.nodes.shape[1]
    node = np.repeat(latent.owner, count)
    s, weight = latent.nodes.ravel(), latent.weights.ravel()
    signal = channel.target(gamma * kappa[node] + rho * s)
    mean = (field.G0[node] + field.G1[node] * s - signal) - channel.means[:, None]
    deviation = np.sqrt(field.Q[node] + channel.variances[:, None]).ravel()
    components = len(channel.means)
    node, s = np.tile(node, components), np.tile(s, components)
    weight = (channel.probabilities[:, None] * weight).ravel()
    rule = panels((bends[node] - mean.reshape(-1, 1)) / deviation[:, None], order)
    residual = mean.ravel()[rule.owner][:, None] + deviation[rule.owner][:, None] * rule.nodes
    return Residuals(rule, node, s, weight, deviation, residual)


def real_expectations(
    channel: RealChannel, kappa: Array, field: Field, loss: ConvexFunction, order: int
) -> Expectations:
    """gl.5-gl.6, with the standardised residual in place of z."""
    at = residuals(channel, kappa, field, loss.bends(field.V), order)
    proximal = loss.proximal(at.residual, field.V[at.node][at.panels.owner])
    h, g, slope = at.panels.nodes, proximal.g, proximal.slope
    weighted = slope * at.panels.weights
    pull = g * weighted
    terms = np.array(
        [g * at.panels.weights, g * g * at.panels.weights, weighted, weighted * h, weighted * (h * h - 1), pull,
         pull * h, g * pull]
    )  # fmt: skip
    e = at.panels.sums(terms) * at.weight
    s, sd = at.s, at.deviation
    terms = np.array(
        [
            e[0], e[1], s * e[0],
            e[2], s * e[2], s * s * e[2], e[3] / sd, s * e[3] / sd, e[4] / sd**2,
            e[5], s * e[5], e[6] / sd, e[7],
        ]
    )  # fmt: skip
    moments = np.array([np.bincount(at.node, term, minlength=len(kappa)) for term in terms])
    return expectations(moments[:2], moments[2], moments[3:9], moments[9:12], moments[12])
