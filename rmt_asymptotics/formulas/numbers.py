"""The elementary functions by one name in double precision and in mpmath: a formula is evaluated in either."""

import operator
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy import special

DOUBLES = SimpleNamespace(
    number=np.float64, pi=np.float64(np.pi), tanh=np.tanh, sinh=np.sinh, cosh=np.cosh, sin=np.sin, cos=np.cos,
    tan=np.tan, atan=np.arctan, asinh=np.arcsinh, exp=np.exp, log=np.log, sqrt=np.sqrt, erf=special.erf,
    cdf=special.ndtr, logistic=special.expit, softplus=lambda u: np.logaddexp(0, u), absolute=np.abs, sign=np.sign,
    power=operator.pow, largest=np.maximum, least=np.minimum, where=np.where, both=np.logical_and,
)  # fmt: skip


@cache
def digits() -> SimpleNamespace:
    """The same in mpmath, for one number at a time, at the precision at which it is asked."""
    from mpmath import mp

    def logistic(u: Any) -> Any:
        return 1 / (1 + mp.exp(-u))

    class Digits(SimpleNamespace):
        @property
        def pi(self) -> Any:
            return +mp.pi

    return Digits(
        number=mp.mpf, tanh=mp.tanh, sinh=mp.sinh, cosh=mp.cosh, sin=mp.sin, cos=mp.cos, tan=mp.tan, atan=mp.atan,
        asinh=mp.asinh, exp=mp.exp, log=mp.log, sqrt=mp.sqrt, erf=mp.erf, cdf=mp.ncdf, logistic=logistic,
        softplus=lambda u: mp.log1p(mp.exp(-abs(u))) + max(u, mp.zero), absolute=abs, sign=mp.sign,
        power=operator.pow, largest=max, least=min,
        where=lambda condition, yes, no: yes if condition else no, both=lambda a, b: a and b,
    )  # fmt: skip
