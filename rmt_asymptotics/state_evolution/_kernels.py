"""Compiled loop over the points of a curve, for one class of neurons.  Note: canonical_problem.md.

With one class V = A b^2 + T m2^2 has two unknowns.  In (log A, log T) the Newton matrix is an M-matrix at
every point [uniq.1].  Kernels take arrays, real or complex (tangents), validate nothing and return arrays.
"""

import numpy as np

from rmt_asymptotics.compilation import compiled

LARGEST_STEP = 3.0  # Newton steps in the logarithm of an unknown
QUADRATIC = 1e-8  # after a Newton step this small the next would be rounding
ROUNDING = 1e-15
INNER_STEPS = 60  # of Newton in log t
NEARBY = 0.1  # relative change from point to point up to which the next is extrapolated
STEPS = 40  # of Newton in logarithms, before the start from above
STEPS_FROM_ABOVE = 200
RANK = 1e-13  # a free mode shorter than this, relative to the features or after projection, is rounding
SUMS = {"reassoc", "contract"}  # in SIMD lanes


@compiled(fastmath=SUMS)
def _map(A, T, alpha, b, ridge, weights, b2, m2, shares, c, J):
    """One application of se.2-se.5; fills J with d log(A', T') / d log(A, T) and returns A', T', K."""
    v1 = v2 = s11 = s12 = s22 = 0.0 * alpha
    for n in range(weights.size):
        inverse = 1.0 / (1.0 + A * b2[n] + T * m2[n])  # [se.1]
        g = weights[n] * inverse
        v1 += g * b2[n]
        v2 += g * m2[n]
        g *= inverse
        s11 += g * b2[n] * b2[n]
        s12 += g * b2[n] * m2[n]
        s22 += g * m2[n] * m2[n]
    v1, v2, s11, s12, s22 = alpha * v1, alpha * v2, alpha * s11, alpha * s12, alpha * s22  # [se.2]
    a = ridge + b * v2
    if shares.size == 1:
        A_next, T_next, k11, k12, k22 = _isotropic(v1, a, b)
    else:
        A_next, T_next, k11, k12, k22 = _spectral(T, v1, a, b, shares, c)
    J[0, 0] = (k11 * s11 + k12 * s12) * A / A_next
    J[0, 1] = (k11 * s12 + k12 * s22) * T / A_next
    J[1, 0] = (k12 * s11 + k22 * s12) * A / T_next
    J[1, 1] = (k12 * s12 + k22 * s22) * T / T_next
    return A_next, T_next, k11, k12, k22


@compiled(fastmath=SUMS)
def _isotropic(v1, a, b):
    """V1, t and -d(V1, t)/d(Vh1, Vh2) of a single node: se.3-se.4 are a quadratic."""
    half = 0.5 * (a + v1 * (b - 1.0))
    root = np.sqrt(half * half + a * v1)
    t = 1.0 / (half + root) if half.real >= 0.0 else (root - half) / (a * v1)  # [se.3-se.4]
    s, root = t * v1, np.sqrt(b)
    N = 1.0 / (1.0 + s)
    # 1 - b (t M)^2 = ((1 + s)^2 - b s^2) N^2, in factors that do not cancel
    L = t * t * b / ((1.0 + s * (1.0 - root)) * N) / ((1.0 + s * (1.0 + root)) * N)  # [jac.1]
    return N * t, t, N**4 * L + (N * t) ** 2, N * N * L, L  # [se.5]


