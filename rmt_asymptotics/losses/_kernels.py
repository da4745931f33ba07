"""Compiled proximal operators: prox(u) = argmin_f l(f) + (f - u)^2/(2V).  Note: convex_losses.md [gl.4].

Arguments come in rows u (P, M) of one V each, (P,); results are prox, g = (prox - u)/V and g' = dg/du, all (P, M).
"""

import math

import numpy as np
from numba import njit

from rmt_asymptotics._kernels import CACHE

CLOSE = 1e-8  # after a Newton step this small the next would be rounding
STEPS = 200


@njit(cache=CACHE, nogil=True, error_model="numpy")
def piecewise_proximal(u, V, knots, slopes, curvatures, prox, g, slope_of_g):
    """l'(f) = slopes[i] + curvatures[i] f on the i-th interval between knots; l' jumps up at a knot."""
    pieces = slopes.size
    low, high = np.empty(pieces), np.empty(pieces)  # in u: where the i-th piece starts, and where it ends
    for row in range(V.size):
        v = V[row]
        for i in range(pieces):
            low[i] = -math.inf if i == 0 else knots[i - 1] + v * (slopes[i] + curvatures[i] * knots[i - 1])
            high[i] = math.inf if i == pieces - 1 else knots[i] + v * (slopes[i] + curvatures[i] * knots[i])
        for column in range(u.shape[1]):
            x = u[row, column]
            i = 0
            while x > high[i] and x >= low[i + 1]:
                i += 1
            if x > high[i]:  # between two pieces: prox stays on the knot
                prox[row, column] = knots[i]
                g[row, column] = (knots[i] - x) / v
                slope_of_g[row, column] = -1.0 / v
            else:
                scale = 1.0 / (1.0 + v * curvatures[i])
                prox[row, column] = (x - v * slopes[i]) * scale
                g[row, column] = -(slopes[i] + curvatures[i] * x) * scale
                slope_of_g[row, column] = -curvatures[i] * scale


@njit(cache=CACHE, nogil=True, error_model="numpy")
def logistic_proximal(u, V, prox, g, slope_of_g):
    """l = log(1 + exp(-f)): Newton in a bracket, started from the tangent at the argument before."""
    for row in range(V.size):
        v = V[row]
        f, rate, last = 0.0, 0.0, 0.0
        for column in range(u.shape[1]):
            x = u[row, column]
            low, high = x, x + v
            f = f + (x - last) * rate if column else 0.5 * (low + high)
            last = x
            if not low < f < high:
                f = 0.5 * (low + high)
            for _ in range(STEPS):
                q = math.exp(-abs(f))
                p = (q if f > 0.0 else 1.0) / (1.0 + q)  # -l'
                curvature = q / ((1.0 + q) * (1.0 + q))
                gap = f - x - v * p
                if gap > 0.0:
                    high = f
                else:
                    low = f
                step = gap / (1.0 + v * curvature)
                if abs(step) <= CLOSE * (1.0 + abs(f)):
                    f -= step
                    break
                f -= step
                if not low < f < high:
                    f = 0.5 * (low + high)
            q = math.exp(-abs(f))
            p = (q if f > 0.0 else 1.0) / (1.0 + q)
            curvature = q / ((1.0 + q) * (1.0 + q))
            rate = 1.0 / (1.0 + v * curvature)
            prox[row, column] = f
            g[row, column] = p
            slope_of_g[row, column] = -curvature * rate
