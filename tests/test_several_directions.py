"""Several spikes and targets of several projections.  Note: several_directions.md."""

import json
import pickle

import numpy as np
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.asymptotics import control_points
from rmt_asymptotics.canonical.label_moments import labels_given
from rmt_asymptotics.canonical.latent import several_rule, spiked_latent
from rmt_asymptotics.canonical.modes import Modes
from rmt_asymptotics.canonical.problem import Features, Problem
from rmt_asymptotics.canonical.spiked_features import directions
from rmt_asymptotics.gaussian.conditional import conditional_moments
from rmt_asymptotics.serialisation import model_from_dict, model_to_dict
from rmt_asymptotics.state_evolution.ridge import solve_points
from rmt_asymptotics.vocabulary.quantities import SOLVED_ERRORS

REFERENCE = 1e-11  # the other implementation prints 12 digits
COARSE, DIFFERENCE = 1e-5, 1e-5  # tolerance of a gradient, whose grid is then small; of differences
SAME = 1e-10  # of `solve`: two frames have two lattices
formula, target = rmt.Activation.from_expression, rmt.MultiIndexTarget.from_expression

ERF, SHIFTED = formula("erf(x/sqrt(2))"), formula("erf((x + 0.7)/sqrt(2)) - 0.3")
PROJECTIONS = np.array([[0.6, 0.3, 0.5], [-0.2, 0.7, 0.1], [0.3, 0.2, -0.8]])
PROJECTIONS /= np.linalg.norm(PROJECTIONS, axis=1)[:, None]
t1, t2, t3 = (f"({a!r}*x1 + {b!r}*x2 + {c!r}*x3)" for a, b, c in PROJECTIONS.tolist())
THREE = target(f"sin({t1} + 0.5*{t2}) + 0.5*{t1}*{t3}")
ONE_CLASS = rmt.SpikedRandomFeatures(
    activation=ERF, target=THREE, sample_complexity=2.0, width_ratio=1.5, ridge=0.05, noise_variance=0.1,
    spike=rmt.JointLaw([(1.2, 0.5)], [1.0]), alignment=np.eye(3)[:, :2],
)  # fmt: skip
ANGLED = np.array([[0.7, -0.2], [0.1, 0.6]])  # overlaps of two theta and two v
GENERIC = rmt.SpikedRandomFeatures(
    activation=formula("tanh(x + 0.4)"), target=target("sin(x1 + x2/2) + 0.4*x1*x2"), sample_complexity=2.3,
    width_ratio=1.7, ridge=0.07, noise_variance=0.13, width=350, bulk_variance=0.9,
    spike=rmt.JointLaw([(1.1, 0.4), (-0.7, 0.9)], [0.3, 0.7]), alignment=ANGLED,
)  # fmt: skip


def errors_of(model):
    solved = rmt.solve(model)
    return np.array([getattr(solved, name) for name in SOLVED_ERRORS])


def turn(angle):
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def test_two_spikes_of_one_class_and_three_projections():
    assert errors_of(ONE_CLASS) == pytest.approx([0.708659141307, 0.260241475059, 0.324637146579], rel=REFERENCE)


def test_two_spikes_of_three_classes():
    """Classes of different variances, which no model has yet."""
    spikes, c, pi = np.array([[1.2, 0.5], [-0.9, 0.8], [0.3, -1.1]]), np.array([1, 1.2, 0.8]), np.array([0.3, 0.3, 0.4])
    latent = spiked_latent(spikes, np.eye(3)[:, :2])
    rule = several_rule(latent.spikes, c, 3)
    bulk = conditional_moments(SHIFTED, (), latent.spikes @ rule.nodes.T, np.sqrt(c)[:, None] + 0 * rule.weights)
    modes = Modes.of_classes(bulk.mean, 0, strength=400.0) + directions(rule.nodes.T, bulk.linear, 1)
    problem = Problem(Features.assemble(rule, pi, bulk, modes), labels_given(THREE, latent, rule.nodes))
    found = solve_points(problem, control_points(ONE_CLASS, {})).errors
    values = [getattr(found, name)[0] for name in SOLVED_ERRORS]
    assert values == pytest.approx([0.764393914009, 0.237385062527, 0.308410614462], rel=REFERENCE)


