"""Sampled batches against the moments that [net.1]-[net.4] make of them, and against what they leave out.

tanh(x + .7) - .45, label tanh(z) + .3 (z^2 - 1) + .2 with noise .09, n0 = 2 d, e = 1.3, readout of mean 0. The
statistics are averages over batches (and over neurons of each); predictions hold up to 1/d.
Run `python -m theory_notes.checks.first_batch`.
"""

import numpy as np

SAMPLES, E, NOISE = 2.0, 1.3, 0.09  # n0/d, e = eta g/sqrt(p), label noise


def slope(t):
    """sigma'."""
    return 1 / np.cosh(t + 0.7) ** 2


def label(z):
    """f_*."""
    return np.tanh(z) + 0.3 * (z * z - 1) + 0.2


def gaussian_grid():
    """Nodes and weights of a Gaussian expectation."""
    z = np.linspace(-10, 10, 2001)
    return z, 0.01 * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)


def predictions():
    """The statistics of `measured`, by name   [net.1-net.4]."""
    z, w = gaussian_grid()
    d, f = slope(z), label(z)
    h1, s2, h3 = w @ d, w @ (d * z), w @ (d * (z * z - 1))
    vs, skew = w @ (d - h1) ** 2, w @ ((d - h1) ** 2 * z)
    ybar, h1s, y2s = w @ f, w @ (f * z), w @ (f * (z * z - 1))
    second, y2z, y3 = w @ f**2 + NOISE, w @ (f * f * z), w @ f**3 + 3 * NOISE * ybar
    y2z2, y3z = w @ (f * f * z * z) + NOISE, w @ (f**3 * z) + 3 * NOISE * h1s
    y4 = w @ f**4 + 6 * NOISE * (second - NOISE) + 3 * NOISE**2
    length = np.sqrt(h1s**2 + second / SAMPLES)
    gamma, rho, q = h1s / length, np.sqrt(second / SAMPLES) / length, 1 / np.sqrt(SAMPLES * second)
    turn = np.array([[gamma, rho], [rho, -gamma]])
    span = turn @ np.array([[y2s, q * y2z], [q * y2z, q * q * y3]]) @ turn
    noise = turn @ np.array([[y2z2, q * y3z], [q * y3z, q * q * y4 + second]]) @ turn
    along = turn @ np.array([y2z, q * y3])
    common = 1 + E * s2 * ybar
    bulk = common**2 + E**2 * second * vs / SAMPLES
    psi = (d - h1) * z  # its Hermite components beyond the first are the independent fluctuations of the length
    lengths = w @ psi**2 - (w @ psi) ** 2 - (w @ (psi * z)) ** 2
    return {
        "B": length, "gamma": gamma, "u": E * h1 * length, "c": bulk,
        "A_vv": span[0, 0], "A_vzeta": span[0, 1], "A_zetazeta": span[1, 1],
        "T_vv": noise[0, 0], "T_vzeta": noise[0, 1], "T_zetazeta": noise[1, 1],
        "row along v": common + E * s2 * span[0, 0], "row along zeta": common + E * s2 * span[1, 1],
        "row mixed": E * s2 * span[0, 1],
        "length along v": 2 * E * h3 * length * common + E**2 * skew * along[0] / SAMPLES,
        "first-order length": (h3 * length) ** 2 + second / SAMPLES * lengths,
    }  # fmt: skip


def measured(dimension, rng, neurons=400):
    """The same statistics of one batch and `neurons` rows."""
    count = round(SAMPLES * dimension)
    x = rng.standard_normal((count, dimension))
    y = label(x[:, 0]) + np.sqrt(NOISE) * rng.standard_normal(count)
    v = x.T @ y / count
    length, theta = np.linalg.norm(v), np.eye(dimension)[0]
    v /= length
    zeta = theta - v * v[0]
    zeta /= np.linalg.norm(zeta)
    pair = np.array([v, zeta])
    inside = x @ pair.T
    span, noise = (inside.T * y) @ inside / count, (inside.T * y**2) @ inside / count

    omega = rng.standard_normal((neurons, dimension))
    omega /= np.linalg.norm(omega, axis=1)[:, None]
    t = omega @ x.T
    z, w = gaussian_grid()
    mean_slope = w @ slope(z)
    gradient = (slope(t) * y) @ x / count
    rows = omega + E * gradient
    start, end = omega @ pair.T, rows @ pair.T
    mixing = dimension * start.T @ (end - end.mean(axis=0)) / neurons  # responses of <w, .> to <omega, .>
    lengths = np.sum(rows**2, axis=1) - np.sum(end**2, axis=1)
    first = ((slope(t) - mean_slope) * t) @ y / count
    return {
        "B": length, "gamma": v[0], "u": end[:, 0].mean(), "c": lengths.mean(),
        "A_vv": span[0, 0] - y.mean(), "A_vzeta": span[0, 1], "A_zetazeta": span[1, 1] - y.mean(),
        "T_vv": noise[0, 0], "T_vzeta": noise[0, 1], "T_zetazeta": noise[1, 1],
        "row along v": mixing[0, 0], "row along zeta": mixing[1, 1], "row mixed": mixing[0, 1],
        "length along v": dimension * (start[:, 0] @ (lengths - lengths.mean())) / neurons,
        "first-order length": dimension * first.var(ddof=1),
    }  # fmt: skip


def scores(dimension, batches, seed=0):
    """(measured - predicted)/standard error of every statistic, by name."""
    streams = np.random.SeedSequence(seed).spawn(batches)
    draws = [measured(dimension, np.random.default_rng(stream)) for stream in streams]
    results = {}
    for name, value in predictions().items():
        values = np.array([draw[name] for draw in draws])
        results[name] = (values.mean() - value) / (values.std(ddof=1) / np.sqrt(batches))
    return results


def main():
    """Print predictions and scores."""
    predicted, score = predictions(), scores(800, 60)
    for name, value in predicted.items():
        print(f"{name:20} predicted {value:8.4f}   off by {score[name]:+.1f} standard errors")


if __name__ == "__main__":
    main()
