"""Compiled proximal operators: prox(u) = argmin_f l(f) + (f - u)^2/(2V), and their Gaussian moments.  [gl.4]

Arguments come in rows u (P, M) of one V each, (P,); results are prox, g = (prox - u)/V and g' = dg/du, all (P, M).
"""

import math

import numpy as np

from rmt_asymptotics.compilation import compiled

CLOSE = 1e-8  # after a Newton step this small the next would be rounding
STEPS = 200
NARROW = 0.5  # in units of the standard deviation
HALF_ROOT, DENSITY = math.sqrt(0.5), 1.0 / math.sqrt(2.0 * math.pi)


@compiled()
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


@compiled()
def logistic_proximal(u, V, prox, g, slope_of_g):
    """l = log(1 + exp(-f)): Newton from the tangent at the argument before.

    f + V l'(f) is concave for f > 0 and convex for f < 0: kept on the side of its zero, Newton overshoots once at most
    and then converges monotonically.  (In a bracket it may cycle between its ends when V is large.)
    """
    for row in range(V.size):
        v = V[row]
        f, rate, last = 0.0, 0.0, 0.0
        for column in range(u.shape[1]):
            x = u[row, column]
            positive = x + 0.5 * v > 0.0
            f += (x - last) * rate
            last = x
            for _ in range(STEPS):
                f = max(f, x, 0.0) if positive else min(max(f, x), 0.0)
                q = math.exp(-abs(f))
                p = (q if f > 0.0 else 1.0) / (1.0 + q)  # -l'
                curvature = q / ((1.0 + q) * (1.0 + q))
                step = (f - x - v * p) / (1.0 + v * curvature)
                f -= step
                if abs(step) <= CLOSE * (1.0 + abs(f)):
                    break
            q = math.exp(-abs(f))
            p = (q if f > 0.0 else 1.0) / (1.0 + q)
            curvature = q / ((1.0 + q) * (1.0 + q))
            rate = 1.0 / (1.0 + v * curvature)
            prox[row, column] = f
            g[row, column] = p
            slope_of_g[row, column] = -curvature * rate


@compiled()
def piecewise_moments(mean, deviation, V, knots, slopes, curvatures, nodes, weights, moments):
    """E of g, g^2, g', g' h, g' (h^2 - 1), g g', g g' h and g^2 g' for u = mean + deviation h, h ~ N(0, 1), (C,) each.

    g is affine between the images of the knots: closed forms, on short intervals Gauss-Legendre sums, of which nodes
    and weights are those of [0, 1].  moments: (8, C).
    """
    pieces = slopes.size
    for c in range(mean.size):
        v, m, sd = V[c], mean[c], deviation[c]
        m0, m1, m2, m3, m4, m5, m6, m7 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        low = -math.inf
        for i in range(2 * pieces - 1):
            j = i // 2
            if i % 2 == 0:  # on a piece of l
                scale = 1.0 / (1.0 + v * curvatures[j])
                at_zero, rate = -slopes[j] * scale, -curvatures[j] * scale
                edge = math.inf if j == pieces - 1 else knots[j] + v * (slopes[j] + curvatures[j] * knots[j])
            else:  # on a knot
                at_zero, rate = knots[j] / v, -1.0 / v
                edge = knots[j] + v * (slopes[j + 1] + curvatures[j + 1] * knots[j])
            high = (edge - m) / sd
            if high <= low:
                continue
            a, b = at_zero + rate * m, rate * sd  # g = a + b h
            if high - low < NARROW:  # in closed form the moments of a steep g would cancel
                for n in range(nodes.size):
                    h = low + (high - low) * nodes[n]
                    weight = (high - low) * weights[n] * DENSITY * math.exp(-0.5 * h * h)
                    value = a + b * h
                    m0 += weight * value
                    m1 += weight * value * value
                    m2 += weight * rate
                    m3 += weight * rate * h
                    m4 += weight * rate * (h * h - 1.0)
                    m5 += weight * rate * value
                    m6 += weight * rate * value * h
                    m7 += weight * rate * value * value
                low = high
                continue
            # moments of h between low and high, from the side on which the tail is small
            if low > 0.0:
                p = 0.5 * (math.erfc(low * HALF_ROOT) - math.erfc(high * HALF_ROOT))
            else:
                p = 0.5 * (math.erfc(-high * HALF_ROOT) - math.erfc(-low * HALF_ROOT))
            below = DENSITY * math.exp(-0.5 * low * low) if math.isfinite(low) else 0.0
            above = DENSITY * math.exp(-0.5 * high * high) if math.isfinite(high) else 0.0
            first = below - above
            second = (low * below if below > 0.0 else 0.0) - (high * above if above > 0.0 else 0.0)  # of h^2 - 1
            mean_g = a * p + b * first
            square = a * a * p + 2.0 * a * b * first + b * b * (second + p)
            m0 += mean_g
            m1 += square
            m2 += rate * p
            m3 += rate * first
            m4 += rate * second
            m5 += rate * mean_g
            m6 += rate * (a * first + b * (second + p))
            m7 += rate * square
            low = high
        moments[0, c], moments[1, c], moments[2, c], moments[3, c] = m0, m1, m2, m3
        moments[4, c], moments[5, c], moments[6, c], moments[7, c] = m4, m5, m6, m7
