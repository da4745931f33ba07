"""A folder that keeps the finished blocks of a sweep, so that a run which was stopped can go on.

    PATH/request.json      what is computed; a store serves this request and no other
    PATH/blocks/00017.nc   one finished block, netCDF

One file a block, written by one process and renamed when it is complete: a file that is there is whole.  A Zarr array
needs several files a block (a chunk for each variable), none of which appears together with the others.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.output import NotWritten, netcdf, replace_file
from rmt_asymptotics.sweeps.blocks import MESSAGES, BlockResult
from rmt_asymptotics.sweeps.request import Request, request_from_content

REQUEST, BLOCKS, COLUMNS = "request.json", "blocks", "columns"


class Store:
    """The folder of one request; raises `OutOfDomain` if it holds another, `NotWritten` if it cannot be written."""

    def __init__(self, path: str | os.PathLike[str], request: Request) -> None:
        self.path, self.request = Path(path), request
        content = json.loads(json.dumps(request.content()))
        known = stored_content(self.path)
        if known is not None:
            _check_same(self.path, content, known)
            return
        try:
            if self.path.exists() and (not self.path.is_dir() or any(map(_foreign, self.path.iterdir()))):
                raise OutOfDomain("store", str(path), "a new or empty folder, or the store of this same sweep")
            (self.path / BLOCKS).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NotWritten(self.path, error.strerror or str(error)) from error
        replace_file(self.path / REQUEST, json.dumps(content).encode())

    def write(self, index: int, result: BlockResult) -> None:
        """Keep a finished block; raises `NotWritten`, and then the other blocks are as they were."""
        import xarray

        names, columns = list(result.columns), np.array(list(result.columns.values()))
        variables: dict[str, Any] = {COLUMNS: (("variable", "point"), columns), "variable": names}  # few are fast
        for kind, messages in result.messages.items():
            if messages:
                variables[kind] = (f"{kind}_point", np.array(list(messages.values()), object))
                variables[f"{kind}_at"] = (f"{kind}_point", np.array(list(messages)))
        replace_file(_file(self.path, index), netcdf(xarray.Dataset(variables)))

    def finished(self) -> Iterator[tuple[int, BlockResult]]:
        """The finished blocks by their index; a damaged one counts as not finished."""
        for index, (first, last) in enumerate(self.request.ends):
            result = _read(_file(self.path, index), last - first)
            if result is not None:
                yield index, result


def stored_content(path: Path) -> dict[str, Any] | None:
    """The content of the request that a folder serves; None if it serves none."""
    try:
        content: dict[str, Any] = json.loads((path / REQUEST).read_text())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise OutOfDomain("store", str(path), f"readable: {REQUEST}: {error}") from None
    return content


def stored_request(path: str | os.PathLike[str]) -> Request:
    """The request of a store; raises `OutOfDomain` for a folder that is none."""
    content = stored_content(Path(path))
    if content is None:
        raise OutOfDomain("store", str(path), "the folder of a stored sweep")
    return request_from_content(content)


def _file(path: Path, index: int) -> Path:
    return path / BLOCKS / f"{index:05d}.nc"


def _foreign(entry: Path) -> bool:
    """Whether a file is none that a run leaves when it is killed before its first block."""
    return entry.name != BLOCKS and entry.suffix != ".part"


def _read(file: Path, points: int) -> BlockResult | None:
    """A block, or None for a file that is missing or damaged."""
    import xarray

    if not file.exists():
        return None
    try:
        dataset = xarray.load_dataset(file, engine="h5netcdf")
        columns = dict(zip(dataset["variable"].values.tolist(), dataset[COLUMNS].values, strict=True))
    except (OSError, ValueError, KeyError):
        return None
    if dataset.sizes["point"] != points:
        return None
    messages: dict[str, dict[int, str]] = {kind: {} for kind in MESSAGES}
    for kind in MESSAGES:
        if kind in dataset:
            at = dataset[f"{kind}_at"].values.tolist()
            messages[kind] = dict(zip(at, dataset[kind].values.tolist(), strict=True))
    return BlockResult(columns, messages)


def _check_same(path: Path, content: dict[str, Any], known: dict[str, Any]) -> None:
    changed = [key for key in content if json.dumps(content[key]) != json.dumps(known.get(key))]  # order counts
    if changed:
        differences = ", ".join(_difference(key, content[key], known.get(key)) for key in changed)
        raise OutOfDomain(
            "store", str(path), f"the store of this same sweep (it holds another: {differences}); choose another folder"
        )


def _difference(key: str, asked: Any, known: Any) -> str:
    """What differs, in the names of the user."""
    if isinstance(asked, dict) and isinstance(known, dict):
        inner = [name for name in {**known, **asked} if asked.get(name) != known.get(name)]
        return ", ".join(_difference(name, asked.get(name), known.get(name)) for name in inner) or f"order of {key}"
    if isinstance(asked, list) and isinstance(known, list):
        return f"the values of {key}"
    return f"{key} {known!r} there, {asked!r} asked for"
