"""Moments of f(x + sqrt(c) z), z ~ N(0, 1), at many x.  Notes: canonical_problem.md [cge.1], numerics.md [quad.4].

    E f(x + sqrt(c) z) z^m = integral f(y) ((y - x)/sqrt(c))^m exp(-(y - x)^2/(2 c)) dy / sqrt(2 pi c)

is integrated in the argument y of f: f is evaluated once, on Gauss-Legendre cells that are common to all x.  With
y = Y + eta on the cell around Y the Gaussian is exp(-(Y - x)^2/(2 c)) exp(x eta/c) times what does not depend on x.
"""

from collections.abc import Callable, Iterable
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from mpmath import mp
from mpmath.libmp import to_fixed

from rmt_asymptotics.digits.algebra import Numbers, numbers, scaled
from rmt_asymptotics.digits.rules import legendre_rule, reach

Function = Callable[[Any], Any]


class Moments(NamedTuple):
    """E f, E[f z], E[f (z^2 - 1)] and E (f - E f - E[f z] z)^2 at each x."""

    mean: Numbers
    linear: Numbers
    quadratic: Numbers
    residual: Numbers

    @property
    def second(self) -> Numbers:
        """E f^2."""
        return self.mean**2 + self.linear**2 + self.residual


class Cell(NamedTuple):
    """Y, half the length, and fixed-point rows over the nodes of f, f eta, f eta^2 and f^2, with the weights."""

    centre: Any
    half: Any
    rows: Numbers


class Smoothing:
    """The function x -> moments of f(x + sqrt(c) z) for |x| <= largest, to `digits` digits of the size of f.

    kinks are where cells end; a kink that is not given, or not exactly, is found by bisection.  Sums are those of whole
    numbers, in units of 2^-bits: ten times as fast as sums of mpf.  exp(x eta/c) and its partner in the rows span
    exp(2 largest half/c), which the bits make room for.
    """

    def __init__(
        self, function: Function, kinks: Iterable[Any], variance: Any, largest: Any, order: int, digits: int
    ) -> None:
        self.function, self.variance, self.digits = function, variance, digits
        self.order = 2 * (order // 2)
        self.kinks = sorted(mp.mpf(k) for k in kinks)
        self.scale = mp.sqrt(variance)
        self.length = 4 * self.scale
        self.bits = mp.prec + int(mp.ceil(6 * (largest / self.scale + self._reach)))
        self._cells: dict[int, list[Cell]] = {}

    def at(self, shifts: Numbers) -> Moments:
        """The moments at every x, of the shape of `shifts`."""
        columns = zip(*map(self._moments, shifts.ravel()), strict=True)
        return Moments(*(numbers(column).reshape(shifts.shape) for column in columns))

    def _moments(self, x: Any) -> tuple[Any, Any, Any, Any]:
        span = self._reach * self.scale
        mean = linear = square = second = mp.zero
        powers: dict[Any, Numbers] = {}
        for i in range(int(mp.floor((x - span) / self.length)), int(mp.floor((x + span) / self.length)) + 1):
            for centre, half, rows in self._lattice_cell(i):
                if half not in powers:
                    powers[half] = self._powers(x * half / self.variance)
                a0, a1, a2, aa = (scaled(total, -2 * self.bits) for total in rows @ powers[half])
                d = (centre - x) / self.scale
                weight = mp.exp(-d * d / 2)
                mean += weight * a0
                linear += weight * (d * a0 + a1)
                square += weight * (d * d * a0 + 2 * d * a1 + a2)
                second += weight * aa
        return mean, linear, square - mean, second - mean**2 - linear**2

    def _powers(self, rate: Any) -> Numbers:
        """exp(rate u) at the nodes u, which come in pairs u, -u."""
        upper = [mp.exp(rate * u) for u in self._rule[0][self.order // 2 :]]
        return self._fixed([1 / power for power in reversed(upper)] + upper)

    def _fixed(self, values: list[Any]) -> Numbers:
        """The nearest whole multiples of 2^-bits."""
        return np.array([to_fixed(value._mpf_, self.bits) for value in values], object)

    @cached_property
    def _reach(self) -> Any:
        return reach(self.digits + 3)

    @cached_property
    def _rule(self) -> tuple[Numbers, Numbers, Numbers]:
        return legendre_rule(self.order, mp.dps)

    def _lattice_cell(self, i: int) -> list[Cell]:
        """The cells between i and i + 1 lengths: cut at kinks, then halved until f is resolved."""
        if i not in self._cells:
            low, high = i * self.length, (i + 1) * self.length
            edges = [low, *(k for k in self.kinks if low < k < high), high]
            todo, cells = list(pairwise(edges)), []
            while todo:
                low, high = todo.pop()
                half, centre = (high - low) / 2, (high + low) / 2
                values = [self.function(centre + half * u) for u in self._rule[0]]
                if half > self.length * self._shortest and not self._resolved(values):
                    todo += [(low, centre), (centre, high)]
                elif any(values):
                    cells.append(self._cell(centre, half, values))
            self._cells[i] = cells
        return self._cells[i]

    @cached_property
    def _shortest(self) -> Any:
        return mp.mpf(10) ** (-self.digits - 3)

    def _resolved(self, values: list[Any]) -> bool:
        """Whether the last Legendre coefficients say that twice as many would be below the digits."""
        _, mass, tails = self._rule
        weighted = [w * f for w, f in zip(mass, values, strict=True)]
        largest = max(abs(f) for f in values)
        return max(abs(mp.fdot(tail, weighted)) for tail in tails) <= largest * mp.mpf(10) ** (-0.55 * self.digits)

    def _cell(self, centre: Any, half: Any, values: list[Any]) -> Cell:
        c, norm = self.variance, half / mp.sqrt(2 * mp.pi * self.variance)
        rows: list[list[Any]] = [[], [], [], []]
        for u, w, f in zip(*self._rule[:2], values, strict=True):
            eta = half * u
            a = norm * w * f * mp.exp(-(centre + eta / 2) * eta / c)
            z = eta / self.scale
            for row, entry in zip(rows, (a, a * z, a * z * z, a * f), strict=True):
                row.append(entry)
        return Cell(centre, half, np.array([self._fixed(row) for row in rows]))


def point_moments(function: Function, shifts: Numbers) -> Moments:
    """The moments at c = 0, where nothing is averaged."""
    mean = numbers([function(x) for x in shifts.ravel()]).reshape(shifts.shape)
    return Moments(mean, 0 * mean, 0 * mean, 0 * mean)
