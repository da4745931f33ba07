"""Real minibatch SGD on real networks from a minimum.  Knows nothing of the theory.  Note: dynamics_support.md.

The children of `SeedSequence(seed)` seed the sample, the weights, and the batches and fresh noise of each run.
"""

import math
from collections.abc import Iterator

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.dynamics.actions import simulate
from rmt_asymptotics.dynamics.support_learning import _kernels
from rmt_asymptotics.dynamics.support_learning.measurement import Simulation
from rmt_asymptotics.dynamics.support_learning.parameters import SupportLearning
from rmt_asymptotics.dynamics.support_learning.sample import Sample, Weights, checked_sample, checked_weights, minimum
from rmt_asymptotics.errors import NotConverged, whole_number
from rmt_asymptotics.progress import tracked

BLOCK = 4096  # samples whose order is drawn at a time, or one pass if that is more


class Diverged(NotConverged):
    """A run left the finite numbers."""


def draw_sample(parameters: SupportLearning, seed: int = 0) -> Sample:
    """The sample of a seed: Gaussian inputs and noise, orthogonalised so that the moments of `Sample` are exact.

    >>> s = SupportLearning(depth=2, relevant=2, irrelevant=3, samples=20, batch=4, step=0.1, noise_variance=0.04)
    >>> sample = draw_sample(s)
    >>> np.allclose(sample.inputs.T @ sample.inputs / 20, np.eye(5)), np.allclose(sample.noise @ sample.inputs, 0)
    (True, True)
    """
    s = parameters
    generator = np.random.default_rng(_seeds(seed, 2)[0])
    drawn = generator.standard_normal((s.samples // (1 + s.mirrored), s.inputs + 1))
    columns = np.linalg.qr(drawn)[0] * math.sqrt(len(drawn))
    if s.mirrored:
        columns = np.vstack([columns, -columns])
    inputs, noise = np.ascontiguousarray(columns[:, :-1]), math.sqrt(s.noise_variance) * columns[:, -1]
    beta = s.target_norm * s.relevant**-0.5
    return Sample(inputs, beta * inputs[:, : s.relevant].sum(1), np.zeros(s.samples) if s.fresh_noise else noise)


def draw_weights(parameters: SupportLearning, seed: int = 0) -> Weights:
    """The initial weights of a seed: the balanced minimum in random directions, irrelevant part off the readout."""
    s = parameters
    generator = np.random.default_rng(_seeds(seed, 2)[1])
    neurons = s.width if s.negative_slope == 1 else s.width // 2
    directions = generator.standard_normal((s.depth - 1, neurons))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    irrelevant = generator.standard_normal((neurons, s.irrelevant))
    irrelevant -= np.outer(directions[0], directions[0] @ irrelevant)
    return minimum(s, directions, irrelevant)


@simulate.register
def _simulate(
    parameters: SupportLearning,
    *,
    steps: int,
    seed: int = 0,
    runs: int = 8,
    records: int = 50,
    sample: Sample | None = None,
    weights: Weights | None = None,
    progress: bool | None = None,
) -> Simulation:
    """`runs` >= 2 independent runs of `steps` steps from one sample and one start; weights kept `records` times.

    sample, weights: those of the seed unless given.  The number of steps is a multiple of `records` >= 2: if `steps`
    is not, it is rounded up.  progress: as in `SimulationPlan`.
    Raises `OutOfDomain` for input out of range, `Diverged` for a run that diverges.
    """
    every = -(-whole_number("steps", steps, least=1) // whole_number("records", records, least=2))
    seeds = _seeds(seed, 2 + whole_number("runs", runs, least=2))[2:]
    sample = draw_sample(parameters, seed) if sample is None else checked_sample(parameters, sample)
    weights = draw_weights(parameters, seed) if weights is None else checked_weights(parameters, weights)
    kept = [
        _run(parameters, sample, weights, every, records, np.random.default_rng(child))
        for child in tracked(seeds, "runs", progress)
    ]
    return Simulation(parameters, seed, sample, every * np.arange(records + 1.0), tuple(kept))


def _seeds(seed: int, count: int) -> list[np.random.SeedSequence]:
    return np.random.SeedSequence(whole_number("seed", seed, least=0)).spawn(count)


def _run(
    s: SupportLearning, sample: Sample, start: Weights, every: int, records: int, generator: np.random.Generator
) -> Weights:
    """One run; the weights at the start and every `every` steps, along a first axis of length records + 1."""
    now = [np.array(array, float, order="C") for array in (start.first, start.middle, start.readout)]
    kept = tuple(np.zeros((records + 1, *array.shape)) for array in now)
    for record, array in zip(kept, now, strict=True):
        record[0] = array
    done, labels = 0, sample.clean_labels + sample.noise
    for drawn in batches(s, generator):
        block = drawn[: every * records - done]
        noise = fresh_noise(s, block.shape, generator)
        clip = math.inf if s.clip is None else s.clip
        options = (s.negative_slope, s.step, s.weight_decay, clip, done, every)
        _kernels.descend(*now, sample.inputs, labels, block, noise, *options, kept)
        done += len(block)
        if not all(np.isfinite(array).all() for array in now):
            raise Diverged(f"a run diverged within {done} steps of step = {s.step:g}: the minimum is beyond the edge")
        if done == every * records:
            break
    return Weights(*kept)


def batches(s: SupportLearning, generator: np.random.Generator) -> Iterator[np.ndarray]:
    """Blocks of batches, (steps, b), without end; a pass without replacement leaves out the last n mod b samples."""
    size, passes = max(BLOCK, s.samples), max(BLOCK // s.samples, 1)
    used = s.samples // s.batch * s.batch
    while True:
        if s.replacement:
            yield generator.integers(s.samples, size=(size // s.batch, s.batch))
        else:
            orders = generator.permuted(np.tile(np.arange(s.samples), (passes, 1)), axis=1)
            yield np.ascontiguousarray(orders[:, :used]).reshape(-1, s.batch)


def fresh_noise(s: SupportLearning, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
    """What is added to the labels at each use: zeros, unless the parameters ask for fresh noise."""
    return math.sqrt(s.noise_variance) * generator.standard_normal(shape) if s.fresh_noise else np.zeros(shape)
