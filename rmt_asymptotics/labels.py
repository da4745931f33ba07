"""Labels: how y follows from the target f_*(nu), nu = <theta, x>.  Note: theory_notes/convex_losses.md, section 1.

Labels are real, `Regression`, or of two values, y = +1 or -1.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import comb
from typing import ClassVar

import numpy as np
from scipy import special

from rmt_asymptotics._types import Array
from rmt_asymptotics.activations import Activation
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.remembered import remembered
from rmt_asymptotics.vocabulary.declared import Declared

REACH = 12.0  # |nu| beyond which nothing is seen: P(|nu| > 12) = 4e-33
SCANNED = 4801  # places at which a target is looked at for changes of sign


@dataclass(frozen=True)
class MixtureNoise(Declared):
    """Label noise: with probability q_i it is N(mean_i, variance_i); outliers are components of large variance."""

    probabilities: Sequence[float]
    means: Sequence[float]
    variances: Sequence[float]

    def __post_init__(self) -> None:
        super().__post_init__()
        if not len(self.probabilities) == len(self.means) == len(self.variances):
            allowed = f"one number for each of {len(self.means)} means and {len(self.variances)} variances"
            raise OutOfDomain("probabilities", self.probabilities, allowed)

    @property
    def mean(self) -> float:
        return float(np.dot(self.probabilities, self.means))

    @property
    def variance(self) -> float:
        """Of the mixture.

        >>> MixtureNoise((0.5, 0.5), (-1.0, 1.0), (0.0, 2.0)).variance
        2.0
        """
        second = np.dot(self.probabilities, np.add(self.variances, np.square(self.means)))
        return float(second) - self.mean**2

    def sample(self, generator: np.random.Generator, size: int) -> Array:
        """Independent draws, shape (size,)."""
        component = generator.choice(len(self.means), size=size, p=self.probabilities)
        deviation = np.sqrt(np.array(self.variances))[component]
        return np.array(self.means)[component] + deviation * generator.standard_normal(size)


@dataclass(frozen=True)
class Labels(Declared, ABC):
    """The law of y given f_*(nu)."""

    two_values: ClassVar[bool] = True

    @abstractmethod
    def mean(self, signal: Array) -> Array:
        """E[y | f_*(nu) = signal]."""

    @abstractmethod
    def variance(self, signal: Array) -> Array:
        """Var(y | f_*(nu) = signal), without the Gaussian noise of a model."""

    @abstractmethod
    def power(self, signal: Array, shift: float, exponent: int) -> Array:
        """E[(y - shift)^exponent | f_*(nu) = signal], exponent <= 4, without the Gaussian noise of a model."""

    @abstractmethod
    def sample(self, signal: Array, generator: np.random.Generator) -> Array:
        """Labels of the signals f_*(nu_mu), without the Gaussian noise of a model."""

    def kinks(self, target: Activation) -> tuple[float, ...]:
        """The nu at which E[y | nu] jumps or has a kink."""
        return target.kinks

    def check(self, target: Activation) -> None:
        """Raise `OutOfDomain` for a target from which no labels follow."""
        self.kinks(target)


@dataclass(frozen=True)
class Regression(Labels):
    """y = f_*(nu) + noise: Gaussian noise of the model's noise_variance, and `noise` added to it."""

    two_values: ClassVar[bool] = False
    noise: MixtureNoise | None = None

    def mean(self, signal: Array) -> Array:
        return signal if self.noise is None else signal + self.noise.mean

    def variance(self, signal: Array) -> Array:
        return np.full_like(signal, 0.0 if self.noise is None else self.noise.variance)

    def power(self, signal: Array, shift: float, exponent: int) -> Array:
        total = np.zeros_like(signal)
        for q, mean, variance in zip(*self.components(0.0), strict=True):
            x = signal + mean - shift
            for k, moment in ((0, 1), (2, 1), (4, 3)):  # of N(0, 1)
                if k <= exponent:
                    total = total + q * comb(exponent, k) * moment * variance ** (k / 2) * x ** (exponent - k)
        return total

    def sample(self, signal: Array, generator: np.random.Generator) -> Array:
        return signal if self.noise is None else signal + self.noise.sample(generator, len(signal))

    def components(self, noise_variance: float) -> tuple[Array, Array, Array]:
        """Probabilities, means and variances of all of the noise."""
        if self.noise is None:
            return np.ones(1), np.zeros(1), np.full(1, noise_variance)
        noise = self.noise
        return np.array(noise.probabilities), np.array(noise.means), np.array(noise.variances) + noise_variance


