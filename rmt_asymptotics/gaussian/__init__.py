"""Expectations under N(0, 1): quadrature rules, Hermite coefficients, conditional moments."""
