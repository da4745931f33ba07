"""The import rule: layers import downwards, compiled code stays in its files, the package stays light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import rmt_asymptotics

PACKAGE = Path(rmt_asymptotics.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
NAMES = [str(path.relative_to(PACKAGE)) for path in FILES]
HEAVY = ("matplotlib", "sympy", "xarray", "pandas", "dask", "click", "tqdm", "mpmath")
THEORY = ("asymptotics", "state_evolution", "canonical", "spectra", "sweeps", "comparison", "cli", "plotting")
FORBIDDEN = {  # file or directory -> what it may not import, at any level
    "vocabulary": ("activations", "laws", "steps", "gaussian", "models", *THEORY, "montecarlo"),
    "errors.py": ("vocabulary", "activations", "laws", "gaussian", "models", *THEORY, "montecarlo"),
    "gaussian": ("activations", "laws", "models", "expressions", "serialisation", *THEORY, "montecarlo"),
    "laws.py": ("activations", "models", *THEORY, "montecarlo"),
    "activations.py": ("laws", "models", *THEORY, "montecarlo"),
    "models.py": (*THEORY, "montecarlo", "serialisation"),
    "canonical": ("asymptotics", "state_evolution", "sweeps", "spectra", "montecarlo", "comparison", "cli", "plotting"),
    "state_evolution": ("models", "activations", "laws", "asymptotics", "sweeps", "montecarlo", "comparison", "cli"),
    "asymptotics.py": ("sweeps", "montecarlo", "comparison", "cli", "plotting"),
    "sweeps": ("comparison", "cli", "plotting"),
    "optimisation": ("montecarlo", "sweeps", "comparison", "cli", "plotting"),
    "montecarlo": THEORY,
    "dynamics": ("models", "montecarlo", *THEORY),
}


def imports(tree):
    """Dotted names that a syntax tree imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def at_module_level(tree):
    """The tree without the bodies of functions and of `if TYPE_CHECKING`."""

    class Outside(ast.NodeTransformer):
        def visit_FunctionDef(self, node):
            return None

        def visit_If(self, node):
            return None if "TYPE_CHECKING" in ast.unparse(node.test) else self.generic_visit(node)

    return Outside().visit(tree)


def parsed(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def uses(names, package):
    return any(name == package or name.startswith(package + ".") for name in names)


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_numba_only_in_kernels(path):
    assert not uses(imports(parsed(path)), "numba") or path.name == "_kernels.py"


@pytest.mark.parametrize("path", [f for f in FILES if f.name == "_kernels.py"], ids=str)
def test_kernels_know_arrays_only(path):
    others = {name for name in imports(parsed(path)) if not uses([name], "rmt_asymptotics._kernels")}
    assert {name.split(".")[0] for name in others} <= {"numba", "numpy", "math"}


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_heavy_packages_are_imported_where_used(path):
    """matplotlib may stand at the top of plotting modules, click at the top of the command line."""
    if {"plotting.py", "plotting", "reproduce", "cli", "cli.py"} & {path.name, *path.relative_to(PACKAGE).parts}:
        return
    names = list(imports(at_module_level(parsed(path))))
    assert not [package for package in HEAVY if uses(names, package)]


@pytest.mark.parametrize("layer", FORBIDDEN)
def test_layers_import_downwards(layer):
    chosen = [f for f in FILES if layer in (f.name, *f.relative_to(PACKAGE).parts[:1]) or f == PACKAGE / layer]
    assert chosen
    for path in chosen:
        names = list(imports(parsed(path)))
        found = [upper for upper in FORBIDDEN[layer] if uses(names, f"rmt_asymptotics.{upper}")]
        assert not found, path


def test_importing_the_package_is_light():
    code = f"import sys, rmt_asymptotics; print([m for m in {HEAVY!r} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    assert out.stdout.strip() == "[]"


def test_the_package_works_where_compiled_code_cannot_be_kept():
    """A read-only installation without a home has no folder for the cache of Numba."""
    code = (
        "from numba.core import caching; caching.CacheImpl._locator_classes = [];"
        "import rmt_asymptotics as rmt; from rmt_asymptotics import dynamics;"
        "from rmt_asymptotics.montecarlo import compiled;"
        "settings = dict(sample_complexity=2, width_ratio=3, ridge=0.1);"
        "model = rmt.RandomFeatures(activation=rmt.relu, target=rmt.sign, **settings);"
        "print(rmt.solve(model).test_error)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    assert float(out.stdout) == pytest.approx(0.717299, abs=5e-7)


def test_randomness_only_in_montecarlo():
    """Elsewhere generators are passed in, never made; a theory of dynamics has its Monte Carlo in simulation.py."""
    for path in FILES:
        if "montecarlo" in path.parts or ("dynamics" in path.parts and path.name == "simulation.py"):
            continue
        calls = [ast.unparse(node.func) for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)]
        assert not [call for call in calls if call.startswith(("np.random.", "random."))], path
