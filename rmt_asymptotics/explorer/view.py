"""What a page asks for: a model, a curve through it, its simulation, and perhaps a map."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.checks import flag, mapping, one_of
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.explorer.encoding import read
from rmt_asymptotics.models import RidgeModel
from rmt_asymptotics.montecarlo import SimulationPlan
from rmt_asymptotics.serialisation import model_from_dict
from rmt_asymptotics.vocabulary.domains import Coordinate, Number
from rmt_asymptotics.vocabulary.fields import field_of

MOST_REPLICAS, MOST_DIMENSION = 10_000, 4000  # of a simulation that nobody waits for


@dataclass(frozen=True)
class Span:
    """A field of numbers, "ridge" or "step.rate", between two values."""

    field: str
    low: float
    high: float

    @property
    def logarithmic(self) -> bool:
        """Whether its values are spaced by their logarithms."""
        field = field_of(self.field)
        return field is not None and isinstance(d := field.domain, Number) and d.coordinate is Coordinate.LOGARITHM

    def values(self, count: int) -> Array:
        """Values from low to high.

        >>> Span("ridge", 0.01, 1.0).values(3).tolist(), Span("noise_variance", 0.0, 1.0).values(3).tolist()
        ([0.01, 0.1, 1.0], [0.0, 0.5, 1.0])
        """
        values = (np.geomspace if self.logarithmic else np.linspace)(self.low, self.high, count)
        values[0], values[-1] = self.low, self.high
        return values


@dataclass(frozen=True)
class Plane:
    """Two different fields, and the output that a map shows over them.  known: whether the page has that map."""

    across: Span
    up: Span
    output: str
    known: bool


@dataclass(frozen=True)
class View:
    """fields: of the model, in the words of the page.  curve: what the errors are drawn against.

    plan: of the simulation, and of the band at its dimension.
    """

    model: RidgeModel
    fields: dict[str, Any]
    curve: Span
    plan: SimulationPlan
    band: bool
    simulate: bool
    plane: Plane | None


def view_of(content: Any) -> View:
    """The view that a page describes; raises `OutOfDomain`, which names the control, for anything else.

    >>> import rmt_asymptotics as rmt
    >>> from rmt_asymptotics.serialisation import model_to_dict
    >>> model = rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0, width_ratio=1.5,
    ...                            ridge=0.1)
    >>> view_of({"model": model_to_dict(model), "curve": {"field": "ridge", "low": 0.01, "high": 1}}).curve
    Span(field='ridge', low=0.01, high=1.0)
    """
    content = mapping("request", content, "model, curve, simulation, band, simulate, map")
    fields = read(mapping("model", content.get("model"), "fields"))
    model = model_from_dict(fields)
    plan = SimulationPlan(**_plan(mapping("simulation", content.get("simulation", {}), "dimension, replicas, seed")))
    curve = _span(model, "curve", content.get("curve"))
    band, simulate = (flag(name, content.get(name, False)) for name in ("band", "simulate"))
    return View(model, fields, curve, plan, band, simulate, _plane(model, content.get("map")))


def _plan(numbers: dict[str, Any]) -> dict[str, Any]:
    for name in numbers:
        one_of("simulation", name, ("dimension", "replicas", "seed"))
    plan = {"dimension": 100, "workers": 1, "progress": False} | numbers
    checked = SimulationPlan(**plan)
    for name, most in (("dimension", MOST_DIMENSION), ("replicas", MOST_REPLICAS)):
        if getattr(checked, name) > most:
            raise OutOfDomain(name, plan[name], f"at most {most} here: `rmt.simulate` goes further")
    return plan


def _span(model: RidgeModel, name: str, content: Any) -> Span:
    content = mapping(name, content, "field, low, high")
    chosen = content.get("field")
    model.check_fields([chosen])
    field = field_of(chosen)
    if field is None or not isinstance(field.domain, Number):
        raise OutOfDomain(f"{name}.field", chosen, "a field whose values are numbers")
    ends = []
    for end in ("low", "high"):
        try:
            ends.append(field.domain.checked(end, content.get(end)))
        except OutOfDomain as error:
            raise OutOfDomain(f"{name}.{end}", error.value, error.allowed) from None
    if not ends[0] < ends[1]:
        raise OutOfDomain(f"{name}.high", ends[1], f"above the other end, {ends[0]:g}")
    return Span(chosen, *ends)


def _plane(model: RidgeModel, content: Any) -> Plane | None:
    if content is None:
        return None
    content = mapping("map", content, "across, up, output")
    across, up = (_span(model, f"map.{name}", content.get(name)) for name in ("across", "up"))
    if across.field == up.field:
        raise OutOfDomain("map.up.field", up.field, "another field than the one across")
    output = one_of("map.output", content.get("output"), model.outputs)
    return Plane(across, up, output, flag("map.known", content.get("known", False)))
