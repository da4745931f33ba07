"""Modes: features beyond the bulk, of classes and along directions.  Notes: canonical_problem.md, structure.md."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Array
from rmt_asymptotics.equations.directions import Vectors


@dataclass(frozen=True)
class Modes:
    """Some modes F_j = F_j0(kappa) + sum_a F_ja(kappa) s_a: functions (M, J, N), M - 1 the number of coordinates s;
    the class of each (J,), and strengths (2, J).

    strengths[0] + width_ratio * strengths[1] is the squared length over neurons of the vector that mode j
    multiplies; infinite for a free mode, which the ridge does not see.
    """

    functions: Array
    classes: NDArray[np.intp]
    strengths: Array

    @classmethod
    def of_classes(cls, *parts: Array | float, strength: float = 0.0, per_width_ratio: Array | float = 0.0) -> Self:
        """One mode a class, of parts F_0, F_1, ... that broadcast to (K, N); strengths broadcast to (K,)."""
        functions = np.array(np.broadcast_arrays(*parts), float)
        count = functions.shape[1]
        strengths = np.array(np.broadcast_arrays(strength, per_width_ratio, np.zeros(count))[:2], float)
        return cls(functions, np.arange(count), strengths)

    @classmethod
    def free(cls, means: Array, coordinates: int = 1) -> Self:
        """Free modes that are functions of kappa alone, (J, N), beside so many coordinates s."""
        strengths = np.array([np.full(len(means), np.inf), np.zeros(len(means))])
        functions = np.array([means, *[np.zeros_like(means)] * coordinates])
        return cls(functions, np.zeros(len(means), np.intp), strengths)

    def padded(self, coordinates: int) -> "Modes":
        """The same beside more coordinates s, on which no mode depends."""
        more = np.zeros((coordinates, *self.functions.shape[1:]))
        return Modes(np.concatenate([self.functions, more]), self.classes, self.strengths)

    def __add__(self, other: "Modes") -> "Modes":
        return Modes(
            np.concatenate([self.functions, other.functions], axis=1),
            np.concatenate([self.classes, other.classes]),
            np.concatenate([self.strengths, other.strengths], axis=1),
        )

    @property
    def are_free(self) -> NDArray[np.bool_]:
        """Which modes are free, (J,)."""
        return np.isinf(self.strengths[0].real)

    @property
    def flat(self) -> Array:
        """The functions as one row a mode, (J, M N)."""
        return flat(self.functions.transpose(1, 0, 2))

    @classmethod
    def none(cls, components: int, nodes: int) -> Self:
        """No modes, of functions (M, 0, N)."""
        return cls(np.zeros((components, 0, nodes)), np.zeros(0, np.intp), np.zeros((2, 0)))


@dataclass(frozen=True)
class Spectrum:
    """Eigenvalues of the inputs' covariance, of mean 1, and their shares, (Y,) each."""

    eigenvalues: Array
    shares: Array

    def rows(self, classes: int) -> Array:
        """c_k(y) of weights that are drawn without regard to the covariance, (Y, K)."""
        return np.repeat(self.eigenvalues[:, None], classes, axis=1)


@dataclass(frozen=True)
class Directions:
    """Modes along D orthonormal directions of inputs with a spectrum, one for each class of neurons, and E others.

    overlaps (Y, D', D'): mu_ab(y), products of the directions in each eigenspace; those of the first D, the span, sum
    to 1, and others may stand beside them.  fields (M, D, N): the coordinate x_a along each as a function of kappa and
    s; class k sees it as b_k x_a.  vectors: the others, and functions (M, E, N): their modes.
    """

    overlaps: Array
    fields: Array
    vectors: Vectors
    functions: Array

    @classmethod
    def of(cls, overlaps: Array, fields: Array) -> Self:
        """Directions without other vectors."""
        return cls(overlaps, fields, Vectors.none(len(overlaps)), np.zeros((len(fields), 0, fields.shape[-1])))

    @property
    def count(self) -> int:
        """D."""
        return self.fields.shape[1]

    def at(self, nodes: NDArray[np.bool_], classes: NDArray[np.bool_]) -> Self:
        """The same on some of the nodes, without the vectors of other classes."""
        kept = classes[self.vectors.classes]
        vectors = self.vectors.of(kept, np.cumsum(classes) - 1)
        return replace(
            self, fields=self.fields[..., nodes], vectors=vectors, functions=self.functions[:, kept][..., nodes]
        )

    def rows(self, functions: Array) -> Array:
        """The modes (r D + E, M N) of a bulk with functions (r, N)."""
        span = functions[:, None, None] * self.fields.swapaxes(0, 1)  # (r, D, M, N)
        others = self.functions.swapaxes(0, 1)
        return np.concatenate([flat(span), flat(others)])


def flat(functions: Array) -> Array:
    """Functions (..., M, N) as rows."""
    return functions.reshape(-1, functions.shape[-2] * functions.shape[-1])
