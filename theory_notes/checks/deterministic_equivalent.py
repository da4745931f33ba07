"""se.1-se.5 against one large random matrix: resolvent traces of two classes and the variance V(kappa).

Rows b_k(kappa) <omega_i, x> + m2_k(kappa) xi_i with generic class functions; kappa takes the quantiles of N(0, 1)
instead of random draws, which leaves deviations of order 1/p where random draws would leave p^(-1/2).
Run `python -m theory_notes.checks.deterministic_equivalent`.
"""

import numpy as np
from scipy.special import ndtri

from theory_notes.checks.order_parameters import Bulk, plain_iteration

SHARES = np.array([0.36, 0.64])  # pi_k
RATIO, WIDTH_RATIO, RIDGE = 1.7, 1.4, 0.23  # n/p, p/d
PROBES = np.array([-1.8, -0.6, 0.4, 1.3, 2.1])  # values of kappa at which V is compared


def class_functions(kappa):
    """b and m2 of the two classes, shape (2, nodes)."""
    b = np.array([0.9 + 0.5 * np.tanh(kappa), 0.7 - 0.4 * np.sin(1.3 * kappa)])
    m2 = np.array([0.5 + 0.3 * np.cos(kappa), 0.35 + 0.2 * np.tanh(kappa - 0.3)])
    return b, m2


def predicted():
    """t_1, t_2 and V at the probes   [se.1-se.5]."""
    kappa = 0.05 * np.arange(-180, 181)
    weight = 0.05 * np.exp(-kappa * kappa / 2) / np.sqrt(2 * np.pi)
    b, m2 = class_functions(kappa)
    bulk = Bulk(weight, b, m2**2, SHARES, RATIO, WIDTH_RATIO, RIDGE)
    order = plain_iteration(bulk)
    b, m2 = class_functions(PROBES)
    at_probes = bulk._replace(b=b, m2_squared=m2**2)
    return np.concatenate([order[-2:] / SHARES, (bulk.multiplicity * order) @ at_probes.features])


def measured(width, rng):
    """The same five-plus-two numbers from the resolvent G of one random matrix of the given width."""
    samples, dimension = round(RATIO * width), round(width / WIDTH_RATIO)
    owner = np.repeat([0, 1], [round(SHARES[0] * width), width - round(SHARES[0] * width)])
    kappa = rng.permutation(ndtri((np.arange(samples) + 0.5) / samples))
    rows = rng.standard_normal((width, dimension))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    b, m2 = class_functions(kappa)
    features = b[owner].T * (rng.standard_normal((samples, dimension)) @ rows.T)
    features += m2[owner].T * rng.standard_normal((samples, width))
    resolvent = np.linalg.inv(features.T @ features / width + RIDGE * np.eye(width))

    member = np.eye(2)[owner]
    trace = member.T @ np.diag(resolvent)
    coupled = member.T @ ((rows @ rows.T) * resolvent) @ member / width
    b, m2 = class_functions(PROBES)
    variance = np.einsum("kn,km,mn->n", b, coupled, b) + (trace / width) @ m2**2
    return np.concatenate([trace / member.sum(axis=0), variance])


def relative_deviation(width, replicas=4, seed=0):
    """Largest relative deviation of the mean over `replicas` matrices: about 1/width."""
    streams = np.random.SeedSequence(seed).spawn(replicas)
    mean = np.mean([measured(width, np.random.default_rng(stream)) for stream in streams], axis=0)
    return np.max(np.abs(mean / predicted() - 1))


def main():
    """Print the largest relative deviation of t_1, t_2 and V as the width doubles."""
    print("prediction (t_1, t_2, V at the probes):", np.round(predicted(), 6))
    for width in (250, 500, 1000, 2000):
        deviation = relative_deviation(width, replicas=4)
        print(f"p = {width}: largest relative deviation {deviation:.2e}, times p {deviation * width:.2f}")


if __name__ == "__main__":
    main()