@compiled(fastmath=SUMS)
def _spectral(t, v1, a, b, shares, c):
    """The same of many nodes; t: where Newton in log t starts.  [cov.1, cov.2]"""
    for _ in range(INNER_STEPS):
        M = squares = 0.0 * v1
        for y in range(shares.size):
            m = c[y] * v1 / (1.0 + t * c[y] * v1)
            M += shares[y] * m
            squares += shares[y] * m * m
        rate = a + b * M
        step = -np.log(t * rate) / (1.0 - b * t * squares / rate)
        t *= np.exp(step / max(1.0, abs(step) / LARGEST_STEP))
        if abs(step) <= QUADRATIC:
            break
    X = squared = tilt = M2 = 0.0 * v1
    for y in range(shares.size):
        N = 1.0 / (1.0 + t * c[y] * v1)
        X += shares[y] * c[y] * N
        tilt += shares[y] * c[y] * N * N
        squared += shares[y] * (t * c[y] * N) ** 2
        M2 += shares[y] * (c[y] * v1 * N) ** 2
    L = b * t * t / (1.0 - b * t * t * M2)
    return t * X, t, L * tilt * tilt + squared, L * tilt, L


@compiled(fastmath=SUMS)
def _solve_2x2(J, x, y):
    """(I - J)^-1 (x, y)."""
    det = (1.0 - J[0, 0]) * (1.0 - J[1, 1]) - J[0, 1] * J[1, 0]
    return ((1.0 - J[1, 1]) * x + J[0, 1] * y) / det, (J[1, 0] * x + (1.0 - J[0, 0]) * y) / det


@compiled(fastmath=SUMS)
def _fixed_point(A, T, alpha, b, ridge, weights, b2, m2, shares, c, J):
    """Newton in (log A, log T); if that strays, Newton in (A, T) from above, which descends monotonically [uniq.2]."""
    for steps in range(STEPS + STEPS_FROM_ABOVE):
        if steps == STEPS:
            A = 1.0 / ridge
            T = 1.0 / ridge
        A_next, T_next, _, _, _ = _map(A, T, alpha, b, ridge, weights, b2, m2, shares, c, J)
        amplified = _solve_2x2(J, 1.0, 1.0)
        enough = max(QUADRATIC, ROUNDING * max(amplified[0].real, amplified[1].real))
        if steps < STEPS:
            x, y = _solve_2x2(J, np.log(A_next / A), np.log(T_next / T))
            done = max(abs(x), abs(y)) <= enough
            A *= np.exp(x / max(1.0, abs(x) / LARGEST_STEP))
            T *= np.exp(y / max(1.0, abs(y) / LARGEST_STEP))
        else:
            # the logarithmic J is diag(1/next) J diag(A, T): undo it
            J[0, 0], J[0, 1] = J[0, 0] * A_next / A, J[0, 1] * A_next / T
            J[1, 0], J[1, 1] = J[1, 0] * T_next / A, J[1, 1] * T_next / T
            x, y = _solve_2x2(J, A_next - A, T_next - T)
            done = max(abs(x / A), abs(y / T)) <= enough
            A, T = A + x, T + y
        if done:
            break
    return A, T, steps + 1


@compiled(fastmath=SUMS)
def _dot(x, y):
    total = 0.0 * x[0]
    for i in range(x.size):
        total += x[i] * y[i]
    return total


@compiled(fastmath=SUMS)
def _least_squares(Q, free, scale):
    """Project the last row of Q off the others (modified Gram-Schmidt, twice); drop free rows in the span."""
    last = len(Q) - 1
    for j in range(last + 1):
        length = np.sqrt(_dot(Q[j], Q[j]).real)
        for _ in range(2):
            for k in range(j):
                overlap = _dot(Q[k], Q[j])
                for i in range(Q.shape[1]):
                    Q[j, i] -= overlap * Q[k, i]
        if j < last:
            rest = np.sqrt(_dot(Q[j], Q[j]))
            drop = free[j] and rest.real <= RANK * max(length, scale)
            factor = 0.0 * rest if drop else 1.0 / rest
            for i in range(Q.shape[1]):
                Q[j, i] *= factor


