"""A folder that keeps the finished blocks of a sweep, so that a run which was stopped can go on.

    PATH/request.json      what is computed; a store serves this request and no other
    PATH/blocks/00017.nc   one finished block, netCDF, with the key of its request and a checksum, also of its index

One file a block, written by one process and renamed when it is complete: a file that is there is whole.  A Zarr array
needs several files a block (a chunk for each variable), none of which appears together with the others.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from rmt_asymptotics.checks import path_of
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.output import NotWritten, create_file, netcdf, replace_file
from rmt_asymptotics.sweeps.blocks import MESSAGES, BlockResult
from rmt_asymptotics.sweeps.request import Request, request_from_content

REQUEST, BLOCKS, COLUMNS = "request.json", "blocks", "columns"


class Store:
    """The folder of one request; raises `OutOfDomain` if it holds another, `NotWritten` if it cannot be written."""

    def __init__(self, path: str | os.PathLike[str], request: Request) -> None:
        self.path, self.request = path_of("store", path), request
        content = json.loads(json.dumps(request.content()))
        self.key = _key(content)
        known = stored_content(self.path)
        try:
            if known is None and self.path.exists() and _is_other(self.path):
                raise OutOfDomain("store", str(path), "a new or empty folder, or the store of this same sweep")
            (self.path / BLOCKS).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NotWritten(self.path, error.strerror or str(error)) from error
        if known is None and not create_file(self.path / REQUEST, json.dumps(content).encode()):
            known = stored_content(self.path)  # another process was first
        if known is not None:
            _check_same(self.path, content, known)

    def write(self, index: int, result: BlockResult) -> None:
        """Keep a finished block; raises `NotWritten`, and then the other blocks are as they were."""
        import xarray

        names, columns = list(result.columns), np.array(list(result.columns.values()))
        variables: dict[str, Any] = {COLUMNS: (("variable", "point"), columns), "variable": names}  # few are fast
        for kind, messages in result.messages.items():
            if messages:
                variables[kind] = (f"{kind}_point", np.array(list(messages.values()), object))
                variables[f"{kind}_at"] = (f"{kind}_point", np.array(list(messages)))
        attributes = {"request": self.key, "checksum": _checksum(index, result)}
        replace_file(_file(self.path, index), netcdf(xarray.Dataset(variables, attrs=attributes)))

    def finished(self) -> Iterator[tuple[int, BlockResult]]:
        """The finished blocks by their index; one that is damaged, or of another request, counts as not finished."""
        return _finished(self.path, self.request, self.key)


def stored_content(path: Path) -> dict[str, Any] | None:
    """The content of the request that a folder serves; None if it serves none."""
    try:
        content = json.loads((path / REQUEST).read_text())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise OutOfDomain("store", str(path), f"readable: {REQUEST}: {error}") from None
    if not isinstance(content, dict):
        raise OutOfDomain("store", str(path), f"readable: {REQUEST} does not hold a request")
    return content


def stored_results(path: str | os.PathLike[str]) -> tuple[Request, dict[int, BlockResult]]:
    """The request of a store and its finished blocks; raises `OutOfDomain` for a folder that is none."""
    folder = path_of("store", path)
    content = stored_content(folder)
    if content is None:
        raise OutOfDomain("store", str(path), "the folder of a stored sweep")
    try:
        request = request_from_content(content)
    except (KeyError, TypeError, AttributeError, OutOfDomain) as error:
        raise OutOfDomain("store", str(path), f"readable: {REQUEST} does not hold a request ({error})") from None
    return request, dict(_finished(folder, request, _key(content)))


def _finished(path: Path, request: Request, key: str) -> Iterator[tuple[int, BlockResult]]:
    for index, (first, last) in enumerate(request.ends):
        result = _read(path, index, last - first, key)
        if result is not None:
            yield index, result


def _read(path: Path, index: int, points: int, key: str) -> BlockResult | None:
    """A block, or None for a file that is missing, damaged, of another request, or another block."""
    import xarray

    file = _file(path, index)
    if not file.exists():
        return None
    try:
        dataset = xarray.load_dataset(file, engine="h5netcdf")
        columns = dict(zip(dataset["variable"].values.tolist(), dataset[COLUMNS].values, strict=True))
        messages: dict[str, dict[int, str]] = {kind: {} for kind in MESSAGES}
        for kind in MESSAGES:
            if kind in dataset:
                at = dataset[f"{kind}_at"].values.tolist()
                messages[kind] = dict(zip(at, dataset[kind].values.tolist(), strict=True))
    except (OSError, ValueError, KeyError, RuntimeError):
        return None
    result = BlockResult(columns, messages)
    whole = dataset.sizes.get("point") == points and dataset.attrs.get("checksum") == _checksum(index, result)
    return result if whole and dataset.attrs.get("request") == key else None


def _key(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _checksum(index: int, result: BlockResult) -> str:
    numbers = b"".join(name.encode() + column.tobytes() for name, column in result.columns.items())
    return hashlib.sha256(str(index).encode() + numbers + json.dumps(result.messages).encode()).hexdigest()


def _file(path: Path, index: int) -> Path:
    return path / BLOCKS / f"{index:05d}.nc"


def _is_other(path: Path) -> bool:
    """Whether a path is a file, or a folder with anything but what a run leaves when killed before its first block."""
    return not path.is_dir() or any(map(_foreign, _files(path)))


def _files(path: Path) -> list[Path]:
    """What is in the folder, and in its folder of blocks."""
    top = list(path.iterdir())
    return top + [file for folder in top if folder.name == BLOCKS and folder.is_dir() for file in folder.iterdir()]


def _foreign(entry: Path) -> bool:
    """Whether a file is none that a run leaves when it is killed before its first block."""
    return entry.name != BLOCKS and entry.suffix != ".part"


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
