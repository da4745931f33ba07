"""What the explorer answers: forms, views, pieces of curves, simulation and maps, and the script of a view."""

import itertools
import json

import numpy as np
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.explorer import answers as answers_module
from rmt_asymptotics.explorer.answers import answers
from rmt_asymptotics.explorer.beginning import state_of, state_of_link
from rmt_asymptotics.explorer.form import form
from rmt_asymptotics.explorer.pieces import bisected, paced, refined
from rmt_asymptotics.explorer.script import code
from rmt_asymptotics.explorer.theory import MAP_ACROSS, MAP_GAP, MAP_UP, POINTS
from rmt_asymptotics.explorer.view import view_of
from rmt_asymptotics.serialisation import KINDS, MODELS, from_plain, model_from_dict
from rmt_asymptotics.vocabulary.fields import FIELDS

FIELDS_OF_SPIKE = {
    "model": "SpikedRandomFeatures",
    "activation": "centred(relu)",
    "target": "tanh(x) + 0.3*(x**2 - 1)",
    "sample_complexity": 2.3,
    "width_ratio": 1.4,
    "ridge": 0.07,
    "noise_variance": 0.15,
    "spike": {"law": "RademacherLaw", "scale": 1.2},
    "alignment": 0.7,
}
SPAN = {"field": "sample_complexity", "low": 0.4, "high": 4.0}
PLAN = {"dimension": 30, "replicas": 3, "seed": 5}
FEW = {"POINTS": 17, "BAND_POINTS": 5, "MAP_ACROSS": 9, "MAP_UP": 5, "MAP_GAP": 4}
VIEW = {"model": FIELDS_OF_SPIKE, "curve": SPAN, "simulation": PLAN}
PLANE = {"across": SPAN, "up": {"field": "spike.scale", "low": 0.5, "high": 2.0}, "output": "training_error"}


@pytest.fixture(autouse=True)
def _few_points(monkeypatch):
    for name, value in FEW.items():
        monkeypatch.setattr(f"rmt_asymptotics.explorer.theory.{name}", value)


def parts_of(view):
    """All answers to a view by part, each as JSON brings it to the page."""
    found = {}
    for answer in answers(view):
        if answer is not None:
            found.setdefault(answer["part"], []).append(json.loads(json.dumps(answer, allow_nan=False)))
    return found


def joined(pieces, *names):
    """The points of all pieces in order of x: x, and the values under some names."""
    columns = [np.concatenate([piece["x"] for piece in pieces])]
    for name, inner in zip(names[::2], names[1::2], strict=True):
        columns.append(np.concatenate([piece[name][inner] for piece in pieces]).astype(float))
    order = np.argsort(columns[0])
    return [column[order] for column in columns]


def started(entries):
    return {entry["name"]: entry["start"] for entry in entries}


@pytest.mark.parametrize("name", MODELS)
def test_a_form_begins_with_a_model(name):
    entries = form()["models"][name]["fields"]
    model = model_from_dict({"model": name} | started(entries))
    assert {entry["name"] for entry in entries} == set(rmt.serialisation.parameters_of(type(model)))
    assert all(entry["type"] != "text" for entry in entries)
    json.dumps(form(), allow_nan=False)


def test_every_choice_of_a_record_begins_with_one():
    fields = {field.domain.name: name for name, field in FIELDS.items() if getattr(field.domain, "name", None) in KINDS}
    for kind, records in form()["records"].items():
        for name, record in records.items():
            made = from_plain(fields[kind], {kind: name} | started(record["fields"]))
            assert isinstance(made, KINDS[kind][0]), name


def test_numbers_have_sliders_inside_their_domains():
    records = [record for kind in form()["records"].values() for record in kind.values()]
    for entry in (e for record in (*form()["models"].values(), *records) for e in record["fields"]):
        if entry["type"] == "number":
            assert all(end in FIELDS[entry["name"]].domain for end in entry["shown"]), entry["name"]


