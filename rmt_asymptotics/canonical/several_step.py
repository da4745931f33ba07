"""What one gradient step does where targets have several directions, or the network several outputs.

Everything is written in an orthonormal basis of the span of the n_o, the parts of the batch averages across the
theta_a, and of the theta_a.  With one theta and one output it is net.1-net.3.
Note: several_directions.md [multi.3]-[multi.5].
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.gradient_step import SILENT, GradientStep, activation_moments, gradient_step
from rmt_asymptotics.canonical.label_moments import RADIUS, SPACINGS
from rmt_asymptotics.canonical.latent import Latent, row_space
from rmt_asymptotics.canonical.modes import Modes
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.gaussian.conditional import LARGEST, ORDERS, ConditionalMoments, split_rule
from rmt_asymptotics.gaussian.lattice import lattice_rule
from rmt_asymptotics.gaussian.quadrature import Rule
from rmt_asymptotics.models import OneStepNetwork
from rmt_asymptotics.remembered import remembered
from rmt_asymptotics.targets import MultiIndexTarget, Target

SETTLED = 1e-13  # change of a mean from rule to rule, relative to the mean of the absolute value
MOST_NODES = 3_000_000


@dataclass(frozen=True)
class SeveralStep:
    """The step of q outputs on L directions, in the basis of D = q + L vectors (nu, theta).

    slope h1, curvature s2, third h3, slope_variance vs: of sigma.  label_means (q,): ybar_o.  label_second: Y2_op.
    averages (q, D): the batch averages of x y'_o.  span (q, D, D): Yhat_o - ybar_o.
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
    frame: Array
    rank: int
    step_sample_complexity: float

    def common(self, e: Array) -> Array:
        """T_k = 1 + s2 e_k.ybar, (K,), of steps e (K, q)."""
        return np.asarray(1 + self.curvature * e @ self.label_means)

    def noise(self, e: Array) -> Array:
        """e_k.Y2 e_k vs/alpha0, (K,)."""
        return np.einsum("ko,op,kp->k", e, self.label_second, e) * self.slope_variance / self.step_sample_complexity

    def bulk_variance(self, e: Array) -> Array:
        """c_k = T_k^2 + e_k.Y2 e_k vs/alpha0, (K,)."""
        return self.common(e) ** 2 + self.noise(e)  # [multi.4]

    def latent(self, e: Array) -> Latent:
        """u_k = h1 sum_o e_ko <x y'_o>, and the theta_a, in the frame (kappa, s)."""
        thetas = self.frame[len(self.label_means) :]
        spikes = self.slope * e @ self.averages @ self.frame[:, : self.rank]  # [multi.3, multi.4]
        return Latent(spikes, thetas[:, : self.rank], thetas[:, self.rank :])

    @property
    def single(self) -> GradientStep:
        """The scalars of a step with one output, whose spike is v; nothing of the span."""
        length = float(np.linalg.norm(self.averages[0]))
        gamma = float(np.linalg.norm(self.averages[0, 1:])) / length
        return GradientStep(
            self.slope, self.curvature, self.third, self.slope_variance, float(self.label_means[0]),
            float(self.label_second[0, 0]), length, gamma, float(self.averages[0, 0]) / length, np.zeros((2, 2)),
            np.eye(2), np.zeros(2), self.step_sample_complexity,
        )  # fmt: skip

    def directions(self, e: Array, kappa: Array, bulk: ConditionalMoments, corrections: bool) -> Modes:
        """The modes of all axes of the frame at kappa (r, N), for steps e (K, q).  [multi.5]"""
        # notation: m1, S2, T, A
        c = self.bulk_variance(e)[:, None]
        m1, S2, T = bulk.linear / np.sqrt(c), bulk.quadratic / c, self.common(e)[:, None]
        count = len(self.frame)
        none = np.zeros((1, kappa.shape[1]))
        fields = np.zeros((count, 1 + count - self.rank, *none.shape))  # x_e: kappa_j, or 1 beside s_a
        fields[: self.rank, 0, 0] = kappa
        for place in range(self.rank, count):
            fields[place, 1 + place - self.rank] = 1.0
        if not corrections:
            b = bulk.linear
            return joined([fields[place] * b for place in range(count)])
        A = np.einsum("ko,oab->kab", e, self.frame.T @ self.span @ self.frame)
        longer = (e @ self.averages @ self.frame) * self.third  # h3 terms: rows are longer along these
        modes = []
        for place in range(count):
            tilted = np.einsum("ke,epxn->pkn", self.curvature * A[:, place], fields) * m1
            tilted += fields[place] * T * m1
            tilted[0] += longer[:, place, None] * T * S2
            modes.append(tilted)
        noise = np.sqrt(self.noise(e))[:, None] * m1
        return joined(modes + [fields[place] * noise for place in range(count)])


def joined(parts: list[Array]) -> Modes:
    """One mode a class from each of the parts (M, K, N)."""
    first, *others = (Modes.of_classes(*part, per_width_ratio=1) for part in parts)
    return sum(others, first)


