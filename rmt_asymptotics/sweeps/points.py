"""Where a sweep looks: a product grid of model fields, or an explicit list of points.

Fields may belong to a record of the model: "step.rate", "spike.scale".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics.checks import sequence
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.models import RidgeModel

Positions = NDArray[np.intp]
MOST_POINTS = 10**8  # some 10 GB of results; more are a slip


@dataclass(frozen=True)
class Points:
    """values: by field, its values along an axis of the product grid, or, if not `grid`, one for each listed point."""

    values: dict[str, list[Any]]
    grid: bool

    @property
    def shape(self) -> tuple[int, ...]:
        lengths = tuple(len(v) for v in self.values.values())
        return lengths if self.grid else lengths[:1]

    @property
    def dims(self) -> tuple[str, ...]:
        return tuple(self.values) if self.grid else ("point",)

    @property
    def count(self) -> int:
        return prod(self.shape)

    def positions(self, name: str) -> Positions:
        """For each point, the place of its value in `values[name]`; shape (count,)."""
        if not self.grid:
            return np.arange(self.count)
        axis = self.dims.index(name)
        places = np.arange(self.shape[axis]).reshape([-1 if i == axis else 1 for i in range(len(self.shape))])
        return np.broadcast_to(places, self.shape).ravel()

    def at(self, name: str, points: Positions) -> list[Any] | np.ndarray:
        """The values of one field at some of the points."""
        places, values = self._positions[name][points], self.values[name]
        return np.array(values)[places] if is_numeric(values) else [values[i] for i in places.tolist()]

    @cached_property
    def _positions(self) -> dict[str, Positions]:
        return {name: self.positions(name) for name in self.values}

    def ranks(self, names: Iterable[str], rank: Positions | None = None) -> Positions:
        """Ranks of the points in an order in which `names` vary, the first slowest, and neighbours stay neighbours.

        A field runs up and down in turn (reflected order), so that no step jumps from the end of an axis to its
        start.  `rank`, if given, comes before all of them.
        """
        rank = np.zeros(self.count, np.intp) if rank is None else rank
        for name in names:
            place = _places(self.values[name])[self._positions[name]]
            turned = np.where(rank % 2, place.max() - place, place)
            rank = np.unique(rank * (place.max() + 1) + turned, return_inverse=True)[1]
        return rank


def grid_points(model: RidgeModel, axes: Mapping[str, Any]) -> Points:
    """The product of axes; raises `OutOfDomain` for no axes, unknown fields, and values that the model refuses."""
    if not axes:
        raise OutOfDomain("axes", dict(axes), "at least one field of the model with its values")
    points = Points({name: axis_values(model, name, axis) for name, axis in axes.items()}, grid=True)
    if points.count > MOST_POINTS:
        sizes = " x ".join(map(str, points.shape))
        raise OutOfDomain("axes", list(axes), f"at most {MOST_POINTS:.0e} points together (these are {sizes})")
    return points


def listed_points(model: RidgeModel, columns: Mapping[str, Any]) -> Points:
    """Points given one by one, a column a field; raises as `grid_points` does, and for columns of unequal length."""
    values = {name: axis_values(model, name, column) for name, column in columns.items()}
    lengths = {name: len(v) for name, v in values.items()}
    if len(set(lengths.values())) != 1:
        raise OutOfDomain("points", lengths, "columns of equal length, one a field")
    return Points(values, grid=False)


def axis_values(model: RidgeModel, name: str, axis: Any) -> list[Any]:
    """The values of one field, each checked against the model."""
    model.check_fields([name])
    values = sequence(name, axis)
    if is_numeric(values) and set(map(type, values)) != {int}:
        ends = [*(value for value in values if value != value), min(values), max(values)]  # the domains are intervals
        if not any(type(model.replace(**{name: value}).value(name)) is int for value in ends):
            return np.array(values, float).tolist()
    checked = [model.replace(**{name: value}).value(name) for value in values]
    labels = [str(value) for value in dict.fromkeys(checked)]
    if len(set(labels)) < len(labels):
        raise OutOfDomain(name, labels, "functions told apart by their names: Activation(function, name=...)")
    return checked


def is_numeric(values: Iterable[Any]) -> bool:
    """Whether all values are numbers of Python."""
    return set(map(type, values)) <= {int, float}


def _places(values: list[Any]) -> Positions:
    """Equal values share a place; numbers are in increasing order, others in that of their first appearance."""
    if is_numeric(values):
        return np.unique(values, return_inverse=True)[1]
    first = {value: place for place, value in enumerate(dict.fromkeys(values))}
    return np.array([first[value] for value in values])
