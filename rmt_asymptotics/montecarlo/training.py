"""Readouts of finite networks while they train: all times from one singular value decomposition of the features."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, Unpack

import numpy as np
from numpy.typing import ArrayLike

from rmt_asymptotics._types import Array
from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.estimates import standard_error
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.montecarlo.ensemble import default_test_samples, replicate
from rmt_asymptotics.montecarlo.networks import BLOCK, Network, blocks, network
from rmt_asymptotics.montecarlo.plan import PlanOptions, SimulationPlan, planned
from rmt_asymptotics.montecarlo.replica import random_generator
from rmt_asymptotics.montecarlo.sizes import network_sizes, rounded_size
from rmt_asymptotics.schedule import Schedule, schedule_of
from rmt_asymptotics.serialisation import provenance
from rmt_asymptotics.vocabulary.words import described

if TYPE_CHECKING:
    import xarray

NAMES = ("test_error", "training_error")


@checked_arguments
def simulate_training(
    model: RidgeModel,
    plan: SimulationPlan | None = None,
    *,
    time: ArrayLike | None = None,
    steps: ArrayLike | None = None,
    learning_rate: float | None = None,
    momentum: float = 0.0,
    nesterov: bool = False,
    weight_decay: float | None = 0.0,
    sample_step: float | None = None,
    samples: Literal["shared", "fresh"] = "shared",
    **options: Unpack[PlanOptions],
) -> "xarray.Dataset":
    """The errors of finite networks while their readout trains: arguments of `training_curve`, plan as in `simulate`.

    Returns `test_error_simulation`, `training_error_simulation` and their standard errors, along "time" or "steps", and
    with `replica_values` `<error>_values` of each replica; no training errors for samples that are fresh.
    A step beyond the limit of stability is taken as it is.  Raises `OutOfDomain` as `simulate` does.

    >>> from rmt_asymptotics.activations import sin, tanh
    >>> from rmt_asymptotics.models import RandomFeatures
    >>> model = RandomFeatures(activation=tanh, target=sin, sample_complexity=2.0, width_ratio=1.5, ridge=0.1)
    >>> curve = simulate_training(model, time=[0.1, 1.0, 10.0], dimension=20, replicas=4)
    >>> bool((np.diff(curve.training_error_simulation) < 0).all())
    True
    """
    import xarray

    schedule = schedule_of(model, time, steps, learning_rate, momentum, nesterov, weight_decay, sample_step, samples)
    plan = planned(plan, options, model.own_dimension)
    draws = np.array(replicate(partial(_replica, model, plan, schedule), plan))  # (replicas, 2, T)
    draws[:, 0] += model.noise_variance
    dims, variables = (schedule.name,), dict[str, tuple[Any, ...]]()
    for error, values in zip(NAMES[: draws.shape[1]], draws.transpose(1, 0, 2), strict=True):
        columns: dict[str, Any] = {
            "simulation": (dims, values.mean(0)),
            "standard_error": (dims, standard_error(values)),
        }
        if plan.replica_values:
            columns["values"] = (("replica", *dims), values)
        variables |= {(name := f"{error}_{kind}"): (*column, described(name)) for kind, column in columns.items()}
    return xarray.Dataset(variables, {schedule.name: schedule.axis}, provenance(model) | plan.attributes)


def _replica(model: RidgeModel, plan: SimulationPlan, schedule: Schedule, seeds: np.random.SeedSequence) -> Array:
    """Excess and training error at all times, (2, T); the first alone, (1, T), where all samples are fresh."""
    for_weights, for_inputs, for_noise, for_tests, for_batches = seeds.spawn(5)
    dimension, width = network_sizes(model, plan.dimension)
    finite = network(model, dimension, width, random_generator(for_weights))
    n = rounded_size("sample_complexity", model.sample_complexity, dimension)
    if schedule.fresh:
        noise = np.sqrt(model.noise_variance), random_generator(for_noise)
        readouts = np.array(list(_once(schedule, finite, n, random_generator(for_inputs), *noise)))
        return _excess(finite, readouts, plan, random_generator(for_tests))[None]
    features, labels = np.empty((n, width)), np.empty(n)
    finite.draw(random_generator(for_inputs), features, labels)
    labels += np.sqrt(model.noise_variance) * random_generator(for_noise).standard_normal(n)
    left, singular, right = np.linalg.svd(features / np.sqrt(width), full_matrices=False)
    moments = left.T @ labels
    if schedule.sample_step is None:
        states = _trajectory(schedule, singular**2, singular * moments)
    else:
        states = _stochastic(schedule, left * singular, labels, random_generator(for_batches))
    trained = np.array(list(states))  # in the basis of `right`
    residuals = labels @ labels - moments @ moments + np.sum((moments - trained * singular) ** 2, axis=1)
    return np.array([_excess(finite, trained @ right, plan, random_generator(for_tests)), residuals / n])


def _excess(finite: Network, readouts: Array, plan: SimulationPlan, generator: np.random.Generator) -> Array:
    """Means of (f_* - f)^2 over fresh inputs, (T,), of readouts (T, p)."""
    width, dimension = finite.weights.shape
    count, total = plan.test_samples or default_test_samples(dimension), np.zeros(len(readouts))
    for rows in blocks(count, BLOCK):
        features, labels = np.empty((rows.stop - rows.start, width)), np.empty(rows.stop - rows.start)
        finite.draw(generator, features, labels)
        total += np.sum((labels[:, None] - features @ readouts.T / np.sqrt(width)) ** 2, axis=0)
    return total / count


def _trajectory(schedule: Schedule, eigenvalues: Array, moments: Array) -> Iterator[Array]:
    """The readout in the eigenbasis at each time or step: the flow in closed form, descent step by step."""
    x, rate, momentum = eigenvalues + schedule.decay, schedule.learning_rate, schedule.momentum
    if schedule.name == "time":
        for t in schedule.axis:
            yield -np.expm1(-t * x) / np.where(x > 0, x, 1.0) * moments
        return
    now = before = np.zeros_like(x)
    done = 0
    for count in schedule.axis:
        for _ in range(count - done):
            ahead = now + momentum * (now - before)
            now, before = ahead - rate * (x * (ahead if schedule.nesterov else now) - moments), now
        done = count
        yield now


def _stochastic(schedule: Schedule, rows: Array, labels: Array, generator: np.random.Generator) -> Iterator[Array]:
    """The same for stochastic gradient descent, one sample at a time, on the rows of F in the eigenbasis."""
    step, now, seen = schedule.sample_step or 0.0, np.zeros(rows.shape[1]), 0
    for time in schedule.axis:
        count = round(time * len(labels) / step)
        for i in generator.integers(0, len(labels), count - seen):
            now -= step * (rows[i] @ now - labels[i]) * rows[i]
        seen = count
        yield now.copy()


def _once(
    schedule: Schedule, finite: Network, n: int, inputs: np.random.Generator, noise: float, noises: np.random.Generator
) -> Iterator[Array]:
    """Stochastic gradient descent on samples that are seen once: the readout at each time, step * (samples seen)/n."""
    step, width, seen = schedule.sample_step or 0.0, len(finite.weights), 0
    now = np.zeros(width)
    for time in schedule.axis:
        count = round(time * n / step)
        for rows in blocks(count - seen, BLOCK):
            features, labels = np.empty((rows.stop - rows.start, width)), np.empty(rows.stop - rows.start)
            finite.draw(inputs, features, labels)
            features /= np.sqrt(width)
            labels += noise * noises.standard_normal(len(labels))
            for row, label in zip(features, labels, strict=True):
                now -= step * (row @ now - label) * row
        seen = count
        yield now.copy()