def several_step(model: OneStepNetwork) -> SeveralStep:
    """The moments of a model's step; raises `OutOfDomain` where the step is not defined."""
    # notation: h1, s2, h3, vs of sigma; C1, H, Y2, ... of the residual labels y'_o
    alpha0, noise = model.step_sample_complexity, model.noise_variance
    mean, h1, s2, h3, vs = activation_moments(model.activation)
    targets = model.step_targets or (model.target,)
    values, pi = model.readout.quadrature(64, 1.0)
    values = values.reshape(len(pi), -1)
    count = max(getattr(target, "directions", 1) for target in (*targets, model.target))
    found = _label_moments(targets, tuple((pi @ values * mean).tolist()), count)
    ybar, C1, H, Y2, y2z, y3 = found
    one = np.eye(len(targets))
    Y2 = Y2 + noise * one
    y3 = y3 + noise * (one[:, :, None] * ybar + one[:, None, :] * ybar[:, None] + one * ybar[:, None, None])
    squares = np.linalg.eigvalsh(Y2)
    if squares[0] <= SILENT * (squares[-1] + mean**2 + h1**2 + s2**2):
        allowed = "different from the network's initial output, and outputs independent: else no gradient is left"
        raise OutOfDomain("step_targets" if model.step_targets else "target", targets[0], allowed)
    K = np.linalg.cholesky(Y2 / alpha0)  # n_o in the basis nu
    averages = np.hstack([K, C1])
    # given its label a sample x has the component <nu, x> = K^-1 y/alpha0 + a standard Gaussian
    W = np.linalg.inv(K) / alpha0
    span = np.block([
        [np.einsum("ia,jb,oab->oij", W, W, y3), np.einsum("ia,oal->oil", W, y2z)],
        [np.einsum("ia,oal->oli", W, y2z), H],
    ])  # fmt: skip
    basis = row_space(values)
    axes, triangle = np.linalg.qr(averages.T @ basis, mode="complete")
    rank = basis.shape[1]
    axes[:, :rank] *= np.where(np.diagonal(triangle) < 0, -1.0, 1.0)
    return SeveralStep(h1, s2, h3, vs, ybar, Y2, averages, span, axes, rank, alpha0)


def single_step(model: OneStepNetwork) -> GradientStep:
    """The step of one output, of targets with one direction or several; raises `OutOfDomain` for several outputs."""
    if not model.has_several_directions:
        return gradient_step(model)
    if model.readout.directions not in (None, 1):
        raise OutOfDomain("step", model.step, "MaximalStep(rate), or a finite width, for a network of several outputs")
    return several_step(model).single


def label_frame(model: OneStepNetwork) -> Latent:
    """Where the theta_a lie, of a step with one output, beside its spike v."""
    if model.has_several_directions:
        return several_step(model).latent(np.zeros((1, 1)))
    step = gradient_step(model)
    return Latent(np.zeros((1, 1)), np.array([[step.alignment]]), np.array([[step.complement]]))


@remembered(maxsize=64)
def _label_moments(targets: tuple[Target, ...], shifts: tuple[float, ...], count: int) -> tuple[Array, ...]:
    """E y'_o (q,), E y'_o z (q, L), E y'_o (zz^T - 1), E y'_o y'_p, E y'_o y'_p z, E y'_o y'_p y'_r, without noise."""
    kinks = sorted({kink for target in targets for kink in target.kinks})
    before: tuple[Array, ...] | None = None
    for rule in _rules(kinks, count):
        z, weights = rule.nodes.reshape(-1, count), rule.weights
        with np.errstate(all="ignore"):
            y = np.array([values_at(target, z) - shift for target, shift in zip(targets, shifts, strict=True)])
        if not np.all(np.abs(y) <= LARGEST):
            raise OutOfDomain("target", targets[0], f"a function with values that are finite and below {LARGEST:g}")
        found, sizes = _moments(y, z, weights), _moments(np.abs(y), np.abs(z), weights)
        pairs = zip(found, before or (), sizes, strict=False)
        if before is not None and all(np.all(np.abs(a - b) <= SETTLED * np.max(size)) for a, b, size in pairs):
            ybar, C1, second, *rest = found
            return ybar, C1, second - ybar[:, None, None] * np.eye(count), *rest
        before = found
    raise OutOfDomain("target", targets[0], "resolved by quadrature: smooth, without kinks and jumps")


def _moments(y: Array, z: Array, weights: Array) -> tuple[Array, ...]:
    wy = weights * y
    pairs = np.einsum("on,pn->opn", wy, y)
    return (
        wy.sum(axis=1), wy @ z, np.einsum("on,na,nb->oab", wy, z, z, optimize=True), pairs.sum(axis=-1), pairs @ z,
        pairs @ y.T,
    )  # fmt: skip


def values_at(target: Target, z: Array) -> Array:
    """f_* at projections (N, L)."""
    return target(z) if isinstance(target, MultiIndexTarget) else target(z[:, 0])


def _rules(kinks: Sequence[float], count: int) -> Iterator[Rule]:
    """Finer and finer rules for N(0, 1)^L; in one dimension split at the kinks."""
    if count == 1:
        for order in ORDERS:
            nodes, weights = split_rule(kinks, np.zeros((1, 1)), np.ones((1, 1)), order)
            yield Rule(nodes[0].copy(), weights[0].copy())
        return
    for spacing in SPACINGS:
        if (2 * RADIUS / spacing) ** count <= MOST_NODES:
            yield lattice_rule((spacing,) * count, RADIUS)
