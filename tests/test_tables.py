"""Results show themselves: tables in terminals and notebooks, Datasets, models read back, and what to try next."""

import dataclasses
import html
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from mpmath import mp

import rmt_asymptotics as rmt
from rmt_asymptotics.tables import Table, cell, titled
from tests import problems
from tests.test_models import NETWORK as ANY_NETWORK

MODEL, PLAIN = problems.ONE_CLASS, problems.PLAIN.replace(width=None)
NETWORK = ANY_NETWORK.replace(width=None, step=rmt.PowerStep(0.29))
PLAN = rmt.SimulationPlan(dimension=24, replicas=3, seed=5, test_samples=70, workers=1, progress=False)
SQUARE = {"sample_complexity": (0.7, 3.1), "ridge": (0.02, 9.0)}
SIX = 5e-6  # relative: half a unit of the sixth digit


def boundary():
    return rmt.trace_boundary(PLAIN, rmt.VanishingDerivative("ridge"), SQUARE, points=4, progress=False)


RESULTS = {  # what shows itself, and numbers that must be seen in it
    "Asymptotics": (lambda: rmt.solve(MODEL), lambda a: (a.test_error, a.training_objective, a.excess_error)),
    "Gradient": (lambda: rmt.gradient(MODEL, wrt=("ridge", "alignment")), lambda g: (*g.derivatives.values(), g.value)),
    "Optimum": (lambda: rmt.optimal(PLAIN), lambda o: (o.model.ridge, o.value)),
    "Boundary": (boundary, lambda b: b.curves[0][[0, -1]].ravel()),
    "FeatureSpectrum": (lambda: rmt.spectrum(MODEL), lambda s: (*s.edges[0], s.outliers[0].position)),
    "WeightSpectrum": (lambda: rmt.weight_spectrum(MODEL), lambda s: (*s.edges[0], s.strength, s.alignment)),
    "Simulation": (lambda: rmt.simulate(MODEL.replace(width=None), PLAN), lambda s: (s.test_error.mean, s.samples)),
    "Pair": (lambda: rmt.simulate_pair(NETWORK, PLAN), lambda p: (p.network.samples, p.network.width)),
    "BiasVarianceSimulation": (
        lambda: rmt.simulate_bias_variance(MODEL.replace(width=None), PLAN),
        lambda b: (b.bias.mean, b.noise.mean, b.test_error.mean),
    ),
    "WeightStatistics": (lambda: rmt.weight_statistics(NETWORK, PLAN), lambda w: (w.width, w.dimension)),
    "Comparison": (
        lambda: rmt.compare(PLAIN, PLAN, dimension=[20, 30]),
        lambda c: (c.limit.test_error, c.simulation.test_error.mean, c.asymptotics.training_error, c.simulation.width),
    ),
    "BiasVariance": (lambda: rmt.bias_variance(PLAIN), lambda b: (b.bias, b.samples, b.test_error)),
    "EnsembleErrors": (lambda: rmt.ensemble(PLAIN, 4), lambda e: (e.test_error, e.single, e.limit)),
    "OptimalStopping": (lambda: rmt.optimal_stopping(PLAIN), lambda o: (o.time, o.value, o.best_ridge)),
    "Regime": (lambda: rmt.regime(NETWORK), lambda r: r.free),
}  # fmt: skip


@pytest.fixture(scope="module")
def results():
    return {name: make() for name, (make, _) in RESULTS.items()}


def numbers(text):
    return [float(x) for x in re.findall(r"(?<![\w.])-?\d+\.?\d*(?:e[-+]\d+)?", text)]


@pytest.mark.parametrize("name", RESULTS)
def test_results_print_their_numbers(name, results):
    result, text = results[name], str(results[name])
    assert type(result).__name__ == name and result.table() == text and repr(result) != text
    seen = np.array(numbers(text))
    for value in RESULTS[name][1](result):
        assert np.any(np.abs(seen - value) <= SIX * abs(value)), (value, text)
    assert max(map(len, text.splitlines())) <= 120 and all(line == line.rstrip() for line in text.splitlines())


