"""What ridge regression on rows depends on: spectrum, profile, noise, and how Gaussian they are.  [data.1-data.3]"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.data.rows import Rows
from rmt_asymptotics.errors import OutOfDomain

RANK = 1e-10  # of an eigenvalue to the largest, below which it is rounding of a dependent column
SMALLEST = 1e-140  # variance: its square, and the inverse of that, are numbers
LOOKED_AT = 10_000  # rows whose lengths are measured


@dataclass(frozen=True)
class Moments:
    """Of features: mean (F,), covariance (F, F) and with the labels (F,), whose variance it is; some rows (m, F)."""

    mean: Array
    covariance: Array
    moment: Array
    variance: float
    some: Array

    @classmethod
    def of(cls, rows: Rows) -> "Moments":
        """Summed over chunks, about the mean of the first: one pass."""
        count, labels, some = len(rows), rows.labels - rows.labels.mean(), []
        step = max(1, count // LOOKED_AT)
        for part, features in rows.chunks():
            if part.start == 0:
                shift = features.mean(axis=0)
                first, mixed, second = np.zeros_like(shift), np.zeros_like(shift), np.zeros((len(shift),) * 2)
            if features.shape[1] != len(shift):
                raise OutOfDomain("features", features.shape, f"of {len(shift)} columns, as for the rows before")
            centred = features - shift
            first += centred.sum(axis=0)
            second += centred.T @ centred
            mixed += centred.T @ labels[part]
            some.append(features[-part.start % step :: step].copy())  # a view would keep all
        mean = first / count
        covariance = second / count - np.outer(mean, mean)
        return cls(shift + mean, covariance, mixed / count, float(np.mean(labels**2)), np.concatenate(some))


@dataclass(frozen=True)
class Summary:
    """Of rows.  eigenvalues (r,) of the covariance of the features, of rank r, largest first, and their trace.

    teacher (r,): squared components of the best linear predictor on them, in units of y^2, signal in sum.
    noise_variance: of y, what no linear predictor of the features explains.
    scores (m, r): some of the rows along the eigenvectors, in units of the roots of the eigenvalues.
    """

    rows: int
    columns: int
    eigenvalues: Array
    teacher: Array
    noise_variance: float
    scores: Array

    @property
    def rank(self) -> int:
        return len(self.eigenvalues)

    @cached_property
    def trace(self) -> float:
        return float(self.eigenvalues.sum())

    @property
    def signal(self) -> float:
        """Variance of the best linear predictor."""
        return float(self.teacher.sum())

    @property
    def effective_rank(self) -> float:
        """(tr Sigma)^2/tr Sigma^2."""
        return self.trace**2 / float(self.eigenvalues @ self.eigenvalues)

    @cached_property
    def tails(self) -> float:
        """Var |x|^2 over its value for Gaussian rows, 2 tr Sigma^2."""
        return self.spread(self.eigenvalues) / (2 * float(self.eigenvalues @ self.eigenvalues))

    @cached_property
    def whitened_tails(self) -> float:
        """The same for Sigma^(-1/2) x."""
        return self.spread(np.ones(self.rank)) / (2 * self.rank)

    def spread(self, form: Array) -> float:
        """Variance over the rows of a quadratic form, diagonal (r,) in the eigenvectors and of their scores."""
        return float(np.var(self.scores**2 @ form))

    def unevenness(self, ridge: float, samples: int, gain: float) -> float:
        """Var V(x)/(1 + V)^2 over the rows x, which the theory takes for 0; gain: 1 + V.  [data.3]

        V(x) is x.(ridge + vh Sigma)^-1 x/d, vh = (n/d)/(1 + V), for Sigma of mean eigenvalue 1, ridge beside |a|^2.
        """
        s = self.eigenvalues * self.rank / self.trace
        form = s / (ridge + s * samples / self.rank / gain) / self.rank
        return self.spread(form) / gain**2


def summarise(rows: Rows, debias: bool) -> Summary:
    """Spectrum, profile and noise of rows, in one pass over them.

    debias: whether the noise that the best fit to these rows has fitted is given back.
    Raises `OutOfDomain` for rows without numbers, labels without variance, and too few rows for their rank.
    """
    with np.errstate(all="ignore"):
        moments = Moments.of(rows)
    for name, square in (("X", float(moments.covariance.trace())), ("y", moments.variance)):
        if not (square == 0 or SMALLEST < square < 1 / SMALLEST):
            raise OutOfDomain(name, f"of variance {square:.3g}", "scaled, so that squares of squares are doubles")
    if not moments.variance > 0:
        raise OutOfDomain("y", float(rows.labels[0]), "labels that vary")
    values, vectors = np.linalg.eigh(moments.covariance)
    values, vectors = values[::-1], vectors[:, ::-1]
    kept = values > RANK * max(float(values[0]), 0.0)
    if not kept.any():
        raise OutOfDomain("X", f"{len(rows)} rows", "columns of which at least one varies")
    eigenvalues, vectors = values[kept], vectors[:, kept]
    teacher = (vectors.T @ moments.moment) ** 2 / eigenvalues  # [data.1]
    noise = max(moments.variance - float(teacher.sum()), 0.0)
    if debias:
        teacher, noise = debiased(teacher, noise, len(rows))
    scores = (moments.some - moments.mean) @ (vectors / np.sqrt(eigenvalues))
    return Summary(len(rows), len(moments.mean), eigenvalues, teacher, noise, scores)


def debiased(teacher: Array, residual: float, count: int) -> tuple[Array, float]:
    """Profile and noise without what a fit of r + 1 numbers to `count` noisy labels takes for signal.  [data.2]

    A component is a square plus noise/count; those that fall below 0 are 0, and the others keep the sum.
    """
    left = count - len(teacher) - 1
    if left < 1:
        allowed = f"more rows than their rank {len(teacher)} and 1, or debias=False, or fewer features"
        raise OutOfDomain("X", f"{count} rows", allowed)
    noise = residual * count / left
    parts = teacher - noise / count
    total, positive = float(parts.sum()), np.maximum(parts, 0.0)
    return positive * max(total, 0.0) / max(float(positive.sum()), np.finfo(float).tiny), noise
