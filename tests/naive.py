"""Slow and obvious twin of the theory in float64 NumPy; imports nothing of the package.

Same model as `rmt.SpikedRandomFeatures` with finitely many classes, another route: composite Gauss-Legendre
quadrature everywhere, damped iteration of all order parameters, second moments Q1, Q2 instead of a Jacobian,
loops over classes instead of stacked arrays. Notation and tags of `theory_notes/canonical_problem.md`.
Good to about 1e-10 for ridge above .01; it raises RuntimeError where the iteration is too slow.
"""

import itertools
from types import SimpleNamespace

import numpy as np

REACH = 9.0  # exp(-81/2) = 3e-18
NODES, WEIGHTS = np.polynomial.legendre.leggauss(20)


def gaussian_grid(kinks=(), panel=0.75):
    """Nodes and weights of E f(z), z ~ N(0, 1): Gauss-Legendre on panels that end at the kinks."""
    edges = [-REACH, *sorted(k for k in set(kinks) if -REACH < k < REACH), REACH]
    nodes, weights = [], []
    for left, right in itertools.pairwise(edges):
        cuts = np.linspace(left, right, 1 + int(np.ceil((right - left) / panel)))
        for a, b in itertools.pairwise(cuts):
            nodes.append((a + b) / 2 + (b - a) / 2 * NODES)
            weights.append((b - a) / 2 * WEIGHTS)
    z = np.concatenate(nodes)
    return z, np.concatenate(weights) * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)


def conditional_moments(function, kinks, slope, variance, kappa):
    """m0, b, m2^2 of f(slope kappa + sqrt(variance) z) at every kappa: mean, E[f z], and what they leave   [cge.1]."""
    m0, b, m2_squared = [], [], []
    for x in kappa:
        z, w = gaussian_grid([(k - slope * x) / np.sqrt(variance) for k in kinks])
        f = function(slope * x + np.sqrt(variance) * z)
        m0.append(w @ f)
        b.append(w @ (f * z))
        m2_squared.append(w @ (f - m0[-1] - b[-1] * z) ** 2)
    return np.array(m0), np.array(b), np.array(m2_squared)


def target_moments(target, kinks, alignment, noise_variance, kappa):
    """h0, h1, h2 of y = f(gamma kappa + rho s) + noise at every kappa."""
    rho_squared = 1 - alignment**2
    if rho_squared < 1e-14:
        f = target(np.sign(alignment) * kappa)
        return f, np.zeros_like(f), f**2 + noise_variance
    h0, h1, rest = conditional_moments(target, kinks, alignment, rho_squared, kappa)
    return h0, h1, h0**2 + h1**2 + rest + noise_variance


def order_parameters(w, b, m2_squared, probabilities, ratio, width_ratio, ridge, damping=0.8, tolerance=1e-13):
    """V1, t, Vh1, V(kappa) by damped iteration   [se.1-se.5]."""
    K = len(b)
    t, V1 = np.ones(K) / ridge, np.zeros((K, K))
    for _ in range(100_000):
        V = sum(probabilities[k] * t[k] * m2_squared[k] for k in range(K))
        V = V + sum(b[k] * b[m] * V1[k, m] for k in range(K) for m in range(K))
        Vh1 = ratio * np.array([[w @ (b[k] * b[m] / (1 + V)) for m in range(K)] for k in range(K)])
        Vh2 = ratio * np.array([w @ (m2_squared[k] / (1 + V)) for k in range(K)])
        C = width_ratio * np.diag(probabilities * t)
        N = np.linalg.inv(np.eye(K) + C @ Vh1)
        t_next, V1_next = 1 / (ridge + Vh2 + np.diag(Vh1 @ N)), N @ C / width_ratio
        change = np.max(np.abs(t_next / t - 1)) + np.max(np.abs(V1_next - V1)) / np.max(np.abs(V1_next))
        t, V1 = t + damping * (t_next - t), V1 + damping * (V1_next - V1)
        if change < tolerance:
            return V1, t, Vh1, V
    raise RuntimeError(f"the naive iteration is too slow here: last change {change:.1e}")


def fitted_modes(w, modes, capacities, h0, h1, V, ratio):
    """G0, G1 and the penalty coef^2/Cap of each mode, by stacked least squares   [modes.1]."""
    root = np.sqrt(ratio * w / (1 + V))
    size = [np.sqrt(np.sum((root * F0) ** 2 + (root * F1) ** 2)) + 1e-300 for F0, F1 in modes]
    columns = np.array([np.concatenate([root * F0, root * F1]) / s for (F0, F1), s in zip(modes, size, strict=True)]).T
    penalty = np.diag(
        [0.0 if np.isinf(cap) else 1 / (s * np.sqrt(cap)) for cap, s in zip(capacities, size, strict=True)]
    )
    wanted = np.concatenate([root * h0, root * h1, np.zeros(len(modes))])
    coefficients = np.linalg.lstsq(np.vstack([columns, penalty]), wanted, rcond=1e-14)[0]
    G0 = sum(q / s * F0 for q, s, (F0, F1) in zip(coefficients, size, modes, strict=True))
    G1 = sum(q / s * F1 for q, s, (F0, F1) in zip(coefficients, size, modes, strict=True))
    return G0, G1, (penalty @ coefficients) ** 2


