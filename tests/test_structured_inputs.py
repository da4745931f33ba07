"""Models with a covariance: fields, files, and finite networks against their definition in the space of x."""

import json

import numpy as np
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.cli import main
from rmt_asymptotics.montecarlo.inputs import inputs_of, spike_of
from rmt_asymptotics.montecarlo.networks import network, unit_rows
from rmt_asymptotics.reproduce import power_laws
from rmt_asymptotics.serialisation import model_from_dict, model_to_dict

ROUNDING = 1e-12
SIGMAS = 4.0
TWO = rmt.Covariance.two_level((2.6, 0.4), (0.3, 0.7))
TARGET = rmt.Activation.from_expression("sin(x) + 0.6*cos(1.5*x)")
COMMON = {
    "target": TARGET, "sample_complexity": 1.7, "ridge": 0.07, "noise_variance": 0.15, "covariance": TWO,
    "teacher": (0.65, 0.35),
}  # fmt: skip
FEATURES = COMMON | {"activation": rmt.Activation.from_expression("tanh(x + 0.7) - 0.3"), "width_ratio": 1.4}
SPIKED = rmt.SpikedRandomFeatures(
    **FEATURES, spike=rmt.ConstantLaw(1.2), alignment=0.7, spike_profile=(0.55, 0.45), alignment_profile=(0.8, 0.2)
)
MODELS = {
    "features": rmt.RandomFeatures(**FEATURES),
    "spiked": SPIKED,
    "step": rmt.OneStepNetwork(
        **FEATURES, step=rmt.MaximalStep(1.3), step_sample_complexity=2.2, readout=rmt.RademacherLaw(0.8)
    ),
    "ridge": rmt.RidgeRegression(**COMMON),
}


@pytest.mark.parametrize("name", MODELS)
def test_there_and_back(name):
    model = MODELS[name]
    assert model_from_dict(json.loads(json.dumps(model_to_dict(model)))) == model
    assert hash(model) == hash(model_from_dict(model_to_dict(model)))


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        ({"covariance": "power_law", "exponent": 0.7, "dimension": 30}, rmt.Covariance.power_law(0.7, 30)),
        ({"covariance": "two_level", "values": [2.6, 0.4], "shares": [0.3, 0.7]}, TWO),
        ({"covariance": "marchenko_pastur", "ratio": 0.4}, rmt.Covariance.marchenko_pastur(0.4)),
        ("isotropic", None),
    ],
)
def test_covariances_have_names_in_files(plain, expected):
    fields = model_to_dict(MODELS["ridge"].replace(teacher=None)) | {"covariance": plain}
    assert model_from_dict(fields).covariance == expected


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"covariance": None}, "teacher"),
        ({"covariance": (1.0, 2.0)}, "covariance"),
        ({"teacher": (1.0,)}, "teacher"),
        ({"teacher": (0.5, 0.4)}, "teacher"),
        ({"teacher": (1.2, -0.2)}, "teacher"),
        ({"covariance": rmt.Covariance((1.0, 0.0), (0.3, 0.7))}, "teacher"),
        ({"spike_profile": (0.5, 0.6)}, "spike_profile"),
        ({"alignment_profile": (0.5,)}, "alignment_profile"),
        ({"alignment_profile": (1.4, -0.4)}, "alignment"),
        ({"alignment_profile": (0.9, 0.1)}, "alignment"),
        ({"alignment_profile": None, "spike_profile": (0.0, 1.0)}, "alignment"),
        ({"covariance.eigenvalues": (-1.0, 2.0)}, "covariance.eigenvalues"),
    ],
)
def test_bad_input_names_the_field(change, field):
    with pytest.raises(rmt.OutOfDomain) as caught:
        SPIKED.replace(**change)
    assert caught.value.field == field


def test_profiles_left_out_are_those_of_a_random_teacher():
    plain = SPIKED.replace(teacher=None, spike_profile=None, alignment_profile=None)
    assert np.allclose(plain.teacher_profile, TWO.weights * TWO.nodes)
    spike, overlap = plain.spike_profiles
    assert np.allclose(spike, plain.teacher_profile) and np.allclose(overlap, 0.7 * plain.teacher_profile)


def test_ridge_regression_has_no_width():
    with pytest.raises(rmt.OutOfDomain):
        MODELS["ridge"].replace(width_ratio=2.0)
    with pytest.raises(rmt.OutOfDomain):
        rmt.simulate(MODELS["ridge"].replace(covariance=None, teacher=None), dimension=1, replicas=1)


@pytest.mark.parametrize("dimension", [20, 33])
def test_directions_have_their_profiles(dimension):
    """In whole eigenspaces exactly; where a coordinate lies between two, up to its own part."""
    inputs, v = spike_of(SPIKED, dimension)
    teacher, top = inputs.teacher, inputs.scales > 1.3
    assert abs(teacher @ teacher - 1) < ROUNDING and abs(v @ v - 1) < ROUNDING
    slack = ROUNDING if dimension == 20 else 3 / dimension
    assert abs(np.sum(teacher[top] ** 2) - 0.65) < slack
    assert abs(np.sum(v[top] ** 2) - 0.55) < slack
    assert abs(teacher[top] @ v[top] - 0.7 * 0.8) < slack
    assert abs(teacher @ v - 0.7) < slack


