"""Translation: one gradient step on inputs with a spectrum.  Note: theory_notes/structure.md [step.1]-[step.4].

The gradient g = C1 theta + n has a part along the teacher and one of the batch's noise, with the profile of the inputs;
the step adds Sigma g, so that the spike v, the teacher and Sigma theta are three directions.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.gradient_step import gradient_step
from rmt_asymptotics.canonical.latent import Latent
from rmt_asymptotics.canonical.modes import Directions, Spectrum
from rmt_asymptotics.canonical.spectrum import orthonormal_turn, spectrum_of
from rmt_asymptotics.canonical.updated_rows import GradientStep
from rmt_asymptotics.equations.directions import Vectors
from rmt_asymptotics.gaussian.conditional import ConditionalMoments
from rmt_asymptotics.models import OneStepNetwork


@dataclass(frozen=True)
class StructuredStep:
    """What the moments of a step make of inputs with a spectrum and a teacher of some profile (Y,)."""

    step: GradientStep
    spectrum: Spectrum
    teacher: Array

    @classmethod
    def isotropic(cls, step: GradientStep) -> Self:
        """Of inputs without a spectrum."""
        return cls(step, Spectrum(np.ones(1), np.ones(1)), np.ones(1))

    @property
    def noise_length(self) -> float:
        """|n| = sqrt(Y2/alpha0)."""
        return float(self.step.averages[0, 0])

    @property
    def signal(self) -> float:
        """C1 = E[y' z]."""
        return float(self.step.averages[0, 1])

    @cached_property
    def length(self) -> float:
        """B, with B v = Sigma g.  [step.1]"""
        s = self.spectrum.eigenvalues
        noise = self.noise_length**2 * self.spectrum.shares @ s**2
        return float(np.sqrt(self.signal**2 * self.teacher @ s**2 + noise))

    @property
    def alignment(self) -> float:
        """<v, theta>."""
        return float(self.signal * self.teacher @ self.spectrum.eigenvalues) / self.length

    @property
    def complement(self) -> float:
        """sqrt(1 - alignment^2)."""
        return float(np.sqrt((1 - self.alignment) * (1 + self.alignment)))

    @property
    def reach(self) -> float:
        """h1 B."""
        return self.step.slope * self.length

    @property
    def has_spike(self) -> bool:
        """Whether h1 is more than rounding."""
        return self.step.has_spike

    @property
    def growth(self) -> tuple[float, float]:
        """l and Q of the mean of c, 1 + 2 e l + e^2 Q."""
        s, rho = self.spectrum.eigenvalues, self.spectrum.shares
        linear = self.step.curvature * self.step.label_mean
        noise = float(self.step.noise(np.ones((1, 1)))[0])
        return linear * float(rho @ s**2), linear**2 * float(rho @ s**3) + noise * float(rho @ s**2)

    def latent(self, e: Array) -> Latent:
        """u = e h1 B along v, and the teacher."""
        return Latent(e * self.reach, np.array([[self.alignment]]), np.array([[self.complement]]))

    def common(self, e: Array) -> Array:
        """T_k(y) = 1 + e s2 ybar s, (Y, K)."""
        return 1 + np.outer(self.spectrum.eigenvalues, e[:, 0]) * self.step.curvature * self.step.label_mean

    def parts(self, e: Array) -> tuple[Array, Array]:
        """c_k(y) of the weights and of the gradient's noise, (Y, K) each.  [step.3]"""
        s = self.spectrum.eigenvalues[:, None]
        return s * self.common(e) ** 2, s**2 * self.step.noise(e)

    def bulk_variance(self, e: Array) -> Array:
        """c_k, the mean of c_k(y)."""
        return np.asarray(self.spectrum.shares @ sum(self.parts(e)))

    def relative(self, e: Array) -> Array:
        """c_k(y)/c_k, (Y, K)."""
        return np.asarray(sum(self.parts(e)) / self.bulk_variance(e))

    @cached_property
    def raw(self) -> Array:
        """v, theta and Sigma theta as functions of s times theta and the unit vector of n, (3, 2, Y)."""
        s = self.spectrum.eigenvalues
        zero, one = np.zeros_like(s), np.ones_like(s)
        v = np.array([self.signal * s, self.noise_length * s]) / self.length
        return np.array([v, [one, zero], [s, zero]])

    @cached_property
    def basis(self) -> tuple[Array, Array]:
        """Orthonormal combinations of v, theta, Sigma theta (D, 3); what they are of theta and n, (D, 2, Y)."""
        profiles = np.array([self.teacher, self.spectrum.shares])
        gram = np.einsum("aiy,biy,iy->ab", self.raw, self.raw, profiles)
        turn = orthonormal_turn(gram)
        return turn, np.tensordot(turn, self.raw, 1)

    def directions(self, kappa: Array, e: Array, bulk: ConditionalMoments, corrections: bool) -> Directions:
        """The span, and what the step adds along theta and n to the weights.  [step.2, step.4]"""
        turn, span = self.basis
        profiles = np.array([self.teacher, self.spectrum.shares])
        unit = np.eye(2)[:, :, None] + np.zeros(len(self.teacher))
        vectors = np.concatenate([span, unit])
        overlaps = np.einsum("aiy,biy,iy->yab", vectors, vectors, profiles)
        fields = np.zeros((max(len(turn), 2), len(turn), len(kappa)))
        fields[0, 0] = kappa
        for place in range(1, len(turn)):
            fields[place, place] = 1
        if not corrections:
            return Directions.of(overlaps[:, : len(turn), : len(turn)], fields)
        count = len(e)
        # 1/T on the weights' part of a row, in factors that are finite where T or s vanishes
        T, noise = self.common(e), self.spectrum.eigenvalues[:, None] * self.step.noise(e)
        seen, contrast = T / (T**2 + noise), np.sign(T) * np.sqrt(noise) / (T**2 + noise)
        family = Vectors(
            np.tile(np.arange(count), 2), np.repeat(len(turn) + np.arange(2), count),
            np.tile(seen.T, (2, 1)), np.tile(contrast.T, (2, 1)),
        )  # fmt: skip
        return Directions(overlaps, fields, family, self._corrections(turn, span, fields, e, bulk))

    def _corrections(self, turn: Array, span: Array, fields: Array, e: Array, bulk: ConditionalMoments) -> Array:
        """The functions (M, 2 K, N) that multiply <w, theta> and <w, n>/|n|.  [step.4]"""
        # notation: H, E y'^2 z, E y'^3; t_e, self_e; k1
        step, s, rho = self.step, self.spectrum.eigenvalues, self.spectrum.shares
        scale = step.step_sample_complexity * step.label_second[0, 0]
        (third, skewed), (_, H) = step.span[0] * np.array([[scale, np.sqrt(scale)], [np.sqrt(scale), 1.0]])
        c = self.bulk_variance(e)[:, None]
        t = span[:, 0] @ (self.teacher * s)
        own = turn[:, 0] / self.length * (rho @ s**2) / step.step_sample_complexity
        along = np.array([H * t + skewed * own, (skewed * t + third * own) / step.label_second[0, 0]])  # (2, D)
        pushed = e * step.curvature * bulk.linear  # e s2 b
        bent = np.tensordot(along, fields, (1, 1))  # (2, M, N)
        functions = pushed[:, None, None] * bent  # (K, 2, M, N)
        k1 = ((rho * s**2) @ self.common(e))[:, None]
        longer = e * step.third * k1 * bulk.quadratic / np.sqrt(c)
        functions[:, 0, 0] += self.signal * longer
        functions[:, 1, 0] += longer
        functions[:, 1] *= self.noise_length
        return np.concatenate([functions[:, 0], functions[:, 1]]).swapaxes(0, 1)


def step_of(model: OneStepNetwork) -> GradientStep | StructuredStep:
    """The moments of a model's step, with the spectrum of the inputs if they have one."""
    step, spectrum = gradient_step(model), spectrum_of(model)
    return step if spectrum is None else StructuredStep(step, spectrum, model.teacher_profile)
