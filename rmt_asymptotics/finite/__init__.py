"""Finite n, d, p: corrections of order 1/d to the limit, and the spread of one draw, without sampling."""

from rmt_asymptotics.finite.result import FiniteSize, FiniteValue, finite_size, finite_size_curve

__all__ = ["FiniteSize", "FiniteValue", "finite_size", "finite_size_curve"]
