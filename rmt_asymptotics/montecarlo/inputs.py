"""Inputs x = Sigma^(1/2) z, z ~ N(0, I_d), of a finite network, in the space of z: axes and directions.

Weights w meet z as Sigma^(1/2) w, the teacher as Sigma^(1/2) theta; axes are those of Sigma.  Inside an eigenspace
nothing depends on where a vector points, only on its length and its angle with others.
"""

from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.errors import whole_number
from rmt_asymptotics.models import RidgeModel, SpikedRandomFeatures


@dataclass(frozen=True)
class Inputs:
    """scales: roots of the eigenvalues of Sigma, (d,); None for isotropic inputs.  teacher: Sigma^(1/2) theta, its
    leading coordinates, the others are zero; of several directions (L, D).
    """

    scales: Array | None
    teacher: Array

    def seen(self, weights: Array) -> Array:
        """Sigma^(1/2) w of rows w, shape (p, d), in place."""
        if self.scales is not None:
            weights *= self.scales
        return weights


def inputs_of(model: RidgeModel, dimension: int) -> Inputs:
    """Inputs and teacher of a model at a dimension, the teacher's profile spread evenly inside each eigenspace.

    >>> from rmt_asymptotics.models import RidgeRegression
    >>> from rmt_asymptotics.covariances import Covariance
    >>> model = RidgeRegression(covariance=Covariance((4.0, 1.0), (0.5, 0.5)), teacher=(0.36, 0.64),
    ...                         sample_complexity=2.0, ridge=0.1)
    >>> inputs_of(model, 2).teacher
    array([0.6, 0.8])
    """
    if model.has_several_directions:
        targets = (model.target, *getattr(model, "step_targets", ()))
        count = max(getattr(target, "directions", 1) for target in targets)
        whole_number("dimension", dimension, least=count)
        return Inputs(None, np.eye(count))
    if model.covariance is None:
        return Inputs(None, np.ones(1))
    eigenvalues, (teacher,) = model.covariance.at(dimension, model.teacher_profile)
    return Inputs(np.sqrt(eigenvalues), np.sqrt(teacher))


def spike_of(model: SpikedRandomFeatures, dimension: int) -> tuple[Inputs, Array]:
    """Inputs of a spiked model, and its direction v in leading coordinates; for isotropic inputs v is the first axis.

    Of several directions the v_j are the first axes, (R, R), and then comes what they leave of the theta_a.
    On each eigenvalue v has a part along the teacher's and one orthogonal to it, of alternating signs.
    """
    if model.has_several_directions:
        overlaps = np.array(model.alignment)
        squares, axes = np.linalg.eigh(np.eye(len(overlaps)) - overlaps @ overlaps.T)
        theta = np.hstack([overlaps, axes * np.sqrt(squares.clip(min=0)) @ axes.T])
        return Inputs(None, theta), np.eye(overlaps.shape[1])
    if model.covariance is None:
        return Inputs(None, np.array([model.overlap, np.sqrt(1 - model.overlap**2)])), np.ones(1)
    spike, overlap = model.spike_profiles
    eigenvalues, (squares, spike, overlap) = model.covariance.at(dimension, model.teacher_profile, spike, overlap)
    teacher = np.sqrt(squares)
    along = overlap / np.where(teacher > 0, teacher, 1.0)
    across = np.sqrt(np.maximum(spike - along**2, 0.0))
    v = along + across * (-1.0) ** np.arange(dimension)
    return Inputs(np.sqrt(eigenvalues), teacher), v / np.sqrt(v @ v)
