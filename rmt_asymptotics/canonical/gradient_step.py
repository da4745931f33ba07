"""From a model to what one gradient step does to its rows.  Notes: one_step.md, several_directions.md [multi.3]."""

from operator import attrgetter

import numpy as np
from scipy.linalg import block_diag

from rmt_asymptotics._types import Array
from rmt_asymptotics.activations import Activation
from rmt_asymptotics.canonical.latent import row_space
from rmt_asymptotics.canonical.shape import Shape
from rmt_asymptotics.canonical.step_labels import residual_moment, residual_moments
from rmt_asymptotics.canonical.updated_rows import GradientStep, frame_of
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.gaussian.conditional import conditional_moments
from rmt_asymptotics.models import OneStepNetwork
from rmt_asymptotics.remembered import remembered

STEIN = 1e-9  # of the standard deviation of sigma, to which E sigma' = E[z sigma] has to hold
LAST_DIGITS = 1e-13  # of its root mean square: rounding of both sides
DEPENDS_ON = attrgetter(
    "activation", "target", "step_targets", "labels", "readout", "noise_variance", "step_sample_complexity",
    "span_noise",
)  # fmt: skip
SILENT = 1e-24  # residual labels below this share of E y^2 are rounding


def gradient_step(model: OneStepNetwork) -> GradientStep:
    """The moments of a model's step; raises `OutOfDomain` where the step is not defined."""
    return _gradient_step(Shape(DEPENDS_ON(model), model))


@remembered(maxsize=64)
def _gradient_step(shape: Shape) -> GradientStep:
    # notation: h1, s2, h3, vs of sigma; C1, H, Y2, ... of the residual labels y'_o
    model: OneStepNetwork = shape.model  # type: ignore[assignment]
    alpha0 = model.step_sample_complexity
    mean, h1, s2, h3, vs = activation_moments(model.activation)
    values, shifts = initial_outputs(model)
    y = residual_moments(model, shifts)
    squares = np.linalg.eigvalsh(y.second)
    if squares[0] <= SILENT * (squares[-1] + np.max(shifts**2) + mean**2 + h1**2 + s2**2):
        allowed = "different from the network's initial output, and outputs independent: else no gradient is left"
        name = "step_targets" if model.step_targets else "target"
        raise OutOfDomain(name, (model.step_targets or (model.target,))[0], allowed)
    K = np.linalg.cholesky(y.second / alpha0)  # n_o in the basis nu
    averages = np.hstack([K, y.along])
    # given its label a sample x has the component <nu, x> = K^-1 y/alpha0 + a standard Gaussian
    W = np.linalg.inv(K) / alpha0
    span = np.block([
        [np.einsum("ia,jb,oab->oij", W, W, y.third), np.einsum("ia,oal->oil", W, y.second_along)],
        [np.einsum("ia,oal->oli", W, y.second_along), y.bent],
    ])  # fmt: skip
    frame, rank = frame_of(averages.T @ row_space(values))
    own, directions = np.ones(len(frame)), y.along.shape[1]
    if model.span_noise:
        span, averages = _with_shared_noise(model, float(shifts[0]), span), np.pad(averages, ((0, 0), (0, 2)))
        own = np.array([max(1 - s2**2 / vs, 0.0) if vs > 0 else 1.0] * 2 + [1.0] * 2)
        frame = block_diag(frame, np.eye(2))
    for array in (y.mean, y.second, averages, span, own, frame):
        array.setflags(write=False)  # the step is kept
    return GradientStep(h1, s2, h3, vs, y.mean, y.second, averages, span, own, frame, rank, directions, alpha0)


def initial_outputs(model: OneStepNetwork) -> tuple[Array, Array]:
    """The readout's values (K, q), and the mean outputs (q,) of the network before the step."""
    values, pi = model.readout.quadrature(64, 1.0)
    values = values.reshape(len(pi), -1)
    return values, pi @ values * activation_moments(model.activation)[0]


def _with_shared_noise(model: OneStepNetwork, shift: float, span: Array) -> Array:
    """Yhat - ybar with what it makes of nu and theta outside their span, q_a = (1 - P) Yhat e_a.  [net.4]

    A sample has on it psi_a/alpha0 and a Gaussian, psi_a the part of y x_a that is no multiple of y.
    """
    # notation: T, b, psi; q: <nu, x> = q y + a Gaussian
    m, alpha0 = residual_moment(model, shift), model.step_sample_complexity
    Y2 = m(2, 0)
    q = 1 / np.sqrt(alpha0 * Y2)
    b, cubic = np.array([q * m(3, 0), m(2, 1)]), np.array([q * m(4, 0), m(3, 1)])
    T = np.array([[q**2 * m(4, 0) + Y2, q * m(3, 1)], [q * m(3, 1), m(2, 2) + Y2]])
    third = np.array([[q**2 * m(5, 0) + m(3, 0), q * m(4, 1)], [q * m(4, 1), m(3, 2) + m(3, 0)]])
    psi = third - (np.outer(b, cubic) + np.outer(cubic, b)) / Y2 + np.outer(b, b) * m(3, 0) / Y2**2
    L = np.linalg.cholesky((T - np.outer(b, b) / Y2) / alpha0)
    inverse = np.linalg.inv(L) / alpha0
    return np.block([[span[0], L], [L.T, inverse @ psi @ inverse.T]])[None]


@remembered(maxsize=64)
def activation_moments(sigma: Activation) -> tuple[float, float, float, float, float]:
    """E sigma, h1, s2, h3 and vs."""
    hermite = sigma.hermite_coefficients(3)
    h1, s2, h3 = float(hermite[1]), float(2 * hermite[2]), float(6 * hermite[3])
    moments, slopes = (conditional_moments(f, sigma.kinks, 0.0, 1.0) for f in (sigma, sigma.slope()))
    vs = float(slopes.linear**2 + slopes.residual)
    deviation, size = (float(np.sqrt(m)) for m in (moments.linear**2 + moments.residual, moments.second))
    if abs(float(slopes.mean) - h1) > STEIN * deviation + LAST_DIGITS * size:
        raise OutOfDomain("activation", sigma.name, "continuous, with its own derivative: E sigma' = E[z sigma] fails")
    return float(hermite[0]), h1, s2, h3, vs
