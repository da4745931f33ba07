"""Equations are cited by tags such as [se.4]: each is defined in the notes, and what is cited exists.

The notes say which tags there are.  A tag is defined, once, where it is the number of an equation, \\tag{se.4}, or
stands in bold type or in a heading; it is cited in brackets, alone or in a list or range, and without brackets where
its family is one of theirs.
"""

import io
import re
import tokenize
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOTES = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "theory_notes").glob("*.md"))}
SOURCES = sorted(
    path
    for folder in ("rmt_asymptotics", "tests", "validation", "theory_notes/checks")
    for path in (ROOT / folder).rglob("*.py")
    if path != Path(__file__)
)
TAG = r"[a-z]+\.\d+"
BRACKETED = re.compile(rf"\[({TAG}(?:(?:, |-){TAG})*)\]")


def spelt_out(text):
    """The tags of a list: "se.3-se.5, q.1" is se.3, se.4, se.5, q.1."""
    for entry in text.split(", "):
        first, _, last = entry.partition("-")
        family, low = first.split(".")
        high = last.split(".")[1] if last else low
        yield from (f"{family}.{k}" for k in range(int(low), int(high) + 1))


def defined(notes):
    """The tags that a text defines, in the order of the kinds of places."""
    numbers = re.findall(rf"\\tag\{{({TAG}(?:, {TAG})*)\}}", notes)
    bold = [tags for text in re.findall(r"\*\*(.+?)\*\*", notes, re.DOTALL) for tags in BRACKETED.findall(text)]
    heads = [tags for line in re.findall(r"^#.*$", notes, re.MULTILINE) for tags in BRACKETED.findall(line)]
    return [tag for tags in (*numbers, *bold, *heads) for tag in spelt_out(tags)]


DEFINITIONS = [tag for name, text in NOTES.items() if name != "README.md" for tag in defined(text)]
DEFINED = set(DEFINITIONS)
FAMILIES = {tag.split(".")[0] for tag in DEFINED}
BARE = re.compile(rf"(?<![\w.])((?:{'|'.join(sorted(FAMILIES))})\.\d+)(?![\w.]|\()")


def cited(text):
    """The tags that a text cites."""
    return {tag for tags in BRACKETED.findall(text) for tag in spelt_out(tags)} | set(BARE.findall(text))


def prose(source):
    """Comments and docstrings: the strings that are statements, and what follows #."""
    before = tokenize.NEWLINE
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT or (
            token.type == tokenize.STRING and before in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
        ):
            yield token.string
        if token.type not in (tokenize.COMMENT, tokenize.NL):
            before = token.type


def missing(source):
    """The tags that a source file cites and no note defines."""
    return cited("\n".join(prose(source))) - DEFINED


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_tags_cited_in_code_are_defined_in_the_notes(path):
    assert missing(path.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize("name", NOTES)
def test_tags_cited_in_the_notes_are_defined_there(name):
    assert cited(NOTES[name]) <= DEFINED


def test_each_tag_is_defined_once():
    assert [tag for tag, times in Counter(DEFINITIONS).items() if times > 1] == []


def test_every_family_of_the_notes_is_seen():
    """The count of distinct tags in brackets, by a plain search, is that of the definitions."""
    everything = {tag for text in NOTES.values() for tag in cited(text)}
    assert everything == DEFINED and len(everything) > 80


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("t = 1  # [se.4]", set()),
        ("t = 1  # [se.44]", {"se.44"}),
        ("t = 1  # [nowhere.1]", {"nowhere.1"}),
        ('def f():\n    """Equations se.1-se.5 and grad.77 of the notes."""', {"grad.77"}),
        ('"""By [net.1-net.9]."""', {"net.5", "net.6", "net.7", "net.8", "net.9"}),
        ('"""By [q.1, q.2, tp.99]."""', {"tp.99"}),
        ("x = '[se.44]'  # a string is no citation", set()),
        ("t = 1 + (2 +  # [se.44]\n3)", {"se.44"}),
    ],
)
def test_citations_of_what_does_not_exist_are_found(source, found):
    assert missing(source + "\n") == found
