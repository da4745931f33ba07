"""The import rules: each part imports what stands above it in one table, compiled code stays in its files, the
package stays light.
"""

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

BASE = (
    "_types remembered errors checks callables arguments vocabulary records progress estimates tables output"
    " compilation"
)
FUNCTIONS = "gaussian activations targets formulas expressions laws covariances data steps losses labels"
MODELS = f"{BASE} {FUNCTIONS} models serialisation"
# each file or directory of the package, and all that it may import of it, at any level: parts that stand above it
ALLOWED = {
    part: set(allowed.split())
    for part, allowed in {
        "_types": "",
        "threads": "",
        "compilation": "",
        "errors": "",
        "remembered": "",
        "callables": "_types errors",
        "checks": "_types errors",
        "arguments": "errors",
        "vocabulary": "_types errors checks",
        "records": "errors checks vocabulary",
        "progress": "errors checks",
        "estimates": "_types",
        "tables": "",
        "output": "errors checks arguments",
        "dataframes": "errors output tables",
        "decomposition": "_types",
        "equations": "_types decomposition",
        "gaussian": "_types errors checks callables",
        "formulas": "_types errors",
        # a formula is an Activation or a target, which parse their own formulas: both lazily
        "expressions": "_types errors activations targets formulas",
        "activations": "_types remembered errors checks callables gaussian formulas expressions",
        "targets": "_types errors callables activations expressions",
        "laws": "_types errors checks vocabulary gaussian",
        "covariances": "_types errors checks vocabulary",
        "data": "_types errors checks tables",
        "steps": "errors vocabulary",
        "losses": "_types compilation errors checks callables vocabulary gaussian",
        "labels": "_types remembered errors checks vocabulary gaussian activations",
        "notation": "errors",
        "papers": "errors activations laws steps notation",
        "models": f"{BASE} {FUNCTIONS} notation papers",
        "serialisation": f"{BASE} {FUNCTIONS} models",
        "schedule": f"{BASE} models",
        "canonical": f"{BASE} {FUNCTIONS} models equations",
        # knows nothing of models
        "state_evolution": "_types compilation threads errors vocabulary gaussian losses equations canonical",
        "digits": MODELS,  # a route of its own
        "asymptotics": f"{MODELS} canonical state_evolution digits",
        "explanation": f"{MODELS} canonical state_evolution asymptotics",
        "citations": MODELS,
        "margins": f"{MODELS} canonical state_evolution asymptotics",
        "leading": MODELS,
        "separability": f"{MODELS} canonical state_evolution asymptotics",
        "spectra": f"{MODELS} threads equations canonical",
        "finite": f"{MODELS} threads equations canonical state_evolution asymptotics spectra",
        "optimisation": f"{MODELS} threads equations canonical state_evolution asymptotics separability spectra",
        "training": f"{MODELS} decomposition schedule canonical equations state_evolution asymptotics spectra "
        "optimisation",
        "montecarlo": f"{MODELS} decomposition schedule",  # knows nothing of the theory
        "sweeps": f"{MODELS} threads canonical state_evolution asymptotics montecarlo",
        "prediction": f"{MODELS} asymptotics",
        "comparison": f"{MODELS} decomposition asymptotics prediction finite training montecarlo sweeps",
        "dynamics": f"{BASE} activations",
        "plotting": f"{MODELS} spectra sweeps comparison dynamics",
        "reproduce": f"{MODELS} asymptotics finite spectra optimisation montecarlo sweeps comparison plotting",
        "explorer": f"{MODELS} threads asymptotics finite montecarlo sweeps plotting",
        "cli": f"{MODELS} decomposition asymptotics explanation citations finite training spectra optimisation "
        "montecarlo sweeps comparison dynamics plotting reproduce explorer",
    }.items()
}
MUTUAL = {("expressions", "activations"), ("expressions", "targets")}


def part_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(tree):
    """Dotted names that a syntax tree imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def not_allowed(part, source):
    """What a source file of a part imports of the package against the table; the package itself is no part."""
    names = {name for name in imports(ast.parse(source)) if name.split(".")[0] == "rmt_asymptotics"}
    if any(name.startswith("rmt_asymptotics.") for name in names):
        names.discard("rmt_asymptotics")  # `from rmt_asymptotics import part`
    return {name.split(".")[1 if "." in name else 0] for name in names} - {part, *ALLOWED[part]}


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
    assert not uses(imports(parsed(path)), "numba") or path.name in ("_kernels.py", "compilation.py")


@pytest.mark.parametrize("path", [f for f in FILES if f.name == "_kernels.py"], ids=str)
def test_kernels_know_arrays_only(path):
    others = {name for name in imports(parsed(path)) if not uses([name], "rmt_asymptotics.compilation")}
    assert {name.split(".")[0] for name in others} <= {"numba", "numpy", "math"}


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_heavy_packages_are_imported_where_used(path):
    """matplotlib may stand at the top of plotting modules, click of the command line, mpmath where digits are asked."""
    if part_of(path) in ("plotting", "reproduce", "cli", "digits"):
        return
    names = list(imports(at_module_level(parsed(path))))
    assert not [package for package in HEAVY if uses(names, package)]


def test_the_table_has_a_row_for_each_part_and_no_other():
    assert set(ALLOWED) == {part_of(path) for path in FILES} - {"__init__"}


def test_the_table_points_upwards():
    rows = list(ALLOWED)
    for part, allowed in ALLOWED.items():
        above = set(rows[: rows.index(part)])
        assert allowed - above <= {other for pair in MUTUAL for other in pair if part == pair[0]}, part


@pytest.mark.parametrize("path", [f for f in FILES if part_of(f) != "__init__"], ids=str)
def test_each_part_imports_what_the_table_allows(path):
    assert not_allowed(part_of(path), path.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    ("part", "line", "found"),
    [
        ("spectra", "from rmt_asymptotics.optimisation import gradient", {"optimisation"}),
        ("spectra", "def f():\n    from rmt_asymptotics.optimisation.fields import domain_of", {"optimisation"}),
        ("canonical", "from rmt_asymptotics import optimisation", {"optimisation"}),
        ("state_evolution", "import rmt_asymptotics.models as m", {"models"}),
        ("montecarlo", "import rmt_asymptotics as rmt", {"rmt_asymptotics"}),
        ("spectra", "from rmt_asymptotics import nothing_yet", {"nothing_yet"}),
        ("spectra", "from rmt_asymptotics.canonical.problem import Problem\nimport numpy", set()),
    ],
)
def test_the_table_is_a_whitelist(part, line, found):
    assert not_allowed(part, line) == found


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


def test_the_package_works_where_the_disk_is_full():
    """What Numba cannot write it compiles again in the next process."""
    code = (
        "import errno; from numba.core import caching\n"
        "def save(*_): raise OSError(errno.ENOSPC, 'No space left on device')\n"
        "caching.IndexDataCacheFile.save = save; caching.IndexDataCacheFile.load = lambda *_: None\n"
        "import rmt_asymptotics as rmt; from rmt_asymptotics.montecarlo import compiled\n"
        "settings = dict(sample_complexity=2, width_ratio=3, ridge=0.1)\n"
        "model = rmt.RandomFeatures(activation=rmt.relu, target=rmt.sign, **settings)\n"
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