def test_the_gradient_step_is_that_in_the_space_of_x():
    """W1 = W0 + eta sqrt(p) G for inputs x = Sigma^(1/2) z, as their definition has it."""
    model, d, p, n0 = MODELS["step"], 20, 28, 44
    finite = network(model, d, p, np.random.default_rng(5))
    generator = np.random.default_rng(5)
    inputs = inputs_of(model, d)
    W0, g = unit_rows(p, d, generator), model.readout.sample(generator, p)
    noise = np.sqrt(model.noise_variance) * generator.standard_normal(n0)
    z = generator.standard_normal((n0, d))
    x, theta = z * inputs.scales, inputs.teacher / inputs.scales
    assert abs(np.sum(inputs.scales**2 * theta**2) - 1) < ROUNDING
    h = x @ W0.T
    residual = model.target(x @ theta) + noise - model.activation(h) @ g / p
    slope = model.activation.slope()
    G = (g[:, None] / p) * ((slope(h) * residual[:, None]).T @ x) / n0
    W1 = W0 + 1.3 * np.sqrt(p) * np.sqrt(p) * G
    assert np.allclose(finite.weights, W1 * inputs.scales, atol=1e-10)
    fresh = np.random.default_rng(6)
    features, labels = np.empty((4, p)), np.empty(4)
    finite.draw(np.random.default_rng(6), features, labels)
    x = fresh.standard_normal((4, d)) * inputs.scales
    assert np.allclose(features, model.activation(x @ W1.T)) and np.allclose(labels, model.target(x @ theta))


def test_features_of_ridge_regression_are_the_inputs():
    finite = network(MODELS["ridge"], 20, 20, np.random.default_rng(1))
    features = np.empty((3, 20))
    finite.draw(np.random.default_rng(2), features, np.empty(3))
    eigenvalues, _ = TWO.at(20)
    assert np.allclose(features, np.random.default_rng(2).standard_normal((3, 20)) * np.sqrt(eigenvalues))


J = np.arange(1, 201)
REFERENCE = {  # n/d, penalty d |b|^2, exponent: test, training error, objective (eigenlearning)
    "few samples": (0.5, 0.02, 1.5, (0.643978717721, 0.029175037874, 0.079474926911)),
    "many samples": (2.0, 1e-3, 0.8, (0.717242560899, 0.180001674502, 0.180478416911)),
}


@pytest.mark.parametrize("name", REFERENCE)
def test_simulated_ridge_regression_meets_eigenlearning(name):
    alpha, ridge, exponent, expected = REFERENCE[name]
    covariance = rmt.Covariance.power_law(exponent, 200)
    teacher = covariance.nodes * J**-0.5
    model = rmt.RidgeRegression(
        covariance=covariance, teacher=teacher / teacher.sum(), target=rmt.polynomial(0.0, 0.8),
        noise_variance=0.36, sample_complexity=alpha, ridge=ridge,
    )  # fmt: skip
    found = rmt.simulate(model, dimension=200, replicas=24, seed=3, progress=False)
    for error, value in zip(("test_error", "training_error", "training_objective"), expected, strict=True):
        estimate = getattr(found, error)
        assert abs(estimate.mean - value) < SIGMAS * estimate.standard_error


@pytest.mark.parametrize("name", MODELS)
def test_curves_are_nested(name):
    plan = rmt.SimulationPlan(dimension=20, replicas=3, test_samples=50, progress=False)
    curve = rmt.simulation_curve(MODELS[name], plan, sample_complexity=[0.6, 1.7], ridge=[0.07, 0.5])
    point = rmt.simulate(MODELS[name], plan)
    found = curve.test_error_simulation.sel(sample_complexity=1.7, ridge=0.07)
    assert abs(float(found) - point.test_error.mean) < 1e-9


def test_the_command_line_takes_covariances(capsys):
    line = "solve --model ridge-regression --covariance two-level:2.6,0.4:0.3,0.7 --teacher 0.65,0.35 --ridge 0.1"
    wrong = {"0.65,0.35": "0.65,0.3", "two-level:2.6,0.4:0.3,0.7": "three-level:1", "0.65,": "x,"}
    for (old, new), named in zip(wrong.items(), ("teacher", "power-law", "teacher"), strict=True):
        assert main([*line.replace(old, new).split(), "--sample-complexity", "1.5"]) != 0
        assert named in capsys.readouterr().err


def test_exponents_of_power_laws_are_the_known_ones():
    law, samples = power_laws.Law(1.9, 0.6), power_laws.SAMPLES
    limit = law.model(100_000, 48)
    excess, _ = power_laws._theory(limit, "noiseless", samples / 100_000)
    assert abs(power_laws._slope(excess) / law.exponents["noiseless"] - 1) < 0.02  # corrections in n and in n/d
    best, ridges = power_laws._theory(limit, "best", samples[-5:] / 100_000)
    slope = -np.polyfit(np.log(samples[-5:]), np.log(best), 1)[0]
    assert abs(slope / law.exponents["best"] - 1) < 0.08
    assert np.all(np.diff(ridges) > 0)


def test_compression_to_few_nodes_costs_little():
    whole, few = (power_laws.Law(1.2, 0.4).model(2000, nodes) for nodes in (None, 64))
    at = {"sample_complexity": 0.07, "ridge": 0.003, "noise_variance": 0.1}
    values = [rmt.solve(model.replace(**at)).test_error for model in (whole, few)]
    assert abs(values[1] / values[0] - 1) < 1e-4
