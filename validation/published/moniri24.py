"""moniri24: what polynomial spikes take off the training objective and the test error, in closed form.

A step eta ~ n^a with (l-1)/(2l) < a < l/(2l+2) at p = infinity leaves l free spikes.  The bulk is that of random
features and V is one number, so that everything is explicit.  Normalisation of the paper: phi = d/n, psi = d/N,
penalty lambda |a|^2 beside the mean over samples, ridge = lambda n/p; n0 = n.  Derivation: one_step.md [stair.3].
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.polynomial.hermite_e import hermegauss, hermeval
from numpy.polynomial.polynomial import polyval
from scipy.optimize import brentq

STEP = 1e-200  # of complex differentiation: no subtraction, hence no rounding


class Traces(NamedTuple):
    """M1 = (psi/phi) m1 and M2 = (psi/phi) m2 of the paper, and their derivatives in lambda."""

    M1: float
    M2: float
    slope1: float
    slope2: float


class Drops(NamedTuple):
    """Random features minus network: training objective (the paper's training loss) and test error."""

    objective: float
    test: float


def traces(phi: float, psi: float, penalty: float, linear: float, rest: float) -> Traces:
    """M1 and M2 for an activation with first Hermite coefficient c_1 = `linear` and c_>^2 = `rest`.

    In a = m2/m1 and f = lambda M1, both in (0, 1), the first of the two equations of the paper gives f and
    the second one becomes a scalar equation for a.
    """

    def loss_factor(a: complex) -> complex:
        return 1 - phi * (1 - a) * (rest + linear**2 * a) / (linear**2 * a)

    def second_equation(a: complex, penalty: complex) -> complex:
        m1 = loss_factor(a) * phi / (psi * penalty)
        return phi / psi * (linear**2 * a * m1 + phi * (a - 1)) + linear**2 * a * m1 * (loss_factor(a) - 1)

    half = (phi * linear**2 - phi * rest - linear**2) / 2
    lowest = (half + np.sqrt(half**2 + phi**2 * linear**2 * rest)) / (phi * linear**2)  # where f = 0
    a = brentq(lambda a: second_equation(a, penalty).real, lowest, 1, xtol=1e-16, rtol=1e-15)
    slope = -second_equation(a, penalty + 1j * STEP).imag / second_equation(a + 1j * STEP, penalty).imag
    a_moved = a + 1j * STEP * slope
    M1 = loss_factor(a_moved) / (penalty + 1j * STEP)
    M2 = a_moved * M1
    return Traces(M1.real, M2.real, M1.imag / STEP, M2.imag / STEP)


def drops(
    phi: float, psi: float, penalty: float, linear: float, rest: float, target: Sequence[float], noise: float,
    spikes: int, modes: Sequence[Sequence[float]] | None = None,
) -> Drops:  # fmt: skip
    """The drops for l = `spikes` free spikes; `target` holds the coefficients c*_k with He_k.

    modes: the polynomials in kappa that the spikes are, as coefficients of the powers; the powers kappa, ..., kappa^l
    themselves by default, as in the paper.  The real network has other lower terms [stair.2].
    """
    M1, M2, slope1, slope2 = traces(phi, psi, penalty, linear, rest)
    second = hermite_norm(target) + noise
    alignment = target[1] / np.sqrt(target[1] ** 2 + phi * second)  # gamma = c*_1/B
    along = (alignment * target[1]) ** 2
    powers = [[0.0] * q + [1.0] for q in range(1, spikes + 1)]
    beyond = explained(target, alignment, powers if modes is None else modes) - along
    objective = penalty * (M2 * along + M1 * beyond)
    return Drops(float(objective), float(-(slope2 * along + slope1 * beyond) / M1**2))


def published_drops(
    phi: float, psi: float, penalty: float, linear: float, rest: float, target: Sequence[float], noise: float,
    spikes: int,
) -> Drops:  # fmt: skip
    """The formulas for l = 1 and l = 2 as the paper prints them."""
    M1, M2, slope1, slope2 = traces(phi, psi, penalty, linear, rest)
    B2 = target[1] ** 2 + phi * (hermite_norm(target) + noise)
    objective = penalty * target[1] ** 4 * M2 / B2
    test = -(target[1] ** 4) / B2 * slope2 / M1**2
    if spikes == 2:
        quadratic = 4 * target[1] ** 4 * target[2] ** 2 / (3 * B2**2)
        objective, test = objective + quadratic * penalty * M1, test - quadratic * slope1 / M1**2
    return Drops(objective, test)


def hermite_norm(coefficients: Sequence[float]) -> float:
    """E f^2 of f = sum c_k He_k."""
    return float(sum(c**2 * np.prod(np.arange(1.0, k + 1)) for k, c in enumerate(coefficients)))


def explained(target: Sequence[float], alignment: float, modes: Sequence[Sequence[float]]) -> float:
    """Squared length of the projection of E[f_*|kappa] = sum c*_k gamma^k He_k on polynomials of kappa."""
    kappa, weights = hermegauss(len(target) + max(map(len, modes)))
    root = np.sqrt(weights / np.sqrt(2 * np.pi))
    wanted = root * hermeval(kappa, np.asarray(target) * alignment ** np.arange(len(target)))
    basis, _ = np.linalg.qr(np.array([root * polyval(kappa, mode) for mode in modes]).T)
    return float(np.sum((basis.T @ wanted) ** 2))
