"""The slow motion of a deep linear network along its minima, driven by the noise of SGD.

Equations sup.2-sup.6 of theory_notes/dynamics_support.md (setting: beneventano24).  `layers` are W_1, ..., W_L,
shapes (h, d), (h, h), ..., (1, h).
"""

from collections.abc import Sequence

import numpy as np
from numpy.linalg import multi_dot

from rmt_asymptotics._types import Array
from rmt_asymptotics.dynamics.support_learning.parameters import SupportLearning

Layers = Sequence[Array]


def noise_rate(parameters: SupportLearning) -> float:
    """Rate per step of the decay for E[e^2 x_I x_I^T] = sigma^2 and a bracket of 1 [sup.3, sup.9].

    >>> s = SupportLearning(depth=2, relevant=5, irrelevant=10, samples=256, batch=4, step=0.05, noise_variance=0.09)
    >>> f"{noise_rate(s):.4g}"
    '2.779e-05'
    """
    independent = parameters.replacement or parameters.fresh_noise
    n, b = parameters.samples, parameters.batch
    finite = 1.0 if independent else (n - b) / max(n - 1, 1)  # [sup.2]
    return parameters.mean_square_slope * parameters.step**2 * parameters.noise_variance / (2 * b) * finite


def above(layers: Layers) -> list[Array]:
    """B_k = W_L ... W_(k+1), shapes (1, h), ..., (1, 1) [sup.1]."""
    products: list[Array] = [np.ones((1, 1))]
    for layer in layers[:0:-1]:
        products.append(products[-1] @ layer)
    return products[::-1]


def below(layers: Layers) -> list[Array]:
    """A_k = W_(k-1) ... W_1, shapes (d, d), (h, d), ... [sup.1]."""
    products: list[Array] = [np.eye(layers[0].shape[1])]
    for layer in layers[:-1]:
        products.append(layer @ products[-1])
    return products


def noise_force(layers: Layers, moment: Array) -> list[Array]:
    """Half the gradient of tr Sigma/sigma^2 = sum_k |B_k|^2 tr A_k Gamma A_k^T; `moment` is Gamma, (d, d) [sup.4]."""
    B = above(layers)
    P = [moment]
    for W in layers[:-1]:
        P.append(W @ P[-1] @ W.T)
    Q = [np.zeros((1, 1))]
    for W, after in zip(layers[:0:-1], B[:0:-1], strict=True):
        Q.insert(0, np.sum(after**2) * np.eye(W.shape[1]) + W.T @ Q[0] @ W)
    S = [np.zeros_like(moment)]
    for W, p in zip(layers[:-1], P[:-1], strict=True):
        S.append(np.trace(p) * np.eye(len(W)) + W @ S[-1] @ W.T)
    return [q @ W @ p + b.T @ (b @ W @ s) for W, b, p, q, s in zip(layers, B, P, Q, S, strict=True)]


def curvature(layers: Layers) -> Array:
    """K = sum_k |B_k|^2 A_k^T A_k, (d, d): step * K takes the residual of f to its change in one step [sup.5]."""
    return sum((np.sum(b**2) * a.T @ a for b, a in zip(above(layers), below(layers), strict=True)), np.zeros(()))


def remembered(moment: Array, K: Array, parameters: SupportLearning) -> Array:
    """Gamma as the flow feels it: descent answers early noise while later noise comes in [sup.6].

    In the eigenvectors of K entry ij is multiplied by 1 + a_ij, a antisymmetric: a rotation of the inputs.
    """
    k, vectors = np.linalg.eigh(K)
    x = parameters.step * k * (parameters.samples // parameters.batch)
    psi = x if parameters.replacement else x - 2 - 2 * np.expm1(-x) / x
    weight = (psi - psi[:, None]) / (x + x[:, None])
    return vectors @ ((vectors.T @ moment @ vectors) * (1 + weight)) @ vectors.T


def along_minima(layers: Layers, motion: Layers) -> list[Array]:
    """`motion` less its part that changes W_L ... W_1, which descent on the loss undoes at once [sup.5]."""
    A, B = below(layers), above(layers)
    change = sum((multi_dot([b, m, a]) for a, b, m in zip(A, B, motion, strict=True)), np.zeros(()))
    multiplier = np.linalg.solve(curvature(layers), change.T).T
    return [m - b.T @ (multiplier @ a.T) for a, b, m in zip(A, B, motion, strict=True)]


def velocity(layers: Layers, moment: Array, parameters: SupportLearning) -> list[Array]:
    """Change of the layers in one step, along the minima [sup.6]."""
    rate, decay = noise_rate(parameters), parameters.step * parameters.weight_decay
    K = parameters.mean_slope**2 * curvature(layers)
    forces = noise_force(layers, remembered(moment, K, parameters))
    return along_minima(layers, [-rate * force - decay * W for force, W in zip(forces, layers, strict=True)])
