"""What a sweep asks for: the content that keys a store, and the blocks that it falls into."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from rmt_asymptotics.activations import Activation
from rmt_asymptotics.canonical.translation import control_fields
from rmt_asymptotics.checks import flag, instance, mapping
from rmt_asymptotics.errors import OutOfDomain, whole_number
from rmt_asymptotics.laws import Law
from rmt_asymptotics.models import A_MODEL, RidgeModel
from rmt_asymptotics.montecarlo.plan import SimulationPlan
from rmt_asymptotics.serialisation import from_plain, model_from_dict, model_to_dict, package_version, plain
from rmt_asymptotics.sweeps.blocks import Block
from rmt_asymptotics.sweeps.points import MOST_POINTS, Points, Positions, grid_points, listed_points
from rmt_asymptotics.sweeps.simulated import NESTED
from rmt_asymptotics.targets import MultiIndexTarget
from rmt_asymptotics.vocabulary.fields import FIELDS
from rmt_asymptotics.vocabulary.quantities import ERRORS

FORMAT = 2  # of stores
OF_FIELDS = "fields of the model with their values"
# rough microseconds, which decide where a block ends and nothing else
BLOCK, PROBLEM, ONE_CLASS, MANY_CLASSES, CONTINUOUS, CONVEX = 500_000, 25_000, 10, 1_000, 20_000, 50_000


@dataclass(frozen=True)
class Request:
    """A model, the points around it, and what to compute there; block_size: points a block, or None for half a
    second's work or one simulated network.
    """

    model: RidgeModel
    points: Points
    theory: bool
    simulation: SimulationPlan | None
    tolerance: float | None
    block_size: int | None

    def __post_init__(self) -> None:
        object.__setattr__(self, "theory", flag("theory", self.theory))
        plan = self.simulation
        if plan is not None and not (isinstance(plan, SimulationPlan) and not plan.replica_values):
            raise OutOfDomain("simulation", plan, "a SimulationPlan(dimension=...) without replica_values, or None")
        if not (self.theory or self.simulation):
            raise OutOfDomain("theory", False, "True, unless there is a simulation")
        if self.tolerance is not None:
            object.__setattr__(self, "tolerance", FIELDS["tolerance"].checked(self.tolerance))
        if self.block_size is not None:
            size = whole_number("block_size", self.block_size, least=1, most=MOST_POINTS)
            object.__setattr__(self, "block_size", size)

    @cached_property
    def controls(self) -> frozenset[str]:
        """The fields that share one translated problem at all points."""
        steps = [self.model.replace(step=step) for step in self.points.values.get("step", [])]
        return frozenset.intersection(*(control_fields(m) for m in steps or [self.model]))

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """The names of the outputs that any of the points has."""
        names = [name for name in ("loss", "labels", "intercept") if name in self.points.values]
        columns = [self.points.at(name, np.arange(self.points.count)) for name in names]
        kinds = dict.fromkeys(zip(*columns, strict=True)) if names else {}
        models = [self.model.replace(**dict(zip(names, kind, strict=True))) for kind in kinds] or [self.model]
        return max((model.outputs for model in models), key=len)

    @cached_property
    def order(self) -> Positions:
        """The points in the order in which they are computed: neighbours follow each other."""
        return np.argsort(self._ranked[1], kind="stable")

    @cached_property
    def _ranked(self) -> tuple[Positions, Positions]:
        """Of each point: the rank of its problem (or of its network, if simulated), and its own."""
        names = list(self.points.values)
        nested = set(NESTED) if self.simulation else self.controls
        outer = [name for name in names if name not in nested]
        translated = [name for name in names if name in nested and name not in self.controls]
        rank = self.points.ranks(outer)
        return rank, self.points.ranks([*translated, *(n for n in names if n in nested and n in self.controls)], rank)

    @cached_property
    def ends(self) -> list[tuple[int, int]]:
        """Where blocks begin and end in `order`: a new block every BLOCK of estimated work."""
        index = np.arange(self.points.count)
        if self.block_size is not None:
            block = index // self.block_size
        else:
            problem = self._ranked[0][self.order]
            opening = np.append(True, problem[1:] != problem[:-1])
            each, network = self._weights()
            work = np.cumsum(each + network * opening)
            block = (work - work[0]) // BLOCK
        cuts = [0, *(np.flatnonzero(np.diff(block)) + 1).tolist(), self.points.count]
        return list(pairwise(cuts))

    def _weights(self) -> tuple[int, int]:
        """Estimated work of a point and of a problem; a simulated network is a block of its own."""
        if self.simulation:
            return 0, BLOCK
        laws = [law for law in vars(self.model).values() if isinstance(law, Law)]
        laws += [law for name in ("spike", "readout") for law in self.points.values.get(name, [])]
        if any(law.continuous for law in laws):
            return CONTINUOUS, PROBLEM
        if len(self.outputs) > len(ERRORS):
            return CONVEX, PROBLEM
        many = any(len(law.quadrature(0, 1.0)[0]) > 1 for law in laws)
        return (MANY_CLASSES if many else ONE_CLASS), PROBLEM

    def places(self, block: int) -> Positions:
        """The points of a block, in the order in which it computes them."""
        first, last = self.ends[block]
        return self.order[first:last]

    def block(self, index: int) -> Block:
        """All that is needed to compute a block."""
        columns = {name: self.points.at(name, self.places(index)) for name in self.points.values}
        return Block(self.model, columns, self.controls, self.theory, self.simulation, self.tolerance, self.outputs)

    def content(self) -> dict[str, Any]:
        """The request as plain data; raises `OutOfDomain` for functions that have neither a name nor an expression."""
        values = {name: [_storable(name, v) for v in column] for name, column in self.points.values.items()}
        for name in ("activation", "target"):
            _storable(name, getattr(self.model, name))
        return {
            "format": FORMAT, "rmt_asymptotics": package_version(), "model": model_to_dict(self.model),
            "grid": self.points.grid, "values": values, "theory": self.theory,
            "simulation": self.simulation.content if self.simulation else None, "tolerance": self.tolerance,
            "block_size": self.block_size,
        }  # fmt: skip


def requested(
    model: RidgeModel,
    axes: Mapping[str, Any] | None,
    points: Mapping[str, Any] | None,
    theory: bool = True,
    simulation: SimulationPlan | None = None,
    tolerance: float | None = None,
    block_size: int | None = None,
) -> Request:
    """The request of a product grid or of listed points; raises `OutOfDomain` for both, and as `Request` does."""
    model = instance("model", model, RidgeModel, A_MODEL)
    if points is None:
        where = grid_points(model, axes or {})
    elif axes:
        raise OutOfDomain("points", points, "alone, without axes")
    else:
        where = listed_points(model, mapping("points", points, OF_FIELDS))
    return Request(model, where, theory, simulation, tolerance, block_size)


def _storable(field: str, value: Any) -> Any:
    if isinstance(value, (Activation | MultiIndexTarget)) and not value.rebuildable:
        raise OutOfDomain(
            field, value, "a built-in or Activation.from_expression(...): a bare callable cannot be stored"
        )
    return plain(value)


def request_from_content(content: Mapping[str, Any]) -> Request:
    """The request whose `content` this is; raises `OutOfDomain` for one of another version's stores."""
    if content["format"] != FORMAT:
        raise OutOfDomain("format", content["format"], f"{FORMAT}, that of the stores of this version")
    model = model_from_dict(content["model"])
    values = {name: [from_plain(name, v) for v in column] for name, column in content["values"].items()}
    axes, points = (values, None) if content["grid"] else (None, values)
    simulation = SimulationPlan(**content["simulation"]) if content["simulation"] else None
    return requested(model, axes, points, content["theory"], simulation, content["tolerance"], content["block_size"])
