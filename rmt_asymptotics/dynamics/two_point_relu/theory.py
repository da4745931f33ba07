"""The phases of the two-point ReLU network in the limit of small initial weights: three flights, joined at events.

Note: theory_notes/dynamics_two_point.md; setting: wang23.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.dynamics.actions import predict
from rmt_asymptotics.dynamics.attributes import provenance
from rmt_asymptotics.dynamics.two_point_relu import _kernels as kernels
from rmt_asymptotics.dynamics.two_point_relu.parameters import TwoPointReLU
from rmt_asymptotics.dynamics.two_point_relu.path import Directions, Path, phases, unit_vector
from rmt_asymptotics.errors import number, whole_number
from rmt_asymptotics.tables import Shown, Table, titled

if TYPE_CHECKING:
    import xarray

LATEST = 1e300  # what comes later is reported as never
RESOLVED = 1 - 1e-14  # where rho cos(angle) is nearer to 1, rounding hides an escape that is later still
BEFORE, AFTER = 0.1, 30.0  # how far `times` reaches before the first and after the last event
QUANTITIES = ("plateau_time", "plateau_loss", "escape_time", "reactivation_time", "limit_ratio")
TABLE = ("living_positive", "living_negative", "condensation_time", *QUANTITIES)


@dataclass(frozen=True)
class Prediction(Shown):
    """The reduced dynamics of `parameters`; times are those of the gradient flow.

    living_positive, living_negative: of the neurons of their sign.  condensation_time: see the parameters.
    plateau_time, plateau_loss: where f(x-) is largest; P/N then goes to rho and both points are learnt [tp.5].
    escape_time: positive neurons switch off on x-; None if they never do: alpha cos Delta >= 1 [tp.6].
    reactivation_time: negative neurons become active on x+ again; None if they never do: alpha >= cos Delta [tp.7].
    limit_ratio, directions: of P/N and of the neurons as t -> infinity [tp.8].
    """

    parameters: TwoPointReLU
    living_positive: float
    living_negative: float
    condensation_time: float
    plateau_time: float
    plateau_loss: float
    escape_time: float | None
    reactivation_time: float | None
    limit_ratio: float
    directions: Directions
    path: Path = field(repr=False)

    def loss(self, t: Any) -> Any:
        """The loss at times t >= 0, of the shape of t; it begins at 1 and ends like 1/t."""
        return self.path.loss(t)

    def ratio(self, t: Any) -> Any:
        """P/N at times t >= 0, of the shape of t."""
        return self.path.ratio(t)

    def phase(self, t: Any) -> Any:
        """The name of the phase at times t >= 0, of the shape of t: one of `PHASES`."""
        return phases(t, self.phase_starts)

    def times(self, count: int = 400) -> Array:
        """`count` >= 1 times, even in their logarithm, from before the condensation's end to after the last event."""
        events = [start for start in self.phase_starts if start]
        return np.geomspace(BEFORE * min(events), AFTER * max(events), whole_number("count", count, least=1))

    def _table(self) -> Table:
        """Times and levels; the note says which phases there are and why."""
        rows = [(name, written(getattr(self, name))) for name in TABLE]
        return Table(("quantity", "predicted"), rows, titled(self.parameters), (self.outcome,))

    def to_dataset(self, times: Array | None = None) -> "xarray.Dataset":
        """Loss, P/N and phase along times (by default `times()`); the levels of the table are attributes."""
        return curves(self.parameters, self.times() if times is None else np.asarray(times, float), {"": self})

    @property
    def outcome(self) -> str:
        """Which phases there are, by the ratio alpha of living negative to living positive neurons [tp.6], [tp.7]."""
        alpha, C = self.parameters.living_ratio, self.parameters.cosine
        if alpha * C >= 1:
            return f"alpha cos(angle) = {alpha * C:.4g} >= 1: positive neurons never switch off, the plateau stays"
        if self.escape_time is None:
            return f"alpha cos(angle) = {alpha * C:.12g} < 1: escape, but not before t = {LATEST:g}"
        if alpha >= C:
            return f"alpha = {alpha:.4g} >= cos(angle) = {C:.4g}: escape, but no reactivation"
        return f"alpha = {alpha:.4g} < cos(angle) = {C:.4g}: escape and reactivation"

    @property
    def phase_starts(self) -> tuple[float | None, ...]:
        """When the second to the fifth of `PHASES` begin."""
        return self.condensation_time, self.plateau_time, self.escape_time, self.reactivation_time

    def directions_at(self, t: float) -> Directions:
        """Directions of the living neurons at a time t > 0: constant while they slide, else the limit + O(1/log t)."""
        C = self.parameters.cosine
        A, B = self.path.states(number("t", t, above=0))[0, 2:]
        A_off, B_off = self._clocks_at(t, self.escape_time)
        A_on, B_on = self._clocks_at(t, self.reactivation_time)
        positive = unit_vector(A, -B_off - C * (A - A_off), C)
        negative = unit_vector(-C * B_on - (A - A_on), B, C)
        return Directions(positive, negative)

    def _clocks_at(self, t: float, event: float | None) -> Array:
        return self.path.states(t if event is None else min(t, event))[0, 2:]