@pytest.mark.parametrize("name", RESULTS)
def test_notebooks_see_what_terminals_see(name, results):
    page = results[name]._repr_html_()
    assert page.count("<tr>") == page.count("</tr>") > 1
    plain = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))
    assert set(str(results[name]).split()) <= set(plain.split())


def test_a_long_title_does_not_widen_the_table():
    """A caption does, where a page does not break it: the numbers were out of sight."""
    page = Table(("name", "n"), [("a", 7)], title="x" * 500)._repr_html_()
    assert page.index("x" * 500) < page.index("<table>") and "<caption" not in page


def test_markup_in_names_is_escaped():
    page = Table(("a<b", "x"), [("<script>", 1.0)], title="&", notes=("1 < 2",))._repr_html_()
    assert "<script>" not in page and "a&lt;b" in page and "&amp;" in page and "1 &lt; 2" in page


def test_numbers_stand_on_the_right_and_words_on_the_left():
    table = Table(("name", "n", "how"), [("a", 7, "fast"), ("long", -1234.5678912, "s"), ("c", None, "no")])
    assert str(table).splitlines() == [
        "name         n  how", "a            7  fast", "long  -1234.57  s", "c            -  no"
    ]  # fmt: skip
    assert str(Table(("curve", "points"), [], notes=("none",))) == "curve  points\nnone"
    assert cell(float("nan")) == "-" and cell(rmt.OptimumStatus.AT_BOUND) == "at bound" and cell(False) == "no"


def test_titles_name_what_is_not_at_its_default():
    text = titled(MODEL)
    assert "ridge 0.06" in text and "activation tanh(x + 0.7)" in text and "\N{NO-BREAK SPACE}" not in text
    assert "noise_variance" not in titled(PLAIN.replace(noise_variance=0.0)) and "noise_variance" in titled(PLAIN)


def test_few_draws_are_said_to_be_few():
    few, many = (str(rmt.compare(PLAIN, PLAN.replace(replicas=r))) for r in (3, 12))
    assert "3 draws" in few and "so few" in few
    assert "12 draws" in many and "so few" not in many
    assert "skewed: test_error" in str(_with_values(PLAIN, (1.0,) * 11 + (4.0,)))


def _with_values(model, values):
    from rmt_asymptotics.comparison import Comparison, SizeComparison
    from rmt_asymptotics.estimates import estimate

    errors = [estimate(np.array(values))] * 4
    simulation = rmt.Simulation(model, 20, 34, 46, len(values), 0, *errors)
    solved = rmt.solve(model)
    return Comparison(model, (SizeComparison(solved, simulation),), solved)


def test_datasets_hold_the_numbers_and_the_model(results, tmp_path):
    spectrum, weights = (
        results["FeatureSpectrum"].to_dataset(),
        results["WeightSpectrum"].to_dataset(np.array([0.5, 1.5])),
    )
    assert spectrum.sizes["eigenvalue"] == 1000 and spectrum.atom_at_zero == 0.0
    high = results["FeatureSpectrum"].edges[0][1]
    assert float(spectrum.eigenvalue[-1]) == pytest.approx(1.05 * high)
    np.testing.assert_array_equal(weights.density, results["WeightSpectrum"].density(np.array([0.5, 1.5])))
    compared, simulated = results["Comparison"].to_dataset(), results["Simulation"].to_dataset()
    assert compared.test_error_z_score.values[1] == results["Comparison"].z_scores["test_error"]
    assert compared.dimension.values.tolist() == [20, 30] and compared.training_error.attrs["long_name"]
    assert simulated.test_error_values.values.tolist() == list(results["Simulation"].test_error.values)
    made = {MODEL: (spectrum, weights), MODEL.replace(width=None): (simulated,)}
    made[PLAIN] = (
        compared, results["Boundary"].to_dataset(), rmt.sweep(PLAIN, ridge=[0.2]),
        rmt.optimal_curve(PLAIN, ridge=[0.2], over=("noise_variance",)),
        rmt.simulation_curve(PLAIN, PLAN, ridge=[0.3]), rmt.compare_curve(PLAIN, PLAN, sample_complexity=[0.9]),
    )  # fmt: skip
    for model, datasets in made.items():
        for dataset in datasets:
            assert rmt.model_from(dataset) == model
    path = tmp_path / "compared.nc"
    compared.to_netcdf(path, engine="h5netcdf")
    assert rmt.model_from(path) == rmt.model_from(str(path)) == PLAIN


