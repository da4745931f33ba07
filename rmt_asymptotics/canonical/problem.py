"""The canonical problem: an isotropic conditional-Gaussian bulk plus finitely many modes.

The one object that the solver sees; every model is a translation into it.  Note: canonical_problem.md.
Functions of the spike coordinate kappa ~ N(0, 1) are arrays over a quadrature grid of N nodes.
"""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Array
from rmt_asymptotics.gaussian.conditional import ConditionalMoments
from rmt_asymptotics.gaussian.quadrature import Rule


@dataclass(frozen=True)
class Modes:
    """Some modes F_j = F_j0(kappa) + F_j1(kappa) s: functions (2, J, N), the class of each (J,), and strengths (2, J).

    R_j = strengths[0] + width_ratio * strengths[1] is the squared length over neurons of the vector that mode j
    multiplies; infinite for a free mode, which the ridge does not see.
    """

    functions: Array
    classes: NDArray[np.intp]
    strengths: Array

    @classmethod
    def of_classes(
        cls, mean: Array | float, linear: Array | float, *, strength: float = 0.0, per_width_ratio: Array | float = 0.0
    ) -> Self:
        """One mode a class, mean + linear s, arrays that broadcast to (K, N); strengths broadcast to (K,)."""
        functions = np.array(np.broadcast_arrays(mean, linear), float)
        count = functions.shape[1]
        strengths = np.array(np.broadcast_arrays(strength, per_width_ratio, np.zeros(count))[:2], float)
        return cls(functions, np.arange(count), strengths)

    @classmethod
    def free(cls, means: Array) -> Self:
        """Free modes that are functions of kappa alone, (J, N)."""
        strengths = np.array([np.full(len(means), np.inf), np.zeros(len(means))])
        return cls(np.array([means, np.zeros_like(means)]), np.zeros(len(means), np.intp), strengths)

    def __add__(self, other: "Modes") -> "Modes":
        return Modes(
            np.concatenate([self.functions, other.functions], axis=1),
            np.concatenate([self.classes, other.classes]),
            np.concatenate([self.strengths, other.strengths], axis=1),
        )


@dataclass(frozen=True)
class Problem:
    """What does not change along a curve: K classes of neurons, J modes, the target, on N nodes.

    weights (N,): quadrature weights in kappa.  class_weights (K,): pi_k.
    linear (K, N): b_k = E[sigma(u_k kappa + sqrt(c_k) z) z].  residual (K, N): m2_k^2, what is left of the variance.
    modes (2, J, N), mode_classes (J,), strengths (2, J): as in `Modes`.
    target (2, N): h_0 = E[y|kappa] and h_1 = E[y s|kappa].  target_residual (N,): Var(y|kappa) - h_1^2 without noise.
    exact: no refinement changes the functions' expectations (nothing depends on kappa).
    """

    nodes: Array
    weights: Array
    class_weights: Array
    linear: Array
    residual: Array
    modes: Array
    mode_classes: NDArray[np.intp]
    strengths: Array
    target: Array
    target_residual: Array
    exact: bool = False

    @classmethod
    def assemble(
        cls, kappa: Rule, class_weights: Array, bulk: ConditionalMoments, modes: Modes, target: ConditionalMoments
    ) -> Self:
        """The problem of classes with moments `bulk`, (K, N), and a target with moments `target`, (N,)."""
        return cls(
            nodes=kappa.nodes, weights=kappa.weights, class_weights=class_weights, linear=bulk.linear,
            residual=bulk.residual, modes=modes.functions, mode_classes=modes.classes, strengths=modes.strengths,
            target=np.array([target.mean, target.linear]), target_residual=target.residual, exact=len(kappa.nodes) == 1,
        )  # fmt: skip

    @property
    def label_variance(self) -> float:
        """E y^2 without noise."""
        return float(self.weights @ (self.target[0] ** 2 + self.target[1] ** 2 + self.target_residual))


@dataclass(frozen=True)
class Controls:
    """What may change from point to point, each an array of shape (P,): n/p, p/d, ridge, noise variance."""

    samples_per_feature: Array
    width_ratio: Array
    ridge: Array
    noise_variance: Array

    def at(self, points: Array) -> "Controls":
        """The controls of some of the points."""
        return Controls(*(getattr(self, f.name)[points] for f in fields(self)))
