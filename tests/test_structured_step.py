"""One gradient step on inputs with a covariance.  Note: structure.md [step.1]-[step.4]."""

from dataclasses import replace

import numpy as np
import pytest

import rmt_asymptotics as rmt
from rmt_asymptotics.asymptotics import control_points
from rmt_asymptotics.canonical import one_step_network, structured_step
from rmt_asymptotics.canonical.length_modes import strengths
from rmt_asymptotics.canonical.modes import Modes, Spectrum
from rmt_asymptotics.canonical.translation import grid_of, problem_on, translate
from rmt_asymptotics.state_evolution.ridge import solve_points
from tests.structured import SHARES, TEACHER, TWO_LEVEL
from tests.test_structure import ACTIVATION, TARGET, USUAL

PRINTED = 5e-11  # half a unit of the last digit, and what 160 nodes of kappa leave
EXACT = 1e-12  # another order of the same sums
SHIFTED = rmt.Activation.from_expression("tanh(x + 0.7) - 0.6")
CENTRED = rmt.centred(SHIFTED)
TWO = rmt.Covariance.two_level(TWO_LEVEL, SHARES)
MODEL = rmt.OneStepNetwork(
    activation=ACTIVATION, covariance=TWO, teacher=tuple(TEACHER), step=rmt.MaximalStep(2.0),
    step_sample_complexity=2.0, **USUAL,
)  # fmt: skip
READOUT = rmt.DiscreteLaw((-1.0, 1.5), (0.4, 0.6))


def errors_of(problem, model):
    found = solve_points(problem, control_points(model, {})).errors
    return np.array([value[0] for value in vars(found).values()])


def test_reference_digits():
    """Those without the mode of the row variances."""
    problem = translate(MODEL, 4)
    modes = problem.features.modes
    kept = modes.are_free
    alone = Modes(modes.functions[:, kept], modes.classes[kept], modes.strengths[:, kept])
    found = errors_of(replace(problem, features=replace(problem.features, modes=alone)), MODEL)
    np.testing.assert_allclose(found, [0.4952173323, 0.1744470395, 0.2256307498], rtol=0, atol=PRINTED)


@pytest.mark.parametrize("readout", [rmt.ConstantLaw(1.0), READOUT])
@pytest.mark.parametrize("corrections", [True, False])
def test_one_node_is_the_isotropic_step(monkeypatch, readout, corrections):
    """The vectors of the corrections against the functions of [net.3]."""
    model = MODEL.replace(
        activation=SHIFTED, covariance=None, teacher=None, readout=readout, corrections=corrections, width=500
    )
    grid = grid_of(model, 2)
    expected = errors_of(problem_on(model, grid), model)
    monkeypatch.setattr(structured_step, "spectrum_of", lambda model: Spectrum(np.ones(1), np.ones(1)))
    monkeypatch.setattr(one_step_network, "length_modes", lambda *_: Modes.none(2, len(grid.kappa.nodes)))
    np.testing.assert_allclose(errors_of(problem_on(model, grid), model), expected, rtol=EXACT)


def test_nearly_equal_eigenvalues_are_near():
    model = MODEL.replace(activation=SHIFTED, covariance=None, teacher=None, readout=READOUT, width=500)
    near = rmt.solve(model.replace(covariance=rmt.Covariance((1 + 1e-7, 1 - 1e-7))))
    np.testing.assert_allclose(near.test_error, rmt.solve(model.replace(row_lengths=True)).test_error, rtol=1e-6)


SIMULATED = {
    "odd": MODEL.replace(activation=rmt.tanh),
    "shifted": MODEL.replace(activation=SHIFTED, step=rmt.MaximalStep(1.5)),
    "two readouts": MODEL.replace(activation=SHIFTED, step=rmt.MaximalStep(1.0), readout=READOUT),
}


@pytest.mark.parametrize("name", SIMULATED)
def test_simulation(name):
    model = SIMULATED[name]
    found = rmt.simulate(model, dimension=240, replicas=10, seed=6)
    theory = rmt.solve(model.at_width(found.width, 240))
    for quantity in ("test_error", "training_error"):
        estimate = getattr(found, quantity)
        assert abs(estimate.mean - getattr(theory, quantity)) < 4 * estimate.standard_error, quantity


LENGTHS = {2.0: 2.335, -2.0: 3.640, 3.0: 3.982}  # strength of the row variances by e
DIMENSION = 400


