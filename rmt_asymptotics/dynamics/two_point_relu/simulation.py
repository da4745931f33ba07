"""The two-point ReLU network itself: m real neurons in dimension d, every change of an active pattern a located event.

Note: theory_notes/dynamics_two_point.md, [tp.9].
"""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Array
from rmt_asymptotics.dynamics.actions import simulate
from rmt_asymptotics.dynamics.two_point_relu import _kernels as kernels
from rmt_asymptotics.dynamics.two_point_relu.parameters import TwoPointReLU
from rmt_asymptotics.dynamics.two_point_relu.path import Directions, Path, phases, unit_vector
from rmt_asymptotics.errors import OutOfDomain, number, whole_number
from rmt_asymptotics.tables import Shown, Table, titled

LATEST = 1e300  # of a run without horizon
PATTERNS = np.array([[1, 1], [1, 0], [0, 1], [0, 0]])  # active on x+, x-: both, x+ alone, x- alone, dead


@dataclass(frozen=True)
class Network:
    """m neurons in dimension d and their history.

    inputs: (2, d), x+ and x-.  readout: (m,).  initial_weights, weights: (m, d), at the start and at the end.
    events: (m, 3), when each neuron died, first slid on a kink, and left it; inf: never.
    """

    inputs: Array
    readout: Array
    initial_weights: Array
    weights: Array
    events: Array


@dataclass(frozen=True)
class Simulation(Shown):
    """What the network of `parameters` did; the names are those of the `Prediction`.

    living_positive, living_negative: those that have not died by the end; all deaths belong to the condensation.
    escape_time: half of the living positive neurons have reached <b, x-> = 0 and stay there.
    reactivation_time: half of the living negative ones have left <b, x+> = 0.  None: not before the end.
    plateau_time, plateau_loss: where f(x-) is largest.
    limit_ratio: P/N at the end; without a horizon it is at rest there to 1e-12.
    directions: of the mean weight of the living neurons at the end, in the plane of the data.
    """

    parameters: TwoPointReLU
    width: int
    dimension: int
    seed: int
    living_positive: float
    living_negative: float
    condensation_time: float
    plateau_time: float
    plateau_loss: float
    escape_time: float | None
    reactivation_time: float | None
    limit_ratio: float
    directions: Directions
    end: float
    path: Path = field(repr=False)
    network: Network = field(repr=False)

    def _table(self) -> Table:
        names = (
            "living_positive",
            "living_negative",
            "condensation_time",
            "plateau_time",
            "plateau_loss",
            "escape_time",
        )
        rows = [(name, getattr(self, name)) for name in (*names, "reactivation_time", "limit_ratio", "end")]
        sizes = f"{self.width} neurons in dimension {self.dimension}, seed {self.seed}; - never happened"
        return Table(("quantity", "simulated"), rows, titled(self.parameters), (sizes,))

    def loss(self, t: Any) -> Any:
        """The loss at times t >= 0, of the shape of t."""
        return self.path.loss(t)

    def ratio(self, t: Any) -> Any:
        """P/N at times t >= 0, of the shape of t."""
        return self.path.ratio(t)

    def phase(self, t: Any) -> Any:
        """The name of the phase at times t >= 0, of the shape of t, by the measured times."""
        return phases(t, (self.condensation_time, self.plateau_time, self.escape_time, self.reactivation_time))


