"""Networks after one gradient step at 30 digits: errors through second moments, with the modes of [net.3].

Shares nothing with the package. The span moments are taken in the directions theta and n, in which they are
explicit, and turned to v and zeta; everything after the modes is the machinery of `high_precision.py`.
Run `python -m theory_notes.checks.one_step` from the root of the repository.
"""

import math
from typing import NamedTuple

import numpy as np
from mpmath import mp, mpf

from theory_notes.checks import quadrature
from theory_notes.checks.high_precision import Solution, penalised_projection
from theory_notes.checks.order_parameters import Bulk, state_evolution
from theory_notes.checks.second_moments import second_moments

CORRECTED = {0.2: "0.04812", 0.9: "0.04161", 1.6: "0.03633", 3.0: "0.03151"}  # tanh, sin, n0/d = 20, rate 3, p = d


class Step(NamedTuple):
    """Moments of sigma and of the residual label, B, gamma, rho, Yhat less ybar on (v, zeta), n0/d   [net.1-net.3]."""

    h1: mpf
    s2: mpf
    h3: mpf
    vs: mpf
    ybar: mpf
    second: mpf
    length: mpf
    alignment: mpf
    rho: mpf
    span: np.ndarray
    samples: mpf


def moments(function, kinks, functionals, step):
    """E[g(f(z), z)] for each g of `functionals`."""
    z, w = quadrature.gaussian_grid(kinks, step)
    values = [function(x) for x in z]
    return [mp.fdot(w, [g(f, x) for f, x in zip(values, z, strict=True)]) for g in functionals]


def gradient_step(activation, slope, kinks, target, target_kinks, noise, mean_readout, samples, step):
    """What the batch of n0 = samples d inputs and the residual labels make of a row   [net.1-net.3]."""
    hermite = [lambda f, z: f, lambda f, z: f * z, lambda f, z: f * (z * z - 1), lambda f, z: f * (z**3 - 3 * z)]
    mean, h1, s2, h3 = moments(activation, kinks, hermite, step)
    (vs,) = moments(slope, kinks, [lambda f, z: (f - h1) ** 2], step)
    shift = mean_readout * mean
    ybar, h1s, y2s, square, square_z, cube = moments(
        lambda x: target(x) - shift,
        target_kinks,
        [*hermite[:3], lambda f, z: f * f, lambda f, z: f * f * z, lambda f, z: f**3],
        step,
    )
    second, cube = square + noise, cube + 3 * noise * ybar
    rho_b, q = mp.sqrt(second / samples), 1 / mp.sqrt(samples * second)
    length = mp.sqrt(h1s**2 + rho_b**2)
    gamma, rho = h1s / length, rho_b / length
    turn = np.array([[gamma, rho], [rho, -gamma]])
    span = turn.dot(np.array([[y2s, q * square_z], [q * square_z, q * q * cube]])).dot(turn)
    return Step(h1, s2, h3, vs, ybar, second, length, gamma, rho, span, samples)


def class_functions(function, kinks, spike, variance, kappa, step):
    """m0, b, S2 = E sigma'' and m2^2 of sigma(u kappa + sqrt(c) z) at each kappa, as rows   [cge.1]."""
    scale = mp.sqrt(variance)
    smooth = None if kinks else quadrature.gaussian_grid((), step)
    rows = []
    for x in kappa:
        z, w = smooth or quadrature.gaussian_grid([(k - spike * x) / scale for k in kinks], step)
        z, w = np.array(z), np.array(w)
        value = np.array([function(spike * x + scale * point) for point in z])
        m0, b, bend = w.dot(value), w.dot(value * z), w.dot(value * (z * z - 1))
        rows.append([m0, b, bend / variance, w.dot((value - m0 - b * z) ** 2)])
    return np.array(rows).T


def direction_modes(known, e, kappa, b, curved):
    """Functions F0, F1 side by side and strengths per width ratio of the directions of one class   [net.3]."""
    common = 1 + e * known.s2 * known.ybar
    noise = e * e * known.second * known.vs / known.samples
    m1 = b / mp.sqrt(common**2 + noise)
    (vv, vz), (_, zz) = e * known.s2 * known.span
    third = e * known.length * known.h3 * common * curved
    spike = np.append((common + vv) * kappa * m1 + third, vz * m1)
    teacher = np.append(vz * kappa * m1, (common + zz) * m1)
    none = 0 * m1
    return [spike, teacher, np.append(kappa * m1, none), np.append(none, m1)], [1, 1, noise, noise]