@compiled(fastmath=SUMS)
def one_class_points(weights, b2, m2, shares, c, alpha, b, ridge, state, steps):
    """Solve every point, each started from the last or where state (P, 2) is; fills it with A, T, and steps (P,)."""
    jacobian = np.empty((2, 2), state.dtype)
    A = 1.0 / (_dot(weights, b2) + _dot(weights, m2)) + 0.0 * alpha[0]
    T = A
    before_A, before_T = A, T
    for i in range(alpha.size):
        A_here, T_here = A, T
        if state[i, 0].real > 0.0:
            A, T = state[i, 0], state[i, 1]
        elif max(abs(A / before_A - 1.0), abs(T / before_T - 1.0)) < NEARBY:
            A, T = A * (A / before_A), T * (T / before_T)  # a smooth curve goes on as it came
        before_A, before_T = A_here, T_here
        A, T, steps[i] = _fixed_point(A, T, alpha[i], b[i], ridge[i], weights, b2, m2, shares, c, jacobian)
        state[i, 0], state[i, 1] = A, T


@compiled(fastmath=SUMS)
def one_class_errors(
    weights, b2, m2, shares, c, modes, strengths, target, target_residual, alpha, b, ridge, noise, state, result
):
    """The errors at solved points, state (P, 2); fills result (P, 5).

    Columns of result: test error, training error, training objective, residual, amplification of rounding.
    """
    count, points, J = weights.size, alpha.size, modes.shape[1]
    jacobian = np.empty((2, 2), result.dtype)
    Q = np.empty((J + 1, 2 * count + J), result.dtype)
    base = np.empty(count, result.dtype)
    free = np.empty(J, np.bool_)
    for i in range(points):
        A, T = state[i, 0], state[i, 1]
        A_next, T_next, k11, k12, k22 = _map(A, T, alpha[i], b[i], ridge[i], weights, b2, m2, shares, c, jacobian)
        Q[:] = 0.0
        scale = 0.0
        for j in range(J):
            free[j] = np.isinf(strengths[0, j].real)
            strength = b[i] * strengths[0, j] + strengths[1, j] if not free[j] else 0.0 * T
            Q[j, 2 * count + j] = 0.0 if free[j] else 1.0 / np.sqrt(strength * T)
        residual = 0.0
        for n in range(count):
            V = A * b2[n] + T * m2[n]
            residual = max(residual, abs((A_next * b2[n] + T_next * m2[n] - V) / (1.0 + V)))
            root = np.sqrt(alpha[i] * weights[n] / (1.0 + V))
            scale += (root * root * (b2[n] + m2[n])).real
            for j in range(J):
                Q[j, n] = root * modes[0, j, n]
                Q[j, count + n] = root * modes[1, j, n]
            Q[J, n] = root * target[0, n]
            Q[J, count + n] = root * target[1, n]
        _least_squares(Q, free, np.sqrt(scale))  # [modes.1]
        q = 0.0 * T
        for j in range(J):
            q += Q[J, 2 * count + j] ** 2
        objective = q / alpha[i]
        q /= T
        test = training = overlap_b = overlap_m = 0.0 * T
        for n in range(count):
            inverse = 1.0 / (1.0 + A * b2[n] + T * m2[n])
            misfit = (Q[J, n] ** 2 + Q[J, count + n] ** 2) / (alpha[i] * weights[n] * inverse)
            base[n] = target_residual[n] + noise[i] + misfit  # [modes.2]
            objective += weights[n] * base[n] * inverse
            g = alpha[i] * weights[n] * inverse * inverse
            overlap_b += g * b2[n] * base[n]
            overlap_m += g * m2[n] * base[n]
        overlap_m += q
        # jacobian is in logarithms: scale to and from it
        x = (k11 * overlap_b + k12 * overlap_m) / A
        y = (k12 * overlap_b + k22 * overlap_m) / T
        x, y = _solve_2x2(jacobian, x, y)
        for n in range(count):
            error = base[n] + A * x * b2[n] + T * y * m2[n]  # [err.1]
            test += weights[n] * error
            training += weights[n] * error / (1.0 + A * b2[n] + T * m2[n]) ** 2
        spread = _solve_2x2(jacobian, 1.0, 1.0)
        result[i, 0], result[i, 1], result[i, 2] = test, training, objective
        result[i, 3], result[i, 4] = residual, max(spread[0].real, spread[1].real)
