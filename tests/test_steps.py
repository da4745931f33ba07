"""Step sizes, the fields of a network, its round trip through a dictionary, and sweeps over steps."""

import json

import numpy as np
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.asymptotics import control_points
from rmt_asymptotics.canonical.one_step_network import one_step_grid, one_step_problem
from rmt_asymptotics.expressions import parse_activation
from rmt_asymptotics.serialisation import model_from_dict, model_to_dict
from rmt_asymptotics.state_evolution.ridge import solve_points

NETWORK = rmt.OneStepNetwork(
    activation=parse_activation("tanh(x + 0.7)"),
    target=parse_activation("tanh(x) + 0.3*(x**2 - 1)"),
    sample_complexity=2.6,
    width_ratio=1.4,
    ridge=0.06,
    noise_variance=0.11,
    width=420,
    step=rmt.MaximalStep(1.7),
    step_sample_complexity=3.2,
    readout=rmt.DiscreteLaw((-1.0, 1.5), (0.3, 0.7)),
)
STEPS = (rmt.FixedStep(2.5), rmt.PowerStep(0.29, 1.3), rmt.MaximalStep(0.8))
LAWS = (rmt.ConstantLaw(-0.4), rmt.RademacherLaw(1.2), rmt.GaussianLaw(0.7), NETWORK.readout)
IDENTICAL = 1e-12  # the same equations on the same grid, only started elsewhere


def test_learning_rates():
    rates = [step.learning_rate(900.0, 400.0) for step in STEPS]
    assert rates == pytest.approx([2.5, 1.3 * 900**0.29, 0.8 * 20], rel=1e-15)


def test_learning_rate_at_enormous_width():
    assert rmt.MaximalStep(0.8).learning_rate(1.0, 10**30) == pytest.approx(8e14)
    eta = rmt.PowerStep(0.25).learning_rate(float(10**30), 10**30)
    assert eta == pytest.approx(10**7.5)


@pytest.mark.parametrize(
    ("make", "field", "words"),
    [
        (lambda: rmt.PowerStep(0.5), "exponent", "< 0.5: use MaximalStep"),
        (lambda: rmt.PowerStep(0.8), "exponent", "MaximalStep"),
        (lambda: rmt.PowerStep(float("-inf")), "exponent", "finite number"),
        (lambda: rmt.PowerStep(0.2, 0.0), "prefactor", "> 0"),
        (lambda: rmt.PowerStep("0.2"), "exponent", "finite number"),
        (lambda: rmt.FixedStep(-1.0), "eta", ">= 0"),
        (lambda: rmt.FixedStep(float("nan")), "eta", "finite number"),
        (lambda: rmt.MaximalStep(True), "rate", "finite number"),
        (lambda: NETWORK.replace(step=0.3), "step", r"FixedStep\(eta\), PowerStep\(exponent\) or MaximalStep\(rate\)"),
        (lambda: NETWORK.replace(step=rmt.FixedStep), "step", "FixedStep"),
        (lambda: NETWORK.replace(step_sample_complexity=0), "step_sample_complexity", "> 0"),
        (lambda: NETWORK.replace(step_sample_complexity=-2.0), "step_sample_complexity", "> 0"),
        (lambda: NETWORK.replace(readout=1.0), "readout", "a law"),
        (lambda: NETWORK.replace(corrections=1), "corrections", "True or False"),
        (lambda: NETWORK.replace(spike=rmt.ConstantLaw(1.0)), "field", "a field of OneStepNetwork"),
    ],
)
def test_refusals_name_field_and_remedy(make, field, words):
    with pytest.raises(rmt.OutOfDomain, match=words) as caught:
        make()
    assert caught.value.field == field


def refused(model):
    with pytest.raises(rmt.OutOfDomain) as caught:
        rmt.solve(model)
    return caught.value


