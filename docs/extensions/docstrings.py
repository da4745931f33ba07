"""Docstrings as they are written in the package, in reStructuredText.

A docstring is a text whose fields stand as `name: what it is`, each at the start of a line.
"""

import inspect
import re
from typing import Any

from sphinx.application import Sphinx

CODE = re.compile(r"`([^`]+)`")
SPECIAL = re.compile(r"([\\*|_])")
NEW_PARAGRAPH = re.compile(r"\n(?=(?:Raises|Returns|Equations?) )")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("autodoc-process-docstring", process)
    return {"parallel_read_safe": True}


def process(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Replace the lines of a docstring by what Sphinx reads."""
    fields = names_of(obj)
    paragraphs = re.split(r"\n\s*\n", "\n".join(lines).strip("\n"))
    text = "\n\n".join(paragraph(text, fields) for text in paragraphs if text.strip())
    lines[:] = [*text.splitlines(), ""]


def names_of(obj: Any) -> set[str]:
    """The parameters of a function, the fields and properties of a class."""
    try:
        names = set(inspect.signature(obj).parameters)
    except (TypeError, ValueError):
        names = set()
    return names | (set(dir(obj)) if inspect.isclass(obj) else set())


def paragraph(text: str, fields: set[str]) -> str:
    """One paragraph: an example, a display, or prose with fields."""
    if text.lstrip().startswith(">>>"):
        return text
    if all(line.startswith("    ") for line in text.splitlines()):
        return "::\n\n" + text
    heads = [head for head in re.finditer(r"(?:^|\n)(\w+(?:, \w+)*): ", text) if known(head[1], fields)]
    if not heads:
        return prose(text)
    ends = [head.start() for head in heads[1:]] + [len(text)]
    items = [(head[1], *NEW_PARAGRAPH.split(text[head.end() : end])) for head, end in zip(heads, ends, strict=True)]
    parts = [prose(text[: heads[0].start()])] if text[: heads[0].start()].strip() else []
    for names, meaning, *others in items:
        meaning = re.sub(r"\n +", "\n", meaning)
        parts.append(f"``{names.replace(', ', '``, ``')}``\n    " + prose(meaning).replace("\n", "\n    "))
        parts.extend(prose(other) for other in others)
    return "\n\n".join(parts)


def known(names: str, fields: set[str]) -> bool:
    return all(name in fields for name in names.split(", "))


def prose(text: str) -> str:
    """Names in backticks are code; all other signs stand for themselves."""
    text = "\n".join(line.strip() for line in text.strip().splitlines())
    parts = CODE.split(text)
    return "".join(f"``{part}``" if k % 2 else SPECIAL.sub(r"\\\1", part) for k, part in enumerate(parts))