@pytest.mark.parametrize(
    ("change", "control"),
    [
        ({"model": FIELDS_OF_SPIKE | {"ridge": -1.0}}, "ridge"),
        ({"model": FIELDS_OF_SPIKE | {"ridge": "a"}}, "ridge"),
        ({"model": FIELDS_OF_SPIKE | {"spike": {"law": "RademacherLaw", "scale": 0.0}}}, "spike.scale"),
        ({"model": FIELDS_OF_SPIKE | {"activation": "tanh("}}, "activation"),
        ({"model": FIELDS_OF_SPIKE | {"loss": {"loss": "HingeLoss"}}}, "loss"),
        ({"model": None}, "model"),
        ({"model": {"model": "Perceptron"}}, "model"),
        ({"curve": SPAN | {"low": 0.0}}, "curve.low"),
        ({"curve": SPAN | {"high": 0.3}}, "curve.high"),
        ({"curve": SPAN | {"field": "activation"}}, "curve.field"),
        ({"curve": SPAN | {"field": "step.rate"}}, "field"),
        ({"curve": SPAN | {"field": None}}, "field"),
        ({"curve": None}, "curve"),
        ({"simulation": PLAN | {"dimension": 2.5}}, "dimension"),
        ({"simulation": PLAN | {"dimension": 10**6}}, "dimension"),
        ({"simulation": PLAN | {"replicas": 1}}, "replicas"),
        ({"simulation": PLAN | {"workers": 8}}, "simulation"),
        ({"simulate": "yes"}, "simulate"),
        ({"map": PLANE | {"up": SPAN}}, "map.up.field"),
        ({"map": PLANE | {"output": "misclassification"}}, "map.output"),
    ],
)
def test_a_refusal_names_the_control(change, control):
    assert list(view_of(VIEW).curve.values(3)) == pytest.approx([0.4, np.sqrt(1.6), 4.0])
    (refused,) = answers(VIEW | change)
    assert (refused["part"], refused["field"]) == ("refused", control)
    assert refused["allowed"] and refused["message"]


def test_what_is_no_view_is_refused():
    assert all(next(iter(answers(content)))["part"] == "refused" for content in (None, [], "a", {}, {1: 2}))


def test_orders_are_coarse_to_fine_and_complete():
    assert sorted(bisected(POINTS)) == list(range(POINTS))
    places = refined(MAP_ACROSS, MAP_UP, MAP_GAP)
    assert len(set(places)) == len(places) == MAP_ACROSS * MAP_UP
    assert places[:5] == [(0, 0), (16, 0), (32, 0), (48, 0), (64, 0)]


def test_pieces_are_as_long_as_their_time_allows():
    sizes, now = [], itertools.count()
    for piece in paced(range(1000), len, clock=lambda: 0.0005 * next(now)):
        sizes.append(piece)  # each takes half a millisecond, whatever its size
    assert sizes == [1, 128, 871]
    slow = list(paced(range(4), len, clock=itertools.count().__next__))
    assert slow == [1, 1, 1, 1]


def test_the_curve_is_that_of_a_sweep():
    parts = parts_of(VIEW)
    assert parts["accepted"][0]["outputs"] == list(rmt.RandomFeatures.outputs.func(view_of(VIEW).model))
    assert [piece["complete"] for piece in parts["curve"]] == [False] * (len(parts["curve"]) - 1) + [True]
    x, test, training = joined(parts["curve"], "outputs", "test_error", "outputs", "training_error")
    model = model_from_dict(FIELDS_OF_SPIKE)
    expected = rmt.sweep(model, sample_complexity=np.geomspace(0.4, 4.0, 17), progress=False)
    np.testing.assert_allclose(x, expected.sample_complexity, rtol=1e-14)
    np.testing.assert_allclose(test, expected.test_error, rtol=1e-9)  # starts of the iteration differ
    np.testing.assert_allclose(training, expected.training_error, rtol=1e-9)
    assert parts["point"][0]["values"]["test_error"] == pytest.approx(rmt.solve(model).test_error, rel=1e-9)


