"""The tables of fields and outputs in conventions.md: what the vocabulary says; letters of the papers are kept.

Run `python -m theory_notes.checks.conventions` after a change of the vocabulary, or `make format`.
"""

from pathlib import Path

from rmt_asymptotics.vocabulary.domains import Kind
from rmt_asymptotics.vocabulary.fields import FIELDS, Field
from rmt_asymptotics.vocabulary.quantities import QUANTITIES

NOTE = Path(__file__).parents[1] / "conventions.md"
PAPERS = 6  # columns of letters, after the generated ones
UNKNOWN = ["-"] * PAPERS


def rows() -> dict[str, list[str]]:
    """The generated columns by name: name, symbol, domain and meaning."""
    fields = {name: [field.symbol, _domain(field), field.meaning] for name, field in FIELDS.items()}
    outputs = {name: [quantity.symbol, "output", quantity.words] for name, quantity in QUANTITIES.items()}
    return {name: [f"`{name}`", *map(_cell, row)] for name, row in (fields | outputs).items()}


def _domain(field: Field) -> str:
    domain = field.domain.name if isinstance(field.domain, Kind) else str(field.domain)
    return domain + f", `None`: {field.none}" * bool(field.none)


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("*", r"\*") or "-"  # a star begins emphasis


def updated(note: str) -> str:
    """The note with the table of the vocabulary as it is now."""
    lines = note.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("| name |")) + 2
    end = next(i for i, line in enumerate(lines[start:], start) if not line.startswith("|"))
    cells = [[cell.strip() for cell in line.replace(r"\|", "\0").split("|")[1:-1]] for line in lines[start:end]]
    letters = {row[0].strip("`"): [cell.replace("\0", r"\|") for cell in row[-PAPERS:]] for row in cells}
    table = [f"| {' | '.join([*row, *letters.get(name, UNKNOWN)])} |" for name, row in rows().items()]
    return "\n".join([*lines[:start], *table, *lines[end:], ""])


if __name__ == "__main__":
    NOTE.write_text(updated(NOTE.read_text()))
