"""Compiled moments of labels that are signs.  Note: convex_losses.md [gl.7]."""

import math

from rmt_asymptotics.compilation import compiled

FAR = 38.0  # beyond, the Gaussian density is 0 in doubles
HALF_ROOT, DENSITY = math.sqrt(0.5), 1.0 / math.sqrt(2.0 * math.pi)


@compiled()
def sign_moments(mean, deviation, thresholds, jumps, positive_first, flip, moments):
    """E[r^m 1(y = 1)], m = 0, 1, 2, into moments (3, A) for nu = mean + deviation r, (A,) each.

    The sign jumps by jumps[i] at thresholds[i] and is flipped with probability `flip`.
    """
    start = 1.0 if positive_first else 0.0
    for i in range(mean.size):
        r0, r1, r2 = start, 0.0, start
        for j in range(thresholds.size):
            gap = thresholds[j] - mean[i]
            if abs(gap) < FAR * deviation[i]:
                c = gap / deviation[i]
                beyond, density = 0.5 * math.erfc(c * HALF_ROOT), DENSITY * math.exp(-0.5 * c * c)
                r0 += jumps[j] * beyond
                r1 += jumps[j] * density
                r2 += jumps[j] * (beyond + c * density)
            elif gap < 0.0:
                r0 += jumps[j]
                r2 += jumps[j]
            elif gap == 0.0:
                r0 += 0.5 * jumps[j]
                r2 += 0.5 * jumps[j]
        moments[0, i] = flip + (1.0 - 2.0 * flip) * r0
        moments[1, i] = (1.0 - 2.0 * flip) * r1
        moments[2, i] = flip + (1.0 - 2.0 * flip) * r2
