"""`simulate`: networks at initialisation, and a training run; everything random is drawn here.

Note: theory_notes/dynamics_layer_scaled.md.
"""

from dataclasses import dataclass

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.dynamics.actions import simulate
from rmt_asymptotics.dynamics.layer_scaled_step.network import branches
from rmt_asymptotics.dynamics.layer_scaled_step.parameters import LayerScaledStep
from rmt_asymptotics.dynamics.layer_scaled_step.training import Training, descend
from rmt_asymptotics.errors import OutOfDomain, whole_number
from rmt_asymptotics.estimates import with_error
from rmt_asymptotics.progress import tracked
from rmt_asymptotics.tables import Shown, Table, titled


@dataclass(frozen=True)
class LayerScaledSimulation(Shown):
    """Log norms over independent networks, under the names of the prediction, and a training run if asked for.

    Moments are those of the living replicas, |h_k| > 0, of which layer k has (1 - dead_fraction) * replicas.
    """

    parameters: LayerScaledStep
    replicas: int
    seed: int
    log_norm_variance: Array
    log_norm_variance_standard_error: Array
    log_norm_mean: Array
    log_norm_mean_standard_error: Array
    dead_fraction: Array
    training: Training | None

    def _table(self) -> Table:
        moments = (
            (self.log_norm_variance, self.log_norm_variance_standard_error),
            (self.log_norm_mean, self.log_norm_mean_standard_error),
        )
        written = [list(map(with_error, mean.tolist(), spread.tolist())) for mean, spread in moments]
        rows = [(k, *row) for k, row in enumerate(zip(*written, self.dead_fraction.tolist(), strict=True), start=1)]
        sizes = f"{self.replicas} networks, seed {self.seed}"
        return Table(("layer", "variance of log norm", "mean", "dead"), rows, titled(self.parameters), (sizes,))


@simulate.register
def _(
    parameters: LayerScaledStep,
    *,
    replicas: int = 1000,
    seed: int = 0,
    inputs: Array | None = None,
    targets: Array | None = None,
    steps: int = 0,
    batch_size: int | None = None,
    progress: bool | None = None,
) -> LayerScaledSimulation:
    """Measure the log norms of `replicas` networks; with inputs and targets, train one: see `train`.

    progress: as in `SimulationPlan`.
    """
    trained, steps = None, whole_number("steps", steps, least=0)
    if inputs is not None or targets is not None or steps:
        if inputs is None or targets is None:
            raise OutOfDomain("inputs, targets", None, "both given, for a training run")
        trained = train(parameters, inputs, targets, steps=steps, batch_size=batch_size, seed=seed)
    elif batch_size is not None:
        raise OutOfDomain("batch_size", batch_size, "None without inputs and targets, which it divides")
    count, seed = whole_number("replicas", replicas, least=4), whole_number("seed", seed, least=0)
    logs = log_norms(parameters, count, seed, progress)
    living = np.sum(np.isfinite(logs), axis=0)
    if np.any(living < 2):
        raise OutOfDomain("replicas", replicas, "enough to leave two networks with |h| > 0 in every layer")
    mean = _living_mean(logs, logs)
    variance = _living_mean(logs, (logs - mean) ** 2) * living / (living - 1)
    spread = np.sqrt(np.maximum(_living_mean(logs, (logs - mean) ** 4) - variance**2, 0) / living)
    dead = 1 - living / replicas
    return LayerScaledSimulation(
        parameters, replicas, seed, variance, spread, mean, np.sqrt(variance / living), dead, trained
    )


def _living_mean(logs: Array, values: Array) -> Array:
    """Mean over the replicas in which the log norm is finite."""
    return np.asarray(np.mean(values, axis=0, where=np.isfinite(logs)))


def log_norms(parameters: LayerScaledStep, replicas: int, seed: int, progress: bool | None = False) -> Array:
    """log(|h_k|^2/m_k) - log(|x|^2/m_0) of independent networks, shape (replicas, l - 1); -inf where h_k = 0.

    Of a matrix with entries N(0, 1/m_{k-1}) one input sees W h ~ N(0, |h|^2/m_{k-1}): that vector is drawn in its
    place, which is the same law and makes wide networks affordable (layer.9).
    """
    seeds = np.random.SeedSequence(seed).spawn(replicas)
    generators = map(np.random.default_rng, tracked(seeds, "replicas", progress))
    growth = np.array(
        [[_growth(parameters.linear_part, m, rng) for m in parameters.widths[1:-1]] for rng in generators]
    )
    with np.errstate(divide="ignore"):
        return np.cumsum(np.log(growth), axis=1)


