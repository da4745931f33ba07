"""A model at finite n, d, p as arrays: the measure of the samples on nodes, and how the features vary with |x|^2.

Note: theory_notes/finite_size.md.
"""

import math
from dataclasses import dataclass
from functools import lru_cache, singledispatch
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.channels import directions
from rmt_asymptotics.canonical.problem import Features
from rmt_asymptotics.canonical.translation import grid_of, problem_on
from rmt_asymptotics.equations.bulk import Bulk
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.gaussian.quadrature import gaussian_density, legendre
from rmt_asymptotics.laws import ConstantLaw, Law
from rmt_asymptotics.models import (
    OneStepNetwork,
    RandomFeatures,
    RegressionOnData,
    RidgeModel,
    RidgeRegression,
    SpikedRandomFeatures,
    check_finite_ratio,
    check_isotropic,
    check_ridge_regression,
)
from rmt_asymptotics.spectra.bulk import body

LEVEL, LEVEL_CONTINUOUS = 1, 0  # of refinement: what is left out of 1/d corrections is their 1e-3
TAIL = 1e-9  # probability of classes and nodes left out
NEUTRAL = {
    "sample_complexity": 1.0,
    "width_ratio": 1.0,
    "ridge": 1.0,
    "noise_variance": 0.0,
}  # do not enter the functions
EXTENT, COUNT = 6.5, 41  # of the trapezoids in s
PANEL, ORDER = 1.5, 6  # length and Gauss-Legendre nodes of the panels between kinks in s
STEP = 1e-2  # relative, of the bulk variance, in the differences that give its derivatives: of fourth order
STENCIL = ((-2, 1 / 12), (-1, -2 / 3), (1, 2 / 3), (2, -1 / 12))


@dataclass(frozen=True)
class Setting:
    """n samples, d inputs, p neurons; K classes, J modes, N nodes in kappa and S nodes in s.

    weights (N,), s (S,), s_weights (S,), labels (N, S): without noise.  target (2, N), second (N,): E y, E y s, E y^2
    on these nodes, the last with noise.  class_weights (K,), linear and residual (K, N), functions (2, J, N) of the
    modes, mode_classes and strengths (J,).  skeleton (r,), extension (N, r): of V.  bulk: for the equations.
    mean_slope, linear_slope, residual_slope (K, N): derivatives of m0, m1 sqrt(c) and m2^2 in the logarithm of the
    variance.  sampled: whether the classes of the neurons are drawn.
    """

    samples: int
    dimension: int
    width: int
    ridge: float
    noise: float
    nodes: Array
    weights: Array
    s: Array
    s_weights: Array
    labels: Array
    target: Array
    second: Array
    class_weights: Array
    linear: Array
    residual: Array
    functions: Array
    mode_classes: NDArray[np.intp]
    strengths: Array
    skeleton: NDArray[np.intp]
    extension: Array
    bulk: Bulk
    mean_slope: Array
    linear_slope: Array
    residual_slope: Array
    sampled: bool

    @property
    def mass(self) -> Array:
        """Samples on each node, in the mean, (N,)."""
        return self.samples * self.weights

    @property
    def features(self) -> float:
        """d/p."""
        return self.dimension / self.width

    @property
    def rows(self) -> Array:
        """The modes as one row each, (J, 2 N)."""
        return self.functions.transpose(1, 0, 2).reshape(len(self.strengths), -1)


@singledispatch
def spiked(model: RidgeModel) -> SpikedRandomFeatures:
    """The model as spiked random features, in which both directions of inputs that are not bulk are modes.

    Raises `OutOfDomain` for others.
    """
    raise OutOfDomain("model", type(model).__name__, "a model whose first layer is drawn, as RandomFeatures(...)")


@spiked.register
def _(model: SpikedRandomFeatures) -> SpikedRandomFeatures:
    return model


@spiked.register
def _(model: RandomFeatures) -> SpikedRandomFeatures:
    return SpikedRandomFeatures(
        activation=model.activation, target=model.target, sample_complexity=model.sample_complexity,
        width_ratio=model.width_ratio, ridge=model.ridge, noise_variance=model.noise_variance, width=model.width,
        spike=ConstantLaw(0.0), alignment=0.0,
    )  # fmt: skip


