"""Networks after one gradient step, as settings.  Note: one_step.md [net.1]-[net.4]; p = infinity: `staircase`."""

from typing import Any

import numpy as np
from mpmath import mp

from rmt_asymptotics.digits.algebra import Numbers, is_present, numbers, zeros
from rmt_asymptotics.digits.expansion import closed_span
from rmt_asymptotics.digits.gradient_step import GradientStep, gradient_step, relative_rate
from rmt_asymptotics.digits.moments import Moments
from rmt_asymptotics.digits.setting import Mode, Resolution, Setting, class_modes, direction_modes, mean_modes
from rmt_asymptotics.digits.spiked import classes, kappa_rule, moments
from rmt_asymptotics.digits.staircase import step_modes
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.models import OneStepNetwork
from rmt_asymptotics.steps import MaximalStep

WIDEST = 1e12  # resolution of classes whose spikes are smaller than its inverse


def one_step(model: OneStepNetwork, resolution: Resolution) -> Setting:
    """The network at finite width, or after a maximal step at p = infinity; below it, its limit."""
    step = gradient_step(model, resolution)
    if model.width is None and not isinstance(model.step, MaximalStep):
        return _limit(model, step, resolution)
    rate, beta = relative_rate(model), mp.mpf(model.width_ratio)
    per_readout = float(abs(step.spike(rate)))
    g, pi = classes(model.readout, resolution.classes, 1 / max(per_readout, 1 / WIDEST))
    e = g * rate
    u, c = step.spike(e), step.bulk_variance(e)
    if min(c) <= 0:
        raise OutOfDomain("step", model.step, "a step that leaves every neuron some bulk variance: c = 0 was reached")
    kappa, weight = kappa_rule(model.single_target, step.gamma, u / _roots(c), pi, resolution)
    rows = [moments(model.activation, "activation", kappa * a, b, resolution) for a, b in zip(u, c, strict=True)]
    bulk = Moments(*(np.array(part) for part in zip(*rows, strict=True)))
    labels = moments(model.single_target, "target", kappa * step.gamma, step.rho**2, resolution)
    if model.corrections:
        directions = corrected_directions(step, e, kappa, bulk, beta)
    else:
        directions = direction_modes(kappa, bulk.linear, beta)
    if model.width is None and model.readout.continuous and rate and is_present(abs(step.h1) / mp.sqrt(step.vs + 1)):
        growth = step.s2 * step.ybar
        quadratic = growth**2 + step.noise(mp.one)
        free, everything = closed_span(model.activation, mp.one, kappa, step.h1 * step.B, growth, quadratic)
        return Setting(kappa, weight, pi, bulk, labels, directions, free, everything)  # [span.1]
    means = mean_modes(bulk.mean, model.width)
    return Setting(kappa, weight, pi, bulk, labels, means["modes"] + directions, means["free"])


def corrected_directions(step: GradientStep, e: Numbers, kappa: Numbers, bulk: Moments, beta: Any) -> list[Mode]:
    """What multiplies omega.v and omega.zeta, and the two directions of the gradient noise.  [net.3]"""
    e = e[:, None]
    c, common, A = step.bulk_variance(e), step.common(e), step.span
    m1, S2 = bulk.linear / _roots(c), bulk.quadratic / c
    curved, lengths = e * step.s2, e * common * S2 * (step.B * step.h3)
    spike = (common + curved * A[0, 0]) * kappa * m1 + lengths, curved * A[0, 1] * m1
    teacher = curved * A[0, 1] * kappa * m1, (common + curved * A[1, 1]) * m1
    amplitude, none = _roots(step.noise(e)) * m1, zeros(*m1.shape)
    noise = (amplitude * kappa, none), (none, amplitude)
    return [mode for first, second in (spike, teacher, *noise) for mode in class_modes(first, second, beta)]


def _limit(model: OneStepNetwork, step: GradientStep, resolution: Resolution) -> Setting:
    """One class of neurons without a spike, and the polynomial modes of the step.  [stair.1]"""
    one = numbers([1])
    kappa, weight = kappa_rule(model.single_target, step.gamma, 0 * one, one, resolution)
    single = moments(model.activation, "activation", numbers([[0]]), mp.one, resolution)
    bulk = Moments(*(part + zeros(1, len(kappa)) for part in single))
    labels = moments(model.single_target, "target", kappa * step.gamma, step.rho**2, resolution)
    free, finite = step_modes(model, step, single, kappa, weight, resolution)
    modes = direction_modes(kappa, bulk.linear, mp.mpf(model.width_ratio))
    modes += [(function, 0 * function, 0, strength) for function, strength in finite]
    return Setting(kappa, weight, one, bulk, labels, modes, free)


def _roots(values: Numbers) -> Numbers:
    return numbers([mp.sqrt(x) for x in values.ravel()]).reshape(values.shape)
