"""Spiked random features at 30 digits: errors through second moments, for use as reference.

Shares nothing with the package: mpmath, trapezoid or Gauss-Legendre quadrature, order parameters V1_kl and
pi_k t_k as unknowns, and the test error from the second moments Q1, Q2 [q.1, q.2] instead of the Jacobian
[err.1]. Run `python -m theory_notes.checks.high_precision` from the root of the repository.
"""

import math
import time
from typing import NamedTuple

import numpy as np
from mpmath import mp, mpf

from theory_notes.checks import quadrature
from theory_notes.checks.order_parameters import Bulk, state_evolution
from theory_notes.checks.second_moments import second_moments

# plain theory of cui24's setting: tanh, sin, n0/d = 20, rate 3, p = d, ridge .1, width infinite
PUBLISHED_SETTING = {
    0.2: "0.0484829019195",
    0.9: "0.0425039287213",
    1.6: "0.0373113280789",
    2.3: "0.0343046647450",
    3.0: "0.0325182080146",
}


class Solution(NamedTuple):
    """Errors, the resolvent traces t_k of the classes, and the relative residual of se.1-se.5, all mpf."""

    test_error: mpf
    training_error: mpf
    training_objective: mpf
    traces: list
    residual: mpf


def penalised_projection(values, penalties, targets, weight):
    """Coefficients and fitted function of least squares with penalties; rows of penalty 0 may be collinear   [modes.1].

    `values` is (modes, 2 nodes): the parts F0 and F1 side by side. Unpenalised rows are first made orthonormal.
    """
    free = []
    for row in values[[i for i, penalty in enumerate(penalties) if penalty == 0]]:
        size = row.dot(weight * row)
        for kept in free * 2:  # twice: rounding of the first pass is removed by the second
            row = row - kept * kept.dot(weight * row)
        left = row.dot(weight * row)
        if left > size * mpf(10) ** (6 - mp.dps) and size > mpf(10) ** (6 - mp.dps):
            free.append(row / mp.sqrt(left))
    finite = [i for i, penalty in enumerate(penalties) if penalty != 0]
    rows = np.array(free + [values[i] for i in finite])
    diagonal = [mpf(0)] * len(free) + [penalties[i] for i in finite]
    gram = mp.matrix((rows * weight).dot(rows.T).tolist()) + mp.diag(diagonal)
    solution = np.array(list(mp.lu_solve(gram, mp.matrix((rows * weight).dot(targets).tolist()))))
    coefficients = np.array([mpf(0)] * len(values))
    coefficients[finite] = solution[len(free) :]
    return coefficients, solution.dot(rows)


def class_modes(kappa, m0, b, width, width_ratio):
    """Class means, spike directions and teacher directions, F0 and F1 side by side, and their strengths   [cge.1]."""
    none = np.array([mpf(0)] * len(kappa))
    means = [np.append(f, none) for f in m0]
    spike_directions = [np.append(kappa * f, none) for f in b]
    teacher_directions = [np.append(none, f) for f in b]
    strengths = [width] * len(b) + [width_ratio] * (2 * len(b))
    return np.array(means + spike_directions + teacher_directions), strengths


def solve(
    activation, target, *, spikes, probabilities, alignment, bulk_variance, sample_complexity, width_ratio, ridge,
    noise_variance=0, width=math.inf, activation_kinks=(), target_kinks=(), digits=30, step=0.1,
):  # fmt: skip
    """The spiked random features model to about `digits` - 8 digits, if the quadrature `step` is fine enough.

    `activation` and `target` are functions of an mpf; `spikes`, `probabilities` and `bulk_variance` have one
    entry per class (a single bulk variance serves all). `width` is p, or inf for the limit. Returns a Solution.
    """
    with mp.workdps(digits):
        classes = len(spikes)
        variances = list(map(mpf, bulk_variance if np.ndim(bulk_variance) else [bulk_variance] * classes))
        spikes, noise_variance = list(map(mpf, spikes)), mpf(noise_variance)
        alignment, width_ratio = mpf(alignment), mpf(width_ratio)
        ratio = mpf(sample_complexity) / width_ratio
        grid = quadrature.moments(
            activation, activation_kinks, target, target_kinks, spikes, variances, alignment, noise_variance, step
        )
        kappa, weight, m0, b, m2_squared, h0, h1, h2 = map(np.array, grid)
        shares = np.array(list(map(mpf, probabilities)))
        bulk = Bulk(weight, b, m2_squared, shares, ratio, width_ratio, mpf(ridge))
        order, residual = state_evolution(bulk)
        tau = order[-classes:]
        scaled = 1 / (1 + (bulk.multiplicity * order).dot(bulk.features))  # 1/(1 + V)

        values, strengths = class_modes(kappa, m0, b, mpf(width), width_ratio)
        penalties = [1 / (r * tau[j % classes]) for j, r in enumerate(strengths)]  # 1/Cap
        sides = np.tile(ratio * weight * scaled, 2)  # one weight for each of F0 and F1
        coefficients, fitted = penalised_projection(values, penalties, np.append(h0, h1), sides)
        hats = [
            (c * q) ** 2 * (0 if mp.isinf(r) else r) for c, q, r in zip(coefficients, penalties, strengths, strict=True)
        ]
        source = np.array([mp.fsum(hats[k::classes]) for k in range(classes)])
        g0, g1 = fitted[: len(kappa)], fitted[len(kappa) :]
        base = (h2 - h0**2 - h1**2) + (h0 - g0) ** 2 + (h1 - g1) ** 2
        error = second_moments(bulk, order, base, source)
        objective = weight.dot((h2 - g0 * h0 - g1 * h1) * scaled)
        return Solution(weight.dot(error), weight.dot(error * scaled**2), objective, list(tau / shares), residual)


def published_parameters():
    """Spike, bulk variance and alignment of the tanh-sin setting after the maximal step   [net.1, net.2]."""
    z, w = map(np.array, quadrature.gaussian_grid())
    student, slope, teacher = (np.array([f(x) for x in z]) for f in (mp.tanh, lambda x: mp.sech(x) ** 2, mp.sin))
    first, target_first = w.dot(z * student), w.dot(z * teacher)
    power, rate, samples = w.dot(teacher**2), 3, 20
    length = mp.sqrt(target_first**2 + power / samples)
    variance = 1 + rate**2 * power * (w.dot(slope**2) - first**2) / samples
    return {"spikes": [rate * first * length], "bulk_variance": variance, "alignment": target_first / length}


def published_deviation(sample_complexity):
    """Test error minus the published reference value at one sample complexity of PUBLISHED_SETTING."""
    with mp.workdps(30):
        known = published_parameters()
        solution = solve(
            mp.tanh, mp.sin, probabilities=[1], sample_complexity=sample_complexity, width_ratio=1, ridge=0.1, **known
        )
        return float(solution.test_error - mpf(PUBLISHED_SETTING[sample_complexity]))


def main():
    """Print the deviations from the published setting."""
    for sample_complexity in PUBLISHED_SETTING:
        start = time.perf_counter()
        deviation = published_deviation(sample_complexity)
        print(f"n/d = {sample_complexity}: test error off by {deviation:+.1e}   ({time.perf_counter() - start:.1f} s)")


if __name__ == "__main__":
    main()