def test_the_frames_do_not_matter():
    spikes, here, there = np.array(GENERIC.spike.values), turn(0.7), turn(-0.4)
    turned = GENERIC.replace(
        spike=rmt.JointLaw(spikes @ here, GENERIC.spike.probabilities),
        alignment=there @ ANGLED @ here,
        target=rmt.MultiIndexTarget(
            lambda a, b: GENERIC.target(np.stack([a, b], axis=-1) @ there), directions=2, name="turned"
        ),
    )
    assert errors_of(turned) == pytest.approx(errors_of(GENERIC), rel=SAME)


def test_a_split_class_is_one_class():
    (u, w), (p, q) = GENERIC.spike.values, GENERIC.spike.probabilities
    split = rmt.JointLaw([u, w, w], [p, 0.4 * q, 0.6 * q])
    free = GENERIC.replace(width=None)  # a split class has two means, and at p = infinity both are free
    assert errors_of(free.replace(spike=split)) == pytest.approx(errors_of(free), rel=SAME)


def test_one_direction_is_the_model_of_one_direction():
    one = GENERIC.replace(
        spike=rmt.DiscreteLaw([1.1, -0.7], [0.3, 0.7]), alignment=0.6, target=formula("sin(x) + x^2/5")
    )
    column = one.replace(spike=rmt.JointLaw([[1.1], [-0.7]], [0.3, 0.7]), alignment=[[0.6]])
    indexed = one.replace(target=target("sin(x1) + x1^2/5"), alignment=[[0.6]])
    assert errors_of(column) == pytest.approx(errors_of(one), rel=1e-12)
    assert errors_of(indexed) == pytest.approx(errors_of(one), rel=1e-12)
    continuous = one.replace(spike=rmt.GaussianLaw(1.3), width=None)
    assert errors_of(continuous.replace(target=indexed.target, alignment=[[0.6]])) == pytest.approx(
        errors_of(continuous), rel=1e-12
    )


def test_a_spike_of_strength_zero_changes_nothing():
    one = GENERIC.replace(spike=rmt.DiscreteLaw([1.1, -0.7], [0.3, 0.7]), alignment=ANGLED[:, :1])
    two = one.replace(spike=rmt.JointLaw([(1.1, 0.0), (-0.7, 0.0)], [0.3, 0.7]), alignment=ANGLED)
    assert errors_of(two) == pytest.approx(errors_of(one), rel=1e-12)


def test_random_features_see_the_length_of_the_linear_part():
    plain = rmt.random_features_of(GENERIC)
    turned = plain.replace(target=target("sin(0.6*x1 + 0.8*x2) + 0.3*x3"))
    again = plain.replace(target=target("sin(x1) + 0.3*x2"))
    assert errors_of(turned) == pytest.approx(errors_of(again), rel=1e-12)
    assert rmt.best_linear_error(turned) == pytest.approx(rmt.best_linear_error(again), rel=1e-12)


@pytest.mark.parametrize("name", ["ridge", "bulk_variance"])
def test_gradients_are_differences(name):
    slope = rmt.gradient(GENERIC, wrt=(name,), tolerance=COARSE)[name]
    value, step = getattr(GENERIC, name), 1e-4
    up, down = (rmt.solve(GENERIC.replace(**{name: value * (1 + h)})).test_error for h in (step, -step))
    assert slope == pytest.approx((up - down) / (2 * step * value), rel=DIFFERENCE)


def test_simulation_agrees():
    """At d = 100; z-scores with the sampling error alone, which is 1 %."""
    simulation = rmt.simulate(GENERIC.replace(width=None), dimension=100, replicas=24, seed=3)
    theory = rmt.solve(GENERIC.replace(width=simulation.width))
    for name in ("test_error", "training_error"):
        estimate = getattr(simulation, name)
        assert abs(estimate.mean - getattr(theory, name)) < 4 * estimate.standard_error, name


