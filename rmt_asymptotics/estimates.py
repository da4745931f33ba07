"""Means over independent replicas, with standard errors, and how far they are from a prediction."""

import math
from dataclasses import dataclass, field

import numpy as np
from scipy.special import ndtri, stdtr

from rmt_asymptotics._types import Array

FEW = 10  # draws below which the tails of a skewed law have not been seen
SKEWED = 2.0  # standard deviations of the skewness of normal draws


@dataclass(frozen=True)
class Estimate:
    """A mean over independent replicas, and its standard error; values: of each replica, where they were kept.

    >>> print(Estimate(-0.00174, 0.0068, 20))
    -0.002(7)
    """

    mean: float
    standard_error: float
    replicas: int
    values: tuple[float, ...] = field(default=(), repr=False, compare=False)

    def __str__(self) -> str:
        return with_error(self.mean, self.standard_error)

    @property
    def skewed(self) -> bool:
        """Whether the values are more skewed than normal draws are but once in twenty times; False for 2 or 3."""
        n = len(self.values)
        if n < 4:
            return False
        deviations = np.array(self.values) - self.mean
        spread = math.sqrt(float(np.mean(deviations**2)))
        skewness = float(np.mean(deviations**3)) / spread**3 if spread else 0.0
        return abs(skewness) > SKEWED * math.sqrt(6 * (n - 2) / ((n + 1) * (n + 3)))


def estimate(draws: Array) -> Estimate:
    """Mean and standard error of independent draws, shape (replicas,).

    >>> estimate(np.array([1.0, 3.0]))
    Estimate(mean=2.0, standard_error=1.0, replicas=2)
    """
    return Estimate(float(draws.mean()), float(standard_error(draws)), len(draws), tuple(draws.tolist()))


def standard_error(draws: Array) -> Array:
    """Of the mean over the first axis, the replicas."""
    return np.asarray(np.std(draws, axis=0, ddof=1) / np.sqrt(len(draws)))


def z_score(mean: Array | float, theory: Array | float, standard_error: Array | float, replicas: int) -> Array:
    """How many standard deviations of a normal law the mean is away from the theory; 0 where both agree exactly.

    A standard error from few replicas is itself uncertain: (mean - theory)/standard_error has Student's law with
    replicas - 1 degrees of freedom, and what is returned is the normal deviate of the same probability.

    >>> [round(float(z_score(1.3, 1.0, 0.1, replicas)), 2) for replicas in (1000, 4)]
    [2.99, 1.9]
    """
    gap = np.subtract(mean, theory)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(gap == 0, 0.0, gap / standard_error)
        tail = stdtr(replicas - 1, -np.abs(t))
    return np.where((tail > 0) | np.isnan(t), np.copysign(ndtri(tail), t), t)  # beyond the least float: t itself


def with_error(mean: float, error: float) -> str:
    """A mean with its error in units of the last digit, as in tables: two digits of it if the first is 1.

    >>> with_error(0.83312, 0.0071), with_error(-0.877, 0.41), with_error(2.72, 1.04), with_error(3.1e-9, 2e-10)
    ('0.833(7)', '-0.9(4)', '2.7(1.0)', '3.1(2)e-09')
    """
    if not (math.isfinite(mean) and math.isfinite(error) and error > 0):
        return f"{mean:.6g}" if error == 0 else f"{mean:.3g}({error:.1g})"
    size = math.floor(math.log10(max(abs(mean), error)))
    if not -4 <= size < 6:
        return f"{with_error(mean / 10.0**size, error / 10.0**size)}e{size:+03d}"
    first = math.floor(math.log10(error))
    digits = -first + (round(error / 10.0**first, 1) < 2)  # decimals
    if digits <= 0:
        unit = 10**-digits
        return f"{round(mean / unit) * unit:d}({round(error / unit) * unit:d})"
    shown = f"{error:.{digits}f}" if round(error, digits) >= 1 else f"{round(error * 10**digits):d}"
    return f"{mean:.{digits}f}({shown})"
