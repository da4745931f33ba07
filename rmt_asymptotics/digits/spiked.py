"""Random features with and without a spike, as settings.  Note: canonical_problem.md, sections 1 and 7."""

from typing import Any

import numpy as np
from mpmath import mp

from rmt_asymptotics.activations import Activation
from rmt_asymptotics.digits.algebra import Numbers, numbers, zeros
from rmt_asymptotics.digits.expansion import closed_span
from rmt_asymptotics.digits.functions import twin
from rmt_asymptotics.digits.moments import Moments, Smoothing, point_moments
from rmt_asymptotics.digits.rules import panels, trapezoid
from rmt_asymptotics.digits.setting import Resolution, Setting, class_modes, direction_modes, mean_modes
from rmt_asymptotics.laws import Law
from rmt_asymptotics.models import RandomFeatures, SpikedRandomFeatures

NARROW = 0.15  # features of the target narrower than this in kappa get panels of their own


def random_features(model: RandomFeatures, resolution: Resolution) -> Setting:
    """One class, and nothing that depends on kappa."""
    one, origin = numbers([1]), numbers([[0]])
    bulk = moments(model.activation, "activation", origin, mp.one, resolution)
    labels = moments(model.single_target, "target", origin[0], mp.one, resolution)
    means = mean_modes(bulk.mean, model.width)
    teacher = class_modes(zeros(1, 1), bulk.linear, mp.mpf(model.width_ratio))
    return Setting(origin[0], one, one, bulk, labels, means["modes"] + teacher, means["free"])


def spiked(model: SpikedRandomFeatures, resolution: Resolution) -> Setting:
    """The classes are the values of the spike."""
    c, gamma = mp.mpf(model.bulk_variance), mp.mpf(model.overlap)
    u, pi = classes(model.spike, resolution.classes, float(mp.sqrt(c)))
    kappa, weight = kappa_rule(model.single_target, gamma, u / mp.sqrt(c), pi, resolution)
    bulk = moments(model.activation, "activation", np.outer(u, kappa), c, resolution)
    labels = moments(model.single_target, "target", gamma * kappa, (1 - gamma) * (1 + gamma), resolution)
    directions = direction_modes(kappa, bulk.linear, mp.mpf(model.width_ratio))
    if model.width is None and model.spike.continuous:
        free, everything = closed_span(model.activation, c, kappa)
        return Setting(kappa, weight, pi, bulk, labels, directions, free, everything)  # [span.1]
    means = mean_modes(bulk.mean, model.width)
    return Setting(kappa, weight, pi, bulk, labels, means["modes"] + directions, means["free"])


def moments(function: Activation, field: str, shifts: Numbers, variance: Any, resolution: Resolution) -> Moments:
    """The moments of a function of shift + sqrt(variance) z."""
    known = twin(function, field)
    if not variance:
        return point_moments(known.value, shifts)
    largest = max(abs(shifts.ravel()))
    return Smoothing(known.value, known.kinks, variance, largest, resolution.order, resolution.digits).at(shifts)


def classes(law: Law, count: int, resolution: float) -> tuple[Numbers, Numbers]:
    """Values and shares; of a continuous law the `count` nodes that the ordinary solution has, as they are stored."""
    values, probabilities = map(numbers, law.quadrature(count, resolution))
    return values, probabilities if law.continuous else probabilities / sum(probabilities)


def kappa_rule(
    target: Activation, gamma: Any, ratios: Numbers, shares: Numbers, resolution: Resolution
) -> tuple[Numbers, Numbers]:
    """Nodes and weights, symmetric about 0.

    Class functions are sharpest at 0, with width sqrt(c)/u; a kink x of a nearly aligned target makes a feature of
    width rho/gamma at x/gamma.
    """
    root_mean_square = mp.sqrt(sum(shares * ratios**2))
    width = 1 / max(mp.one, min(max(abs(ratios)), 3 * root_mean_square))
    kinks = {s * mp.mpf(x) / gamma for x in target.kinks for s in (1, -1)} if gamma else set()
    sharpness = mp.sqrt((1 - gamma) * (1 + gamma)) / abs(gamma) if gamma else mp.inf
    if not kinks or sharpness >= NARROW:
        return trapezoid(resolution.nodes, width, resolution.digits)
    features = [(mp.zero, width)] + [(x, sharpness) for x in kinks if x or sharpness < width]
    return panels(max(resolution.order, resolution.nodes // 4), features, resolution.digits)