def second_moments(w, b, m2_squared, probabilities, t, Vh1, V, base, source, ratio, width_ratio, tolerance=1e-13):
    """e(kappa) by iterating the second moments Q1, Q2 of the weights   [q.1, q.2]."""
    K = len(b)
    C = width_ratio * np.diag(probabilities * t)
    N = np.linalg.inv(np.eye(K) + C @ Vh1)
    M, X = Vh1 @ N, N @ C
    e, dt = base.copy(), np.zeros(K)
    for _ in range(100_000):
        g = ratio * w * e / (1 + V) ** 2
        Qh1 = np.array([[g @ (b[k] * b[m]) for m in range(K)] for k in range(K)])
        Qh2 = np.array([g @ m2_squared[k] for k in range(K)]) + source
        dC = width_ratio * np.diag(probabilities * dt)
        dM = N.T @ Qh1 @ N - M @ dC @ M
        dt = -(t**2) * (Qh2 + np.diag(dM))
        dC = width_ratio * np.diag(probabilities * dt)
        Q1 = -(N @ dC @ N.T - X @ Qh1 @ X) / width_ratio
        Q2 = -probabilities * dt
        e_next = base + sum(Q2[k] * m2_squared[k] for k in range(K))
        e_next = e_next + sum(b[k] * b[m] * Q1[k, m] for k in range(K) for m in range(K))
        change = np.max(np.abs(e_next - e) / (1e-300 + np.abs(e_next)))
        e = e_next
        if change < tolerance:
            return e
    raise RuntimeError(f"the naive iteration is too slow here: last change {change:.1e}")


def solve(
    activation, target, *, spikes, probabilities, alignment, bulk_variance, sample_complexity, width_ratio, ridge,
    noise_variance=0.0, width=np.inf, activation_kinks=(), target_kinks=(),
):  # fmt: skip
    """Errors of spiked random features, and the functions of kappa behind them.

    `activation` and `target` are vectorised NumPy callables with their kinks listed; `spikes`, `probabilities`
    and `bulk_variance` have one entry a class (one number serves all classes); `width` is p, or inf.
    Returns a namespace: test_error, training_error, training_objective, traces (t_k), kappa, weight, V, e.
    """
    probabilities, K = np.asarray(probabilities, dtype=float), len(spikes)
    variances, ratio = np.broadcast_to(bulk_variance, K), sample_complexity / width_ratio
    kappa, w = gaussian_grid([k / alignment for k in target_kinks] if alignment else ())
    classes = [
        conditional_moments(activation, activation_kinks, u, c, kappa) for u, c in zip(spikes, variances, strict=True)
    ]
    m0, b, m2_squared = zip(*classes, strict=True)
    h0, h1, h2 = target_moments(target, target_kinks, alignment, noise_variance, kappa)
    _V1, t, Vh1, V = order_parameters(w, b, m2_squared, probabilities, ratio, width_ratio, ridge)

    none, modes, strengths, owner = np.zeros_like(kappa), [], [], []
    for k in range(K):
        modes += [(m0[k], none), (kappa * b[k], none), (none, b[k])]
        strengths += [width, width_ratio, width_ratio]
        owner += [k, k, k]
    capacities = [R * probabilities[k] * t[k] for R, k in zip(strengths, owner, strict=True)]
    G0, G1, penalties = fitted_modes(w, modes, capacities, h0, h1, V, ratio)
    source = np.zeros(K)  # hat^T R_k hat, where hat = coef/Cap
    for k, R, cap, penalty in zip(owner, strengths, capacities, penalties, strict=True):
        source[k] += 0.0 if np.isinf(R) else R * penalty / cap
    base = (h2 - h0**2 - h1**2) + (h0 - G0) ** 2 + (h1 - G1) ** 2
    e = second_moments(w, b, m2_squared, probabilities, t, Vh1, V, base, source, ratio, width_ratio)
    objective = w @ (base / (1 + V)) + np.sum(penalties) / ratio
    return SimpleNamespace(
        test_error=w @ e, training_error=w @ (e / (1 + V) ** 2), training_objective=objective,
        traces=t, kappa=kappa, weight=w, V=V, e=e,
    )  # fmt: skip
