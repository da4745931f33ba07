"""What a finite network looks like inside: singular values of its weights, eigenvalues of its features.

The draws are those of `simulate` at the same dimension and seed.
"""

from dataclasses import dataclass
from functools import partial
from typing import Unpack

import numpy as np
from scipy.linalg import eigh

from rmt_asymptotics._types import Array
from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.estimates import Estimate, estimate
from rmt_asymptotics.models import RidgeModel, check_one_direction
from rmt_asymptotics.montecarlo.ensemble import replicate
from rmt_asymptotics.montecarlo.networks import network
from rmt_asymptotics.montecarlo.plan import PlanOptions, SimulationPlan, planned
from rmt_asymptotics.montecarlo.replica import random_generator
from rmt_asymptotics.montecarlo.sizes import network_sizes, rounded_size
from rmt_asymptotics.tables import Shown, Table, titled

TOP = 3  # singular values reported


@dataclass(frozen=True)
class WeightStatistics(Shown):
    """Of the weights W, shape (p, d), of the first layer of `model` at dimension d and width p.

    alignment: <v, theta>^2, v the top right singular vector.
    singular_values: the largest three (fewer where d or p is smaller), in decreasing order.
    """

    model: RidgeModel
    dimension: int
    width: int
    replicas: int
    seed: int
    alignment: Estimate
    singular_values: tuple[Estimate, ...]

    def _table(self) -> Table:
        values = [(f"singular value {k}", value) for k, value in enumerate(self.singular_values, start=1)]
        sizes = f"d = {self.dimension}, p = {self.width}, {self.replicas} draws, seed {self.seed}"
        return Table(
            ("first layer", "simulated"), [("alignment", self.alignment), *values], titled(self.model), (sizes,)
        )


@checked_arguments
def weight_statistics(
    model: RidgeModel, plan: SimulationPlan | None = None, **options: Unpack[PlanOptions]
) -> WeightStatistics:
    """Alignment with the teacher and top singular values of the first layer, for a network after its step.

    plan: as in `simulate`.  Raises `OutOfDomain` as `simulate` does.

    >>> from rmt_asymptotics.activations import sin, tanh
    >>> from rmt_asymptotics.laws import ConstantLaw
    >>> from rmt_asymptotics.models import SpikedRandomFeatures
    >>> model = SpikedRandomFeatures(activation=tanh, target=sin, sample_complexity=2.0, width_ratio=1.5, ridge=0.1,
    ...                              spike=ConstantLaw(100.0), alignment=0.6)
    >>> statistics = weight_statistics(model, dimension=20, replicas=4)
    >>> round(statistics.alignment.mean, 2), round(statistics.singular_values[0].mean / 30**0.5)
    (0.36, 100)
    """
    check_one_direction(model)
    plan = planned(plan, options, model.own_dimension)
    dimension, width = network_sizes(model, plan.dimension)
    task = partial(_alignment_and_singular_values, model, dimension, width)
    draws = np.array(replicate(task, plan))
    alignment, *singular_values = (estimate(values) for values in draws.T)
    return WeightStatistics(model, dimension, width, plan.replicas, plan.seed, alignment, tuple(singular_values))


def _alignment_and_singular_values(
    model: RidgeModel, dimension: int, width: int, seeds: np.random.SeedSequence
) -> Array:
    finite = network(model, dimension, width, random_generator(seeds.spawn(1)[0]))
    last = dimension - 1
    top = (max(0, last + 1 - min(TOP, dimension, width)), last)
    squares, vectors = eigh(finite.weights.T @ finite.weights, subset_by_index=top)
    alignment = (finite.teacher @ vectors[: len(finite.teacher), -1]) ** 2
    return np.append(alignment, np.sqrt(squares[::-1]))


@checked_arguments
def feature_eigenvalues(model: RidgeModel, plan: SimulationPlan | None = None, **options: Unpack[PlanOptions]) -> Array:
    """Eigenvalues of Phi^T Phi/p for n = round(sample_complexity * d) training samples; shape (replicas, p).

    In increasing order in each replica; those beyond the n-th are 0.
    plan: as in `simulate`.
    Raises `OutOfDomain` as `simulate` does.

    >>> from rmt_asymptotics.activations import sin, tanh
    >>> from rmt_asymptotics.models import RandomFeatures
    >>> model = RandomFeatures(activation=tanh, target=sin, sample_complexity=0.5, width_ratio=1.5, ridge=0.1)
    >>> eigenvalues = feature_eigenvalues(model, dimension=20, replicas=2)
    >>> eigenvalues.shape, np.count_nonzero(eigenvalues, axis=1)
    ((2, 30), array([10, 10]))
    """
    plan = planned(plan, options, model.own_dimension)
    dimension, width = network_sizes(model, plan.dimension)
    samples = rounded_size("sample_complexity", model.sample_complexity, dimension)
    task = partial(_eigenvalues, model, dimension, width, samples)
    return np.array(replicate(task, plan))


def _eigenvalues(model: RidgeModel, dimension: int, width: int, samples: int, seeds: np.random.SeedSequence) -> Array:
    """Of the smaller of the two Gram matrices; the rest are zeros."""
    for_weights, for_inputs = (random_generator(stream) for stream in seeds.spawn(2))
    finite, features = network(model, dimension, width, for_weights), np.empty((samples, width))
    finite.draw(for_inputs, features, np.empty(samples))
    gram = features @ features.T if samples < width else features.T @ features
    spectrum = np.zeros(width)
    spectrum[-len(gram) :] = np.linalg.eigvalsh(gram / width).clip(min=0)  # rounding can put zeros below 0
    return spectrum
