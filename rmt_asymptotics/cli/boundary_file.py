"""A boundary as a netCDF file: points of curves in the plane of two fields, and in words what they are."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.errors import OutOfDomain

if TYPE_CHECKING:
    import xarray

    from rmt_asymptotics.optimisation import Boundary

OTHERS = ("curve", "mismatch")  # variables of the file that are not fields


@dataclass(frozen=True)
class StoredBoundary:
    """fields: of the plane.  curves: arrays (P, 2) of their values."""

    fields: tuple[str, ...]
    curves: tuple[Array, ...]


def boundary_dataset(traced: "Boundary", label: str) -> "xarray.Dataset":
    """A boundary with its label and which of its curves are closed; `read_boundary` is the inverse."""
    dataset = traced.to_dataset().assign_attrs(label=label)
    dataset.attrs["closed"] = ", ".join("yes" if closed else "no" for closed in traced.closed)
    return dataset


def read_boundary(file: Path) -> tuple[str, StoredBoundary]:
    """Label and boundary of a file; raises `OutOfDomain` for a file that holds none."""
    import xarray

    try:
        dataset = xarray.load_dataset(file, engine="h5netcdf")
        fields = tuple(str(name) for name in dataset if name not in OTHERS)
        numbers = dataset["curve"].values
        points = np.column_stack([dataset[name].values for name in fields])
        label = str(dataset.attrs["label"])
    except (OSError, ValueError, KeyError) as error:
        raise OutOfDomain("boundary", str(file), f"a file that `boundary --output` wrote ({error})") from None
    curves = [points[numbers == number] for number in np.unique(numbers)]
    closed = dataset.attrs["closed"].split(", ")
    joined = [np.vstack([c, c[:1]]) if yes == "yes" else c for c, yes in zip(curves, closed, strict=False)]
    return label, StoredBoundary(fields, tuple(joined))
