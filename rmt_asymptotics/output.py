"""Write Datasets and figures to files that appear whole or not at all.

The contents are made in memory, written to a temporary file in the same folder and renamed: whatever fails, an
existing file keeps its contents and nothing else is left behind.
"""

import csv
import io
import os
import secrets
import shutil
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rmt_asymptotics.arguments import checked_arguments
from rmt_asymptotics.checks import path_of
from rmt_asymptotics.errors import OutOfDomain

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

FIGURE_SUFFIXES = (".png", ".svg", ".pdf")
RESOLUTION = 200  # dots an inch, of pictures made of dots


class NotWritten(OSError):
    """A file could not be written; what was there before is unchanged."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} was not written: {reason}")
        self.path = path
        self.reason = reason

    def __reduce__(self) -> tuple[type, tuple[Path, str]]:
        return type(self), (self.path, self.reason)


@checked_arguments
def write_dataset(dataset: "xarray.Dataset", path: str | Path) -> Path:
    """Write a Dataset with its attributes: netCDF (.nc), or CSV (.csv) with one row a point.

    The attributes are comment lines `# name: value` at the head of a CSV file: `pandas.read_csv(path, comment="#")`.
    Returns the path.  Raises `OutOfDomain` for another suffix or a folder that cannot hold the file,
    `NotWritten` when writing fails.

    >>> import tempfile, xarray
    >>> dataset = xarray.Dataset({"error": ("ridge", [0.5])}, {"ridge": [0.1]}, {"seed": 3})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(write_dataset(dataset, folder + "/errors.csv").read_text().strip())
    # seed: 3
    ridge,error
    0.1,0.5
    """
    path = checked_path(path, tuple(DATASET_WRITERS))
    return _write(path, DATASET_WRITERS[path.suffix](dataset))


@checked_arguments
def write_figure(figure: "Figure", path: str | Path) -> Path:
    """Write a matplotlib figure: .png, .svg or .pdf.  Returns the path; raises as `write_dataset` does."""
    path = checked_path(path, FIGURE_SUFFIXES)
    picture = io.BytesIO()
    figure.savefig(picture, format=path.suffix[1:], dpi=RESOLUTION)
    return _write(path, picture.getvalue())


@checked_arguments
def write_text(text: str, path: str | Path) -> Path:
    """Write a text, such as a report in Markdown (.md).  Returns the path; raises as `write_dataset` does."""
    return _write(checked_path(path, (".md", ".txt")), text.encode())


def checked_path(path: str | Path, suffixes: tuple[str, ...]) -> Path:
    """`path`, if a file with one of `suffixes` can be put there; raises `OutOfDomain` otherwise."""
    result = path_of("path", path)
    if result.suffix not in suffixes:
        raise OutOfDomain("path", str(path), f"a file name that ends in {' or '.join(suffixes)}")
    try:
        folder, taken = result.parent.is_dir(), result.is_dir()
    except OSError as error:
        raise OutOfDomain("path", str(path), f"a name that the system takes ({error.strerror})") from None
    if not folder or not os.access(result.parent, os.W_OK):
        raise OutOfDomain("path", str(path), "in an existing folder with permission to write")
    if taken:
        raise OutOfDomain("path", str(path), "a file name, not that of a folder")
    return result


def netcdf(dataset: "xarray.Dataset") -> Any:
    """A Dataset as the contents of a netCDF file."""
    with _no_cluster():
        return dataset.to_netcdf(engine="h5netcdf")


def _no_cluster() -> AbstractContextManager[Any]:
    """Keeps xarray from asking the scheduler of a connected Dask cluster for a lock on memory that is ours alone."""
    if "dask" not in sys.modules:
        return nullcontext()
    from dask import config

    return config.set(scheduler="synchronous")


def _csv(dataset: "xarray.Dataset") -> bytes:
    if not dataset.dims:
        raise OutOfDomain("dataset", dataset, "of at least one dimension: CSV has one row a point")
    header = "".join(f"# {name}: {' '.join(str(value).split())}\n" for name, value in dataset.attrs.items())
    text = io.StringIO(newline="")
    text.write(header)
    columns = columns_of(dataset)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    rows = zip(*columns.values(), strict=True)
    writer.writerows(["" if value != value else value for value in row] for row in rows)  # no value, not "nan"
    return text.getvalue().encode()


def columns_of(dataset: "xarray.Dataset") -> dict[str, list[Any]]:
    """The values of all variables, one a point of the product of the dimensions; pandas would be slow to load."""
    shape = tuple(dataset.sizes.values())
    columns: dict[str, list[Any]] = {}
    for name in dict.fromkeys([*dataset.dims, *dataset.coords, *dataset.data_vars]):
        if name in dataset.variables:
            variable = dataset.variables[name]
            dims = [dim for dim in dataset.dims if dim in variable.dims]
            values = variable.values.transpose([variable.dims.index(dim) for dim in dims])
        else:
            dims, values = [name], np.arange(dataset.sizes[name])
        placed = values.reshape([dataset.sizes[dim] if dim in dims else 1 for dim in dataset.dims])
        columns[str(name)] = np.broadcast_to(placed, shape).ravel().tolist()
    return columns


DATASET_WRITERS: dict[str, Callable[["xarray.Dataset"], Any]] = {".nc": netcdf, ".csv": _csv}


def _write(path: Path, contents: Any) -> Path:
    """Put `contents` at a path that a user named: where it is a symbolic link, in the file behind it."""
    try:
        replace_file(path.resolve(), contents)
    except RuntimeError as error:  # a circle of links
        raise NotWritten(path, str(error)) from error
    return path


def replace_file(path: Path, contents: Any) -> None:
    """Put `contents` at `path`: all of it is on the disk before the name changes hands; raises `NotWritten`.

    A symbolic link is replaced, and the file behind it left alone.
    """

    def put(temporary: Path, target: Path) -> None:
        if target.is_file() and not target.is_symlink():
            shutil.copymode(target, temporary)
        temporary.replace(target)

    _place(path, contents, put)


def create_file(path: Path, contents: Any) -> bool:
    """Put `contents` at `path` as `replace_file` does, unless a file is there: of several processes one succeeds."""
    try:
        _place(path, contents, lambda temporary, target: target.hardlink_to(temporary))
    except NotWritten as error:
        if isinstance(error.__cause__, FileExistsError):
            return False
        raise
    return True


def _place(path: Path, contents: Any, put: Callable[[Path, Path], None]) -> None:
    """Write `contents` to a temporary file and `put` it in its place."""
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with temporary.open("xb") as file:
            file.write(contents)
            file.flush()
            os.fsync(file.fileno())
        put(temporary, path)
    except OSError as error:
        raise NotWritten(path, error.strerror or str(error)) from error
    finally:
        with suppress(OSError):  # a folder that became read-only keeps what it has
            temporary.unlink(missing_ok=True)
