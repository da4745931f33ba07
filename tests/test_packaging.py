"""Packaging: the files that name the version and the dependencies agree."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

from rattler_build import Stage0Recipe, VariantConfig

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA = {"matplotlib": "matplotlib-base"}  # names that differ


def bounds(lines):
    return dict(re.split(r"\s*>=", line) for line in lines)


def test_one_version_everywhere():
    assert f"\nversion: {PROJECT['version']}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


def test_the_recipe_needs_what_the_package_needs():
    """As the builder itself reads the recipe."""
    (variant,) = Stage0Recipe.from_file(ROOT / "packaging/conda/recipe.yaml").render(VariantConfig())
    recipe = variant.recipe.to_dict()
    needed = bounds([*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["plots"]])
    python = PROJECT["requires-python"].removeprefix(">=")
    run = {CONDA.get(name, name): bound for name, bound in needed.items()} | {"python": python}
    assert bounds(recipe["requirements"]["run"]) == run
    assert recipe["package"] == {"name": PROJECT["name"], "version": PROJECT["version"]}
    (command,) = PROJECT["scripts"].items()
    assert recipe["build"]["python"]["entry_points"] == [" = ".join(command)]
    assert (recipe["about"]["license"], recipe["about"]["summary"]) == (PROJECT["license"], PROJECT["description"])


def test_the_wheel_holds_all_files_of_the_package(tmp_path):
    """Data too: py.typed, references, the page of the explorer."""
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "rmt_asymptotics", tmp_path / "rmt_asymptotics", ignore=ignored)
    build = "from setuptools.build_meta import build_wheel; build_wheel('.')"
    subprocess.run([sys.executable, "-c", build], cwd=tmp_path, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    held = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    files = (path for path in (tmp_path / "rmt_asymptotics").rglob("*") if path.is_file())
    assert held == {str(path.relative_to(tmp_path)) for path in files} >= {"rmt_asymptotics/py.typed"}
