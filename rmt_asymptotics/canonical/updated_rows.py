"""The rows after one gradient step.  Notes: one_step.md [net.1]-[net.4], several_directions.md [multi.3]-[multi.5].

With e = eta g/sqrt(p) the updated row is w = sqrt(c) omega + u up to corrections of order 1/sqrt(d) in the span of the
batch averages of x y'_o, of q outputs, and of the L directions theta_a.  All is written in an orthonormal basis of D
vectors: nu, of the parts n_o of those averages across the theta_a, and the theta_a.
"""

from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.latent import Latent
from rmt_asymptotics.canonical.modes import Modes
from rmt_asymptotics.gaussian.conditional import ConditionalMoments

FLAT = 1e-10  # a mean slope below this share of the root mean square of sigma' is rounding


@dataclass(frozen=True)
class GradientStep:
    """The step of q outputs on L directions, in the basis of D vectors (nu, theta, and with `span_noise` two more).

    slope h1 = E[z sigma], curvature s2 = E[sigma He2], third h3 = E[sigma He3], slope_variance vs = E sigma'^2 - h1^2.
    label_means (q,): ybar_o = E y'_o.  label_second (q, q): Y2_op = E y'_o y'_p, noise included.
    averages (q, D): the batch averages of x y'_o.  span (q, D, D): Yhat_o - ybar_o.
    own (D,): the share of the gradient's noise that each vector of the frame has for itself.
    frame (D, D): the axes of kappa, the first `rank`, and of s.
    """

    slope: float
    curvature: float
    third: float
    slope_variance: float
    label_means: Array
    label_second: Array
    averages: Array
    span: Array
    own: Array
    frame: Array
    rank: int
    directions: int
    step_sample_complexity: float

    @property
    def has_spike(self) -> bool:
        """Whether h1 is more than rounding of sigma'."""
        return abs(self.slope) > FLAT * np.sqrt(self.slope**2 + self.slope_variance)

    @property
    def reach(self) -> float:
        """h1 B, of one output; of several that of the longest."""
        return self.slope * self.length

    @property
    def length(self) -> float:
        """B, of the longest batch average."""
        return float(np.max(np.linalg.norm(self.averages, axis=1)))  # [net.1]

    @property
    def alignment(self) -> float:
        """gamma = <v, theta>, of one output on one direction."""
        return float(self.averages[0, 1]) / self.length

    @property
    def complement(self) -> float:
        """sqrt(1 - gamma^2)."""
        return float(self.averages[0, 0]) / self.length

    @property
    def label_mean(self) -> float:
        """ybar, of one output."""
        return float(self.label_means[0])

    @property
    def growth(self) -> tuple[float, float]:
        """l and Q of c = 1 + 2 e l + e^2 Q, of one output."""
        linear = self.curvature * self.label_mean
        return linear, linear**2 + float(self.noise(np.ones((1, 1)))[0])

    def common(self, e: Array) -> Array:
        """T_k = 1 + s2 e_k.ybar, (K,), of steps e (K, q): what the mean curvature does to every row."""
        return np.asarray(1 + self.curvature * e @ self.label_means)

    def noise(self, e: Array) -> Array:
        """e_k.Y2 e_k vs/alpha0, (K,): the variance that gradient noise adds to the bulk."""
        squares = np.sum((e @ self.label_second) * e, axis=1)
        return np.asarray(squares * self.slope_variance / self.step_sample_complexity)

    def bulk_variance(self, e: Array) -> Array:
        """c_k = T_k^2 + e_k.Y2 e_k vs/alpha0, (K,)."""
        return self.common(e) ** 2 + self.noise(e)  # [net.2, multi.4]

    def latent(self, e: Array) -> Latent:
        """u_k = h1 sum_o e_ko <x y'_o>, and the theta_a, in the frame (kappa, s)."""
        first = len(self.label_means)
        thetas = self.frame[first : first + self.directions]
        spikes = self.slope * e @ self.averages @ self.frame[:, : self.rank]  # [net.2, multi.3]
        return Latent(spikes, thetas[:, : self.rank], thetas[:, self.rank :])

    def modes(self, e: Array, kappa: Array, bulk: ConditionalMoments, corrections: bool) -> Modes:
        """The modes of all axes of the frame at kappa (r, N), for steps e (K, q).  [net.3, multi.5]"""
        # notation: m1, S2, T, A
        c = self.bulk_variance(e)[:, None]
        m1, S2, T = bulk.linear / np.sqrt(c), bulk.quadratic / c, self.common(e)[:, None]
        fields = axis_fields(kappa, len(self.frame))
        if not corrections:
            return joined([field * bulk.linear for field in fields])
        A = np.einsum("ko,oab->kab", e, self.frame.T @ self.span @ self.frame)
        longer = (e @ self.averages @ self.frame) * self.third  # h3 terms: rows are longer along these
        seen = T[:, :, None] * np.eye(len(fields)) + self.curvature * A
        tilted = np.einsum("kae,epxn->apkn", seen, fields) * m1
        tilted[:, 0] += longer.T[:, :, None] * T * S2
        noise = np.sqrt(self.own)[:, None, None, None] * fields * (np.sqrt(self.noise(e))[:, None] * m1)
        return joined([*tilted, *noise])


def axis_fields(kappa: Array, count: int) -> Array:
    """x_e of each axis, kappa_j (r, N) or 1 beside s_a: functions (D, 1 + D - r, 1, N)."""
    rank = len(kappa)
    fields = np.zeros((count, 1 + count - rank, 1, kappa.shape[1]))
    fields[:rank, 0, 0] = kappa
    for place in range(rank, count):
        fields[place, 1 + place - rank] = 1.0
    return fields


def joined(parts: list[Array]) -> Modes:
    """One mode a class from each of the parts (M, K, N)."""
    functions, count = np.concatenate(parts, axis=1), parts[0].shape[1]
    ones = np.ones(functions.shape[1])
    return Modes(functions, np.tile(np.arange(count), len(parts)), np.array([0 * ones, ones]))


def frame_of(spikes: Array) -> tuple[Array, int]:
    """Orthonormal axes (D, D), the first of which span spikes (D, r), and their rank."""
    if spikes.shape == (2, 1):  # a rotation: small entries keep their digits
        first, second = spikes[:, 0] / np.linalg.norm(spikes)
        return np.array([[first, -second], [second, first]]), 1
    axes, triangle = np.linalg.qr(spikes, mode="complete")
    rank = spikes.shape[1]
    axes[:, :rank] *= np.where(np.diagonal(triangle) < 0, -1.0, 1.0)
    axes[:, rank:] *= np.where(axes[-1, rank:] < 0, -1.0, 1.0)
    return axes, rank