def test_models_are_stored_and_read():
    for model in (GENERIC, ONE_CLASS, rmt.random_features_of(GENERIC)):
        assert model_from_dict(json.loads(json.dumps(model_to_dict(model)))) == model
        assert pickle.loads(pickle.dumps(model)) == model
        assert hash(model) == hash(model.replace())
    assert rmt.model_from(rmt.sweep(GENERIC, ridge=[0.1, 1.0])) == GENERIC


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"loss": rmt.HuberLoss(0.5)}, "loss"),
        ({"labels": rmt.SignLabels(), "loss": rmt.LogisticLoss(), "noise_variance": 0.0}, "loss"),
        ({"intercept": True}, "intercept"),
        ({"alignment": 0.5}, "alignment"),
        ({"alignment": [[0.5, 0.1]]}, "alignment"),
        ({"alignment": [[1.0, 0.1], [0.0, 0.5]]}, "alignment"),
        ({"alignment": [[0.5], [0.1, 0.2]]}, "alignment"),
        ({"spike": rmt.ConstantLaw(1.0)}, "alignment"),
        ({"target": target("x1*x2*x3")}, "alignment"),
    ],
)
def test_what_does_not_fit_is_refused(change, field):
    with pytest.raises(rmt.OutOfDomain) as caught:
        GENERIC.replace(**change)
    assert caught.value.field == field


@pytest.mark.parametrize(
    "call",
    [
        lambda model: rmt.solve(model, digits=20),
        lambda model: rmt.finite_size(model, 100),
        lambda model: rmt.training_curve(model, time=[1.0]),
        lambda model: rmt.optimal_stopping(model),
        lambda model: rmt.bias_variance(model),
        lambda model: rmt.ensemble(model, members=2),
        lambda model: rmt.simulate_bias_variance(model, dimension=20),
        lambda model: rmt.spectrum(model),
        lambda model: rmt.weight_spectrum(model),
        lambda model: rmt.weight_statistics(model, dimension=20),
    ],
)
def test_what_knows_one_direction_refuses_several_by_name(call):
    for model, field in ((GENERIC, "target"), (GENERIC.replace(target=rmt.sin, alignment=[[0.5, 0.1]]), "spike")):
        with pytest.raises(rmt.OutOfDomain, match="of one direction here") as caught:
            call(model)
        assert caught.value.field == field


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: target("sin(x)"), "x is not one of them"),
        (lambda: target("sin(x1) + x5"), "x5 is not one of them"),
        (lambda: target("sin(x1"), "x1, ..., x4"),
        (lambda: rmt.MultiIndexTarget(np.add, directions=5), "<= 4"),
        (lambda: rmt.JointLaw([(1.0, 2.0), (3.0,)], [0.5, 0.5]), "rows of equal length"),
        (lambda: rmt.JointLaw([(1.0, 2.0)], [0.5, 0.5]), "one number for each of 1 values"),
        (lambda: rmt.solve(GENERIC.replace(target=target("max(x1, 0) + x2"))), "smooth"),
        (lambda: rmt.solve(GENERIC.replace(target=target("exp(x1*x2/2)"))), "10 standard deviations|smooth"),
        (
            lambda: rmt.solve(GENERIC.replace(spike=rmt.JointLaw(np.eye(4), [0.25] * 4), alignment=np.eye(4)[:2])),
            "at most 3 directions",
        ),
    ],
)
def test_refusals_say_what_is_allowed(make, said):
    with pytest.raises(rmt.OutOfDomain, match=said):
        make()


def test_three_spikes_have_a_lattice_of_three_dimensions():
    three = GENERIC.replace(
        spike=rmt.JointLaw([(0.5, 0.4, 0.0), (-0.4, 0.3, 0.6), (0.2, -0.6, 0.3)], [0.3, 0.3, 0.4]),
        alignment=[[0.5, 0.1, 0.2], [0.0, 0.6, -0.3]],
    )
    two = three.replace(spike=rmt.JointLaw([(0.5, 0.4), (-0.4, 0.3), (0.2, -0.6)], [0.3, 0.3, 0.4]), alignment=ANGLED)
    flat = two.replace(
        spike=rmt.JointLaw([(0.5, 0.4, 0.0), (-0.4, 0.3, 0.0), (0.2, -0.6, 1e-5)], [0.3, 0.3, 0.4]),
        alignment=np.column_stack([ANGLED, [0.1, 0.2]]),
    )
    assert rmt.solve(three, tolerance=1e-6).solution.nodes > 5000
    assert rmt.solve(flat, tolerance=1e-6).test_error == pytest.approx(rmt.solve(two).test_error, rel=1e-6)
