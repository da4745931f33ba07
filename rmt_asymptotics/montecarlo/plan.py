"""SimulationPlan: how finite networks are simulated, the one argument of everything that simulates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypedDict

from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.records import Record
from rmt_asymptotics.vocabulary.declared import Declared


@dataclass(frozen=True, kw_only=True)
class SimulationPlan(Record, Declared):
    """How finite networks are simulated; every function that simulates takes a plan, or these fields as keywords.

    {fields}

    The width is p = round(width_ratio * d), the sample size n = round(sample_complexity * d), those of a gradient step
    are round(step_sample_complexity * d).  Numbers depend on the seed, not on `workers` (a sweep has an executor
    instead).  Points of a curve or of a sweep share the seed, so that neighbours share their draws and a map is smooth;
    repeat with another for independent errors.
    Plans that differ in the last two only are equal.  Raises `OutOfDomain` for input out of range.

    >>> plan = SimulationPlan(dimension=200, replicas=10)
    >>> plan.seed, plan == plan.replace(workers=1), plan == plan.replace(seed=1)
    (0, True, False)
    """

    NUMBERS: ClassVar[tuple[str, ...]] = ("dimension", "replicas", "seed", "test_samples")

    dimension: int
    replicas: int = 20
    seed: int = 0
    test_samples: int | None = None
    replica_values: bool = False
    workers: int | None = field(default=None, compare=False)
    progress: bool | None = field(default=None, compare=False)

    @property
    def content(self) -> dict[str, int | None]:
        """What the numbers depend on, by name."""
        return {name: getattr(self, name) for name in self.NUMBERS}

    @property
    def attributes(self) -> dict[str, int]:
        """The same without what was left to its default, as Datasets keep it."""
        return {name: value for name, value in self.content.items() if value is not None}


class PlanChoices(TypedDict, total=False):
    """The fields of a `SimulationPlan` that have a default."""

    replicas: int
    seed: int
    test_samples: int | None
    replica_values: bool
    workers: int | None
    progress: bool | None


class PlanOptions(PlanChoices, total=False):
    """The fields of a `SimulationPlan` as keywords; beside a plan they replace its fields."""

    dimension: int


def planned(plan: SimulationPlan | None, options: Mapping[str, Any], dimension: int | None = None) -> SimulationPlan:
    """The plan that a caller gave, as one, as keywords, or as one with changes.

    dimension: where none is given, that of a model that has one of its own.
    Raises `OutOfDomain` for what is not a plan, unknown keywords, and a dimension left out.

    >>> planned(None, {"dimension": 20, "seed": 3}) == planned(SimulationPlan(dimension=20), {"seed": 3})
    True
    """
    if plan is None:
        options = options if dimension is None else {"dimension": dimension, **options}
        for name in options:
            if name not in PlanOptions.__annotations__:
                raise OutOfDomain("field", name, f"a field of SimulationPlan: {', '.join(PlanOptions.__annotations__)}")
        if "dimension" not in options:
            raise OutOfDomain("dimension", None, "given, or a SimulationPlan(dimension=...)")
        return SimulationPlan(**options)
    if not isinstance(plan, SimulationPlan):
        raise OutOfDomain("plan", plan, "a SimulationPlan(dimension=...)")
    return plan.replace(**options)