@simulate.register
def simulate_two_point(
    parameters: TwoPointReLU, *, width: int = 1000, dimension: int = 5, seed: int = 0, horizon: float | None = None
) -> Simulation:
    """Gradient flow of one network from a random start, exact between located events.

    width: m >= 2, even, half of the neurons of each sign.  dimension: d >= 2.  seed: whole number >= 0.
    horizon: time > 0 at which to stop; None: when P/N has come to rest, after which no pattern changes.
    The living fractions of the parameters are not used: they are measured.
    Raises `OutOfDomain` for input out of range, and where all neurons of one sign die.

    >>> from rmt_asymptotics import dynamics
    >>> run = dynamics.simulate(dynamics.TwoPointReLU(imbalance=4.0, angle=0.2), width=200, seed=1)
    >>> alpha = run.living_negative / run.living_positive
    >>> bool(abs(run.limit_ratio - alpha / (alpha + 1 - np.cos(0.2))) < 1e-9)
    True
    """
    m, d = whole_number("width", width, least=2), whole_number("dimension", dimension, least=2)
    if m % 2:
        raise OutOfDomain("width", width, "even: half of the neurons have either sign")
    seed = whole_number("seed", seed, least=0)
    stop = LATEST if horizon is None else number("horizon", horizon, above=0)
    inputs, start = _inputs(parameters, d), _start(m, d, seed)
    sign = np.repeat([0, 1], m // 2)
    position = parameters.initial_scale * start @ inputs.T  # sqrt(m) <b, x+>, sqrt(m) <b, x->
    began = position.copy()
    kappa2, p = parameters.output_scale, parameters.imbalance
    rate = kappa2 / (1 + p)
    rows, events, rests = kernels.evolve(
        position, sign, p, parameters.cosine, *_patterns(parameters), kappa2 / m, rate, stop
    )
    for s in (0, 1):
        if not np.any(np.isinf(events[sign == s, kernels.DIED])):
            raise OutOfDomain("width", width, f"large enough that neurons of both signs live (not so with seed {seed})")
    path = Path(rows, rate, p, math.inf if rests else float(rows[-1, kernels.TIME]))
    moved = (position - began) @ np.linalg.inv(inputs @ inputs.T) @ inputs  # in the plane of the data
    initial = parameters.initial_scale * start / math.sqrt(m)
    readout = kappa2 / math.sqrt(m) * np.where(sign == 0, 1.0, -1.0)
    network = Network(inputs, readout, initial, initial + moved / math.sqrt(m), events)
    return _measured(parameters, seed, path, network)


def _inputs(m: TwoPointReLU, dimension: int) -> Array:
    """x+ and x-, shape (2, d)."""
    inputs = np.zeros((2, dimension))
    inputs[0, 0], inputs[1, :2] = 1, (m.cosine, math.sin(m.angle))
    return inputs


def _start(width: int, dimension: int, seed: int) -> Array:
    """Uniform directions, shape (m, d)."""
    normal = np.random.default_rng(seed).standard_normal((width, dimension))
    return normal / np.linalg.norm(normal, axis=1, keepdims=True)


def _patterns(m: TwoPointReLU) -> tuple[Array, NDArray[np.bool_]]:
    """How a neuron moves, (2, 5, 4), and where it is active, (2, 5, 2), for each sign and mode [tp.9]."""
    C, S2 = m.cosine, math.sin(m.angle) ** 2
    on_plus, on_minus = PATTERNS.T
    free = np.stack([on_plus, -C * on_minus, C * on_plus, -on_minus], axis=1)  # u by A, by B; v by A, by B
    sliding = np.array([[S2, 0, 0, 0]]), np.array([[0, 0, 0, S2]])
    velocities = np.stack([np.vstack([free, sliding[0]]), np.vstack([-free, sliding[1]])])
    active = np.stack([np.vstack([PATTERNS, [[1, 0]]]), np.vstack([PATTERNS, [[0, 1]]])]) > 0
    return velocities, active


def _measured(m: TwoPointReLU, seed: int, path: Path, network: Network) -> Simulation:
    """Read the quantities of the prediction off the run."""
    events, positive = network.events, network.readout > 0
    lives = np.isinf(events[:, kernels.DIED])
    plateau = path.peak_time()
    return Simulation(
        parameters=m, width=len(positive), dimension=network.inputs.shape[1], seed=seed,
        living_positive=float(lives[positive].mean()), living_negative=float(lives[~positive].mean()),
        condensation_time=m.condensation_time, plateau_time=plateau, plateau_loss=float(path.loss(plateau)),
        escape_time=_median(events[lives & positive, kernels.SLID]),
        reactivation_time=_median(events[lives & ~positive, kernels.LEFT]),
        limit_ratio=float(path.rows[-1, kernels.RATIO]),
        directions=Directions(*(_direction(network, lives & group, m.cosine) for group in (positive, ~positive))),
        end=float(path.rows[-1, kernels.TIME]), path=path, network=network,
    )  # fmt: skip


def _direction(network: Network, group: NDArray[np.bool_], cosine: float) -> tuple[float, float]:
    """Of the mean weight of a group, projected on the plane of the data."""
    x = network.inputs
    on_plus, on_minus = np.linalg.solve(x @ x.T, x @ network.weights[group].mean(axis=0))
    return unit_vector(float(on_plus), float(on_minus), cosine)


def _median(times: Array) -> float | None:
    """When half of the neurons have come to it, or None if half of them never do."""
    middle = float(np.sort(times)[len(times) // 2])
    return middle if math.isfinite(middle) else None
