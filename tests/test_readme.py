"""The README runs: its Python with the numbers that it gives, its commands and those of the pages, if not there."""

import ast
import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from rmt_asymptotics.cli import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
SOURCES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs/guide").glob("*.md"))]
FENCED = re.compile(r"^```([^\n]*)\n(.*?)^```", re.DOTALL | re.MULTILINE)  # what follows the fence, and the lines
SHELL = [block for path in SOURCES for kind, block in FENCED.findall(path.read_text(encoding="utf-8")) if not kind]
LINES = list(dict.fromkeys(line.split("   #")[0].rstrip() for block in SHELL for line in block.splitlines()))
NOT_RUN = {
    "make demo": "makes the environment first; its command is one of `compare`",
    "make test": "runs this",
    "pip install": "changes the environment; CI installs the package with its extras before it runs this",
    "uv pip install": "likewise",
    "rmt-asymptotics explore": "serves until it is stopped; tests/test_explorer_browser.py opens what it serves",
}
CHEAPER = {
    "compare": ["--dimension", "20,30", "--replicas", "2"],
    "data": ["--replicas", "2"],
    "reproduce": ["--dimension", "20", "--replicas", "2"],
}
GIVEN = re.compile(r"# (\d\.\d+)")  # after an expression: its value, rounded


def reason_not_to_run(line):
    """Why a line of the shell is not run here, or None."""
    return next((why for start, why in NOT_RUN.items() if line.startswith(start)), None)


def test_python_runs_and_gives_its_numbers(capsys):
    checked = 0
    names: dict[str, object] = {}
    for block in BLOCKS:
        lines = block.splitlines()
        for statement in ast.parse(block).body:
            given = GIVEN.search(lines[statement.end_lineno - 1])
            if isinstance(statement, ast.Expr) and given:
                value = eval(compile(ast.Expression(statement.value), "README.md", "eval"), names)
                assert f"{value:.{len(given[1].partition('.')[2])}f}" == given[1]
                checked += 1
            else:
                exec(compile(ast.Module([statement], []), "README.md", "exec"), names)
    assert checked == 2 and "simulation" in capsys.readouterr().out


@pytest.mark.parametrize("line", [line for line in LINES if reason_not_to_run(line) is None])
def test_commands_run(line, tmp_path, monkeypatch, capsys):
    """With settings that take seconds; the last value of an option counts."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    rows = np.random.default_rng(3).normal(size=(900, 4))
    table = np.column_stack([rows, rows @ [1.0, 0.5, -0.3, 0.2]])
    np.savetxt("measurements.csv", table, delimiter=",", header="a,b,c,d,price", comments="")
    program, *arguments = shlex.split(line)
    assert program == "rmt-asymptotics"
    assert main([*arguments, *CHEAPER.get(arguments[0], [])]) == 0, capsys.readouterr().err
    for name in (arguments[arguments.index(option) + 1] for option in ("--output", "--plot") if option in arguments):
        assert (tmp_path / name).stat().st_size > 0


def test_every_shell_line_is_run_or_has_a_reason():
    assert len(LINES) >= 9 and {line for line in LINES if not line.startswith(("rmt-asymptotics ", *NOT_RUN))} == set()
    unused = [start for start in NOT_RUN if not any(line.startswith(start) for line in LINES)]
    assert unused == []


def test_links_lead_to_files():
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links and [link for link in links if not (ROOT / link).exists()] == []


def test_it_is_a_screen_and_a_half():
    assert README.count("\n") <= 110