@spiked.register
def _(model: OneStepNetwork) -> SpikedRandomFeatures:
    allowed = "one without a gradient step, whose first batch has a finite-size effect of its own, of the other sign"
    raise OutOfDomain("model", type(model).__name__, allowed)


def check_finite_size(model: RidgeModel) -> None:
    """Raise `OutOfDomain` for a model without corrections and a spread."""
    check_ridge_regression(model)
    if isinstance(model, RegressionOnData):
        raise OutOfDomain("model", model, "one of Gaussian inputs, such as its .gaussian(): rows of data are not drawn")
    if not isinstance(model, RidgeRegression):
        check_isotropic(model)
        check_finite_ratio(model)
        spiked(model)


def has_finite_size(model: RidgeModel) -> bool:
    """Whether there are corrections and a spread for the model."""
    try:
        check_finite_size(model)
    except OutOfDomain:
        return False
    return True


def setting_of(model: RidgeModel, samples: int, dimension: int, width: int) -> Setting:
    """The arrays of a model at these sizes."""
    spike = spiked(model).replace(width=width)
    features, mean_slope, linear_slope, residual_slope = _features(spike.replace(**NEUTRAL))
    gamma, rho = directions(spike)
    s, s_weights = rule_in_s([x / rho for x in spike.target.kinks] if rho else [])
    labels = spike.target(gamma * features.nodes[:, None] + rho * s)
    modes, skeleton = features.modes, features.skeleton
    return Setting(
        samples, dimension, width, spike.ridge, spike.noise_variance, features.nodes, features.weights, s, s_weights,
        labels, np.array([labels @ s_weights, labels @ (s_weights * s)]), labels**2 @ s_weights + spike.noise_variance,
        features.class_weights, features.linear, features.residual, modes.functions, modes.classes,
        modes.strengths[0] + width / dimension * modes.strengths[1], skeleton.nodes, skeleton.extension,
        features.plain_bulk, mean_slope, linear_slope, residual_slope, _is_sampled(spike.spike),
    )  # fmt: skip


def rule_in_s(kinks: list[float]) -> tuple[Array, Array]:
    """Nodes and weights in s, of variance 1: trapezoids, or panels between kinks, where no jump may meet a node."""
    s: Array = np.linspace(-EXTENT, EXTENT, COUNT)
    weights: Array = np.ones(COUNT)
    if kinks:
        places = [x for x in kinks if abs(x) < EXTENT]
        ends = sorted({-EXTENT, EXTENT, *places})
        edges = np.concatenate(
            [np.linspace(low, high, 1 + math.ceil((high - low) / PANEL))[1:] for low, high in pairwise(ends)]
        )
        lengths = np.diff(edges, prepend=-EXTENT)
        nodes, each = legendre(ORDER)
        s, weights = ((edges - lengths)[:, None] + lengths[:, None] * nodes).ravel(), np.outer(lengths, each).ravel()
    weights = weights * gaussian_density(s)
    weights /= weights.sum()
    return s / np.sqrt(weights @ s**2), weights


@lru_cache(maxsize=16)
def _features(spike: SpikedRandomFeatures) -> tuple[Features, Array, Array, Array]:
    """The functions of kappa, and the derivatives of m0, sqrt(c) m1 and m2^2 in the logarithm of the variance."""
    grid = grid_of(spike, LEVEL_CONTINUOUS if spike.spike.continuous else LEVEL)
    features = body(problem_on(spike, grid).features, TAIL)
    mean, linear, residual = (np.zeros_like(features.linear) for _ in range(3))
    for k, weight in STENCIL:
        moved = body(problem_on(spike.replace(bulk_variance=spike.bulk_variance * (1 + k * STEP)), grid).features, TAIL)
        mean += weight / STEP * moved.modes.functions[0, : len(mean)]  # class means are the first of the modes
        linear += weight / STEP * moved.linear
        residual += weight / STEP * moved.residual
    linear -= features.linear / 2  # b = sqrt(variance) times the slope
    for array in (mean, linear, residual):
        array.setflags(write=False)
    return features, mean, linear, residual


def _is_sampled(law: Law) -> bool:
    return law.continuous or len(law.quadrature(2, 1.0)[0]) > 1