@pytest.mark.parametrize("e", LENGTHS)
def test_row_variances_after_a_step(e):
    """Against rows that are drawn, outside the spike and less what is linear in <w, g>, a direction of its own."""
    model = MODEL.replace(activation=rmt.Activation.from_expression("erf((x + 0.7)/sqrt(2)) - 0.3"))
    step = structured_step.step_of(model)
    R, covariance, length = strengths(model, step, np.array([[e]]))
    assert abs(R[0] - LENGTHS[e]) < 5e-4 and length == 1.5
    d, rng, found = DIMENSION, np.random.default_rng(7), []
    parts = np.array([d // 4, 3 * d // 4])
    values, theta = np.repeat(TWO_LEVEL, parts), np.sqrt(np.repeat(TEACHER / parts, parts))
    for _ in range(8):
        omega = rng.standard_normal((600, d))
        weights = omega / np.linalg.norm(omega, axis=1)[:, None] * np.sqrt(values)
        z = rng.standard_normal((2 * d, d))
        y = TARGET(z @ theta) + np.sqrt(0.1) * rng.standard_normal(2 * d) - model.activation.hermite_coefficients(0)[0]
        rows = weights + e * values * ((model.activation.slope()(weights @ z.T) * y) @ z / (2 * d))
        g = y @ z / (2 * d)
        v = values * g / np.linalg.norm(values * g)
        square = np.sum(rows**2, axis=1) - (rows @ v) ** 2
        known = np.column_stack([np.ones(600), weights @ g])
        rest = square - known @ np.linalg.lstsq(known, square, rcond=None)[0]
        found.append([d * np.var(rest), d * np.mean(rest * (np.sum(weights**2, axis=1) - 1))])
    means, deviations = np.mean(found, axis=0), np.std(found, axis=0, ddof=1) / np.sqrt(8)
    assert np.all(np.abs(means - [R[0], covariance[0]]) < 4 * deviations)


def test_gradients_and_continuous_readouts():
    model = MODEL.replace(activation=SHIFTED, readout=rmt.GaussianLaw(0.8), width=400)
    assert rmt.solve(model, tolerance=1e-4).solution.error_estimate < 1e-4
    discrete = model.replace(readout=READOUT)
    slope = rmt.gradient(discrete, wrt=("step.rate",))["step.rate"]
    up, down = (rmt.solve(discrete.replace(step=rmt.MaximalStep(2.0 + sign * 1e-4))).test_error for sign in (1, -1))
    np.testing.assert_allclose(slope, (up - down) / 2e-4, rtol=1e-5)


def test_switches_of_the_open_terms():
    model = MODEL.replace(activation=SHIFTED)
    with pytest.raises(rmt.OutOfDomain, match="span_noise"):
        model.replace(span_noise=True)
    isotropic = model.replace(covariance=None, teacher=None, width=600, readout=READOUT)
    both = isotropic.replace(span_noise=True, row_lengths=True)
    assert 1.01 < rmt.solve(both).test_error / rmt.solve(isotropic).test_error < 1.04
    for activation in (rmt.identity, rmt.hermite_polynomial(2)):  # no noise, and none of its own in the span
        assert rmt.solve(both.replace(activation=activation)).test_error > 0
    with pytest.raises(rmt.OutOfDomain, match="span_noise"):
        rmt.solve(both.replace(row_lengths=False), digits=15)
    with pytest.raises(rmt.OutOfDomain, match="row_lengths"):
        rmt.solve(model.replace(covariance=None, teacher=None, row_lengths=True), digits=15)
    assert rmt.solve(model.replace(row_lengths=True)).test_error == rmt.solve(model).test_error


@pytest.mark.parametrize(
    ("step", "activation", "power"),
    [
        (rmt.FixedStep(1.3), SHIFTED, -0.5),
        (rmt.PowerStep(0.3, 1.2), SHIFTED, -0.2),
        (rmt.PowerStep(-0.2), CENTRED, -0.4),
    ],
)
def test_widths_approach_the_limits_below_the_maximal_step(step, activation, power):
    """The gap falls as a power of the width: that of e, of 1/R_2, which is free, or of R_1, which is absent.

    Without a free intercept the lengths of rows count.
    """
    model = MODEL.replace(activation=activation, step=step, readout=READOUT)
    limit = rmt.solve(model).test_error
    gaps = [limit - rmt.solve(model.replace(width=width), tolerance=1e-5).test_error for width in (10**6, 10**8)]
    np.testing.assert_allclose(gaps[1] / gaps[0], 100**power, rtol=0.15)
    assert rmt.regime(model).description.endswith(("strength kappa", "spikes kappa", "as random features"))


def test_an_eigenvalue_of_zero_is_that_of_a_tiny_one():
    def at(least):
        return rmt.solve(MODEL.replace(activation=SHIFTED, teacher=(0.4, 0.6, 0.0), covariance=covariance(least)))

    def covariance(least):
        return rmt.Covariance((2.5, 0.5, least), (0.2, 0.5, 0.3))

    np.testing.assert_allclose(at(0.0).test_error, at(1e-9).test_error, rtol=1e-7)
