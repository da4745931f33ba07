"""Translation: network after two gradient steps on fresh batches -> canonical problem.  Experimental.

The first step leaves u kappa_1 + sqrt(c) z as the argument of a neuron.  In the second, every class descends what is
left of the label along its own mean slope: one spike a class.  Vectors are written in the basis (kappa_1, s, nu), the
frame of the first step and what the second batch adds.  Note: several_directions.md [multi.6]-[multi.8].
"""

from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.activations import Activation
from rmt_asymptotics.canonical.gradient_step import gradient_step
from rmt_asymptotics.canonical.grids import ClassNodes, Grid, kappa_rule
from rmt_asymptotics.canonical.label_moments import labels_given
from rmt_asymptotics.canonical.latent import DEPENDENT, Latent, row_space, several_rule
from rmt_asymptotics.canonical.modes import Modes
from rmt_asymptotics.canonical.one_step_network import relative_rate
from rmt_asymptotics.canonical.problem import Features, Problem
from rmt_asymptotics.canonical.second_labels import SecondResidual, second_residual
from rmt_asymptotics.canonical.updated_rows import axis_fields, frame_of, joined
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.gaussian.conditional import ORDERS, ConditionalMoments, conditional_moments, split_rule
from rmt_asymptotics.models import TwoStepNetwork

LEVEL = 5  # of the rule in kappa_1: nothing is left to refine


@dataclass(frozen=True)
class TwoSteps:
    """K classes after both steps, vectors in the frame (kappa, s) of D axes, the first `rank` of them kappa.

    shares, variances (K,): of the bulk.  latent: spikes and theta_a.  maps (K, D, D): the part of w in the span, by
    that of omega.  longer (K, D): half of what |w|^2 gains by it.  kept (K, D, D), kept_longer (K, D): the same, by the
    noise of the first step, whose variance is first (K,).  second (K,): that of the noise of the second.
    """

    shares: Array
    variances: Array
    latent: Latent
    maps: Array
    longer: Array
    kept: Array
    kept_longer: Array
    first: Array
    second: Array

    def directions(self, kappa: Array, bulk: ConditionalMoments, corrections: bool) -> Modes:
        """The modes of all axes at kappa (r, N).  [multi.8]"""
        # notation: m1, S2
        c = self.variances[:, None]
        m1, S2 = bulk.linear / np.sqrt(c), bulk.quadratic / c
        count = self.maps.shape[-1]
        fields = axis_fields(kappa, count)
        if not corrections:
            return joined([field * bulk.linear for field in fields])
        modes = []
        for maps, longer in ((self.maps, self.longer), (self.kept, self.kept_longer)):
            scale = 1.0 if maps is self.maps else np.sqrt(self.first)[:, None]
            for place in range(count):
                tilted = np.einsum("ke,epn->pkn", maps[:, :, place], fields[:, :, 0]) * m1
                tilted[0] += longer[:, place, None] * S2
                modes.append(scale * tilted)
        return joined([*modes, *(field * np.sqrt(self.second)[:, None] * m1 for field in fields)])


def two_steps(model: TwoStepNetwork) -> TwoSteps:
    """What both steps leave; raises `OutOfDomain` where a step is not defined."""
    # notation: g, pi, e1, e2; u, c, T1 after the first step; mu, S2, S3 of sigma'; y'' the label less the output
    sigma, kinks, alpha1 = model.activation, model.activation.kinks, model.second_step_sample_complexity
    g, pi = model.readout.quadrature(0, 1.0)
    e1, e2 = relative_rate(model) * g[:, None], relative_rate(model, model.second_step) * g
    step = gradient_step(model)
    here, c, T1 = step.latent(e1), step.bulk_variance(e1), step.common(e1)
    _check_bulk(model, "step", c)
    u, count = here.spikes[:, 0], len(step.frame)
    rule = kappa_rule(model.label_kinks, float(np.linalg.norm(here.inside)), u, c, pi, False, LEVEL)
    shift, scale = np.outer(u, rule.nodes), np.sqrt(c)[:, None] + 0 * rule.nodes
    slope = sigma.slope()
    slopes = conditional_moments(slope, kinks, shift, scale)
    mu, S2, S3 = slopes.mean, slopes.linear / scale, slopes.quadratic / scale**2
    output = (pi * g) @ conditional_moments(sigma, kinks, shift, scale).mean
    ys = second_residual(model, here, rule.nodes, output)
    w = rule.weights
    root = _root((w * mu * ys.second) @ mu.T / alpha1)  # n_k in the basis nu
    whiten = np.linalg.pinv(root) / alpha1

    def along(slope: Array) -> Array:
        """(1/n1) sum of y'' slope x in (kappa_1, s, nu), for slopes (K, N) of the classes: (K, D)."""
        inside = np.einsum("kn,an->ka", w * slope, ys.first)
        return np.hstack([inside, np.einsum("kn,ln->kl", w * slope * ys.second, mu) @ whiten.T])

    spikes = e2[:, None] * np.hstack([along(mu)[:, :count], root])  # [multi.6]
    spikes[:, 0] += u
    T2, C3 = 1 + e2 * ((w * S2) @ ys.mean), along(S3)
    second = e2**2 * ((w * (slopes.linear**2 + slopes.residual)) @ ys.second) / alpha1
    variances = c * T2**2 + second  # [multi.6]
    _check_bulk(model, "second_step", variances)

    bent = _bent(w * S2, ys, mu, whiten)  # E[y'' S2 (X X^T - P)]
    one, size = np.eye(spikes.shape[1]), spikes.shape[1]
    tilt = np.zeros((len(pi), size, size))
    tilt[:, :count, :count] = np.einsum("ko,oab->kab", e1, step.frame.T @ step.span @ step.frame) * step.curvature
    gain = np.zeros((len(pi), size))
    gain[:, :count] = (T1[:, None] * step.third) * (e1 @ step.averages @ step.frame)  # half the growth of |w|^2
    kept = T2[:, None, None] * one + e2[:, None, None] * bent
    moved = T1[:, None, None] * one + tilt
    maps = kept @ moved + np.einsum("k,ka,kb->kab", e2, C3, gain)  # [multi.7]
    pull = (e2 * T2 * c)[:, None] * C3
    # a longer row bends otherwise: T2 and the noise of the second step change with c
    squares = conditional_moments(lambda x: slope(x) ** 2, kinks, shift, scale).quadratic / (2 * scale**2) - mu * S3
    S4 = _third_moment(slope, kinks, shift, scale) / scale**3
    share = T2**2 + e2 * T2 * c * ((w * S4) @ ys.mean) + e2**2 * ((w * squares) @ ys.second) / alpha1
    longer = share[:, None] * gain + np.einsum("ka,kab->kb", pull, moved)  # [multi.7]

    axes, rank = frame_of(row_space(spikes))
    thetas = np.hstack([here.inside, here.outside, np.zeros((len(here.inside), root.shape[1]))]) @ axes
    latent = Latent(spikes @ axes[:, :rank], thetas[:, :rank], thetas[:, rank:])
    return TwoSteps(
        pi, variances, latent, axes.T @ maps @ axes, longer @ axes, axes.T @ kept @ axes, pull @ axes, step.noise(e1),
        second,
    )  # fmt: skip


