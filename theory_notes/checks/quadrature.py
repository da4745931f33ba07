"""Gaussian expectations and conditional moments at any precision (mpmath).

Serves `high_precision.py`; see the notes `canonical_problem.md` [cge.1] and `numerics.md`.
Every function works at the current precision of `mpmath.mp`.
"""

import itertools
from functools import cache
from typing import NamedTuple

import numpy as np
from mpmath import mp, mpf


class Moments(NamedTuple):
    """Functions of kappa on a Gaussian grid; class functions are lists over classes of lists over nodes."""

    kappa: list
    weight: list
    m0: list  # E sigma
    b: list  # E sigma z
    m2_squared: list  # E (sigma - m0 - b z)^2
    h0: list  # E[y | kappa]
    h1: list  # E[y s | kappa]
    h2: list  # E[y^2 | kappa], label noise included


@cache
def legendre_rule(order, digits):
    """Nodes and weights of the Gauss-Legendre rule on [-1, 1] at `digits` digits."""
    nodes, weights = [], []
    for start in np.polynomial.legendre.leggauss(order)[0]:
        x = mpf(float(start))
        for _ in range(8):  # Newton doubles the 15 digits of the start each time
            below, value = mpf(1), x
            for n in range(2, order + 1):
                below, value = value, ((2 * n - 1) * x * value - (n - 1) * below) / n
            slope = order * (x * value - below) / (x * x - 1)
            x, step = x - value / slope, value / slope
            if abs(step) < mpf(10) ** (3 - digits):
                break
        nodes.append(x)
        weights.append(2 / ((1 - x * x) * slope**2))
    return nodes, weights


def gaussian_grid(kinks=(), step=0.1, order=30):
    """Nodes and weights of E f(z), z ~ N(0, 1).

    Without kinks the trapezoid rule with the given step, whose error falls like exp(-2 pi a/step) for a
    function analytic in |Im z| < a; with kinks, Gauss-Legendre panels of length about 20 steps that end there.
    """
    reach = mp.sqrt(2 * mp.log(10) * (mp.dps + 3))
    step = mpf(step)
    inside = sorted({k for k in map(mpf, kinks) if -reach < k < reach})
    if not inside:
        count = int(mp.ceil(reach / step))
        nodes = [i * step for i in range(-count, count + 1)]
        weights = [step] * len(nodes)
    else:
        reference, reference_weights = legendre_rule(order, mp.dps)
        edges = [-reach, *inside, reach]
        nodes, weights = [], []
        for left, right in itertools.pairwise(edges):
            panels = int(mp.ceil((right - left) / (20 * step)))
            half = (right - left) / (2 * panels)
            for i in range(panels):
                middle = left + (2 * i + 1) * half
                nodes += [middle + half * x for x in reference]
                weights += [half * w for w in reference_weights]
    density = [mp.npdf(z) for z in nodes]
    return nodes, [w * f for w, f in zip(weights, density, strict=True)]


def hermite_law(scale, count):
    """Values and probabilities of the Gauss-Hermite rule for N(0, scale^2): a Gaussian spike law in `count` classes."""
    values, probabilities = [], []
    for start in np.polynomial.hermite_e.hermegauss(count)[0]:
        x = mpf(float(start))
        for _ in range(4 + mp.dps // 10):
            below, value = mpf(1), x
            for n in range(1, count):
                below, value = value, x * value - n * below
            x -= value / (count * below)
        values.append(mpf(scale) * x)
        probabilities.append(mp.factorial(count) / (count * below) ** 2)
    return values, probabilities


def class_moments(function, kinks, spike, variance, kappa, step):
    """m0, b and m2^2 of sigma(u kappa + sqrt(c) z) at each kappa   [cge.1]."""
    scale = mp.sqrt(variance)
    smooth = None if kinks else gaussian_grid((), step)
    m0, b, m2_squared = [], [], []
    for x in kappa:
        shift = spike * x
        z, w = smooth or gaussian_grid([(k - shift) / scale for k in kinks], step)
        value = [function(shift + scale * point) for point in z]
        mean = mp.fdot(w, value)
        slope = mp.fdot(w, [f * point for f, point in zip(value, z, strict=True)])
        rest = [f - mean - slope * point for f, point in zip(value, z, strict=True)]
        m0.append(mean)
        b.append(slope)
        m2_squared.append(mp.fdot(w, [r * r for r in rest]))
    return m0, b, m2_squared


def target_moments(function, kinks, alignment, noise_variance, kappa, step):
    """h0, h1, h2 of y = f(gamma kappa + rho s) + noise at each kappa."""
    if alignment * alignment == 1:
        h0 = [function(alignment * x) for x in kappa]
        return h0, [mpf(0)] * len(kappa), [f * f + noise_variance for f in h0]
    mean, slope, rest = class_moments(function, kinks, alignment, 1 - alignment**2, kappa, step)
    return mean, slope, [m * m + b * b + r + noise_variance for m, b, r in zip(mean, slope, rest, strict=True)]


def moments(activation, activation_kinks, target, target_kinks, spikes, variances, alignment, noise_variance, step):
    """All conditional moments, on a grid of kappa that splits where a nearly aligned target has its kinks."""
    kappa, weight = gaussian_grid([k / alignment for k in target_kinks] if alignment else (), step)
    classes = [
        class_moments(activation, activation_kinks, u, c, kappa, step) for u, c in zip(spikes, variances, strict=True)
    ]
    m0, b, m2_squared = (list(part) for part in zip(*classes, strict=True))
    h = target_moments(target, target_kinks, alignment, noise_variance, kappa, step)
    return Moments(kappa, weight, m0, b, m2_squared, *h)
