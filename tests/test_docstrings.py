"""Docstrings of the public surface: what is written `name: what it is` of a field or parameter begins a line."""

import inspect
import re
from collections.abc import Iterator

import pytest

import rmt_asymptotics as rmt

INSIDE_A_LINE = re.compile(r"[.)\]] +(\w+): ")


def _documented() -> Iterator[tuple[str, object]]:
    for name in rmt.__all__:
        value = getattr(rmt, name)
        yield name, value
        if inspect.isclass(value):
            yield from ((f"{name}.{member}", getattr(value, member)) for member in vars(value) if member[0] != "_")


def _fields(value: object) -> set[str]:
    try:
        return {*inspect.signature(value).parameters, *(dir(value) if inspect.isclass(value) else ())}  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return set()


@pytest.mark.parametrize(("name", "value"), list(_documented()))
def test_one_field_a_line(name: str, value: object) -> None:
    prose = (inspect.getdoc(value) or "").split(">>>")[0]
    assert [field for field in INSIDE_A_LINE.findall(prose) if field in _fields(value)] == []


def test_two_fields_in_a_line_are_seen() -> None:
    assert INSIDE_A_LINE.findall("rate: of learning.  time: of the flow.") == ["time"]
