"""What the second of two steps descends, the label less the output.  Note: several_directions.md [multi.6]."""

from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.canonical.label_moments import RADIUS, labels_given
from rmt_asymptotics.canonical.latent import Latent
from rmt_asymptotics.canonical.step_labels import values_at
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.gaussian.lattice import lattice_rule
from rmt_asymptotics.models import TwoStepNetwork

SPACING = 0.3  # of the lattice in s: nothing is left to refine
UNRESOLVED = 1e-9  # relative: what this lattice misses of the mean of the labels


@dataclass(frozen=True)
class SecondResidual:
    """Moments of y'' given kappa_1 (N,): mean, second, third; first (1+m, N): E[y'' X], X = (kappa_1, s).

    products (1+m, 1+m, N): E[y'' X X^T].  squared (1+m, N): E[y''^2 X].
    """

    mean: Array
    second: Array
    third: Array
    first: Array
    products: Array
    squared: Array


def second_residual(model: TwoStepNetwork, here: Latent, kappa: Array, output: Array) -> SecondResidual:
    count = here.outside.shape[1]
    s = lattice_rule((SPACING if count > 1 else SPACING / 4,) * count, RADIUS)
    found = []
    for place, k in enumerate(kappa):
        y = values_at(model.target, k * here.inside[:, 0] + s.nodes @ here.outside.T) - output[place]
        X = np.column_stack([np.full(len(y), k), s.nodes])
        wy = s.weights * y
        found.append((wy.sum(), wy @ y, wy @ (y * y), wy @ X, (X.T * wy) @ X, (wy * y) @ X))
    mean, second, third, first, products, squared = (np.array(part) for part in zip(*found, strict=True))
    labels = labels_given(model.target, here, kappa[:, None])
    if np.max(np.abs(mean + output - labels.target[0])) > UNRESOLVED * np.sqrt(np.max(second)):
        raise OutOfDomain("target", model.target, "smooth, without kinks and jumps, for two steps")
    noise = model.noise_variance
    second, third = second + noise, third + 3 * noise * mean
    squared = squared + noise * np.column_stack([kappa, np.zeros((len(kappa), count))])
    return SecondResidual(mean, second, third, first.T, np.moveaxis(products, 0, -1), squared.T)
