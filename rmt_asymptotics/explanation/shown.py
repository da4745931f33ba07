"""Equations under titles, in three forms: aligned text, LaTeX and HTML."""

from dataclasses import dataclass
from html import escape

WIDTH = 46  # of the words before an equation, in text


@dataclass(frozen=True)
class Line:
    """An equation: what it is in words, the equation as text and in LaTeX, and its tag in the notes."""

    words: str
    text: str
    latex: str
    tag: str = ""


@dataclass(frozen=True)
class Explanation:
    """Lines under titles.  `text`, `latex` and `html` are the same in three forms; a notebook shows the last."""

    title: str
    sections: tuple[tuple[str, tuple[Line, ...]], ...]

    @property
    def text(self) -> str:
        """Aligned, for a terminal."""
        parts = [self.title]
        for title, lines in self.sections:
            rows = (f"  {line.words:<{WIDTH}} {line.text}" + f"   [{line.tag}]" * bool(line.tag) for line in lines)
            parts.append("\n".join([title, *map(str.rstrip, rows)]))
        return "\n\n".join(parts)

    @property
    def latex(self) -> str:
        """Paragraphs with `align*` environments of amsmath, for a document of one's own."""
        parts = [in_latex(self.title)]
        for title, lines in self.sections:
            rows = (
                rf"  & {line.latex} && \text{{{in_latex(line.words)}}}" + rf"\tag{{{line.tag}}}" * bool(line.tag)
                for line in lines
            )
            body = " \\\\\n".join(rows)
            parts.append(f"\\paragraph{{{in_latex(title)}}}\n\\begin{{align*}}\n{body}\n\\end{{align*}}")
        return "\n\n".join(parts) + "\n"

    @property
    def html(self) -> str:
        """Tables with the equations as text; nothing is fetched to show them."""
        parts = [f"<p>{escape(self.title)}</p>"]
        for title, lines in self.sections:
            rows = "".join(
                f"<tr><td>{escape(line.words)}</td><td><code>{escape(line.text)}</code></td><td>{line.tag}</td></tr>"
                for line in lines
            )
            parts.append(f"<h4>{escape(title)}</h4>\n<table>{rows}</table>")
        return "\n".join(parts)

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


def in_latex(words: str) -> str:
    """Words in LaTeX, without its special characters."""
    for special in "_#%&$":
        words = words.replace(special, f"\\{special}")
    return words.replace("^", r"\^{}").replace("|", r"\textbar{}").replace("~", r"\textasciitilde{}")
