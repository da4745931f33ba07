"""The canonical problem: an isotropic conditional-Gaussian bulk plus finitely many modes.

The one object that the solver sees; every model is a translation into it.  Note: canonical_problem.md.
Functions of the spike coordinate kappa ~ N(0, 1) are arrays over a quadrature grid of N nodes.
"""

from dataclasses import dataclass, fields

from rmt_asymptotics._types import Array


@dataclass(frozen=True)
class Problem:
    """What does not change along a curve: K classes of neurons, J modes, the target, on N nodes.

    weights (N,): quadrature weights in kappa.  class_weights (K,): pi_k.
    linear (K, N): b_k = E[sigma(u_k kappa + sqrt(c_k) z) z].  residual (K, N): m2_k^2, what is left of the variance.
    modes (2, J, N): F_j0 and F_j1 of F_j = F_j0(kappa) + F_j1(kappa) s.  mode_classes (J,): the class of each.
    strengths (2, J): R_j = strengths[0] + width_ratio * strengths[1], the squared length over neurons of the
    vector that mode j multiplies; infinite for a free mode, which the ridge does not see.
    target (2, N): h_0 = E[y|kappa] and h_1 = E[y s|kappa].  target_residual (N,): Var(y|kappa) - h_1^2 without noise.
    exact: no refinement changes the functions' expectations (nothing depends on kappa).
    """

    nodes: Array
    weights: Array
    class_weights: Array
    linear: Array
    residual: Array
    modes: Array
    mode_classes: Array
    strengths: Array
    target: Array
    target_residual: Array
    exact: bool = False

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
