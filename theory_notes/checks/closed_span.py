"""What the class means of a Gaussian spike law span when the width is infinite   [span.1].

ReLU, u ~ N(0, 1.3^2), c = 1: the odd part of E relu(u kappa + sqrt(c) z) is u kappa/2, so that the free functions
are kappa and the even functions, not all functions. With K free class means the test error must approach the
error of that span, and not the one of all functions. It does so fast for ReLU, and slowly for centred ReLU, whose
class means vanish at kappa = 0 when c = 1 and have to imitate the constant. Uses the Jacobian route [err.1].
Run `python -m theory_notes.checks.closed_span`.
"""

import numpy as np
from scipy.special import ndtr

from theory_notes.checks.order_parameters import Bulk, plain_iteration

SPREAD, ALIGNMENT, RATIO, WIDTH_RATIO, RIDGE = 1.3, 0.8, 2.0, 1.5, 0.05
STEP = 0.1  # of the trapezoid rule


def trapezoid():
    """Symmetric nodes and weights of a Gaussian expectation."""
    z = STEP * np.arange(-90, 91)
    return z, STEP * density(z)


def density(z):
    """Standard Gaussian density."""
    return np.exp(-z * z / 2) / np.sqrt(2 * np.pi)


def relu_classes(kappa, classes, offset):
    """Probabilities, m0, b and m2^2 of ReLU less `offset` (c = 1) at the Gauss-Hermite nodes of the law   [cge.1]."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(classes)
    x = SPREAD * nodes[:, None] * kappa
    mean = x * ndtr(x) + density(x)
    slope = ndtr(x)
    square = (x * x + 1) * ndtr(x) + x * density(x)
    return weights / weights.sum(), mean - offset, slope, np.maximum(square - mean**2 - slope**2, 0)


def target_moments(kappa):
    """h0, h1 and E y^2 - h0^2 - h1^2, all given kappa, for tanh(x) + .3 (x^2 - 1)."""
    z, w = trapezoid()
    rho = np.sqrt(1 - ALIGNMENT**2)
    x = ALIGNMENT * kappa[:, None] + rho * z
    y = np.tanh(x) + 0.3 * (x * x - 1)
    h0, h1 = y @ w, (y * z) @ w
    return h0, h1, (y - h0[:, None] - h1[:, None] * z) ** 2 @ w


def free_functions(span, kappa, m0):
    """Rows that span the free functions of kappa, by name of the span."""
    count = len(kappa)
    pairs = (np.eye(count) + np.eye(count)[::-1])[: count // 2 + 1]
    return {"classes": m0, "kappa and even": np.vstack([kappa, pairs]), "all": np.eye(count)}[span]


def limit_error(span, classes, offset=0.0):
    """Test error at p = infinity when the free functions are those of `span`; centred when offset = density(0)."""
    kappa, w = trapezoid()
    h0, h1, rest = target_moments(kappa)
    probabilities, m0, b, m2_squared = relu_classes(kappa, classes, offset)
    bulk = Bulk(w, b, m2_squared, probabilities, RATIO, WIDTH_RATIO, RIDGE)
    order = plain_iteration(bulk)
    t = order[-classes:] / probabilities
    variance = (bulk.multiplicity * order) @ bulk.features
    g = RATIO * w / (1 + variance)
    vh1 = (b * g) @ b.T

    free, none = free_functions(span, kappa, m0), np.zeros_like(b)
    part0, part1 = np.vstack([free, kappa * b, none]), np.vstack([0 * free, none, b])
    rows = np.hstack([part0, part1]) * np.sqrt(np.tile(g, 2))  # the two parts F0, F1 side by side
    capacity = WIDTH_RATIO * np.tile(probabilities * t, 2)
    penalty = np.hstack([np.zeros((2 * classes, len(free))), np.diag(capacity**-0.5)])
    system = np.vstack([rows.T, penalty])
    scale = np.linalg.norm(system, axis=0)
    wanted = np.concatenate([np.sqrt(g) * h0, np.sqrt(g) * h1, np.zeros(2 * classes)])
    coefficients = np.linalg.lstsq(system / scale, wanted, rcond=1e-13)[0] / scale
    base = rest + (h0 - coefficients @ part0) ** 2 + (h1 - coefficients @ part1) ** 2  # [modes.2]
    hats = (coefficients[len(free) :] / capacity).reshape(2, classes)
    source = WIDTH_RATIO * np.sum(hats**2, axis=0)

    c = WIDTH_RATIO * probabilities * t
    resolvent = np.linalg.inv(np.eye(classes) + c[:, None] * vh1)
    m, x = vh1 @ resolvent, resolvent * c
    y = (resolvent.T @ b) ** 2 + m2_squared
    inner = np.linalg.inv(np.diag(1 / (probabilities * t**2)) - WIDTH_RATIO * m**2)
    response = y.T @ inner @ y + (b.T @ x @ b) ** 2 / WIDTH_RATIO  # [jac.1]
    driven = base + y.T @ inner @ source  # [jac.2]
    return w @ np.linalg.solve(np.eye(len(kappa)) - response * (g / (1 + variance)), driven)


def main():
    """Print the test error for growing numbers of free class means, and for the two candidate limits."""
    for classes in (4, 8, 16, 32, 48):
        plain, centred = (limit_error("classes", classes, offset) for offset in (0.0, density(0.0)))
        spans = ", ".join(f"'{span}' {limit_error(span, classes):.5f}" for span in ("kappa and even", "all"))
        print(f"{classes} classes: free class means {plain:.5f} (ReLU) {centred:.5f} (centred ReLU), free span {spans}")


if __name__ == "__main__":
    main()
