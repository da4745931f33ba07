"""Covariances of the inputs: their eigenvalues with shares, the spectral nodes of [cov.1] and [cov.2].

A profile is how the squared length of a vector is spread over the eigenvalues: one number a node, of sum 1.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Array
from rmt_asymptotics.checks import real_array
from rmt_asymptotics.errors import OutOfDomain, number, whole_number
from rmt_asymptotics.vocabulary.declared import Declared

SCALED = 4 * np.finfo(float).eps  # of a mean eigenvalue: one that has been scaled to 1 stays as it is
LARGEST = 10**6  # nodes
SHOWN = 4  # nodes in a repr


@dataclass(frozen=True)
class Covariance(Declared):
    """The covariance Sigma of the inputs, as far as limits depend on it: eigenvalues, and which share each has.

    The eigenvalues are scaled to the mean 1, (1/d) tr Sigma = 1; without shares they have equal ones.  Only ratios of
    eigenvalues matter, in any order.  An eigenvalue of share 0 is that of a single direction, beside all of the others:
    it has no part in the trace, but the teacher may lie along it.  [cov.1, cov.2]

    {fields}

    Raises `OutOfDomain` for a negative eigenvalue, a trace of zero, shares that do not sum to 1 or are not as many.

    >>> Covariance((5.0, 1.0), (0.25, 0.75))
    Covariance([2.5, 0.5], [0.25, 0.75])
    """

    eigenvalues: Sequence[float]
    shares: Sequence[float] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        count = len(self.eigenvalues)
        if not count:
            raise OutOfDomain("eigenvalues", self.eigenvalues, "at least one number")
        shares = (1 / count,) * count if self.shares is None else tuple(self.shares)
        if len(shares) != count:
            raise OutOfDomain("shares", self.shares, f"one number for each of {count} eigenvalues")
        largest = max((s for s, share in zip(self.eigenvalues, shares, strict=True) if share > 0), default=0.0)
        if largest == 0:
            allowed = "numbers of which at least one is positive, and its share too"
            raise OutOfDomain("eigenvalues", self.eigenvalues, allowed)
        mean = math.fsum(s / largest * share for s, share in zip(self.eigenvalues, shares, strict=True))
        if abs(mean * largest - 1) > SCALED:
            object.__setattr__(self, "eigenvalues", tuple(s / largest / mean for s in self.eigenvalues))
        object.__setattr__(self, "shares", shares)

    def __repr__(self) -> str:
        if len(self.eigenvalues) <= SHOWN:
            values, shares = (", ".join(f"{x:.6g}" for x in part) for part in (self.nodes, self.weights))
            return f"Covariance([{values}], [{shares}])"
        low, high = min(self.eigenvalues), max(self.eigenvalues)
        return f"Covariance({len(self.eigenvalues)} eigenvalues from {low:.3g} to {high:.3g})"

    @classmethod
    def isotropic(cls) -> Self:
        """The identity: a single node."""
        return cls((1.0,))

    @classmethod
    def power_law(cls, exponent: float, dimension: int) -> Self:
        """Eigenvalues j^-exponent, j = 1, ..., dimension, before they are scaled.

        >>> Covariance.power_law(1.0, 3).nodes * 11 / 18
        array([1.        , 0.5       , 0.33333333])
        """
        exponent = number("exponent", exponent, least=-100, most=100)
        dimension = whole_number("dimension", dimension, least=1, most=LARGEST)
        return cls(np.exp(-exponent * np.log(np.arange(1, dimension + 1))).tolist())

    @classmethod
    def two_level(cls, values: Sequence[float], shares: Sequence[float]) -> Self:
        """Two eigenvalues."""
        result = cls(values, shares)
        if len(result.eigenvalues) != 2:
            raise OutOfDomain("values", values, "two numbers")
        return result

    @classmethod
    def marchenko_pastur(cls, ratio: float, nodes: int = 40) -> Self:
        """The eigenvalues of Z^T Z/n for Gaussian Z of shape (n, d), d/n = ratio, as the nodes of a Gauss rule.

        A ratio above 1 has a node at 0 of the share 1 - 1/ratio.

        >>> Covariance.marchenko_pastur(2.0, nodes=2).nodes
        array([0., 1., 4.])
        """
        ratio = number("ratio", ratio, above=0.0, most=1e6)
        count = whole_number("nodes", nodes, least=1, most=1000)
        if ratio > 1:
            rest = cls.marchenko_pastur(1 / ratio, count)
            return cls((0.0, *rest.eigenvalues), (1 - 1 / ratio, *(rest.weights / ratio)))
        from scipy.linalg import eigh_tridiagonal  # slow to import

        # the three-term recurrence of the polynomials that are orthogonal under the law
        diagonal, beside = np.full(count, 1 + ratio), np.full(count - 1, math.sqrt(ratio))
        diagonal[0] = 1.0
        values, vectors = eigh_tridiagonal(diagonal, beside)
        return cls(np.maximum(values, 0.0).tolist(), (vectors[0] ** 2 / np.sum(vectors[0] ** 2)).tolist())

    @cached_property
    def nodes(self) -> Array:
        """The eigenvalues as an array, (Y,)."""
        return _fixed(np.array(self.eigenvalues))

    @cached_property
    def weights(self) -> Array:
        """The shares as an array, (Y,)."""
        return _fixed(np.array(self.shares))

    @property
    def is_isotropic(self) -> bool:
        """Whether all eigenvalues are equal.

        >>> Covariance.isotropic().is_isotropic, Covariance.power_law(0.5, 10).is_isotropic
        (True, False)
        """
        return min(self.eigenvalues) == max(self.eigenvalues)

    def effective_rank(self, dimension: float) -> float:
        """(tr Sigma)^2/tr Sigma^2 of inputs of a dimension d: how many directions carry the variance.

        >>> round(Covariance.power_law(1.2, 400).effective_rank(400), 1)
        12.1
        """
        return number("dimension", dimension, above=0.0) / float(self.weights @ self.nodes**2)

    def profile(self, value: Any, name: str = "profile") -> Array:
        """A profile as an array (Y,), or `OutOfDomain` under `name` unless it is one finite number for each node."""
        array = real_array(name, value)
        if array.shape != self.nodes.shape or not np.all(np.isfinite(array)):
            raise OutOfDomain(name, value, f"one finite number for each of {len(self.eigenvalues)} eigenvalues")
        return array

    def compressed(self, *profiles: Any, nodes: int = 32) -> tuple["Covariance", tuple[Array, ...]]:
        """Fewer nodes, and profiles on them: blocks of eigenvalues, evenly spaced in their logarithm, become one each.

        Shares and profiles are summed over a block, and its eigenvalue is the mean, so that the trace stays; blocks
        without eigenvalues are no nodes.  With 32 of 200 nodes of a power law the errors of ridge regression change by
        3e-5.  A covariance that has no more eigenvalues than `nodes` stays as it is.

        >>> short, (teacher,) = Covariance.power_law(1.0, 200).compressed(np.full(200, 1 / 200), nodes=16)
        >>> len(short.eigenvalues), round(float(teacher.sum()), 12)
        (15, 1.0)
        """
        count = whole_number("nodes", nodes, least=2)
        parts = tuple(self.profile(profile) for profile in profiles)
        alone = self.weights == 0
        if len(self.eigenvalues) - np.sum(alone) <= count:
            return self, parts
        if alone.any():
            return self._compressed_beside(alone, parts, count)
        _, block = np.unique(self._blocks(count), return_inverse=True)
        shares, trace = np.bincount(block, self.weights), np.bincount(block, self.weights * self.nodes)
        short = Covariance((trace / shares).tolist(), (shares / shares.sum()).tolist())
        return short, tuple(np.bincount(block, part).astype(float) for part in parts)

    def _compressed_beside(
        self, alone: NDArray[np.bool_], parts: tuple[Array, ...], nodes: int
    ) -> tuple["Covariance", tuple[Array, ...]]:
        """`compressed`, single directions as they are, in front."""
        rest = Covariance(self.nodes[~alone].tolist(), self.weights[~alone].tolist())
        short, kept = rest.compressed(*(part[~alone] for part in parts), nodes=nodes)
        values = np.concatenate([self.nodes[alone], short.nodes])
        shares = np.concatenate([self.weights[alone], short.weights])
        profiles = zip(parts, kept, strict=True)
        return Covariance(values.tolist(), shares.tolist()), tuple(np.append(a[alone], b) for a, b in profiles)

    def _blocks(self, count: int) -> NDArray[np.intp]:
        """The block of each eigenvalue; those equal to 0 have one of their own."""
        s, zero = self.nodes, self.nodes == 0
        logarithm = np.log(np.where(zero, np.max(s), s))
        edges = np.linspace(logarithm.min(), logarithm.max(), count + 1 - int(zero.any()))[1:-1]
        return np.where(zero, -1, np.searchsorted(edges, logarithm, side="right"))

    def at(self, dimension: int, *profiles: Any) -> tuple[Array, tuple[Array, ...]]:
        """The eigenvalues (d,) and profiles (d,) of inputs of dimension d, largest eigenvalue first.

        Single directions come before all, a coordinate each.  Each other coordinate has an equal part of the spectrum:
        its eigenvalue is the mean over that, and its part of a profile is what the profile has there, so that trace and
        profiles keep their sums at any d.

        >>> Covariance((2.5, 0.5), (0.25, 0.75)).at(6, (0.7, 0.3))[0]
        array([2.5, 1.5, 0.5, 0.5, 0.5, 0.5])
        """
        alone = self.weights == 0
        d = whole_number("dimension", dimension, least=1 + int(np.sum(alone))) - int(np.sum(alone))
        parts = [self.profile(profile) for profile in profiles]
        order = np.argsort(-self.nodes, kind="stable")
        ends = np.concatenate([[0.0], np.cumsum(self.weights[order])])
        cuts = np.arange(d + 1) / d * ends[-1]

        def spread(part: Array) -> Array:
            sums = np.interp(cuts, ends, np.concatenate([[0.0], np.cumsum(part[order])]))
            return np.maximum(np.diff(sums), 0.0)

        bulk = np.concatenate([self.nodes[alone], d * spread(self.weights * self.nodes)])
        return bulk, tuple(np.concatenate([part[alone], spread(np.where(alone, 0, part))]) for part in parts)


def _fixed(array: Array) -> Array:
    array.setflags(write=False)
    return array


COVARIANCES: dict[str, Callable[..., Covariance]] = {
    "Covariance": Covariance,
    "isotropic": Covariance.isotropic,
    "power_law": Covariance.power_law,
    "two_level": Covariance.two_level,
    "marchenko_pastur": Covariance.marchenko_pastur,
}
