"""What a reproducible figure is: a computation that gives a Dataset, and a drawing of that Dataset alone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmt_asymptotics.montecarlo import SimulationPlan

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Reproduction:
    """A figure in the style of a paper: its name, what it shows, the simulation it was made for, and its two halves."""

    name: str
    description: str
    plan: SimulationPlan
    compute: Callable[[SimulationPlan], "xarray.Dataset"]
    draw: Callable[["xarray.Dataset"], "Figure"]
