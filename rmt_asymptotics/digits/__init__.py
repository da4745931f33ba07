"""The errors of a model at any number of digits, by a route that shares nothing with the solver.  Note: numerics.md.

Everything is evaluated in mpmath: functions from their formulas, Gaussian moments on Gauss-Legendre cells in the
argument of the function, the fixed point by Newton from above with conjugate gradients, the test error from the second
moments Q1, Q2.  Of the package it reads models, laws, steps and the names of functions.
"""