def written(value: float | None) -> str:
    """A number of a table in few characters; "never" for None.

    >>> written(3200.970863), written(None)
    ('3200.971', 'never')
    """
    return "never" if value is None else f"{value:.7g}"


def curves(parameters: TwoPointReLU, times: Array, parts: dict[str, Any]) -> "xarray.Dataset":
    """Loss, P/N and phase of several predictions or simulations, each with the suffix of its name."""
    import xarray

    columns, levels = {}, dict[str, Any]()
    for suffix, part in parts.items():
        columns[f"loss{suffix}"] = ("time", part.loss(times), {"long_name": "loss", "units": "1"})
        columns[f"ratio{suffix}"] = ("time", part.ratio(times), {"long_name": "P/N", "units": "1"})
        columns[f"phase{suffix}"] = ("time", part.phase(times).astype(object), {"long_name": "phase"})
        levels |= {f"{name}{suffix}": written(getattr(part, name)) for name in TABLE}
    coordinates = {"time": ("time", times, {"long_name": "time of the gradient flow", "units": "1"})}
    return xarray.Dataset(columns, coordinates, levels | provenance(parameters))


@predict.register
def predict_two_point(parameters: TwoPointReLU) -> Prediction:
    """The phases of the reduced dynamics, each flight exact and its end located (`Prediction`).

    >>> from rmt_asymptotics import dynamics
    >>> predicted = dynamics.predict(dynamics.TwoPointReLU(imbalance=4.0, angle=0.2))
    >>> predicted.phase([0.1, 5.0, 100.0, 3700.0, 1e6]).tolist()
    ['condensation', 'saddle to plateau', 'plateau', 'escaped', 'reactivated']
    >>> round(predicted.plateau_loss, 3)
    0.756
    """
    path, (escape, reactivation) = _path(parameters)
    plateau = path.peak_time()  # [tp.5]
    limit = _limit_ratio(parameters)
    return Prediction(
        parameters, *parameters.living_fractions, parameters.condensation_time, plateau, float(path.loss(plateau)),
        escape, reactivation, limit, _limit_directions(limit, parameters.cosine), path,
    )  # fmt: skip


def _path(m: TwoPointReLU) -> tuple[Path, list[float | None]]:
    """The three flights in a row, and when the second and the third begin."""
    C = m.cosine
    ends: tuple[Callable[[Array], float] | None, ...] = (
        (lambda row: _length_to_escape(row, C)) if m.plateau_ratio * C < RESOLVED else None,  # alpha C < 1 [tp.6]
        (lambda row: kernels.length_to_ratio(row, C)) if m.living_ratio < C else None,  # [tp.7]
        None,
    )
    rows, last = np.zeros((1, kernels.COLUMNS)), 0
    rows[0, kernels.RATIO] = m.imbalance
    starts: list[float | None] = [None, None]
    for flight, (coefficients, end) in enumerate(zip(_flights(m), ends, strict=True)):
        rows[last, kernels.COEFFICIENTS :] = coefficients
        length = end(rows[last]) if end else kernels.length_to_rest(rows[last])
        rows, last, arrived = kernels.fly(rows, last, length, m.rate, LATEST)
        if not (end and arrived):
            break
        starts[flight] = float(rows[last, kernels.TIME])
    return Path(rows[: last + 1], m.rate, m.imbalance), starts


def _flights(m: TwoPointReLU) -> tuple[tuple[float, ...], ...]:
    """a, b, g, h before the escape, after it, and after the reactivation [tp.4]."""
    C, alpha, rho = m.cosine, m.living_ratio, m.plateau_ratio
    S2 = math.sin(m.angle) ** 2
    together = 1 + C, (1 + C) * rho, C, 1 + alpha * S2
    escaped = S2, alpha * S2, 0.0, alpha * S2
    reactivated = S2 + alpha * (1 + C), alpha * (1 + C), alpha * C, alpha
    return together, escaped, reactivated


def _length_to_escape(row: Array, C: float) -> float:
    """Where F- = C A - B, which grows until P/N = 1/C, is 0 again [tp.6]."""
    rise = kernels.length_to_ratio(row, 1 / C)
    peak = C * kernels.clock_after(row, rise) - rise
    turned = kernels.moved(row, rise, 1.0)  # the time, at any rate of the clocks, does not matter here
    return rise + kernels.reach(turned, C, -1.0, peak, math.inf)


def _limit_ratio(m: TwoPointReLU) -> float:
    """P/N as t -> infinity [tp.8]."""
    alpha, C = m.living_ratio, m.cosine
    if alpha < C:
        return alpha / (alpha + m.versine)
    return alpha if alpha * C < 1 else m.plateau_ratio  # [tp.8]


def _limit_directions(ratio: float, C: float) -> Directions:
    """Of the neurons as t -> infinity [tp.8]."""
    return Directions(unit_vector(1, -min(1 / ratio, C), C), unit_vector(-min(ratio, C), 1, C))
