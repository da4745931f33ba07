"""ba22: what one gradient step of size eta = Theta(1) takes off the risk, in closed form.

The step leaves one spike of finite strength, kappa.  Normalisation of the paper: psi_1 = n/d, psi_2 = N/d, penalty
lambda |a|^2 beside the mean over samples, ridge = lambda n/p; n0 = n; the risk does not contain the noise.  M1 and
M2 solve the two equations of `moniri24`.  Derivation: one_step.md [stair.3].
"""

from typing import NamedTuple

from validation.published.moniri24 import STEP, traces


class Risks(NamedTuple):
    """Risk of random features, noise excluded, and what the step takes off it (delta)."""

    initial: float
    improvement: float


def risks(
    psi_1: float, psi_2: float, penalty: float, linear: float, rest: float, eta: float, slope: float, second: float,
    noise: float,
) -> Risks:  # fmt: skip
    """Centred sigma with c_1 = `linear`, c_>^2 = `rest`; centred target with c*_1 = `slope`, E f_*^2 = `second`."""
    at = traces(1 / psi_1, 1 / psi_2, penalty, linear, rest)
    B2 = slope**2 + (second + noise) / psi_1
    initial = -((second - slope**2 + noise) * at.slope1 + slope**2 * at.slope2) / at.M1**2 - noise
    moved = penalty + 1j * STEP, at.M1 + 1j * STEP * at.slope1, at.M2 + 1j * STEP * at.slope2
    return Risks(initial, -_explained(*moved, psi_1 / psi_2, eta * linear**2, slope, B2).imag / STEP / at.M1**2)


def _explained(penalty: complex, M1: complex, M2: complex, ratio: float, s: float, slope: float, B2: float) -> complex:
    """D = s^2 c*_1^4 M2^2 kap/(1 + s^2 B^2 M2 kap), kap = 1 - (psi_1/psi_2)(1 - lambda M1)."""
    kap = 1 - ratio * (1 - penalty * M1)
    return s**2 * slope**4 * M2**2 * kap / (1 + s**2 * B2 * M2 * kap)