@dataclass(frozen=True)
class BinaryLabels(Labels):
    """y = +1 with a probability that depends on f_*(nu)."""

    @abstractmethod
    def probability(self, signal: Array) -> Array:
        """P(y = 1 | f_*(nu) = signal)."""

    def mean(self, signal: Array) -> Array:
        return 2 * self.probability(signal) - 1

    def variance(self, signal: Array) -> Array:
        p = self.probability(signal)
        return 4 * p * (1 - p)

    def power(self, signal: Array, shift: float, exponent: int) -> Array:
        p = self.probability(signal)
        return p * (1 - shift) ** exponent + (1 - p) * (-1 - shift) ** exponent

    def sample(self, signal: Array, generator: np.random.Generator) -> Array:
        return np.where(generator.random(len(signal)) < self.probability(signal), 1.0, -1.0)


@dataclass(frozen=True)
class SignLabels(BinaryLabels):
    """y = sign f_*(nu), flipped with probability `flip_probability`."""

    flip_probability: float = 0.0

    def probability(self, signal: Array) -> Array:
        return np.where(signal > 0, 1 - self.flip_probability, self.flip_probability)

    def kinks(self, target: Activation) -> tuple[float, ...]:
        return sign_pattern(target).thresholds


@dataclass(frozen=True)
class SmoothBinaryLabels(BinaryLabels):
    """P(y = 1 | nu) = g(f_*(nu)/scale)."""

    scale: float = 1.0


@dataclass(frozen=True)
class ProbitLabels(SmoothBinaryLabels):
    """P(y = 1 | nu) = P(z < f_*(nu)/scale), z ~ N(0, 1): the sign of f_*(nu) + scale z."""

    def probability(self, signal: Array) -> Array:
        return np.asarray(special.ndtr(signal / self.scale))


@dataclass(frozen=True)
class LogisticLabels(SmoothBinaryLabels):
    """P(y = 1 | nu) = 1/(1 + exp(-f_*(nu)/scale))."""

    def probability(self, signal: Array) -> Array:
        return np.asarray(special.expit(signal / self.scale))


LABELS: dict[str, type[Labels]] = {
    labels.__name__: labels for labels in (Regression, SignLabels, ProbitLabels, LogisticLabels)
}


@dataclass(frozen=True)
class SignPattern:
    """sign f_*: where it changes, increasing, how (+1: from - to +), and whether it starts with +, at -infinity."""

    thresholds: tuple[float, ...]
    jumps: tuple[int, ...]
    positive_first: bool


@remembered(maxsize=256)
def sign_pattern(target: Activation) -> SignPattern:
    """Where the sign of a target changes for |nu| < 12; raises `OutOfDomain` where it vanishes on an interval.

    >>> sign_pattern(Activation(lambda x: x * x - 4.0))
    SignPattern(thresholds=(-2.0, 2.0), jumps=(-1, 1), positive_first=True)
    """
    scan = np.linspace(-REACH, REACH, SCANNED)
    beside = [side for x in target.kinks for side in (np.nextafter(x, -np.inf), np.nextafter(x, np.inf))]
    nu = np.unique(np.concatenate([scan, beside]))
    nu = nu[~np.isin(nu, target.kinks)]
    values = target(nu)
    zero = values == 0
    if np.any(zero[1:] & zero[:-1]) or np.all(zero):
        raise OutOfDomain("target", target, "different from 0 almost everywhere: its sign is the label")
    nu, signs = nu[~zero], np.sign(values[~zero])
    thresholds, jumps = [], []
    for (a, sa), (b, sb) in pairwise(zip(nu.tolist(), signs.tolist(), strict=True)):
        if sa != sb:
            thresholds.append(_change(target, a, b, sa))
            jumps.append(int(sb))
    return SignPattern(tuple(thresholds), tuple(jumps), bool(signs[0] > 0))


def _change(target: Activation, a: float, b: float, sign: float) -> float:
    """The place between a and b where the target leaves the sign that it has at a."""
    for kink in target.kinks:
        if a < kink < b:
            return kink
    from scipy import optimize  # slow to import

    return float(optimize.brentq(lambda x: sign * float(target(np.array(x))), a, b, xtol=1e-15, rtol=1e-15))
