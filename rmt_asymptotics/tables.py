"""Results that show themselves: one small table, as aligned text for terminals and as HTML for notebooks."""

import dataclasses
import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from html import escape
from textwrap import fill
from typing import Any

WIDTH = 100  # columns of a title or a note in text
GAP = "  "
BLANK = "\N{NO-BREAK SPACE}"
LISTED = 4  # numbers of a profile
NUMBER = re.compile(r"[-+]?\d|[-+]?inf|-?$")  # how cells of numbers begin


@dataclass(frozen=True)
class Table:
    """Rows under heads, one of each a column; `cell` says how values are written.

    title: above.  notes: below, one sentence each.

    >>> print(Table(("field", "value"), [("ridge", 0.31234567), ("rate", None)], notes=("inside the bounds",)))
    field     value
    ridge  0.312346
    rate          -
    inside the bounds
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[Any]]
    title: str = ""
    notes: Sequence[str] = ()

    @property
    def cells(self) -> list[list[str]]:
        """The rows as they are written."""
        return [[cell(value) for value in row] for row in self.rows]

    @property
    def sides(self) -> list[str]:
        """Where the text of each column stands: numbers on the right, words on the left."""
        columns = zip(*self.cells, strict=True) if self.rows else [()] * len(self.heads)
        return ["right" if column and all(map(NUMBER.match, column)) else "left" for column in columns]

    def __str__(self) -> str:
        lines = [list(self.heads), *self.cells]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        columns = list(zip(widths, self.sides, strict=True))
        texts = (
            GAP.join(t.rjust(w) if side == "right" else t.ljust(w) for t, (w, side) in zip(line, columns, strict=True))
            for line in lines
        )
        notes = (fill(note, WIDTH) for note in self.notes)
        return "\n".join([*filter(None, [self.title]), *map(str.rstrip, texts), *notes])

    def _repr_html_(self) -> str:
        def row(kind: str, texts: Sequence[str]) -> str:
            pairs = zip(self.sides, texts, strict=True)
            cells = (f'<{kind} style="text-align: {side}">{escape(text)}</{kind}>' for side, text in pairs)
            return f"<tr>{''.join(cells)}</tr>"

        title = f"<div>{escape(self.title)}</div>" if self.title else ""  # a caption would widen the table
        body = "".join(row("td", texts) for texts in self.cells)
        notes = "".join(f"<div>{escape(note)}</div>" for note in self.notes)
        return f"{title}<table><thead>{row('th', self.heads)}</thead><tbody>{body}</tbody></table>{notes}"


class Shown(ABC):
    """A result that is a table: in a terminal by `print`, in a notebook by itself."""

    @abstractmethod
    def _table(self) -> Table:
        """What is shown."""

    def table(self) -> str:
        """The result as a text table."""
        return str(self._table())

    def __str__(self) -> str:
        return self.table()

    def _repr_html_(self) -> str:
        return self._table()._repr_html_()


def cell(value: Any) -> str:
    """A value in few characters: six digits of numbers, - for None and nan, names of enums.

    >>> cell(0.1 + 0.2), cell(400), cell(None), cell(True), cell("tanh"), cell((1.5, 2.0)), cell(((1.0, 0.5),))
    ('0.3', '400', '-', 'yes', 'tanh', '1.5 to 2', '1,0.5')
    """
    if value is None or value != value:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Enum):
        return value.name.lower().replace("_", " ")
    if isinstance(value, tuple):
        if all(isinstance(row, tuple) for row in value):
            return ";".join(",".join(map(cell, row)) for row in value)
        return (" to " if all(isinstance(entry, float) for entry in value) else ", ").join(map(cell, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def error_note(error_estimate: float) -> str:
    """How exact what stands above is.

    >>> error_note(3.2e-11)
    'relative error 3.2e-11'
    """
    return f"relative error {error_estimate:.1e}"


def titled(record: Any, omitted: Collection[str] = ()) -> str:
    """A model, or the parameters of a theory, in words: its fields that are not at their defaults, nor `omitted`.

    >>> import rmt_asymptotics as rmt
    >>> print(titled(rmt.RandomFeatures(activation=rmt.tanh, target=rmt.sin, sample_complexity=2.0, width_ratio=1.5,
    ...                                 ridge=0.1)))
    RandomFeatures: activation tanh, target sin, sample_complexity 2, width_ratio 1.5, ridge 0.1
    """
    given = {f.name: getattr(record, f.name) for f in dataclasses.fields(record) if f.name not in omitted}
    defaults = {f.name: f.default for f in dataclasses.fields(record)}
    entries = (f"{name} {_in_words(v)}" for name, v in given.items() if v != defaults[name])
    text = f"{type(record).__name__}: {', '.join(entry.replace(' ', BLANK) for entry in entries)}"
    return fill(text, WIDTH, subsequent_indent="  ", break_long_words=False).replace(BLANK, " ")


def _in_words(value: Any) -> str:
    if isinstance(value, tuple) and len(value) > LISTED:
        return f"of {len(value)} numbers"
    return repr(value) if isinstance(value, Shown) else str(getattr(value, "name", cell(value)))
