"""Labels of two values: a channel in kappa and the standardised field h, s integrated out.  Note: [gl.3], [gl.7]."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.channels import BinaryChannel
from rmt_asymptotics.losses import ConvexFunction
from rmt_asymptotics.state_evolution.convex._kernels import binary_sums
from rmt_asymptotics.state_evolution.convex.channel import Expectations, Field, expectations
from rmt_asymptotics.state_evolution.convex.panels import Panels, panels

WIDTHS = np.array([-6.0, -2.0, 0.0, 2.0, 6.0])  # about a bend of the labels, in units of its width in h


@dataclass(frozen=True)
class Margins:
    """Nodes in h for each label and kappa: the first N integrals are those of y = +1, the last N of y = -1.

    margin (P, M): u = y omega.  node (P,): of kappa.  sign (P,): y.  labels (3, P, M): E[r^m 1(y) | kappa, h].
    a, b (N,): G1 and sqrt(Q) over the standard deviation of the field.
    """

    panels: Panels
    node: NDArray[np.intp]
    sign: Array
    margin: Array
    labels: Array
    a: Array
    b: Array


def margins(channel: BinaryChannel, kappa: Array, field: Field, bends: Array, order: int) -> Margins:
    """The nodes; bends (N, B): where functions of the margin bend."""
    # notation: gamma, rho; a, b of gl.3
    gamma, rho = channel.alignment, channel.complement
    deviation = np.sqrt(field.G1**2 + field.Q)
    a, b = field.G1 / deviation, np.sqrt(field.Q) / deviation
    count = len(kappa)
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = rho * a
        places = (channel.bends - gamma * kappa[:, None]) / reach[:, None]
        widths = np.hypot(rho * b, channel.sharpness) / np.abs(reach)
        turns = (places[:, :, None] + widths[:, None, None] * WIDTHS).reshape(count, -1)
        turns = np.nan_to_num(turns, nan=0.0)
    cuts = [(y * bends - field.G0[:, None]) / deviation[:, None] for y in (1.0, -1.0)]
    rule = panels(np.concatenate([*cuts, turns], axis=1), order)
    at = rule.owner[:, None]
    omega = field.G0[at] + deviation[at] * rule.nodes
    r = channel.moments(gamma * kappa[at] + rho * a[at] * rule.nodes, rho * b[at] + 0 * rule.nodes)
    other = np.array([1.0, 0.0, 1.0])[:, None, None] - r
    both = Panels(
        np.concatenate([rule.owner, rule.owner + count]), np.tile(rule.nodes, (2, 1)), np.tile(rule.weights, (2, 1))
    )
    return Margins(
        both, np.tile(rule.owner, 2), np.repeat([1.0, -1.0], len(omega)), np.concatenate([omega, -omega]),
        np.concatenate([r, other], axis=1), a, b,
    )  # fmt: skip


def binary_expectations(
    channel: BinaryChannel, kappa: Array, field: Field, loss: ConvexFunction, order: int
) -> Expectations:
    """gl.5-gl.7."""
    at = margins(channel, kappa, field, loss.bends(field.V), order)
    proximal = loss.proximal(at.margin, field.V[at.node])
    sums, rule = np.zeros((13, len(kappa))), at.panels
    binary_sums(
        at.node, at.sign, rule.nodes, rule.weights, at.labels, proximal.g, proximal.slope, at.a, at.b, np.sqrt(field.Q),
        sums,
    )  # fmt: skip
    return expectations(sums[:2], sums[2], sums[3:9], sums[9:12], sums[12])
