"""Which parity parts of a function are polynomials: a question that no threshold on coefficients answers.

Known exactly of formulas; of callables by their values far out.  A part is a polynomial, as powers of x with their
coefficients, or None: no polynomial.  Note: closed_span.md [span.2].
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import factorial
from typing import TypeAlias

import numpy as np
from numpy.polynomial import chebyshev

from rmt_asymptotics._types import Array

Polynomial: TypeAlias = dict[int, Fraction]
Part: TypeAlias = Polynomial | None

DEGREE = 24  # the largest of a polynomial that is recognised by its values
SCALES = 3.0 ** np.arange(-1, 19)  # where values are looked at: |x| up to 4e8
VISIBLE = 1e-11  # of the largest value on an interval: what a polynomial leaves there is rounding
ROUNDING = 1e-11  # Hermite coefficients of polynomials known by their values, relative to the root mean square
LAST_BITS = Fraction(1, 2**49)  # coefficients are doubles: sums below this share of their terms cancel
COUNT = 64  # Chebyshev nodes on each interval


@dataclass(frozen=True)
class ParityParts:
    """The even and the odd part of a function.

    rounding: Hermite coefficients below this share of the part's root mean square are zero; 0 for given coefficients,
    of which only the last bits may be rounding.

    >>> ParityParts({2: Fraction(1), 0: Fraction(-1)}, None).hermite(0, 1.0)  # He_2 + an odd function
    array([0., 0., 1.])
    """

    even: Part
    odd: Part
    rounding: float = 0.0

    def hermite(self, parity: int, variance: float) -> Array | None:
        """c_q of the part of parity 0 or 1 of f(sqrt(variance) z), exactly zero where it is zero; None: no polynomial.

        z^k = sum_j k!/(2^j j! (k - 2j)!) He_(k-2j).  A common factor variance^(q/2) leaves rational arithmetic.
        """
        part = self.odd if parity else self.even
        if part is None:
            return None
        c, terms = Fraction(variance), [[Fraction(0)] for _ in range(max(part, default=0) + 1)]
        for k, coefficient in part.items():
            for j in range(k // 2 + 1):
                weight = Fraction(factorial(k), 2**j * factorial(j) * factorial(k - 2 * j))
                terms[k - 2 * j].append(coefficient * c**j * weight)
        sums = [_sum(t) for t in terms]
        coefficients = np.array([float(s) * variance ** (q / 2) for q, s in enumerate(sums)])
        sizes = np.abs(coefficients) * np.sqrt([float(factorial(q)) for q in range(len(sums))])
        coefficients[sizes <= self.rounding * np.linalg.norm(sizes)] = 0
        return coefficients

    def centred(self) -> "ParityParts":
        """Those of f - E f: the mean is zero exactly."""
        if self.even is None:
            return self
        powers = {k: c for k, c in self.even.items() if k}
        mean = sum(
            (c * Fraction(factorial(k), 2 ** (k // 2) * factorial(k // 2)) for k, c in powers.items()), Fraction(0)
        )
        return ParityParts(powers | ({0: -mean} if mean else {}), self.odd, self.rounding)


def _sum(terms: list[Fraction]) -> Fraction:
    total = sum(terms, Fraction(0))
    return total if abs(total) > LAST_BITS * sum(map(abs, terms), Fraction(0)) else Fraction(0)


def parts_by_values(function: Callable[[Array], Array]) -> ParityParts:
    """The parts of a function of which only values are known, between 1/3 and 4e8.

    On intervals of all these sizes a polynomial has no Chebyshev coefficient above its degree; a function that has
    none, to rounding, counts as one.

    >>> parts_by_values(lambda x: x**3 - 3 * x + np.abs(x)).even is None
    True
    >>> parts_by_values(lambda x: np.sin(1e-6 * x)).odd is None
    True
    """
    nodes = np.cos(np.pi * (np.arange(COUNT) + 0.5) / COUNT)
    nodes = 0.5 * (nodes - nodes[::-1])
    transform = np.cos(np.arange(COUNT)[:, None] * np.arccos(nodes)) * 2 / COUNT
    transform[0] /= 2
    found: list[Part] = [{}, {}]
    with np.errstate(all="ignore"):
        for scale in SCALES:
            values = np.asarray(function(scale * nodes), float)
            if not np.all(np.isfinite(values)):
                continue
            for parity in (0, 1):
                coefficients = transform @ (values / 2 + (-1) ** parity * values[::-1] / 2)
                size = np.max(np.abs(values))
                if np.any(np.abs(coefficients[DEGREE + 1 :]) > VISIBLE * size):
                    found[parity] = None
                elif found[parity] is not None and scale <= 3:
                    coefficients[np.abs(coefficients) <= VISIBLE * size] = 0
                    powers = chebyshev.cheb2poly(coefficients[: DEGREE + 1]).tolist()
                    found[parity] = {k: Fraction(c / scale**k) for k, c in enumerate(powers) if c and k % 2 == parity}
    return ParityParts(found[0], found[1], ROUNDING)
