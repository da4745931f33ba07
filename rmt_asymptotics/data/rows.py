"""Rows of a user's data, as they are or through a fixed feature map, in memory or mapped from a file."""

import mmap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Array
from rmt_asymptotics.errors import OutOfDomain

CHUNK = 2**22  # numbers held at once, 32 MB
SCATTERED = 512  # rows of a mapped file read at once


@dataclass(frozen=True, eq=False)
class Rows:
    """inputs: (N, D), of any real dtype, memory-mapped or not.  labels: (N,).  features: of rows, None: the inputs."""

    inputs: NDArray[Any]
    labels: Array
    features: Callable[[Array], Any] | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: NDArray[np.intp] | slice) -> Array:
        """The features of some rows, (m, F), as floats; raises `OutOfDomain` unless they are finite numbers."""
        inputs = _floats("X", self._read(rows))
        if self.features is None:
            return inputs
        try:
            found = self.features(inputs)
        except Exception as error:  # of anyone's code
            raise OutOfDomain(
                "features", self.features, f"a function of rows (m, D), but it raised {error!r}"
            ) from None
        values = _floats("features", found)
        if values.ndim != 2 or len(values) != len(inputs):
            allowed = f"a function from rows (m, D) to (m, F), not from {inputs.shape} to {values.shape}"
            raise OutOfDomain("features", self.features, allowed)
        return values

    def chunks(self) -> Iterator[tuple[slice, Array]]:
        """All rows, some at a time: which, and their features."""
        step = max(1, CHUNK // self.inputs.shape[1])
        for start in range(0, len(self), step):
            rows = slice(start, min(start + step, len(self)))
            yield rows, self.take(rows)

    def _read(self, rows: NDArray[np.intp] | slice) -> NDArray[Any]:
        """A copy of some rows; scattered ones few at a time, as each maps a stretch of the file around it."""
        if isinstance(rows, slice):
            found = np.array(self.inputs[rows])
            self._forget()
            return found
        found = np.empty((len(rows), self.inputs.shape[1]), self.inputs.dtype)
        for start in range(0, len(rows), SCATTERED):
            part = slice(start, start + SCATTERED)
            found[part] = self.inputs[rows[part]]
            self._forget()
        return found

    def _forget(self) -> None:
        """Let the pages of a mapped file go: read again they are the same, and kept they would fill the memory."""
        mapped = getattr(self.inputs, "_mmap", None)
        if mapped is not None and getattr(self.inputs, "mode", "c") != "c" and hasattr(mmap, "MADV_DONTNEED"):
            mapped.madvise(mmap.MADV_DONTNEED)


def _floats(name: str, values: Any) -> Array:
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise OutOfDomain(name, array.dtype, "of numbers: a column of another kind must be encoded first")
    array = array.astype(float, copy=False)
    if not np.isfinite(array).all():
        place = ", ".join(map(str, np.argwhere(~np.isfinite(array))[0].tolist()))
        raise OutOfDomain(name, array[~np.isfinite(array)][0], f"finite numbers: position ({place}) of a chunk is not")
    return array
