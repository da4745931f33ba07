"""Mean and variance of log S, S = (1/m) sum_i phi(g_i)^2 with g ~ N(0, I_m): what one layer adds to log |h|^2/m.

Note: theory_notes/dynamics_layer_scaled.md.
"""

import numpy as np

from rmt_asymptotics.dynamics.layer_scaled_step.network import branches

STEP = 1 / 16  # of the trapezoidal rule: its error, exp(-pi^2/STEP), is far below rounding
LOWEST, HIGHEST = -45.0, 90.0  # beyond, T/(m S) has a probability below 1e-18


def log_moments(width: int, linear_part: float) -> tuple[float, float]:
    """Mean and variance of log S, S > 0: exact for every width m >= 1.

    From the density of U = log T - log(m S) with T exponential, independent of S (layer.10).

    >>> mean, variance = log_moments(2, 0.0)  # 2 S is chi-squared with two degrees of freedom
    >>> abs(mean + np.euler_gamma) < 1e-13, abs(variance - np.pi**2 / 6) < 1e-13
    (True, True)
    """
    c = np.square(branches(linear_part))  # phi(g)^2 is c g^2 on either side
    u = np.arange(LOWEST - np.log(width), HIGHEST - np.log(np.min(c[c > 0])), STEP)
    ct = c[:, None] * np.exp(u)
    laplace, decay = np.mean((1 + 2 * ct) ** -0.5, axis=0), np.mean(ct * (1 + 2 * ct) ** -1.5, axis=0)
    density = width * laplace ** (width - 1) * decay  # [layer.10]
    density /= density.sum()
    mean = density @ u
    variance = density @ (u - mean) ** 2
    return float(-np.euler_gamma - mean - np.log(width)), float(variance - np.pi**2 / 6)


def dead_probability(width: int, linear_part: float) -> float:
    """The probability that S = 0: 2^-m where phi switches one sign off, as ReLU does, and 0 elsewhere (layer.12)."""
    return 0.5**width if 0.0 in branches(linear_part) else 0.0
