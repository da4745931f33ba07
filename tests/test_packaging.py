"""Packaging: the files that name the version and the dependencies agree."""

import re
import tomllib
from pathlib import Path

from rmt_asymptotics.citations import _entries

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA = {"matplotlib": "matplotlib-base"}  # names that differ


def bounds(lines):
    return {re.split(r"\s*>=", line)[0]: line.split(">=")[1] for line in lines if ">=" in line}


def test_one_version_everywhere():
    version = PROJECT["version"]
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f'version: "{version}"' in (ROOT / "packaging/conda/recipe.yaml").read_text(encoding="utf-8")


def test_the_recipe_needs_what_the_package_needs():
    text = (ROOT / "packaging/conda/recipe.yaml").read_text(encoding="utf-8")
    run = re.search(r"\n  run:\n((?:    - .*\n)+)", text)[1]
    recipe = bounds(line.strip().removeprefix("- ") for line in run.splitlines())
    needed = bounds([*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["plots"]])
    assert recipe == {CONDA.get(name, name): bound for name, bound in needed.items()} | {"python": "3.11"}


def test_the_package_carries_what_it_reads():
    assert len(_entries()) > 10
    assert (ROOT / "rmt_asymptotics/py.typed").exists()
