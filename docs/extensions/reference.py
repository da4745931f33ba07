"""The directive `public`: what the package exports from some of its modules, documented from its docstrings."""

import importlib
import inspect
import re
from pathlib import Path
from types import ModuleType
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import rmt_asymptotics as rmt

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs/reference"
PACKAGES = ("plotting", "dynamics")  # with public names of their own


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("public", Public)
    return {"parallel_read_safe": True}


class Public(SphinxDirective):
    """Arguments: modules below `rmt_asymptotics`, or one package with a table of public names of its own."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        self.env.note_reread()  # names come and go, and move
        lines = ["```{eval-rst}"]
        for part in self.arguments[0].split():
            package, names = exported(part)
            lines.append(f".. currentmodule:: {package.__name__}")
            for name in names:
                lines += [*entry(name, getattr(package, name)), ""]
        found = nodes.Element()
        self.state.nested_parse(StringList([*lines, "```"], source=self.env.docname), 0, found)
        return found.children


def exported(part: str) -> tuple[ModuleType, list[str]]:
    """The names of the package itself that come from a module; those of `plotting` and `dynamics`; the rest for *."""
    if part in PACKAGES:
        package = importlib.import_module(f"{rmt.__name__}.{part}")
        return package, [name for name in package.__all__ if callable(getattr(package, name))]
    if part == "*":
        pages = "".join(path.read_text(encoding="utf-8") for path in PAGES.glob("*.md"))
        elsewhere = [part for parts in re.findall(r"{public} (.*)", pages) for part in parts.split() if part != "*"]
        return rmt, [name for name in rmt.__all__ if not any(comes_from(name, part) for part in elsewhere)]
    return rmt, [name for name in rmt.__all__ if comes_from(name, part)]


def comes_from(name: str, part: str) -> bool:
    thing = getattr(rmt, name)
    home = thing.__module__ if inspect.isclass(thing) or inspect.isfunction(thing) else type(thing).__module__
    return f"{home}.".startswith(f"{rmt.__name__}.{part}.")


def entry(name: str, thing: Any) -> list[str]:
    """The lines that document a name: a class with what it says of its members, a function, a named activation."""
    if inspect.isclass(thing):
        exception = issubclass(thing, Exception)
        options = ["   :members:"] if exception else ["   :members:", "   :inherited-members:"]
        return [f".. auto{'exception' if exception else 'class'}:: {name}", *options]
    if inspect.isfunction(thing):
        return [f".. autofunction:: {name}"]
    return [f".. py:data:: {name}", "", f"   The :class:`~rmt_asymptotics.{type(thing).__name__}` ``{thing.name}``."]


def resolve(domain: str, info: dict[str, str]) -> str | None:
    """Where the source of a name stands, seen from the pages of the reference, which are all in one folder."""
    thing: Any = importlib.import_module(info["module"])
    for part in info["fullname"].split("."):
        thing = getattr(thing, part, None)
    thing = inspect.unwrap(thing.fget if isinstance(thing, property) else thing) if thing is not None else None
    try:
        file, line = inspect.getsourcefile(thing), inspect.getsourcelines(thing)[1]
    except (TypeError, OSError):
        return None
    path = Path(str(file))
    if not path.is_relative_to(ROOT / "rmt_asymptotics"):
        return None
    return f"../source/{path.relative_to(ROOT).with_suffix('')}.html#L-{line}"
