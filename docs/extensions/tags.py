"""Tags of equations as links: from an equation to the lines of code that cite it, and from there back.

A note's equation [se.4] becomes the anchor `se.4` of its page; every citation in running text links to it.  The
directive `tag-index` lists the lines that cite each tag, on pages of the source on which the tags are links too.
"""

import html
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).parents[2]
INDEX = "reference/tags"
TAG = r"[a-z]+\.\d+"
LIST = rf"{TAG}(?:(?:, |-){TAG})*"
BRACKETED = re.compile(rf"\[({LIST})\]")
UNLINKED = (nodes.literal, nodes.literal_block, nodes.math, nodes.math_block, nodes.reference)
NUMBER = rf"\\tag\{{({LIST})\}}"  # in displays


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("tag-index", TagIndex)
    app.connect("builder-inited", include_notes)
    app.connect("doctree-read", anchor_tags)
    app.connect("doctree-resolved", link_citations)
    app.connect("html-collect-pages", source_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def include_notes(app: Sphinx) -> None:
    """Give each note a page, which includes it."""
    for path in (ROOT / "theory_notes").glob("*.md"):
        page = Path(app.srcdir, "notes", path.name)
        text = f"```{{include}} ../../theory_notes/{path.name}\n:relative-docs: .\n```\n"
        if path.stem not in ("README", "known_limits") and not page.exists():
            page.write_text(text, encoding="utf-8")


def spelt_out(tags: str) -> Iterator[str]:
    """The tags of a list: "se.3-se.5, q.1" is se.3, se.4, se.5, q.1."""
    for entry in tags.split(", "):
        first, _, last = entry.partition("-")
        family, low = first.split(".")
        yield from (f"{family}.{k}" for k in range(int(low), int((last or first).split(".")[1]) + 1))


def notes() -> dict[str, str]:
    """The page of each tag that a note defines: the number of a display, bold, or in a heading."""
    pages = {}
    for path in sorted((ROOT / "theory_notes").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        found = re.findall(NUMBER, text)
        for marked in (*re.findall(r"\*\*(.+?)\*\*", text, re.DOTALL), *re.findall(r"^#.*$", text, re.MULTILINE)):
            found += BRACKETED.findall(marked)
        pages |= {tag: f"notes/{path.stem}" for tags in found for tag in spelt_out(tags)}
    return pages


def sources() -> list[Path]:
    """What has a page of its own."""
    folders = (ROOT / "rmt_asymptotics", ROOT / "theory_notes/checks")
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def page_of(path: Path) -> str:
    return f"source/{path.relative_to(ROOT).with_suffix('')}"


def citations() -> dict[str, list[tuple[Path, int, str]]]:
    """File, number and text of the lines that cite a tag."""
    family = "|".join(sorted({tag.split(".")[0] for tag in NOTES}))
    cited = re.compile(rf"(?<![\w.])((?:{family})\.\d+(?:-(?:{family})\.\d+)?)(?![\w.]|\()")
    lines: dict[str, list[tuple[Path, int, str]]] = defaultdict(list)
    for path in sources():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for tag in dict.fromkeys(tag for tags in cited.findall(line) for tag in spelt_out(tags)):
                lines[tag].append((path, number, line.strip()))
    return lines


NOTES = notes()


def relative(docname: str, target: str) -> str:
    return os.path.relpath(target, Path(docname).parent) + ".html"


def anchor_tags(app: Sphinx, doctree: nodes.document) -> None:
    """Give the equations of a note their anchors, and under displays links to the code."""
    docname = app.env.docname
    for display in doctree.findall(nodes.math_block):
        display["no-wrap"] = display.astext().startswith(r"\begin{align")
    missing = {tag for tag, page in NOTES.items() if page == docname}
    for defines in (in_display, in_mark):
        for node in list(doctree.findall(lambda node: isinstance(node, nodes.Element))):
            found = [tag for tag in defines(node) if tag in missing]
            if not found or not isinstance(node.parent, nodes.Element):
                continue
            missing -= set(found)
            (node if defines is in_display else node.parent)["ids"] += found
            if defines is in_display:
                links = [nodes.reference("", tag, refuri=f"{relative(docname, INDEX)}#{tag}") for tag in found]
                node.parent.insert(node.parent.index(node) + 1, nodes.paragraph("", "", *links, classes=["tag-links"]))


def in_display(node: nodes.Element) -> list[str]:
    found = re.findall(NUMBER, node.astext()) if isinstance(node, nodes.math_block) else []
    return [tag for tags in found for tag in spelt_out(tags)]


def in_mark(node: nodes.Element) -> list[str]:
    found = BRACKETED.findall(node.astext()) if isinstance(node, nodes.title | nodes.strong) else []
    return [tag for tags in found for tag in spelt_out(tags)]


def link_citations(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Make links of tags and of the names of notes; what a note defines in bold or a heading leads to the code."""
    for code in list(doctree.findall(nodes.literal)):
        page = f"notes/{code.astext().removesuffix('.md')}"
        if code.astext().endswith(".md") and page in app.env.found_docs:
            code.replace_self(nodes.reference("", "", code.deepcopy(), refuri=relative(docname, page), internal=True))

    def target(tag: str, where: nodes.Node) -> str | None:
        if tag not in NOTES:
            return None
        defined = isinstance(where, nodes.strong | nodes.title) and NOTES[tag] == docname
        return f"{relative(docname, INDEX if defined else NOTES[tag])}#{tag}"

    link_words(doctree, rf"(?<![\w.]){TAG}", target)


def link_words(doctree: nodes.document, pattern: str, target: Callable[[str, nodes.Node], str | None]) -> None:
    """Make links of the words of running text that a pattern finds and that have a target."""
    for text in list(doctree.findall(nodes.Text)):
        if text.parent is None or isinstance(text.parent, UNLINKED):
            continue
        parts: list[nodes.Node] = []
        for part in re.split(f"({pattern})", text):
            uri = target(part, text.parent) if part else None
            parts.append(nodes.reference("", part, refuri=uri, internal=True) if uri else nodes.Text(part))
        if len(parts) > 1:
            text.parent.replace(text, parts)


class TagIndex(SphinxDirective):
    """For each tag, its note and the lines of code that cite it."""

    def run(self) -> list[nodes.Node]:
        self.env.note_reread()  # the code moves
        found = citations()
        by_note: dict[str, list[str]] = defaultdict(list)
        for tag, page in NOTES.items():
            by_note[page].append(tag)
        return [self._section(page, tags, found) for page, tags in by_note.items()]

    def _section(self, page: str, tags: list[str], found: dict[str, Any]) -> nodes.Node:
        section = nodes.section("", nodes.title("", Path(page).name.replace("_", " ")), ids=[Path(page).name])
        for tag in tags:
            back = nodes.reference("", tag, refuri=f"{relative(INDEX, page)}#{tag}", internal=True)
            section += nodes.paragraph("", "", nodes.strong("", "", back), ids=[tag])
            section += nodes.bullet_list("", *(self._line(*place) for place in found[tag]), classes=["tag-lines"])
        return section

    def _line(self, path: Path, number: int, line: str) -> nodes.Node:
        name = f"{path.relative_to(ROOT)}:{number}"
        link = nodes.reference("", name, refuri=f"{relative(INDEX, page_of(path))}#L-{number}", internal=True)
        return nodes.list_item("", nodes.paragraph("", "", link, nodes.Text(" "), nodes.literal("", line)))


def source_pages(app: Sphinx) -> Iterator[tuple[str, dict[str, str], str]]:
    """The source, a page a file, with an anchor a line."""
    formatter = HtmlFormatter(lineanchors="L", anchorlinenos=True, linenos="inline")
    for path in sources():
        page = page_of(path)

        def link(match: re.Match[str], page: str = page) -> str:
            tag = match[0]
            return f'<a href="{relative(page, NOTES[tag])}#{tag}">{tag}</a>' if tag in NOTES else tag

        body = highlight(path.read_text(encoding="utf-8"), PythonLexer(stripnl=False), formatter)
        title = html.escape(str(path.relative_to(ROOT)))
        yield page, {"title": title, "body": f"<h1>{title}</h1>{re.sub(TAG, link, body)}"}, "page.html"