def solve(
    activation, slope, target, *, readouts, probabilities, rate, step_sample_complexity, sample_complexity,
    width_ratio, ridge, noise_variance=0, width=math.inf, activation_kinks=(), target_kinks=(), corrections=True,
    digits=30, step=0.1,
):  # fmt: skip
    """The network with finitely many values g of the readout and e = rate g, to about `digits` - 8 digits.

    `activation`, its derivative `slope` and `target` are functions of an mpf. `width` is p, or inf for free class
    means; without `corrections` the spiked features with the same u and c. Returns a Solution.
    """
    with mp.workdps(digits):
        g, shares = (np.array(list(map(mpf, part))) for part in (readouts, probabilities))
        noise, ratio, beta = mpf(noise_variance), mpf(sample_complexity) / mpf(width_ratio), mpf(width_ratio)
        known = gradient_step(
            activation, slope, activation_kinks, target, target_kinks, noise, g.dot(shares),
            mpf(step_sample_complexity), step,
        )  # fmt: skip
        kappa, weight = map(np.array, quadrature.gaussian_grid([k / known.alignment for k in target_kinks], step))
        h0, h1, _, rest = class_functions(target, target_kinks, known.alignment, known.rho**2, kappa, step)
        h1 = h1 if known.rho else 0 * h0
        bulk_functions, modes, strengths, owners = [], [], [], []
        for k, e in enumerate(mpf(rate) * g):
            u = e * known.h1 * known.length
            c = (1 + e * known.s2 * known.ybar) ** 2 + e * e * known.second * known.vs / known.samples
            m0, b, curved, m2_squared = class_functions(activation, activation_kinks, u, c, kappa, step)
            bulk_functions.append((b, m2_squared))
            rows, multiples = [np.append(kappa * b, 0 * b), np.append(0 * b, b)], [1, 1]
            if corrections:
                rows, multiples = direction_modes(known, e, kappa, b, curved)
            modes += [np.append(m0, 0 * m0), *rows]
            strengths += [mpf(width), *(beta * m for m in multiples)]
            owners += [k] * (1 + len(rows))
        present = [j for j, r in enumerate(strengths) if r]  # a readout g = 0 has no gradient noise
        modes, strengths, owners = ([part[j] for j in present] for part in (modes, strengths, owners))
        b, m2_squared = (np.array(part) for part in zip(*bulk_functions, strict=True))
        bulk = Bulk(weight, b, m2_squared, shares, ratio, beta, mpf(ridge))
        order, residual = state_evolution(bulk)
        tau = order[-len(g) :]
        scaled = 1 / (1 + (bulk.multiplicity * order).dot(bulk.features))  # 1/(1 + V)
        penalties = [1 / (r * tau[k]) for r, k in zip(strengths, owners, strict=True)]  # 1/Cap
        sides = np.tile(ratio * weight * scaled, 2)
        coefficients, fitted = penalised_projection(np.array(modes), penalties, np.append(h0, h1), sides)
        source = np.array([mpf(0)] * len(g))
        for coefficient, penalty, r, k in zip(coefficients, penalties, strengths, owners, strict=True):
            source[k] += 0 if mp.isinf(r) else (coefficient * penalty) ** 2 * r
        base = rest + noise + (h0 - fitted[: len(kappa)]) ** 2 + (h1 - fitted[len(kappa) :]) ** 2
        error = second_moments(bulk, order, base, source)
        h2 = h0**2 + h1**2 + rest + noise
        objective = weight.dot((h2 - fitted[: len(kappa)] * h0 - fitted[len(kappa) :] * h1) * scaled)
        return Solution(weight.dot(error), weight.dot(error * scaled**2), objective, list(tau / shares), residual)


def corrected_deviation(sample_complexity, digits=20, step=0.2):
    """Test error less the value printed in CORRECTED: at most half a unit of its last digit."""
    solution = solve(
        mp.tanh, lambda x: mp.sech(x) ** 2, mp.sin, readouts=[1], probabilities=[1], rate=3, step_sample_complexity=20,
        sample_complexity=sample_complexity, width_ratio=1, ridge=0.1, digits=digits, step=step,
    )  # fmt: skip
    return float(solution.test_error - mpf(CORRECTED[sample_complexity]))


def staircase(exponent, width, classes, digits=40, step=0.2):
    """Errors of a network with sigma = tanh(x + .7) centred, target He_1 + .6 He_2 + .3 He_3 + .2 He_4, n0/d = 6.5.

    eta = n^exponent at the given width, and the Gauss-Hermite rule of `classes` nodes as readout   [stair.1].
    """
    with mp.workdps(digits):
        shift, p, beta = mpf("0.7"), mpf(width), mpf("1.3")
        (mean,) = moments(lambda x: mp.tanh(x + shift), (), [lambda f, z: f], step / 2)
        powers = [mpf("0.2"), mpf("0.3"), mpf("-0.6"), mpf("0.1"), mpf(0)]
        readouts, probabilities = quadrature.hermite_law(1, classes)
        return solve(
            lambda x: mp.tanh(x + shift) - mean, lambda x: mp.sech(x + shift) ** 2, lambda x: mp.polyval(powers, x),
            readouts=readouts, probabilities=probabilities, rate=(2 * p / beta) ** mpf(exponent) / mp.sqrt(p),
            step_sample_complexity="6.5", sample_complexity=2, width_ratio=beta, ridge="0.1", noise_variance="0.1",
            width=p, digits=digits, step=step,
        )  # fmt: skip


def main():
    """Print the corrected values of the published setting, and a wide network (staircase(.29, 1e12, 18): minutes)."""
    for sample_complexity in CORRECTED:
        print(f"n/d = {sample_complexity}: off the printed value by {corrected_deviation(sample_complexity):+.1e}")
    print("eta = n^.29, p = 1e9, three readouts:", mp.nstr(staircase(0.29, 10**9, 3).test_error, 18))


if __name__ == "__main__":
    main()
