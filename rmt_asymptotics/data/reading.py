"""Inputs and labels of a user: arrays, tables of pandas, files."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rmt_asymptotics._types import Array
from rmt_asymptotics.checks import path_of, real_array
from rmt_asymptotics.errors import OutOfDomain

FEWEST = 4  # rows
TABLES = {".csv": "read_csv", ".parquet": "read_parquet"}
FILES = ".npy, .npz, .csv or .parquet"


def inputs_and_labels(X: Any, y: Any) -> tuple[NDArray[Any], Array]:
    """X as an array (N, D), memory-mapped where it is, and y as floats (N,).

    X: an array, a table of pandas, or the name of a file: .npy (memory-mapped), .npz with arrays X and y, .csv or
    .parquet with a row of names.  y: an array or column, or the name of the array or column in the file or table.
    Raises `OutOfDomain` for what cannot be read, is no table of numbers, or has another number of labels than rows.
    """
    if isinstance(X, (str, Path)):
        X, y = _read(path_of("X", X), y)
    if hasattr(X, "columns") and hasattr(X, "index"):
        X, y = _of_table(X, y)
    inputs = X if isinstance(X, np.ndarray) else _array("X", X)
    if inputs.ndim != 2 or inputs.dtype.kind not in "biuf" or not inputs.shape[1]:
        raise OutOfDomain(
            "X", f"{inputs.dtype} of shape {inputs.shape}", "a table of numbers, one sample a row: (N, D)"
        )
    if y is None:
        raise OutOfDomain("y", y, "given: the labels, or the name of their column")
    for name, values in (("X", inputs), ("y", y)):
        if np.ma.isMaskedArray(values) and np.ma.getmaskarray(values).any():
            raise OutOfDomain(name, "a masked array", "complete: drop rows that have masked entries")
    labels = real_array("y", y)
    if labels.ndim == 2 and 1 in labels.shape:
        labels = labels.ravel()
    if labels.shape != inputs.shape[:1]:
        raise OutOfDomain("y", f"of shape {labels.shape}", f"one number for each of the {len(inputs)} rows of X")
    if not np.isfinite(labels).all():
        raise OutOfDomain("y", labels[~np.isfinite(labels)][0], f"finite: row {np.argmin(np.isfinite(labels))} is not")
    if len(labels) < FEWEST:
        raise OutOfDomain("X", f"of shape {inputs.shape}", f"of {FEWEST} rows at least")
    return inputs, labels


def _array(name: str, value: Any) -> NDArray[Any]:
    try:
        return np.asarray(value)
    except (TypeError, ValueError, RuntimeError):
        raise OutOfDomain(name, value, "a table of numbers, one sample a row: (N, D)") from None


def _read(path: Path, y: Any) -> tuple[Any, Any]:
    try:
        if path.suffix == ".npy":
            return np.load(path, mmap_mode="r"), y
        if path.suffix == ".npz":
            with np.load(path) as file:
                return file["X"], file["y" if y is None else y] if y is None or isinstance(y, str) else y
        if path.suffix in TABLES:
            import pandas

            return getattr(pandas, TABLES[path.suffix])(path), y
    except ImportError as error:
        raise OutOfDomain("X", str(path), f"a file of a kind that can be read here ({error})") from None
    except Exception as error:  # of readers of damaged files: of any kind
        raise OutOfDomain("X", str(path), f"a file that can be read ({error})") from None
    raise OutOfDomain("X", str(path), f"a file of the kind {FILES}")


def _of_table(table: Any, y: Any) -> tuple[NDArray[Any], Any]:
    """The columns but y, which may be one of them by name; raises for columns of text and for rows of other labels."""
    if isinstance(y, str):
        if y not in table.columns:
            raise OutOfDomain("y", y, f"a column: {', '.join(map(str, table.columns[:20]))}")
        table, y = table.drop(columns=y), table[y]
    elif hasattr(y, "index") and len(y) == len(table) and not table.index.equals(y.index):
        raise OutOfDomain("y", "a column", "of the same index as X, in the same order")
    others = [str(name) for name, kind in table.dtypes.items() if getattr(kind, "kind", "O") not in "biuf"]
    if others:
        raise OutOfDomain("X", f"columns {', '.join(others[:5])}", "of numbers: encode or drop columns of another kind")
    return table.to_numpy(dtype=float, na_value=np.nan), y
