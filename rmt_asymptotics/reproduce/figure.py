"""What a reproducible figure is: a computation that gives a Dataset, and a drawing of that Dataset alone."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rmt_asymptotics.errors import whole_number

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Settings:
    """Of the simulation: dimension d, independent replicas, seed and workers (threads)."""

    dimension: int
    replicas: int
    seed: int = 0
    workers: int | None = None

    def __post_init__(self) -> None:
        whole_number("dimension", self.dimension, least=20)
        whole_number("replicas", self.replicas, least=2)
        whole_number("seed", self.seed, least=0)

    @property
    def simulation(self) -> dict[str, Any]:
        """The arguments of `simulate` and its relatives."""
        return asdict(self)


@dataclass(frozen=True)
class Reproduction:
    """A figure in the style of a paper: its name, what it shows, the settings it was made for, and its two halves."""

    name: str
    description: str
    settings: Settings
    compute: Callable[[Settings], "xarray.Dataset"]
    draw: Callable[["xarray.Dataset"], "Figure"]
