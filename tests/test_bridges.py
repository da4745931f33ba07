"""Explanations that hold, citations that exist, data frames and maps of optima."""

import re
import subprocess
import sys

import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.citations import RULES, _entries
from rmt_asymptotics.cli import main
from tests.drawn import faults
from tests.problems import ONE_CLASS
from tests.test_models import NETWORK
from tests.test_tags import DEFINED, spelt_out

PLAIN = rmt.RandomFeatures(
    activation=rmt.relu, target=rmt.sin, sample_complexity=1.7, width_ratio=1.3, ridge=0.07, noise_variance=0.2
)
WRITTEN = 2e-5  # relative, of sums and products of numbers of six digits


def test_the_numbers_of_an_explanation_fulfil_its_equations():
    explained = 0
    for _, lines in rmt.explain(PLAIN).sections:
        for line in lines:
            parts = [part for part in line.text.split(" = ") if re.fullmatch(r"[-+*/(). e\d]+", part)]
            if len(parts) > 1:
                values = [eval(part) for part in parts]
                assert values == pytest.approx([values[0]] * len(values), rel=WRITTEN)
                explained += 1
    assert explained == 5  # se.1, se.2 twice, se.3, se.4
    assert f"{rmt.solve(PLAIN).test_error:.6g}" in rmt.explain(PLAIN).text


@pytest.mark.parametrize(
    "model",
    [
        ONE_CLASS,
        NETWORK.replace(readout=rmt.GaussianLaw(), step=rmt.MaximalStep(0.7)),
        rmt.RidgeRegression(covariance=rmt.Covariance((3.0, 0.5), (0.2, 0.8)), sample_complexity=1.4, ridge=0.3),
        PLAIN.replace(loss=rmt.LogisticLoss(), labels=rmt.SignLabels(0.05), noise_variance=0.0),
    ],
    ids=["spiked", "network", "ridge regression", "logistic"],
)
def test_every_kind_of_model_is_explained_in_three_forms(model):
    explained = rmt.explain(model)
    error = f"{rmt.solve(model).test_error:.6g}"
    for form in (explained.text, explained.latex, explained.html):
        assert error in form
    assert explained.latex.count(r"\begin{align*}") == explained.latex.count(r"\end{align*}") == len(explained.sections)
    assert explained.latex.count("{") == explained.latex.count("}")
    assert explained._repr_html_() == explained.html and str(explained) == explained.text
    tags = {line.tag for _, lines in explained.sections for line in lines if line.tag}
    assert {tag for text in tags for tag in spelt_out(text)} <= DEFINED


def test_the_regime_of_a_network_is_said():
    assert rmt.regime(NETWORK).description in rmt.explain(NETWORK).text


def test_citations_are_those_of_the_notes():
    keys = {key for _, found in RULES for key in found}
    assert keys <= set(_entries())
    network = rmt.cite(NETWORK.replace(step=rmt.PowerStep(0.2)))
    assert "@misc{moniri24," in network and "@misc{ba22," not in network and "mei22" not in network
    assert network.count("{") == network.count("}")


def test_frames_hold_every_point():
    dataset = rmt.sweep(PLAIN, ridge=[0.1, 0.4], sample_complexity=[1.0, 2.0, 3.0])
    frame, other = rmt.to_pandas(dataset), rmt.to_polars(dataset)
    assert len(frame) == len(other) == 6
    row = frame[(frame.ridge == 0.4) & (frame.sample_complexity == 2.0)]
    assert row.test_error.item() == float(dataset.test_error.sel(ridge=0.4, sample_complexity=2.0))
    assert frame.test_error.tolist() == other["test_error"].to_list()
    assert frame.attrs["model"] == dataset.attrs["model"]
    solved = rmt.to_pandas(rmt.solve(PLAIN))
    assert solved[solved.columns[0]].tolist()[:2] == ["test_error", "training_error"]
    with pytest.raises(rmt.OutOfDomain, match="result = 3"):
        rmt.to_pandas(3)


def test_optima_over_two_fields_are_those_of_each_point_and_make_maps():
    sizes, noises = [0.6, 2.1], [0.1, 0.5, 0.9]
    optima = rmt.optimal_curve(PLAIN, sample_complexity=sizes, noise_variance=noises)
    assert optima.ridge.shape == (2, 3)
    alone = rmt.optimal(PLAIN.replace(sample_complexity=2.1, noise_variance=0.5), over=("ridge",))
    assert float(optima.ridge[1, 1]) == pytest.approx(alone.model.ridge, rel=1e-6)
    axes = rmt.plot(optima)
    assert len(axes.get_figure().axes) == 4  # two maps with their colour bars
    assert not faults(axes)
    with pytest.raises(rmt.OutOfDomain, match="one field or two"):
        rmt.optimal_curve(PLAIN)


def test_the_commands_explain_and_cite(capsys):
    options = ["--activation", "relu", "--target", "sin", "--sample-complexity", "1.7", "--width-ratio", "1.3"]
    options += ["--ridge", "0.07", "--noise-variance", "0.2"]
    assert main(["explain", *options]) == 0
    assert capsys.readouterr().out.strip() == rmt.explain(PLAIN).text
    assert main(["cite", *options]) == 0
    assert capsys.readouterr().out == rmt.cite(PLAIN)


def test_a_map_of_optima_from_the_command_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    options = ["--activation", "tanh", "--target", "sin", "--width-ratio", "1.3", "--ridge", "1", "--along"]
    options += ["noise_variance=0.1:0.5:2", "--sample-complexity", "1,2", "--plot", "best.png", "--output", "best.csv"]
    assert main(["optimum", *options]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 5
    assert (tmp_path / "best.png").stat().st_size > 0


def test_importing_the_package_needs_no_data_frames():
    code = "import sys, rmt_asymptotics as rmt; rmt.cite; print('polars' in sys.modules, 'pandas' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["False", "False"]
