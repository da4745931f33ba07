"""What the built pages must show: `make docs` runs these tests on docs/build/html."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import bibliography
import pytest
import tags
from sphinx.util.inventory import InventoryFile

import rmt_asymptotics as rmt
from rmt_asymptotics import plotting

ROOT = Path(__file__).parents[1]
SITE = ROOT / "docs/build/html"
PAGES = sorted(path for path in SITE.rglob("*.html") if "_static" not in path.parts)
LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href", "object": "data"}
OUTSIDE = re.compile(r"^(?:\w+:)?//")
PACKAGES = ("rmt_asymptotics", "rmt_asymptotics.plotting")
FETCHES = re.compile(r"url\(\s*['\"]?(?:https?:)?//|@import\s+['\"]?(?:url\()?['\"]?(?:https?:)?//")


class Page(HTMLParser):
    """What a page loads, where it leads to, and its anchors."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.anchors |= {found[name] for name in ("id", "name") if name in found}
        if tag in LOADED and LOADED[tag] in found:
            self.loads.append(found[LOADED[tag]])
        if "srcset" in found:
            self.loads += [entry.split()[0] for entry in found["srcset"].split(",")]
        if tag == "a" and "href" in found:
            self.links.append(found["href"])


@pytest.fixture(scope="module")
def pages() -> dict[Path, Page]:
    assert len(PAGES) > 100
    return {path: Page(path) for path in PAGES}


def test_nothing_is_loaded_from_outside(pages):
    assert [(path, url) for path, page in pages.items() for url in page.loads if OUTSIDE.match(url)] == []
    sheets = [path for path in SITE.rglob("*.css") if FETCHES.search(path.read_text(encoding="utf-8"))]
    assert sheets == []
    equations = pages[SITE / "notes/canonical_problem.html"].loads
    assert any("_static/tex-svg.js" in url for url in equations) and (SITE / "_static/tex-svg.js").exists()


@pytest.mark.parametrize(
    "outside",
    ['<script src="https://cdn.org/x.js">', '<link href="//cdn.org/x.css">', '<img srcset="http://a.org/b.png 2x">'],
)
def test_outside_requests_would_be_found(outside, tmp_path):
    (tmp_path / "page.html").write_text(outside)
    assert [url for url in Page(tmp_path / "page.html").loads if OUTSIDE.match(url)]


def test_local_files_and_anchors_exist(pages):
    lost = []
    for path, page in pages.items():
        for url in (*page.loads, *page.links):
            if re.match(r"^(?:\w+:|//)", url):
                continue
            target, anchor = urldefrag(url.split("?")[0] if "#" not in url else url)
            there = (path.parent / unquote(target)).resolve() if target else path
            known = pages.get(there)
            if not there.exists() or (anchor and known and unquote(anchor) not in known.anchors):
                lost.append((str(path.relative_to(SITE)), url))
    assert lost == []


def test_every_public_name_has_its_place_in_the_reference():
    inventory = InventoryFile.loads((SITE / "objects.inv").read_bytes(), uri="")
    there = {name for kind, names in inventory.data.items() if kind.startswith("py:") for name in names}
    assert {name for name in rmt.__all__ if not {f"{package}.{name}" for package in PACKAGES} & there} == set()
    drawing = {f"rmt_asymptotics.plotting.{name}" for name in plotting.__all__ if callable(getattr(plotting, name))}
    assert drawing - there == set()


def test_every_note_has_a_page():
    notes = {path.stem for path in (ROOT / "theory_notes").glob("*.md")} - {"README", "known_limits"}
    assert notes == {path.stem for path in (SITE / "notes").glob("*.html")} - {"index"}


def test_tags_lead_from_the_note_to_the_code_and_back(pages):
    note = pages[SITE / "notes/canonical_problem.html"]
    index = pages[SITE / "reference/tags.html"]
    source = pages[SITE / "source/rmt_asymptotics/equations/bulk.html"]
    assert "../reference/tags.html#se.4" in note.links and "se.4" in index.anchors
    assert "../notes/canonical_problem.html#se.4" in index.links and "se.4" in note.anchors
    assert any(url.startswith("../source/rmt_asymptotics/equations/bulk.html#L-") for url in index.links)
    assert "../../../notes/canonical_problem.html#se.4" in source.links


def test_every_tag_of_a_note_leads_to_the_code(pages):
    """Each is an anchor of its note, which links to its place in the index of the code, and is linked from there."""
    index, lost = pages[SITE / "reference/tags.html"], []
    for tag, page in tags.NOTES.items():
        note = pages[SITE / f"{page}.html"]
        to_code, back = f"../reference/tags.html#{tag}", f"../{page}.html#{tag}"
        lost += [tag] * (tag not in note.anchors or to_code not in note.links or back not in index.links)
    assert len(tags.NOTES) > 80 and lost == []


def test_every_key_leads_to_the_bibliography(pages):
    cited = set()
    for path in (ROOT / "theory_notes").glob("*.md"):
        page = pages.get(SITE / f"notes/{path.stem}.html")
        keys = set(re.findall(rf"\b({'|'.join(bibliography.ENTRIES)})\b", path.read_text(encoding="utf-8")))
        if page:
            assert {key for key in keys if f"../reference/bibliography.html#{key}" not in page.links} == set(), path
            cited |= keys
    assert cited <= pages[SITE / "reference/bibliography.html"].anchors and len(cited) > 10


def test_tables_are_tables():
    """None is left as text between bars, with dashes under its head."""
    left = re.compile(r"<p>\s*\|.*\|\s*\|:?(?:---|\N{EM DASH})")
    assert left.search("<p>| status | what to try |\n|\N{EM DASH}|\N{EM DASH}|\n| a | b |</p>")
    assert [path for path in PAGES if left.search(path.read_text(encoding="utf-8"))] == []


def test_every_example_of_the_gallery_has_its_picture(pages):
    examples = {path.stem for path in (ROOT / "docs/examples").glob("plot_*.py")}
    for name in examples:
        loads = pages[SITE / f"gallery/{name}.html"].loads
        assert any(f"_images/sphx_glr_{name}_001" in url for url in loads), name
    assert len(examples) >= 10
