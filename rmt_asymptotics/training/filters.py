"""Training time as a filter, and filters as sums of poles.  Note: theory_notes/two_readouts.md [flow.1]-[flow.4].

The readout trained from 0 is a = h(F^T F) F^T y, F = Phi/sqrt(p).  One set of poles serves all times: h(x) is
2 Re sum_j w_j/(x + z_j), fitted by least squares where there may be eigenvalues, so that the readout at every time is a
combination of ridge readouts.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Array
from rmt_asymptotics.errors import NotConverged

Complex: TypeAlias = NDArray[np.complexfloating[Any, Any]]

ANGLE = 1.15  # of poles seen from 0: wider leaves larger weights, narrower needs more
LOWEST, HIGHEST = 2.7, 30.0  # moduli of poles in units of 1/time
PER_DECADE, MORE = 7, 12  # poles in a decade of times, and beyond its ends
GRID = 150  # points of the fit in a decade of eigenvalues
CIRCLES = (16, 32, 64, 128, 256, 512)  # poles on a circle around the factors of a stable step: as few as are enough
WIDE, NARROW = 1.5, 12.0  # radius of the first; the others' is exp(NARROW/count), of the modulus of oscillating factors
ENOUGH, HEAVY = 2e-8, 1e4  # error, and largest weight, at which no further poles are tried
MARGIN = 1e-3  # of the limit of stability: how close to it mirrored poles resolve
EVEN = 100  # points of the fit spread evenly over a band, and over the factors that oscillate
NEAR_LIMIT = 600  # from the limit of stability downwards
PER_STEP, FADED = 6, 37.0  # points for each step that oscillates; -log(momentum) times the steps after which none does
ROUNDING = 1e-12  # singular values below this share are left out: weights stay moderate
CLOSE = 0.8  # a part of the limit of stability: beyond it poles cluster there too


@dataclass(frozen=True)
class Filters:
    """poles (P,), in the upper half-plane, and their weights (T, P) in T filters.

    error (T,): the largest error of x h(x), which is 1 where training is complete.
    """

    poles: Complex
    weights: Complex
    error: Array


def fitted(poles: Complex, x: Array, h: Array, floor: float) -> Filters:
    """Weights for filters h (T, X) at eigenvalues x (X,), with errors weighted by x + floor.  [flow.2]"""
    near = x + floor
    columns = 2 / (x[:, None] + poles) * near[:, None]
    columns = np.concatenate([columns.real, -columns.imag], axis=1)
    size = np.linalg.norm(columns, axis=0)
    left, singular, right = np.linalg.svd(columns / size, full_matrices=False)
    kept = singular > ROUNDING * singular[0]
    found = ((h * near) @ left[:, kept] / singular[kept]) @ right[kept] / size
    error = np.max(np.abs(found @ columns.T - h * near), axis=1)
    return Filters(poles, found[:, : len(poles)] + 1j * found[:, len(poles) :], error)


def _fan(low: float, high: float) -> Complex:
    count = MORE + round(PER_DECADE * np.log10(max(high * LOWEST / (low * HIGHEST), 1.0)))
    return np.asarray(np.geomspace(low, high, count) * np.exp(1j * ANGLE))


def flow(times: Array) -> Filters:
    """h(x) = (1 - exp(-t x))/x, gradient flow to times t > 0, for all x >= 0.  [flow.2]"""
    low, high = float(1 / np.max(times)), float(1 / np.min(times))
    x = np.geomspace(1e-4 * low, 1e5 * high, round(GRID * np.log10(1e9 * high / low)))
    h = -np.expm1(-times[:, None] * x) / x
    return fitted(_fan(LOWEST * low, HIGHEST * high), x, h, low)


@dataclass(frozen=True)
class Descent:
    """Gradient descent with a learning rate and momentum: heavy ball, or Nesterov's.

    a_{k+1} = a_k - eta grad(a_k) + mu (a_k - a_{k-1}); nesterov: the gradient at a_k + mu (a_k - a_{k-1}).
    """

    learning_rate: float
    momentum: float = 0.0
    nesterov: bool = False

    @property
    def limit(self) -> float:
        """Eigenvalues above this diverge.  [flow.4]"""
        mu = self.momentum
        return (2 + 2 * mu) / ((1 + 2 * mu) if self.nesterov else 1.0) / self.learning_rate

    def oscillating(self, steps: NDArray[np.intp]) -> int:
        """The largest number of steps after which oscillations, which fade like momentum^(steps/2), are still seen."""
        alive = steps[-np.log(max(self.momentum, np.finfo(float).tiny)) * steps < FADED]
        return int(np.max(alive, initial=0)) if self.momentum else 0

    def residuals(self, steps: NDArray[np.intp], x: Array) -> Array:
        """1 - x h(x) after increasing numbers of steps, (T, X): the recursion itself.  [flow.3]"""
        eta_x, mu = self.learning_rate * x, self.momentum
        now = before = np.ones_like(x)
        result, done = np.empty((len(steps), len(x))), 0
        for place, count in enumerate(steps):
            for _ in range(count - done):
                ahead = now + mu * (now - before)
                now, before = ahead - eta_x * (ahead if self.nesterov else now), now
            result[place], done = now, count
        return result

    def pole(self, factor: Complex) -> Complex:
        """z = -x of the eigenvalue x whose residual is multiplied by `factor` in each step.  [flow.3]"""
        mu = self.momentum
        below = (1 + mu) * factor - mu if self.nesterov else factor
        return (factor - 1) * (factor - mu) / (self.learning_rate * below)


def descent(method: Descent, steps: NDArray[np.intp], bands: Array) -> Filters:
    """h(x) after increasing numbers of steps >= 1, for x in bands (B, 2) below the limit of stability.  [flow.3]

    Poles in fans from 0 and, if eigenvalues come close to it, from the limit of stability, for many steps; and on a
    circle around the factors of one step, which are 1 at most, and of modulus sqrt(momentum) where they oscillate.
    Raises `NotConverged` where as many steps with as large a momentum oscillate too often for any circle.
    """
    oscillating = method.oscillating(steps)
    if oscillating > CIRCLES[-1]:
        raise NotConverged(
            f"{oscillating} steps with momentum {method.momentum:g} oscillate more often than poles resolve"
        )
    slowest = (1 - method.momentum) / (method.learning_rate * float(steps[-1]))
    fans = [_fan(min(LOWEST * slowest, 0.1 * method.limit), method.limit)]
    if np.max(bands) > CLOSE * method.limit:
        fans.append(_fan(MARGIN * method.limit, method.limit).conj() * -1 - method.limit)
    x = _eigenvalues(method, oscillating, bands, 1e-4 * slowest)
    h = (1 - method.residuals(steps, x)) / x
    tried = []
    for count in CIRCLES:
        angles = np.exp(1j * np.pi * (np.arange(count) + 0.5) / count)
        narrow = np.exp(NARROW / count) * (np.sqrt(method.momentum) or 1.0)
        circle = method.pole((WIDE if count == CIRCLES[0] else narrow) * angles)
        poles = np.concatenate([*fans, np.where(circle.imag < 0, circle.conj(), circle)])
        tried.append(fitted(poles, x, h, slowest))
        if np.max(tried[-1].error) <= ENOUGH and np.max(np.abs(tried[-1].weights)) <= HEAVY:
            return tried[-1]
    return min(tried, key=lambda filters: max(np.max(filters.error), ROUNDING * np.max(np.abs(filters.weights))))


def _eigenvalues(method: Descent, oscillating: int, bands: Array, least: float) -> Array:
    """Where the fit looks: in each band evenly in x, in log x and, where factors oscillate, in their angle."""
    mu, limit = method.momentum, method.limit
    below = limit - np.geomspace(MARGIN * limit, limit, NEAR_LIMIT)[:-1]
    angles = np.linspace(0, np.pi, EVEN + PER_STEP * oscillating)
    turning = -method.pole(np.sqrt(mu) * np.exp(1j * angles)).real if mu else below
    points: list[Array] = []
    for low, high in bands:
        low = max(low, min(least, high))
        points += [each[(each >= low) & (each <= high)] for each in (below, turning)]
        points += [np.geomspace(low, high, 2 + round(GRID * np.log10(high / low))), np.linspace(low, high, EVEN)]
    return np.unique(np.concatenate(points))