def _growth(linear_part: float, width: int, rng: np.random.Generator) -> float:
    """(1/m) sum phi(g)^2 of m standard normals."""
    above, below = branches(linear_part)
    g = rng.standard_normal(width)
    positive = np.maximum(g, 0.0)
    share = positive @ positive
    return float((above**2 * share + below**2 * (g @ g - share)) / width)


@checked_arguments
def initial_weights(parameters: LayerScaledStep, *, seed: int = 0) -> tuple[Array, ...]:
    """W_1..W_l with independent entries N(0, 1/m_{k-1}) (layer.1); the same seed gives the same weights.

    >>> from rmt_asymptotics import dynamics
    >>> t = dynamics.LayerScaledStep(depth=3, base_width=4, width_exponent=1.0, linear_part=0.5, input_dimension=2,
    ...                              outputs=1, learning_rate=0.1)
    >>> [W.shape for W in initial_weights(t)]
    [(4, 2), (8, 4), (1, 8)]
    """
    rng = np.random.default_rng(np.random.SeedSequence(whole_number("seed", seed, least=0)))
    m = parameters.widths
    return tuple(rng.standard_normal((m[k], m[k - 1])) / np.sqrt(m[k - 1]) for k in range(1, len(m)))


@checked_arguments
def train(
    parameters: LayerScaledStep,
    inputs: Array,
    targets: Array,
    *,
    steps: int,
    batch_size: int | None = None,
    seed: int = 0,
) -> Training:
    """Train a network, drawn with `seed`, by layer-scaled steps, with the expansion along every step.

    inputs, targets: all samples, as in `LayerScaledStep.expansion`.  steps: >= 0.
    batch_size: of batches drawn afresh, without replacement, at every step; None is the whole sample.
    Raises `OutOfDomain` for input out of range.  A run that diverges ends early and says so in its `status`.

    >>> from rmt_asymptotics import dynamics
    >>> t = dynamics.LayerScaledStep(depth=1, base_width=1, width_exponent=0.0, linear_part=0.5, input_dimension=1,
    ...                              outputs=1, learning_rate=0.5)
    >>> run = train(t, np.ones((1, 1)), np.zeros((1, 1)), steps=2)
    >>> (run.loss / run.loss[0]).tolist(), run.status.name
    ([1.0, 0.25, 0.0625], 'COMPLETED')
    """
    weights = initial_weights(parameters, seed=seed)
    x, y = parameters.checked_batch(inputs, targets)
    steps = whole_number("steps", steps, least=0)
    if batch_size is None:
        batches = np.broadcast_to(np.arange(len(x)), (steps + 1, len(x)))
    else:
        size = whole_number("batch_size", batch_size, least=1)
        if size > len(x):
            raise OutOfDomain("batch_size", size, f"at most the number of samples, {len(x)}")
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(1,)))
        batches = np.array([rng.choice(len(x), size, replace=False) for _ in range(steps + 1)])
    return descend(parameters, weights, x, y, batches)


def gaussian_classes(parameters: LayerScaledStep, samples: int, *, seed: int = 0) -> tuple[Array, Array]:
    """Inputs N(0, I) and as targets, one-hot, the largest of `outputs` random linear functions of the input.

    >>> from rmt_asymptotics import dynamics
    >>> t = dynamics.LayerScaledStep(depth=1, base_width=1, width_exponent=0.0, linear_part=0.5, input_dimension=3,
    ...                              outputs=2, learning_rate=0.5)
    >>> x, y = gaussian_classes(t, 5)
    >>> x.shape, y.shape, y.sum(axis=1).tolist()
    ((5, 3), (5, 2), [1.0, 1.0, 1.0, 1.0, 1.0])
    """
    rng = np.random.default_rng(np.random.SeedSequence(whole_number("seed", seed, least=0), spawn_key=(2,)))
    inputs = rng.standard_normal((whole_number("samples", samples, least=1), parameters.input_dimension))
    teacher = rng.standard_normal((parameters.outputs, parameters.input_dimension))
    return inputs, np.eye(parameters.outputs)[np.argmax(inputs @ teacher.T, axis=1)]