def test_the_band_is_that_of_finite_sizes():
    parts = parts_of(VIEW | {"band": True})
    x, mean, deviation = joined(parts["band"], "mean", "test_error", "deviation", "test_error")
    for i in (0, 3, -1):
        expected = rmt.finite_size(model_from_dict(FIELDS_OF_SPIKE), 30, sample_complexity=x[i]).test_error
        assert (mean[i], deviation[i]) == pytest.approx((expected.mean, expected.standard_deviation))


@pytest.mark.parametrize("field", ["sample_complexity", "width_ratio", "ridge", "spike.scale"])
def test_the_simulation_is_that_of_a_sweep(field):
    view = VIEW | {"curve": {"field": field, "low": 0.4, "high": 4.0}, "simulate": True}
    last = parts_of(view)["simulation"][-1]
    assert last["replicas"] == 3
    steps = [answer for answer in answers(view) if answer is None]  # between any two the work can be given up
    assert len(steps) == 3 * (1 if field in ("sample_complexity", "ridge") else 9)
    values, plan = np.geomspace(0.4, 4.0, 9), rmt.SimulationPlan(**PLAN)
    expected = rmt.sweep(model_from_dict(FIELDS_OF_SPIKE), {field: values}, theory=False, simulation=plan)
    sizes = field in ("sample_complexity", "width_ratio")
    np.testing.assert_allclose(last["x"], np.round(30 * values) / 30 if sizes else values)
    for name in ("test_error", "training_error"):
        np.testing.assert_allclose(last["mean"][name], expected[f"{name}_simulation"], rtol=1e-12)
        np.testing.assert_allclose(last["error"][name], expected[f"{name}_standard_error"], rtol=1e-9)


def test_simulated_points_come_replica_by_replica(monkeypatch):
    monkeypatch.setattr("rmt_asymptotics.explorer.simulated.OFTEN", 0.0)
    first, second, third = parts_of(VIEW | {"simulate": True})["simulation"]
    assert (first["replicas"], first["error"], second["replicas"], third["replicas"]) == (1, None, 2, 3)
    assert np.all(np.array(second["error"]["test_error"]) > 0)


def test_the_map_is_that_of_a_sweep():
    parts = parts_of(VIEW | {"map": PLANE})
    first, *pieces = parts["map"]
    values = np.full(45, np.nan)
    for piece in pieces:
        values[piece["places"]] = piece["values"]
    axes = {"spike.scale": first["y"], "sample_complexity": first["x"]}
    expected = rmt.sweep(model_from_dict(FIELDS_OF_SPIKE), axes, progress=False)
    np.testing.assert_allclose(values.reshape(5, 9), expected.training_error, rtol=1e-9)
    assert "map" not in parts_of(VIEW | {"map": PLANE | {"known": True}})


def test_what_a_part_cannot_do_is_its_answer():
    network = {
        **{
            name: FIELDS_OF_SPIKE[name]
            for name in ("activation", "target", "sample_complexity", "width_ratio", "ridge")
        },
        "model": "OneStepNetwork",
        "step": {"step": "MaximalStep", "rate": 1.1},
        "step_sample_complexity": 3.0,
    }
    parts = parts_of(VIEW | {"model": network, "band": True})
    assert "gradient step" in parts["band"][0]["failure"]["message"]
    assert parts["curve"][-1]["complete"]
    wide = VIEW | {"model": FIELDS_OF_SPIKE | {"width": 100}, "simulate": True}
    assert parts_of(wide)["simulation"][0]["failure"]["field"] == "dimension"


def test_points_that_are_not_solved_are_counted():
    atoms = {"law": "DiscreteLaw", "values": [1.0, 1.000001, 1.000002], "probabilities": [0.5, 0.3, 0.2]}  # too near
    parts = parts_of(VIEW | {"model": FIELDS_OF_SPIKE | {"activation": "tanh(x + 0.7)", "spike": atoms}})
    assert parts["curve"][-1]["failed"] == FEW["POINTS"]
    assert parts["curve"][-1]["message"][0].startswith("solved, but rounding") and parts["point"][0]["message"]
    assert parts["point"][0]["values"]["test_error"] > 0


