"""Second moments Q1, Q2 of the fluctuating weights, and the test error given kappa, at any precision.

Serves `high_precision.py`. The response of (V1, pi t) to a source is taken by differences at three times the digits
and not from the formulas [jac.1, jac.2] of the package, which it thereby tests.
"""

import numpy as np
from mpmath import mp, mpf

from theory_notes.checks.order_parameters import explicit_map, inverse


def response(bulk, order, conjugate):
    """Matrix of d(V1, pi t)/d(Vh1, Vh2), the resolvent traces following, by differences   [q.2]."""
    tau = order[-len(bulk.b) :]

    def slope(tau_direction, conjugate_direction):
        with mp.workdps(3 * mp.dps):
            step = mpf(10) ** (-mp.dps // 3)
            ends = ((tau + h * tau_direction, conjugate + h * conjugate_direction) for h in (step, -step))
            plus, minus = (explicit_map(bulk, *end) for end in ends)
            return (plus - minus) / (2 * step)

    classes, size = len(tau), len(conjugate)
    nothing = np.zeros(size, dtype=int)
    by_tau = np.array([slope(row, nothing) for row in np.identity(classes, dtype=int)]).T
    direct = np.array([slope(nothing[:classes], row) for row in np.identity(size, dtype=int)]).T
    following = inverse(np.identity(classes, dtype=int) - by_tau[-classes:])
    return direct + by_tau.dot(following.dot(direct[-classes:]))


def second_moments(bulk, order, base, source):
    """e(kappa) = base + sum b b Q1 + sum m2^2 Q2 with (Q1, Q2) solved from their linear equations   [q.1, q.2]."""
    features, multiplicity = bulk.features, bulk.multiplicity
    variance = (multiplicity * order).dot(features)
    conjugate = bulk.samples_per_neuron * features.dot(bulk.weight / (1 + variance))
    weighted = features * (bulk.samples_per_neuron * bulk.weight / (1 + variance) ** 2)
    minus_response = -response(bulk, order, conjugate)
    driven = weighted.dot(base)
    driven[-len(source) :] += source
    system = np.identity(len(order), dtype=int) - minus_response.dot(weighted.dot(features.T) * multiplicity)
    moments = np.array(list(mp.lu_solve(mp.matrix(system.tolist()), mp.matrix(minus_response.dot(driven).tolist()))))
    return base + (multiplicity * moments).dot(features)