@pytest.mark.parametrize("step", [rmt.PowerStep(0.3), rmt.FixedStep(1.2), rmt.MaximalStep(0.9)])
@pytest.mark.parametrize("width", [None, 500])
def test_activations_without_a_gradient_are_refused(step, width):
    network = NETWORK.replace(step=step, width=width)
    error = refused(network.replace(activation=rmt.Activation(np.tanh, name="tanh without derivative")))
    assert error.field == "activation" and "derivative" in error.allowed
    error = refused(network.replace(activation=rmt.sign))
    assert error.field == "activation" and "continuous" in error.allowed


@pytest.mark.parametrize("step", [rmt.PowerStep(0.3), rmt.FixedStep(1.2)])
def test_even_activations_need_a_maximal_step_in_the_limit(step):
    error = refused(NETWORK.replace(activation=rmt.cos, step=step, width=None))
    assert error.field == "activation" and "MaximalStep" in error.allowed


def test_labels_that_give_no_gradient_are_refused():
    silent = {"activation": rmt.tanh, "target": rmt.polynomial(0.0), "noise_variance": 0.0}
    assert refused(NETWORK.replace(**silent)).field == "target"
    initial = {"activation": rmt.polynomial(0.4, 1.0), "target": rmt.polynomial(0.6), "noise_variance": 0.0}
    error = refused(NETWORK.replace(**initial, readout=rmt.ConstantLaw(1.5)))
    assert error.field == "target" and "gradient" in error.allowed


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("law", LAWS)
def test_round_trip_through_json(step, law):
    model = NETWORK.replace(step=step, readout=law, corrections=False, width=None)
    assert model_from_dict(json.loads(json.dumps(model_to_dict(model)))) == model


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"step": {"step": "GiantStep", "rate": 1.0}}, "FixedStep, PowerStep, MaximalStep"),
        ({"step": {"step": "PowerStep", "rate": 1.0}}, "step.rate"),
        ({"step": {"step": "PowerStep"}}, "step.exponent"),
        ({"readout": {"law": "GaussianLaw", "width": 1.0}}, "readout.width"),
    ],
)
def test_dictionaries_that_describe_no_network(change, words):
    with pytest.raises(rmt.OutOfDomain, match=words):
        model_from_dict(model_to_dict(NETWORK) | change)


def test_fields_with_defaults_may_be_left_out():
    fields = model_to_dict(NETWORK)
    for name in ("readout", "corrections", "span_noise", "width"):
        del fields[name]
    model = model_from_dict(fields)
    assert model.readout == rmt.ConstantLaw(1.0) and model.corrections and not model.span_noise


@pytest.mark.parametrize("width", [None, 700])
def test_sweep_over_steps_is_pointwise(width):
    ratios, ridges = [0.8, 2.6], [0.06, 0.5]
    model = NETWORK.replace(width=width, activation=rmt.centred(NETWORK.activation))
    dataset = rmt.sweep(model, ridge=ridges, step=list(STEPS), sample_complexity=ratios)
    assert dataset.test_error.dims == ("ridge", "step", "sample_complexity")
    for i, ridge in enumerate(ridges):
        for j, step in enumerate(STEPS):
            for k, ratio in enumerate(ratios):
                point = rmt.solve(model.replace(ridge=ridge, step=step, sample_complexity=ratio))
                swept = dataset.isel(ridge=i, step=j, sample_complexity=k)
                assert float(swept.test_error) == pytest.approx(point.test_error, rel=IDENTICAL)
                assert float(swept.training_objective) == pytest.approx(point.training_objective, rel=IDENTICAL)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("field", ["sample_complexity", "width_ratio", "noise_variance", "ridge"])
def test_points_of_a_curve_have_their_own_step(step, field):
    """Labels' noise shapes the gradient, and a power of n depends on n: the problem shared along a curve knows."""
    model = NETWORK.replace(step=step)
    values = [0.9 * getattr(model, field), 1.7 * getattr(model, field)]
    curve = rmt.sweep(model, **{field: values}).test_error.values
    for value, swept in zip(values, curve, strict=True):
        point = model.replace(**{field: value})
        direct = solve_points(
            one_step_problem(point, one_step_grid(point, 3)), control_points(point, {})
        ).errors.test_error[0]
        assert swept == pytest.approx(direct, rel=1e-9)
