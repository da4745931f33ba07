"""Translation: spiked random features -> canonical problem.  Note: canonical_problem.md (cui24, dandi24).

For each class of neurons (each value of the spike coefficient u) there are three modes: the class
mean m0(kappa), the spike direction kappa m1(kappa) and the teacher direction s m1(kappa).
"""

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.problem import Problem
from rmt_asymptotics.canonical.span import closed_span
from rmt_asymptotics.gaussian.conditional import conditional_moments
from rmt_asymptotics.gaussian.quadrature import panel_rule, sinh_rule
from rmt_asymptotics.models import SpikedRandomFeatures

CLASS_COUNTS = (18, 26, 38, 56, 82, 120, 176, 258, 380)  # of a continuous law
NODE_COUNTS = (40, 58, 84, 122, 176, 256, 370, 540, 780)
NODE_COUNTS_FINITE = (56, 84, *NODE_COUNTS[3:], 1120)  # laws with finitely many values: asked for more digits
PANEL_ORDERS = (8, 12, 16, 22, 30, 40, 54, 72, 96)
LEVELS = len(CLASS_COUNTS)
NARROW = 0.15  # features of the target narrower than this in kappa get panels of their own


def spiked_problem(model: SpikedRandomFeatures, level: int) -> Problem:
    """The functions of kappa at refinement `level` = 0, 1, ...: more nodes, and more classes of a continuous law."""
    # notation: u, pi, c, gamma, rho
    c, gamma = model.bulk_variance, model.alignment
    rho = np.sqrt((1 - gamma) * (1 + gamma))
    u, pi = model.spike.quadrature(CLASS_COUNTS[level], np.sqrt(c))
    reach = min(np.max(np.abs(u)), 3 * np.sqrt(pi @ u**2))
    kappa, weights = _kappa_rule(model, float(np.sqrt(c) / max(reach, np.sqrt(c))), level)
    bulk = conditional_moments(model.activation, model.activation.kinks, np.outer(u, kappa), np.sqrt(c))
    target = conditional_moments(model.target, model.target.kinks, gamma * kappa, rho, field="target")

    spanned = model.width is None and model.spike.continuous
    means = closed_span(model.activation, c, kappa) if spanned else bulk.mean  # [span.1]
    none = np.zeros_like(bulk.linear)
    means_strength = np.full(len(means), np.inf if model.width is None else model.width)
    return Problem(
        nodes=kappa,
        weights=weights,
        class_weights=pi,
        linear=bulk.linear,
        residual=bulk.residual,
        modes=np.array(
            [
                np.concatenate([means, kappa * bulk.linear, none]),
                np.concatenate([np.zeros_like(means), none, bulk.linear]),
            ]
        ),
        mode_classes=np.concatenate([np.arange(len(means)) % len(u), np.arange(len(u)), np.arange(len(u))]),
        strengths=np.array(
            [np.append(means_strength, np.zeros(2 * len(u))), np.repeat([0, 1], [len(means), 2 * len(u)])]
        ),
        target=np.array([target.mean, target.linear]),
        target_residual=target.residual,
    )


def _kappa_rule(model: SpikedRandomFeatures, width: float, level: int) -> tuple[Array, Array]:
    """A rule in kappa for bulk functions of width `width` at 0 and for the kinks of the target at kappa = x/gamma."""
    gamma = abs(model.alignment)
    if model.target.kinks and np.sqrt(1 - gamma**2) < NARROW * gamma:
        sharpness = np.sqrt((1 - gamma) * (1 + gamma)) / gamma
        kinks = sorted({sign * x / gamma for x in model.target.kinks for sign in (-1, 1)})
        rule = panel_rule(
            PANEL_ORDERS[level], [(0.0, width)] + [(x, sharpness) for x in kinks if x != 0 or sharpness < width]
        )
    else:
        counts = NODE_COUNTS if model.spike.continuous else NODE_COUNTS_FINITE
        rule = sinh_rule(counts[level], width)
    return rule.nodes, rule.weights
