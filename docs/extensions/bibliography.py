"""Keys such as cui24 as links to the bibliography, which the directive of that name makes of references.bib."""

import re
import unicodedata
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from tags import ROOT, link_words, relative

PAGE = "reference/bibliography"
VALUE = r"(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*"
ENTRY = re.compile(r"@\w+\{(\w+),(.*?)\n\}", re.DOTALL)
FIELD = re.compile(rf"(\w+) = \{{({VALUE})\}}")
ACCENTS = {"'": "\N{COMBINING ACUTE ACCENT}", '"': "\N{COMBINING DIAERESIS}", "`": "\N{COMBINING GRAVE ACCENT}"}
BIB = (ROOT / "rmt_asymptotics/references.bib").read_text(encoding="utf-8")
ENTRIES = {key: dict(FIELD.findall(fields)) for key, fields in ENTRY.findall(BIB)}


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("bibliography", Bibliography)
    app.connect("doctree-resolved", link_keys)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def link_keys(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Make links of the keys, wherever text has them."""
    if docname != PAGE:
        keys = "|".join(ENTRIES)
        link_words(doctree, rf"\b(?:{keys})\b", lambda key, _: f"{relative(docname, PAGE)}#{key}" * (key in ENTRIES))


class Bibliography(SphinxDirective):
    """For each key authors, title and where it appeared, and the notes that cite it."""

    def run(self) -> list[nodes.Node]:
        self.env.note_reread()
        notes = {p.stem: p.read_text(encoding="utf-8") for p in sorted((ROOT / "theory_notes").glob("*.md"))}
        return [self._entry(key, notes) for key in sorted(ENTRIES)]

    def _entry(self, key: str, notes: dict[str, str]) -> nodes.Node:
        fields = ENTRIES[key]
        paragraph = nodes.paragraph(
            "", "", nodes.strong("", key), nodes.Text(f" {names(fields['author'])}: "), ids=[key]
        )
        paragraph += nodes.emphasis("", "", *text(fields["title"]))
        paragraph += nodes.Text(f". {where(fields)}")
        if "eprint" in fields:
            uri = f"https://arxiv.org/abs/{fields['eprint']}"
            paragraph += [
                nodes.Text(" "),
                nodes.reference("", f"arXiv:{fields['eprint']}", refuri=uri),
                nodes.Text("."),
            ]
        citing = [name for name, note in notes.items() if re.search(rf"\b{key}\b", note) and name != "README"]
        for place, name in enumerate(citing):
            uri = relative(PAGE, f"notes/{name}")
            paragraph += nodes.Text(", " if place else " Notes: ")
            paragraph += nodes.reference("", name.replace("_", " "), refuri=uri, internal=True)
        return paragraph


def names(authors: str) -> str:
    """Initials and surnames."""
    people = [plain(author).split(", ") for author in authors.split(" and ")]
    short = [f"{''.join(f'{part[0]}. ' for part in first.split())}{last}" for last, first in people]
    return ", ".join(short[:-1]) + " and " * (len(short) > 1) + short[-1]


def where(fields: dict[str, str]) -> str:
    """Journal, volume and pages, or the proceedings, and the year."""
    parts = [fields.get("journal", ""), fields.get("volume", ""), fields.get("booktitle", "")]
    place = " ".join(plain(part) for part in parts if part)
    pages = f", {plain(fields['pages'])}" if "pages" in fields else ""
    return f"{place}{pages} ({fields['year']})." if place else f"({fields['year']})."


def text(value: str) -> list[nodes.Node]:
    """Text with formulas between dollars."""
    parts = enumerate(value.split("$"))
    return [nodes.math("", part) if place % 2 else nodes.Text(plain(part)) for place, part in parts if part]


def plain(value: str) -> str:
    """Without braces, accents as letters, dashes as they are printed."""
    value = re.sub(r"\{\\(['\"`])(\w)\}", lambda m: unicodedata.normalize("NFC", m[2] + ACCENTS[m[1]]), value)
    return re.sub(r"[{}]", "", value).replace("--", "\N{EN DASH}")
