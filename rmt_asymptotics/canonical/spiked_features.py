"""Translation: spiked random features -> canonical problem.  Notes: canonical_problem.md (cui24, dandi24),
several_directions.md.

For each class of neurons (each value of the spike coefficients u) there are the class mean m0(kappa), the spike
directions kappa_j m1(kappa), and the teacher directions s_a m1(kappa).
"""

from functools import reduce
from operator import add

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.grids import ClassNodes, Grid, kappa_rule
from rmt_asymptotics.canonical.label_moments import labels_given
from rmt_asymptotics.canonical.latent import Latent, several_rule, spiked_latent
from rmt_asymptotics.canonical.modes import Directions, Modes
from rmt_asymptotics.canonical.problem import Features, Problem
from rmt_asymptotics.canonical.span import closed_span
from rmt_asymptotics.canonical.spectrum import frame, row_lengths, spectrum_of
from rmt_asymptotics.gaussian.conditional import conditional_moments
from rmt_asymptotics.models import SpikedRandomFeatures


def spiked_grid(model: SpikedRandomFeatures, level: int) -> Grid:
    """The grid of refinement `level` = 0, 1, ...: more nodes, and more classes of a continuous law."""
    # notation: u, pi, c
    c = model.bulk_variance
    classes = ClassNodes.of(model.spike, level, np.sqrt(c))
    pi, latent = _latent(model, classes)
    u, variances = latent.spikes, np.full(len(pi), c)
    if u.shape[1] > 1:
        return Grid(several_rule(u, variances, level), classes)
    kinks, gamma = model.label_kinks, float(np.linalg.norm(latent.inside))
    return Grid(kappa_rule(kinks, gamma, u[:, 0], variances, pi, model.spike.continuous, level), classes)


def _latent(model: SpikedRandomFeatures, classes: ClassNodes) -> tuple[Array, Latent]:
    """The shares of the classes, and the frame of spikes and target."""
    u, pi = classes.quadrature(model.spike)
    return pi, spiked_latent(u.reshape(len(pi), -1), np.array(model.alignment).reshape(-1, u[0].size))


def spiked_problem(model: SpikedRandomFeatures, grid: Grid) -> Problem:
    """The functions of kappa on a grid."""
    # notation: u, pi, c; b of the classes
    c, rule = model.bulk_variance, grid.kappa
    pi, latent = _latent(model, grid.classes)
    u, kappa = latent.spikes, rule.nodes.reshape(len(rule.weights), -1)
    bulk = conditional_moments(model.activation, model.activation.kinks, u @ kappa.T, np.sqrt(c))
    labels = labels_given(model.target, latent, kappa)

    m, b = len(labels.target) - 1, bulk.linear
    if model.width is not None:
        modes = Modes.of_classes(bulk.mean, *[0 * b] * m, strength=float(model.width))
    elif model.spike.continuous:
        modes = Modes.free(closed_span(model.activation, c, rule), m)  # [span.1]
    else:
        modes = Modes.free(bulk.mean, m)
    spectrum = spectrum_of(model)
    if spectrum is None:
        return Problem(Features.assemble(rule, pi, bulk, modes + directions(kappa.T, b, m)), labels)
    modes += row_lengths(bulk, spectrum, spectrum.rows(len(pi)))
    along = _with_profiles(model, kappa[:, 0])
    return Problem(Features.assemble(rule, pi, bulk, modes, spectrum, along), labels)


def directions(kappa: Array, linear: Array, count: int) -> Modes:
    """kappa_j b_k of coordinates kappa (r, N), and s_a b_k of so many coordinates s.  [multi.2]"""
    none = [np.zeros_like(linear)] * count
    parts = [[coordinate * linear, *none] for coordinate in kappa]
    parts += [[0 * linear, *none[:place], linear, *none[place + 1 :]] for place in range(count)]
    return reduce(add, (Modes.of_classes(*part, per_width_ratio=1) for part in parts))


def _with_profiles(model: SpikedRandomFeatures, kappa: Array) -> Directions:
    """The spike, and the teacher beside it, of inputs with a spectrum."""
    spike, overlap = model.spike_profiles
    gram = np.array([[spike, overlap], [overlap, model.teacher_profile]]).transpose(2, 0, 1)
    one = np.ones_like(kappa)
    return frame(gram, np.array([[kappa, 0 * one], [0 * one, one]]))
