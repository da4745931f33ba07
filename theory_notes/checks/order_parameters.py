"""The state evolution se.1-se.5 for given class functions, in floats.

Serves `closed_span.py` and `deterministic_equivalent.py`. Unknowns are the matrix V1 and the vector pi t,
not the function V(kappa): a different route from the one of the package.
"""

from typing import NamedTuple

import numpy as np


class Bulk(NamedTuple):
    """Grid weight, class functions and the four scalars which se.1-se.5 see."""

    weight: np.ndarray
    b: np.ndarray  # (classes, nodes)
    m2_squared: np.ndarray
    probabilities: np.ndarray
    samples_per_neuron: float  # n/p
    width_ratio: float
    ridge: float

    @property
    def pairs(self):
        """Index pairs k <= l of the symmetric matrices."""
        return [(k, m) for k in range(len(self.b)) for m in range(k, len(self.b))]

    @property
    def features(self):
        """The functions b_k b_l (k <= l), then m2_k^2, of which V is a combination   [se.1]."""
        return np.array([self.b[k] * self.b[m] for k, m in self.pairs] + list(self.m2_squared))

    @property
    def multiplicity(self):
        """How often each feature occurs in V: twice for k < l."""
        return np.array([1 if k == m else 2 for k, m in self.pairs] + [1] * len(self.b))


def symmetric_matrix(bulk, order):
    """The class matrix whose upper triangle comes first in a vector ordered like `features`."""
    matrix = np.zeros((len(bulk.b),) * 2, dtype=order.dtype)
    for (k, m), value in zip(bulk.pairs, order[: len(bulk.pairs)], strict=True):
        matrix[k, m] = matrix[m, k] = value
    return matrix


def explicit_map(bulk, tau, conjugate):
    """(V1, pi t) from pi t and (Vh1, Vh2), both in the order of `features`   [se.3, se.4, se.5]."""
    classes, vh1 = len(tau), symmetric_matrix(bulk, conjugate)
    resolvent = np.linalg.inv(np.identity(classes) + bulk.width_ratio * tau[:, None] * vh1)
    t = 1 / (bulk.ridge + conjugate[-classes:] + (vh1.dot(resolvent)).diagonal())
    v1 = resolvent * tau[None, :]
    return np.array([v1[k, m] for k, m in bulk.pairs] + list(bulk.probabilities * t))


def full_map(bulk, order, tables):
    """One step of the state evolution on the order parameters (V1, pi t)   [se.1-se.5]."""
    features, multiplicity = tables
    variance = (multiplicity * order).dot(features)
    conjugate = bulk.samples_per_neuron * features.dot(bulk.weight / (1 + variance))
    return explicit_map(bulk, order[-len(bulk.b) :], conjugate)


def plain_iteration(bulk, tolerance=1e-13, limit=200_000):
    """Order parameters by the plain iteration from t = 1/ridge: it converges by [uniq.1]."""
    tables = bulk.features, bulk.multiplicity
    order = np.zeros(len(bulk.multiplicity))
    order[-len(bulk.b) :] = bulk.probabilities / bulk.ridge
    for _ in range(limit):
        updated = full_map(bulk, order, tables)
        if np.max(np.abs(updated - order) / np.max(np.abs(updated))) < tolerance:
            return updated
        order = updated
    raise RuntimeError(f"the plain iteration has not converged after {limit} steps")