@pytest.mark.parametrize("dataset", [None, 3, "no such file.nc", {"model": "x"}, MODEL])
def test_what_has_no_model_is_refused(dataset):
    with pytest.raises(rmt.OutOfDomain) as refusal:
        rmt.model_from(dataset)
    assert refusal.value.field == "dataset"


def test_damaged_models_are_refused(tmp_path):
    import xarray

    (tmp_path / "text.nc").write_text("no netCDF")
    for dataset in (xarray.Dataset(attrs={"model": "{"}), xarray.Dataset(attrs={"model": "[1]"}), tmp_path / "text.nc"):
        with pytest.raises(rmt.OutOfDomain, match="dataset"):
            rmt.model_from(dataset)


def test_statuses_say_what_to_try_next():
    for status in (*rmt.Status, *rmt.OptimumStatus):
        good = status in (rmt.Status.CONVERGED, rmt.OptimumStatus.INTERIOR)
        assert bool(status.remedy) != good and type(status)(status.value) is status
    with pytest.raises(rmt.NotConverged) as failure:
        rmt.solve(problems.UNRESOLVABLE)
    remedy = rmt.Status.NOT_RESOLVED.remedy
    assert "`tolerance`" in remedy and remedy in str(failure.value)
    assert remedy in rmt.sweep(problems.UNRESOLVABLE, ridge=[1e-6]).message.item()
    assert remedy.split("`")[1] == "tolerance" and rmt.solve(problems.UNRESOLVABLE, tolerance=1e-2).test_error > 0


def test_every_public_name_is_listed():
    assert set(rmt.__all__) <= set(dir(rmt)) and "dynamics" in dir(rmt)
    assert all(hasattr(rmt, name) for name in dir(rmt))
    code = "import rmt_asymptotics as rmt; print('spectrum' in dir(rmt), 'optimal' in dir(rmt))"
    fresh = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert fresh.stdout.split() == ["True", "True"]


def test_wheels_say_that_the_package_is_typed(tmp_path):
    root = Path(rmt.__file__).parents[1]
    code = f"import setuptools.build_meta as m; print(m.build_wheel({str(tmp_path)!r}))"
    copy = tmp_path / "source"
    copy.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "rmt_asymptotics"):
        subprocess.run(["cp", "-r", str(root / name), str(copy)], check=True)
    run = subprocess.run([sys.executable, "-c", code], cwd=copy, capture_output=True, text=True, check=True)
    with zipfile.ZipFile(tmp_path / run.stdout.split()[-1]) as wheel:
        names = wheel.namelist()
    assert "rmt_asymptotics/py.typed" in names and "rmt_asymptotics/spectra/shown.py" in names


def test_an_atom_of_rounding_is_none(results):
    """Shares of classes that sum to 1 up to rounding leave 1.1e-16 at 0."""
    for atom, written in ((1.1e-16, "0"), (0.25, "0.25")):
        spectrum = dataclasses.replace(results["FeatureSpectrum"], atom_at_zero=atom)
        assert re.search(rf"atom at 0 +{written}( |$)", str(spectrum), re.MULTILINE)
        assert spectrum.to_dataset(np.ones(1)).atom_at_zero == float(written)


def test_all_digits_that_hold_are_shown():
    """Numbers of mpmath come with their own digits, in the difference that is the excess error too."""
    precise = rmt.solve(problems.PLAIN, digits=25)
    shown = dict(line.split() for line in str(precise).splitlines() if line.startswith(("test_error", "excess_error")))
    assert len(shown["test_error"]) > 25 and len(shown["excess_error"]) > 25
    with mp.workdps(60):
        assert abs(mp.mpf(shown["excess_error"]) + mp.mpf(0.13) - mp.mpf(shown["test_error"])) < mp.mpf(10) ** -25
        assert abs(precise.excess_error + mp.mpf(0.13) - precise.test_error) < mp.mpf(10) ** -40
