"""Structured problems built by hand: the reference digits of theory_notes/structure.md, and random ones."""

from dataclasses import replace

import numpy as np
from scipy.special import erf

from rmt_asymptotics.canonical.modes import Directions, Modes
from rmt_asymptotics.canonical.problem import Controls, Features, Labels, Problem
from rmt_asymptotics.gaussian.conditional import conditional_moments
from rmt_asymptotics.gaussian.quadrature import sinh_rule

TWO_LEVEL, SHARES = np.array([2.5, 0.5]), np.array([0.25, 0.75])
TEACHER = np.array([0.7, 0.3])
NODES = 120


def controls(sample_complexity, dimension_ratio, ridge, noise):
    return Controls(*np.array([[sample_complexity], [dimension_ratio], [ridge], [noise]], float))


def bell(x):
    """E(x) of the references, an odd activation."""
    return erf(x / np.sqrt(2))


def shifted(x):
    """Es(x) of the references."""
    return erf((x + 0.7) / np.sqrt(2)) - 0.3


def target(x):
    return np.sin(x) + 0.6 * np.cos(1.5 * x)


def power_law(exponent):
    values = np.arange(1, 201.0) ** -exponent
    return values / values.mean(), np.full(200, 1 / 200)


def teacher_alone(profile):
    """One direction, of the coordinate s, on a single node."""
    return Directions.of((profile / profile.sum())[:, None, None], np.array([[[0.0]], [[1.0]]]))


def ridge_regression(exponent):
    """y = .8 s + noise, tau_j ~ s_j/sqrt(j)."""
    values, shares = power_law(exponent)
    teacher = teacher_alone(values * np.arange(1, 201) ** -0.5)
    one = np.ones((1, 1))
    features = Features(
        np.zeros(1), np.ones(1), np.ones(1), one, 0 * one, Modes.none(2, 1), shares, values[:, None], True, teacher
    )
    return Problem(features, Labels(np.array([[0.0], [0.8]]), np.zeros(1)))


def random_features():
    values, shares = power_law(0.7)
    bulk = conditional_moments(bell, (), np.zeros((1, 1)), 1.0)
    teacher = teacher_alone(values / np.arange(1, 201))
    features = Features(
        np.zeros(1), np.ones(1), np.ones(1), bulk.linear, bulk.residual,
        lengths(bulk, shares, values[:, None]), shares, values[:, None], True, teacher,
    )  # fmt: skip
    return Problem(features, Labels.of(conditional_moments(target, (), np.zeros(1), 1.0)))


def lengths(bulk, shares, variances):
    """The mode of the row variances on the sphere.  [var.1]"""
    spread = shares @ (variances - shares @ variances) ** 2
    return Modes.of_classes(bulk.quadratic / 2, 0, per_width_ratio=2 * spread)


def spiked_overlaps():
    """mu of (v, zeta) on two levels, and the alignment: v is not theta plus a vector across it in every eigenspace."""
    across = 0.8 * np.sqrt(np.array([0.81, 0.19]) * TEACHER)
    spike = 0.64 * np.array([0.81, 0.19]) + 0.36 * np.array([0.25, 0.75])
    gram = np.array([[spike, across], [across, TEACHER]]).transpose(2, 0, 1)
    turn = np.linalg.inv(np.linalg.cholesky(gram.sum(axis=0)))
    return turn @ gram @ turn.T, across.sum()


def spiked_profiles():
    """The same as fields of a model."""
    across = np.sqrt(np.array([0.81, 0.19]) * TEACHER)
    spike = 0.64 * np.array([0.81, 0.19]) + 0.36 * np.array([0.25, 0.75])
    return {
        "alignment": 0.8 * float(across.sum()), "alignment_profile": tuple(across / across.sum()),
        "spike_profile": tuple(spike),
    }  # fmt: skip


def spiked(activation, u, pi, c, width=None):
    """Spiked random features on two levels."""
    rule, (overlaps, gamma) = sinh_rule(NODES, 0.5), spiked_overlaps()
    kappa, u, pi, c = rule.nodes, np.array(u), np.array(pi), np.array(c)
    bulk = conditional_moments(activation, (), np.outer(u, kappa), np.sqrt(c)[:, None] + 0 * kappa)
    labels = Labels.of(conditional_moments(target, (), gamma * kappa, np.sqrt(1 - gamma**2)))
    variances = np.outer(TWO_LEVEL, np.ones(len(u)))
    means = Modes.free(bulk.mean) if width is None else Modes.of_classes(bulk.mean, 0, strength=width)
    features = Features(
        kappa, rule.weights, pi, bulk.linear, bulk.residual, means + lengths(bulk, SHARES, variances),
        SHARES, variances, directions=Directions.of(overlaps, fields(kappa)),
    )  # fmt: skip
    return Problem(features, labels)


def fields(kappa):
    """kappa and s."""
    return np.array([[kappa, 0 * kappa], [0 * kappa, 1 + 0 * kappa]])


ONE_CLASS = spiked(bell, [1.2], [1.0], [1.0])
TWO_CLASSES = spiked(shifted, [-1.0, 1.2], [0.4, 0.6], [1.0, 1.3], width=400.0)
USUAL = controls(2, 1 / 1.5, 0.05, 0.1)
# problem, controls; test error, training error, objective
REFERENCES = {
    "ridge regression, power 1.5": (
        ridge_regression(1.5), controls(0.5, 0, 0.02, 0.36), (0.643978717721, 0.029175037874, 0.079474926911),
    ),
    "ridge regression, power .8": (
        ridge_regression(0.8), controls(2, 0, 1e-3, 0.36), (0.717242560899, 0.180001674502, 0.180478416911),
    ),
    "random features": (random_features(), USUAL, (0.508349326090, 0.171807506777, 0.212441623896)),
    "kernel limit": (
        random_features(), controls(2, 0, 0.05, 0.1), (0.508033296262, 0.109733655537, 0.166199386526),
    ),
    "one class": (ONE_CLASS, USUAL, (0.485154543333, 0.165172927883, 0.213862337136)),
    "two classes": (TWO_CLASSES, USUAL, (0.436159853369, 0.133405702315, 0.180590784956)),
}  # fmt: skip


def with_features(problem, **changes):
    return Problem(replace(problem.features, **changes), problem.labels)


def as_directions(problem):
    """The spike and the teacher as directions of a single node, instead of modes of a strength."""
    features = problem.features
    kept = features.modes.strengths[1] == 0
    modes = Modes(features.modes.functions[:, kept], features.modes.classes[kept], features.modes.strengths[:, kept])
    return with_features(problem, modes=modes, directions=Directions.of(np.eye(2)[None], fields(features.nodes)))
