"""Labels of two values: a channel in kappa and the standardised field h, s integrated out.  Note: [gl.3], [gl.7]."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.channels import BinaryChannel
from rmt_asymptotics.losses import ConvexFunction
from rmt_asymptotics.state_evolution.convex.channel import Expectations, Field, expectations
from rmt_asymptotics.state_evolution.convex.panels import Panels, panels

WIDTHS = np.array([-6.0, -2.0, 0.0, 2.0, 6.0])  # about a bend of the labels, in units of its width in h


@dataclass(frozen=True)
class Margins:
    """Nodes in h for each label and kappa: the first N integrals are those of y = +1, the last N of y = -1.

    margin (P, M): u = y omega.  node (P,): of kappa.  sign (P, 1): y.  labels (3, P, M): E[r^m 1(y) | kappa, h].
    a, b, deviation (N,): G1 and sqrt(Q) over the standard deviation of the field, and that.
    """

    panels: Panels
    node: NDArray[np.intp]
    sign: Array
    margin: Array
    labels: Array
    a: Array
    b: Array
    deviation: Array


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
    cuts = [np.concatenate([(y * bends - field.G0[:, None]) / deviation[:, None], turns], axis=1) for y in (1.0, -1.0)]
    rule = panels(np.concatenate(cuts), order)
    node, sign = rule.owner % count, np.where(rule.owner < count, 1.0, -1.0)[:, None]
    at = node[:, None]
    r = channel.moments(gamma * kappa[at] + rho * a[at] * rule.nodes, rho * b[at] + 0 * rule.nodes)
    r = np.where(sign > 0, r, np.array([1.0, 0.0, 1.0])[:, None, None] - r)
    margin = sign * (field.G0[at] + deviation[at] * rule.nodes)
    return Margins(rule, node, sign, margin, r, a, b, deviation)


def binary_expectations(
    channel: BinaryChannel, kappa: Array, field: Field, loss: ConvexFunction, order: int
) -> Expectations:
    """gl.5-gl.7."""
    at = margins(channel, kappa, field, loss.bends(field.V), order)
    proximal = loss.proximal(at.margin, field.V[at.node])
    h, y = at.panels.nodes, at.sign
    a, b, root = at.a[at.node][:, None], at.b[at.node][:, None], np.sqrt(field.Q)[at.node][:, None]
    r0, r1, r2 = at.labels * at.panels.weights
    s, ss = a * h * r0 + b * r1, (a * h) ** 2 * r0 + 2 * a * b * h * r1 + b**2 * r2
    z, zz = b * h * r0 - a * r1, (b * h) ** 2 * r0 - 2 * a * b * h * r1 + a**2 * r2 - r0
    sz = a * b * h * h * r0 + (b * b - a * a) * h * r1 - a * b * r2  # [gl.7]
    g, slope = y * proximal.g, proximal.slope
    pull = g * slope
    terms = np.array(
        [
            g * r0, g * g * r0, g * s,
            slope * r0, slope * s, slope * ss, slope * z / root, slope * sz / root, slope * zz / root**2,
            pull * r0, pull * s, pull * z / root, g * pull * r0,
        ]
    )  # fmt: skip
    moments = at.panels.sums(terms).reshape(len(terms), 2, -1).sum(axis=1)
    return expectations(moments[:2], moments[2], moments[3:9], moments[9:12], moments[12])
