"""Bias and variance of finite networks: pairs of readouts that share label noise, samples and weights, or do not."""

from dataclasses import dataclass
from functools import partial
from typing import Unpack

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.decomposition import PAIRS, PARTS, parts_of
from rmt_asymptotics.estimates import Estimate, estimate
from rmt_asymptotics.models import OneStepNetwork, RidgeModel, check_ridge_regression
from rmt_asymptotics.montecarlo.ensemble import default_test_samples, replicate
from rmt_asymptotics.montecarlo.networks import BLOCK, Network, blocks, network
from rmt_asymptotics.montecarlo.one_step import siblings
from rmt_asymptotics.montecarlo.plan import PlanOptions, SimulationPlan, planned
from rmt_asymptotics.montecarlo.readouts import ridge_readouts
from rmt_asymptotics.montecarlo.replica import random_generator
from rmt_asymptotics.montecarlo.sizes import network_sizes, rounded_size
from rmt_asymptotics.tables import Shown, Table, titled

# readouts of a replica: weights, samples and noise of each, drawn twice, twice and three times
DRAWN = tuple((weights, *data) for weights in (0, 1) for data in ((0, 0), (0, 1), (1, 2)))


@dataclass(frozen=True)
class BiasVarianceSimulation(Shown):
    """The parts of the test error of finite networks, as in `BiasVariance`, each estimated without bias."""

    model: RidgeModel
    plan: SimulationPlan
    test_error: Estimate
    noise: Estimate
    bias: Estimate
    label_noise: Estimate
    samples: Estimate
    initialisation: Estimate
    samples_and_initialisation: Estimate
    label_noise_and_initialisation: Estimate

    def _table(self) -> Table:
        estimates = {name: value for name, value in vars(self).items() if isinstance(value, Estimate)}
        rows = [(name, each.mean, f"{each.standard_error:.2g}") for name, each in estimates.items()]
        sizes = f"d = {self.plan.dimension}, {self.plan.replicas} draws, seed {self.plan.seed}"
        return Table(("simulated", "mean", "s.e."), rows, titled(self.model), (sizes,))


@checked_arguments
def simulate_bias_variance(
    model: RidgeModel, plan: SimulationPlan | None = None, **options: Unpack[PlanOptions]
) -> BiasVarianceSimulation:
    """Two networks, two sets of samples and three of label noise a replica; products of residuals of six readouts.

    plan: as in `simulate`.  Of a `OneStepNetwork` the weights are drawn anew at initialisation, and both networks see
    the same batch of the step.  Raises `OutOfDomain` as `simulate` does.

    >>> from rmt_asymptotics.activations import sin, tanh
    >>> from rmt_asymptotics.models import RandomFeatures
    >>> model = RandomFeatures(activation=tanh, target=sin, sample_complexity=2.0, width_ratio=1.5, ridge=1e9)
    >>> parts = simulate_bias_variance(model, dimension=20, replicas=4)  # E sin^2 = (1 - exp(-2))/2 = 0.4323
    >>> abs(parts.bias.mean - 0.4323) < 4 * parts.bias.standard_error
    True
    """
    plan = planned(plan, options, model.own_dimension)
    pairs = simulated_pairs(model, plan)
    parts = parts_of(pairs, model.noise_variance)
    named = {name: estimate(part) for name, part in zip(PARTS, parts, strict=True)}
    return BiasVarianceSimulation(model=model, plan=plan, test_error=estimate(pairs[0]), **named)


def simulated_pairs(model: RidgeModel, plan: SimulationPlan) -> Array:
    """E (y - f1)(y - f2) of each replica for pairs of readouts in the order of `PAIRS`, (6, replicas)."""
    check_ridge_regression(model)
    sizes = network_sizes(model, plan.dimension)
    return np.array(replicate(partial(_replica, model, plan, *sizes), plan)).T + model.noise_variance


def _replica(
    model: RidgeModel, plan: SimulationPlan, dimension: int, width: int, seeds: np.random.SeedSequence
) -> Array:
    """Means of (f_* - f1)(f_* - f2) over all pairs of readouts of a kind, (6,)."""
    weights, inputs, noises, for_tests, batch = (seeds.spawn(count) for count in (2, 2, 3, 1, 1))
    n = np.array([rounded_size("sample_complexity", model.sample_complexity, dimension)])
    generators = [random_generator(seed) for seed in weights]
    if isinstance(model, OneStepNetwork):
        nets = siblings(model, dimension, width, generators, batch[0])
    else:
        nets = [network(model, dimension, width, generator) for generator in generators]
    readouts = [_fit(model, nets[w], n, inputs[x], noises[e]) for w, x, e in DRAWN]
    count = plan.test_samples or default_test_samples(dimension)
    products = np.zeros((len(DRAWN), len(DRAWN)))
    tests = [random_generator(for_tests[0]) for _ in nets]  # the same inputs for both
    for rows in blocks(count, BLOCK):
        residuals = np.empty((len(DRAWN), rows.stop - rows.start))
        for w, (net, generator) in enumerate(zip(nets, tests, strict=True)):
            features, labels = np.empty((residuals.shape[1], width)), np.empty(residuals.shape[1])
            net.draw(generator, features, labels)
            own = [i for i, drawn in enumerate(DRAWN) if drawn[0] == w]
            residuals[own] = labels - np.array([readouts[i] for i in own]) @ features.T
        products += residuals @ residuals.T / count
    kinds = np.array([[_shared(a, b) for b in DRAWN] for a in DRAWN])
    return np.array([products[np.all(kinds == np.array(pair), axis=2)].mean() for pair in PAIRS])


def _shared(first: tuple[int, ...], second: tuple[int, ...]) -> tuple[bool, bool, bool]:
    """Noise, samples and weights in common; other samples always come with other noise, which changes nothing."""
    (w1, x1, e1), (w2, x2, e2) = first, second
    return (e1 == e2 or (x1 != x2 and w1 == w2), x1 == x2, w1 == w2)


def _fit(
    model: RidgeModel, net: Network, n: Array, inputs: np.random.SeedSequence, noise: np.random.SeedSequence
) -> Array:
    features, labels = np.empty((n[0], len(net.weights))), np.empty(n[0])
    net.draw(random_generator(inputs), features, labels)
    labels += np.sqrt(model.noise_variance) * random_generator(noise).standard_normal(n[0])
    return ridge_readouts(features, labels, n, np.array([model.ridge])).vectors[0, 0]