def _third_moment(function: Activation, kinks: tuple[float, ...], shift: Array, scale: Array) -> Array:
    """E[f(shift + scale z) He_3(z)], of the shape of the shifts."""
    z, weights = split_rule(kinks, shift.reshape(-1, 1), scale.reshape(-1, 1), ORDERS[2])
    values = function(shift.reshape(-1, 1) + scale.reshape(-1, 1) * z)
    return np.asarray(np.sum(weights * (z**3 - 3 * z) * values, axis=1).reshape(shift.shape))


def _root(gram: Array) -> Array:
    """R with R R^T = gram, symmetric where it has full rank: smooth."""
    squares, axes = np.linalg.eigh(gram)
    left = squares > DEPENDENT * squares[-1]
    root = axes[:, left] * np.sqrt(squares[left])
    return np.asarray(root @ axes.T if left.all() else root)


def _bent(weights: Array, ys: SecondResidual, mu: Array, whiten: Array) -> Array:
    """(K, D, D), for weights w S2_k (K, N)."""
    size = len(ys.first)
    inner = np.einsum("kn,abn->kab", weights, ys.products) - np.einsum("kn,n,ab->kab", weights, ys.mean, np.eye(size))
    mixed = np.einsum("kn,an,ln->kal", weights, ys.squared, mu) @ whiten.T
    outer = np.einsum("kn,n,ln,mn->klm", weights, ys.third, mu, mu)
    outer = whiten @ outer @ whiten.T
    return np.concatenate(
        [np.concatenate([inner, mixed], axis=2), np.concatenate([mixed.transpose(0, 2, 1), outer], axis=2)], axis=1
    )


def _check_bulk(model: TwoStepNetwork, name: str, variances: Array) -> None:
    if np.min(variances) <= 0:
        raise OutOfDomain(name, getattr(model, name), "a step that leaves every neuron some bulk variance")


def two_step_grid(model: TwoStepNetwork, level: int) -> Grid:
    """The grid of refinement `level`."""
    after, classes = two_steps(model), ClassNodes.of(model.readout, level, 1.0)
    u, c = after.latent.spikes, after.variances
    if u.shape[1] > 1:
        return Grid(several_rule(u, c, level), classes)
    gamma = float(np.linalg.norm(after.latent.inside))
    return Grid(kappa_rule(model.label_kinks, gamma, u[:, 0], c, after.shares, False, level), classes)


def two_step_problem(model: TwoStepNetwork, grid: Grid) -> Problem:
    """The functions of kappa on a grid."""
    after, rule = two_steps(model), grid.kappa
    kappa = rule.nodes.reshape(len(rule.weights), -1)
    shift = after.latent.spikes @ kappa.T
    bulk = conditional_moments(
        model.activation, model.activation.kinks, shift, np.sqrt(after.variances)[:, None] + 0 * shift
    )
    labels = labels_given(model.target, after.latent, kappa)
    m = len(labels.target) - 1
    if model.width is None:
        means = Modes.free(bulk.mean, m)
    else:
        means = Modes.of_classes(bulk.mean, *[0.0] * m, strength=float(model.width))
    modes = means + after.directions(kappa.T, bulk, model.corrections)
    return Problem(Features.assemble(rule, after.shares, bulk, modes), labels)