@pytest.mark.parametrize("model", [FIELDS_OF_SPIKE, {
    "model": "RandomFeatures", "activation": "leaky_relu(0.1)", "target": "x", "sample_complexity": 2.3,
    "width_ratio": 1.4, "ridge": 0.07, "labels": {"labels": "SignLabels", "flip_probability": 0.03},
}])  # fmt: skip
def test_the_script_computes_what_the_page_shows(model):
    spans = {"curve": {"field": "ridge", "low": 0.2, "high": 3.0}, "map": None}
    plain = "labels" not in model
    parts = parts_of(VIEW | {"model": model} | spans | {"band": plain, "simulate": plain})
    script, names = parts["accepted"][0]["python"], {}
    exec(script, names)
    assert names["model"] == model_from_dict(model)
    test = joined(parts["curve"], "outputs", "test_error")[1]
    np.testing.assert_allclose(test, names["theory"].test_error, rtol=1e-7)
    if plain:
        shown = parts["simulation"][-1]["mean"]["test_error"]
        np.testing.assert_allclose(shown, names["simulation"].test_error_simulation, rtol=1e-12)
        assert len(names["band"]) == sum(len(piece["x"]) for piece in parts["band"])


def test_values_as_code():
    noise = rmt.Regression(rmt.MixtureNoise((0.5, 0.5), (0.0, 1.0), (0.1, 2.0)))
    values = (
        noise,
        rmt.DiscreteLaw((-1, 1.5), (0.3, 0.7)),
        rmt.Covariance((0.5, 1.5)),
        rmt.centred(rmt.leaky_relu(0.1)),
    )
    for value in (*values, rmt.hermite_polynomial(3), None, True, 0.1):
        assert eval(code(value), {"rmt": rmt}) == value


def test_a_link_holds_the_state():
    state = state_of() | {"curve": SPAN}
    quoted = json.dumps(state).replace(" ", "%20").replace('"', "%22")
    assert state_of_link(f"http://127.0.0.1:1/?token=a#{quoted}") == state == state_of_link(quoted)
    for wrong in ("", "#", "#{}", "#[1]", "nothing", quoted.replace("tanh", "tanhh")):
        with pytest.raises(rmt.OutOfDomain, match="link"):
            state_of_link(wrong)


def test_a_file_keeps_its_words():
    covariance = {"covariance": "power_law", "exponent": 0.8, "dimension": 200}
    fields = {"model": "RidgeRegression", "sample_complexity": 0.5, "ridge": 0.02, "covariance": covariance}
    state = state_of(fields)
    assert state["model"]["covariance"] == covariance and state["model"]["intercept"] is False
    parts, names = parts_of(state | {"simulate": False, "band": False}), {}
    assert parts["curve"][-1]["complete"] and "power law" in parts["accepted"][0]["caption"]
    exec(parts["accepted"][0]["python"], names)
    assert names["model"] == model_from_dict(fields)
    assert "rmt.Covariance.power_law(exponent=0.8, dimension=200)" in parts["accepted"][0]["python"]


def test_infinity_has_a_word():
    fields = FIELDS_OF_SPIKE | {"width_ratio": np.inf}
    state = state_of(fields)
    assert state["model"]["width_ratio"] == "inf" and "inf" in json.dumps(state, allow_nan=False)
    assert view_of(state).model == model_from_dict(fields)
    assert "width_ratio=np.inf" in next(iter(answers(state)))["python"]


def test_the_curve_comes_first(monkeypatch):
    monkeypatch.setattr(answers_module, "HEAD_START", 1e9)
    order = [answer["part"] for answer in answers(VIEW | {"band": True}) if answer]
    assert order.index("point") > max(i for i, part in enumerate(order) if part == "curve")
