"""The README runs: its Python with the numbers that it gives, its commands as far as they are read."""

import ast
import re
import shlex
from pathlib import Path

import click
import pytest

from rmt_asymptotics.cli import commands

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
COMMANDS = re.findall(r"^rmt-asymptotics (?!--help)(.*)$", README, re.MULTILINE)
GIVEN = re.compile(r"# (\d\.\d+)")  # after an expression: its value, rounded


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


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_are_read(line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / "measurements.csv").touch()
    name, *arguments = shlex.split(line)
    command = commands.get_command(click.Context(commands), name)
    assert command is not None
    if isinstance(command, click.Group):
        name, arguments = arguments[0], arguments[1:]
        command = command.get_command(click.Context(command), name)
    assert command.make_context(name, arguments).params


def test_links_lead_to_files():
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links and [link for link in links if not (ROOT / link).exists()] == []


def test_it_is_a_screen_and_a_half():
    assert README.count("\n") <= 110
