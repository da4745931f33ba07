"""Ridge readouts of nested samples: a = argmin sum_mu (y_mu - f_mu)^2 + ridge |a|^2, f = Phi a/sqrt(p).

Exact for every (n, ridge) of a grid, from one feature matrix whose first n rows are the sample of size n.
For n <= p the dual problem, K = Phi Phi^T/p (n x n), needs one Cholesky factorisation a ridge: those of the smaller n
are its leading blocks.  For n > p the primal one, G = Phi^T Phi/p (p x p), is accumulated along n.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular
from scipy.linalg.blas import dsyrk

from rmt_asymptotics._types import Array
from rmt_asymptotics.errors import OutOfDomain

SMALLEST_PIVOT = 1e-12  # of a Gram matrix, against its diagonal: errors of 5e-4 were seen there, of 1e-8 at 1e-8


@dataclass(frozen=True)
class Readouts:
    """The minimisers on a grid of N sample sizes and R ridges.

    vectors: a/sqrt(p), so that f(x) = vectors @ phi(x); shape (N, R, p).
    training_error: mean (y - f)^2; training_objective: that plus ridge/n |a|^2; each of shape (N, R).
    """

    vectors: Array
    training_error: Array
    training_objective: Array


def ridge_readouts(features: Array, labels: Array, samples: Array, ridges: Array) -> Readouts:
    """All readouts of a grid.

    features (n, p) and labels (n,): one sample a row.  samples (N,): increasing whole numbers, the last one n.
    ridges (R,): positive.  Raises `OutOfDomain` for a ridge lost in the rounding of a singular Gram matrix.

    >>> fit = ridge_readouts(np.ones((3, 1)), np.array([1.0, 2.0, 3.0]), np.array([1, 3]), np.array([1.0]))
    >>> fit.vectors.ravel()  # 1/(1 + 1) and (1 + 2 + 3)/(3 + 1)
    array([0.5, 1.5])
    """
    width, shape = features.shape[1], (len(samples), len(ridges))
    fit = Readouts(np.empty((*shape, width)), np.empty(shape), np.empty(shape))
    few = int(np.searchsorted(samples, width, side="right"))  # sample sizes n <= p
    if few > 0:
        _dual(features, labels, samples[:few], ridges, fit)
    _primal(features, labels, samples, ridges, fit, few)
    return fit


def _dual(features: Array, labels: Array, samples: Array, ridges: Array, fit: Readouts) -> None:
    """a = Phi^T alpha/sqrt(p), (K + ridge) alpha = y: the residual y - f is ridge * alpha, without a difference."""
    few, rows, width = len(samples), samples[-1], features.shape[1]
    features, labels = features[:rows], labels[:rows]
    gram = dsyrk(1 / width, features.T, trans=1)
    seen = np.arange(rows)[:, None] < samples
    for r, ridge in enumerate(ridges):
        factor = _cholesky(gram, ridge)
        white = solve_triangular(factor, labels, lower=True, check_finite=False)
        # L^T alpha = (first n of white, zeros): the zeros stay, and alpha is the solution of the leading block
        alpha = solve_triangular(factor, seen * white[:, None], lower=True, trans=1, check_finite=False)
        fit.vectors[:few, r] = alpha.T @ features / width
        fit.training_error[:few, r] = ridge**2 * (alpha**2).sum(0) / samples
        fit.training_objective[:few, r] = ridge * np.cumsum(white**2)[samples - 1] / samples  # ridge y.alpha/n


def _primal(features: Array, labels: Array, samples: Array, ridges: Array, fit: Readouts, first: int) -> None:
    """(G + ridge) a = Phi^T y/sqrt(p), for the sample sizes from position `first` on."""
    width = features.shape[1]
    gram, moment, start = np.zeros((width, width), order="F"), np.zeros(width), 0
    for i in range(first, len(samples)):
        n = samples[i]
        gram = dsyrk(1 / width, features[start:n].T, beta=1, c=gram, overwrite_c=True)
        moment += labels[start:n] @ features[start:n] / width
        for r, ridge in enumerate(ridges):
            factor = _cholesky(gram, ridge)
            white = solve_triangular(factor, moment, lower=True, check_finite=False)
            fit.vectors[i, r] = solve_triangular(factor, white, lower=True, trans=1, check_finite=False)
        residuals = labels[:n, None] - features[:n] @ fit.vectors[i].T
        penalty = ridges * width * (fit.vectors[i] ** 2).sum(1)
        fit.training_error[i] = (residuals**2).sum(0) / n
        fit.training_objective[i] = fit.training_error[i] + penalty / n
        start = n


def _cholesky(gram: Array, ridge: float) -> Array:
    """Lower factor of gram + ridge, of which the upper triangle is read and the diagonal borrowed."""
    diagonal = gram.diagonal().copy()
    np.fill_diagonal(gram, diagonal + ridge)
    try:
        factor = np.asarray(np.linalg.cholesky(gram.T), float)  # releases the interpreter lock, SciPy's does not
        pivots = factor.diagonal() ** 2 / gram.diagonal()
    except np.linalg.LinAlgError:
        pivots = np.zeros(1)
    np.fill_diagonal(gram, diagonal)
    if not pivots.min() >= SMALLEST_PIVOT:
        raise OutOfDomain("ridge", float(ridge), "larger: it is lost in the rounding of linearly dependent features")
    return factor
