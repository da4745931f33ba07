"""The two-point ReLU network: the reduced flow by another integrator, real networks by brute force, limits, domain."""

import itertools
import math
import shlex

import numpy as np
import pytest
import xarray
from scipy.integrate import quad, solve_ivp

from rmt_asymptotics import dynamics
from rmt_asymptotics.cli import main
from rmt_asymptotics.dynamics import TwoPointReLU
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.plotting.two_point_relu import plot_two_point

INTEGRATOR = 1e-8  # relative, left by solve_ivp at its tolerances
ROUNDING = 1e-11
REACTIVATES = TwoPointReLU(imbalance=2.6, angle=0.45, living_positive=0.47, living_negative=0.33, output_scale=0.8)
ESCAPES = REACTIVATES.replace(living_negative=0.44)
STAYS = REACTIVATES.replace(living_negative=0.6)


def names(m):
    """p, C, S^2, alpha, rho, c in the letters of the note."""
    alpha = m.living_negative / m.living_positive
    C = math.cos(m.angle)
    c = m.output_scale**2 * m.living_positive / 2 / (1 + m.imbalance)
    return m.imbalance, C, 1 - C * C, alpha, 1 + alpha * (1 - C), c


def reduced_flow(m, times):
    """The equations of F+, F-, g and, after the reactivation, of the negative neurons on x+; events by solve_ivp."""
    p, C, S2, alpha, _, c = names(m)

    def ratio(y):
        return p * math.exp(-y[0] + y[3]), math.exp(y[1] - y[2])

    def flow(t, y, on_minus, on_plus):
        P, N = ratio(y)
        minus = C * P - N if on_minus else 0.0
        plus = P - C * N if on_minus else S2 * P
        g, h = (N - C * P, C * N - P) if on_plus else (S2 * N, 0.0)
        return [c * plus, c * minus, alpha * c * g, alpha * c * h]

    def off(t, y, *_):
        return y[1]

    def on(t, y, *_):
        P, N = ratio(y)
        return P - C * N

    events, losses, start, y, late = [], [], 0.0, np.zeros(4), times[-1]
    off.terminal = on.terminal = True
    off.direction = on.direction = -1
    for state, event in (((True, False), off), ((False, False), on), ((False, True), None)):
        solution = solve_ivp(
            flow, (start, late), y, "DOP853", args=state, events=event, rtol=1e-11, atol=1e-13, dense_output=True
        )
        inside = times[(times >= start) & (times <= solution.t[-1])]
        losses += [sum(ratio(solution.sol(t))) / (1 + p) for t in inside]
        start, y = solution.t[-1], solution.y[:, -1]
        if start == late:
            return events, np.array(losses)
        events.append(start)
    raise AssertionError


@pytest.mark.parametrize("model", [REACTIVATES, ESCAPES, STAYS])
def test_prediction_solves_the_reduced_equations(model):
    times = np.array([0.0, 0.4, 3.1, 17.0, 60.0, 151.0, 333.0, 700.0, 4e4])
    events, losses = reduced_flow(model, times)
    predicted = dynamics.predict(model)
    found = [event for event in (predicted.escape_time, predicted.reactivation_time) if event is not None]
    assert len(found) == {REACTIVATES: 2, ESCAPES: 1, STAYS: 0}[model]
    assert found == pytest.approx(events, rel=INTEGRATOR)
    assert predicted.loss(times) == pytest.approx(losses, rel=INTEGRATOR)


def test_published_style_point():
    """The figures of one network of 1000 neurons, of which 254 and 144 live: levels and times of the reduced flow."""
    m = TwoPointReLU(imbalance=4.0, angle=0.2, living_positive=254 / 500, living_negative=144 / 500)
    predicted = dynamics.predict(m)
    assert predicted.loss([639.8, 1244.8, 2214.8]) == pytest.approx([0.265177, 0.162405, 0.100164], abs=3e-6)
    assert predicted.escape_time == pytest.approx(3201.0, abs=0.05)
    assert predicted.limit_ratio == pytest.approx(0.9660339, abs=5e-8)


@pytest.mark.parametrize("model", [REACTIVATES, STAYS, REACTIVATES.replace(imbalance=400.0)])
def test_saddle_is_a_hyperbolic_tangent(model):
    """e^(s/2) = sqrt(N p/P) in the time d tau = e^(-delta/2) dt, t = int e^(delta/2) d tau [tp.5]."""
    p, C, _, alpha, rho, c = names(model)
    k, start = c * (1 + C) * math.sqrt(p * rho) / 2, math.atanh(math.sqrt(rho / p))
    over, under = (1 - C) * (1 + alpha * (1 + C)) / ((1 + C) * rho), (1 - C) / (1 + C)

    def stretch(tau):
        x = k * tau + start
        return (math.cosh(x) / math.cosh(start)) ** over * (math.sinh(x) / math.sinh(start)) ** under

    predicted = dynamics.predict(model)
    for tau in (0.4 / k, 1.5 / k):
        time = quad(stretch, 0, tau, epsabs=0, epsrel=1e-13)[0]
        assert predicted.ratio(time) == pytest.approx(rho / math.tanh(k * tau + start) ** 2, rel=ROUNDING)


def test_hyperbolas_after_the_escape():
    """Without reactivation P and N fall like 1/(1/P0 + c S^2 t), 1/(1/N0 + alpha c S^2 t) from the escape on [tp.7]."""
    p, _, S2, alpha, _, c = names(ESCAPES)
    predicted = dynamics.predict(ESCAPES)
    start, ratio = predicted.escape_time, predicted.ratio(predicted.escape_time)
    N = predicted.loss(start) * (1 + p) / (1 + ratio)
    for t in (1.3 * start, 7e3 * start, 3e11 * start, 1e15 * start):
        P_t = 1 / (1 / (ratio * N) + c * S2 * (t - start))
        N_t = 1 / (1 / N + alpha * c * S2 * (t - start))
        assert predicted.loss(t) * (1 + p) / (P_t + N_t) == pytest.approx(1, rel=ROUNDING)


@pytest.mark.parametrize("living_negative", [0.27, 0.5])
def test_plateau_falls_like_its_law(living_negative):
    """L = (1+rho) sqrt(p/rho)/(1+p)/(e^(delta/2) + Gamma (t - t0)/2) from any time at which P/N = rho [tp.5]."""
    m = TwoPointReLU(imbalance=3.3, angle=0.06, living_positive=0.51, living_negative=living_negative)
    p, C, S2, alpha, rho, c = names(m)
    predicted = dynamics.predict(m)
    level = (1 + rho) * math.sqrt(p / rho) / (1 + p)
    gamma = math.sqrt(p / rho) * c * ((1 - C) * (1 + rho) + alpha * S2)
    start = 1e3
    assert predicted.ratio(start) == pytest.approx(rho, rel=ROUNDING)
    for later in (math.sqrt(start * predicted.escape_time), 0.7 * predicted.escape_time):
        size = level / predicted.loss(start) + gamma * (later - start) / 2
        assert predicted.loss(later) * size / level == pytest.approx(1, rel=ROUNDING)
    assert predicted.plateau_loss == pytest.approx(2 * math.sqrt(p) / (1 + p), rel=0.01)


def leading_escape(m):
    p, C, _, alpha, _, c = names(m)
    power = p ** ((1 + alpha) / (2 * (1 - alpha * C)))
    return (power - 1) / (math.sqrt(p) * c * (1 - C) * (1 + alpha))


def test_escape_approaches_its_leading_order_like_the_angle_squared():
    gaps = []
    for angle in (0.2, 0.1, 0.05):
        m = REACTIVATES.replace(angle=angle)
        gaps.append(dynamics.predict(m).escape_time / leading_escape(m) - 1)
    assert gaps[0] / gaps[1] == pytest.approx(4, rel=0.25)
    assert gaps[1] / gaps[2] == pytest.approx(4, rel=0.2)
    assert abs(gaps[2]) < 0.02


def test_reactivation_follows_the_escape_by_its_formula():
    p, C, S2, alpha, _, c = names(REACTIVATES)
    predicted = dynamics.predict(REACTIVATES)
    ratio = predicted.ratio(predicted.escape_time)
    n0 = predicted.loss(predicted.escape_time) * (1 + p) / (1 + ratio)
    further = (1 - C / ratio) / (n0 * c * S2 * (C - alpha))  # [tp.7]
    assert predicted.reactivation_time - predicted.escape_time == pytest.approx(further, rel=ROUNDING)


@pytest.mark.parametrize("model", [REACTIVATES, ESCAPES, STAYS])
def test_limits_and_how_they_are_reached(model):
    """The limit of P/N, and the power of t at which it is reached: 1 without reactivation, more with it [tp.8]."""
    _, C, S2, alpha, rho, _ = names(model)
    limit, power = {
        REACTIVATES: (alpha / (alpha + 1 - C), (1 + C) / (1 - C * alpha / (alpha + 1 - C))),
        ESCAPES: (alpha, 1.0),
        STAYS: (rho, (1 + C) * rho / (1 + alpha * S2 - C * rho)),
    }[model]
    predicted = dynamics.predict(model)
    assert predicted.limit_ratio == pytest.approx(limit, rel=ROUNDING)
    last = (predicted.reactivation_time or predicted.escape_time or predicted.plateau_time) * 3
    gaps = predicted.ratio([last, 1.1 * last]) / limit - 1
    hyperbola = 1 / predicted.loss([last, 1.1 * last])
    assert gaps[0] / gaps[1] == pytest.approx((hyperbola[1] / hyperbola[0]) ** power, rel=0.1)
    assert predicted.ratio(1e25) == pytest.approx(limit, rel=ROUNDING)


def test_continuity_at_the_borders_of_the_regimes():
    C = math.cos(0.45)
    for alpha in (C, 1 / C):
        below, above = (
            dynamics.predict(REACTIVATES.replace(living_negative=0.47 * alpha * side)) for side in (1 - 1e-9, 1 + 1e-9)
        )
        assert below.limit_ratio == pytest.approx(above.limit_ratio, rel=1e-8)
        assert below.loss(1e3) == pytest.approx(above.loss(1e3), rel=1e-8)


@pytest.mark.parametrize("angle", [1.3e-4, 0.03])
def test_an_escape_beyond_all_times_is_none(angle):
    """As many negative neurons live as positive ones: alpha = 1 < 1/cos(angle), but barely."""
    predicted = dynamics.predict(REACTIVATES.replace(angle=angle, living_negative=0.47))
    assert predicted.escape_time is None
    assert "not before t = 1e+300" in predicted.table()
    assert predicted.phase(1e299) == "plateau"
    assert predicted.loss(1e200) > 0


def test_times_scale_like_the_inverse_square_of_the_output_scale():
    one, half = (dynamics.predict(REACTIVATES.replace(output_scale=scale)) for scale in (0.9, 0.45))
    for name in ("plateau_time", "escape_time", "reactivation_time"):
        assert getattr(half, name) == pytest.approx(4 * getattr(one, name), rel=ROUNDING)
    assert half.plateau_loss == pytest.approx(one.plateau_loss, rel=ROUNDING)


def test_phases_and_loss_at_every_time():
    predicted = dynamics.predict(REACTIVATES)
    starts = np.array(predicted.phase_starts)
    assert np.all(np.diff(starts) > 0)
    names = ["saddle to plateau", "plateau", "escaped", "reactivated"]
    assert predicted.phase(starts).tolist() == names
    assert predicted.phase(starts * (1 - 1e-9)).tolist() == ["condensation", *names[:-1]]
    times = np.concatenate([[0.0], np.geomspace(1e-6, 1e20, 500)])
    losses = predicted.loss(times.reshape(3, 167))
    assert losses.shape == (3, 167)
    assert losses[0, 0] == 1.0
    assert np.all(np.diff(losses.ravel()) < 0)
    assert isinstance(predicted.loss(3.0), float)
    assert predicted.phase(0.0) == "condensation"
    assert dynamics.predict(STAYS).phase(1e30) == "plateau"
    assert "never" in dynamics.predict(STAYS).table()


def brute_force(run, horizon, step):
    """Explicit Euler on the weight vectors of the same network, relu'(0) = 0; sliding is chattering of order step."""
    p = run.parameters.imbalance
    b, losses = run.network.initial_weights.copy(), []
    for _ in range(round(horizon / step)):
        z = b @ run.network.inputs.T
        f = run.network.readout @ np.maximum(z, 0)
        P, N = p * np.exp(-f[0]), np.exp(f[1])
        losses.append((P + N) / (1 + p))
        b += step * run.network.readout[:, None] * ((z > 0) * [P, -N] @ run.network.inputs) / (1 + p)
    return b, np.array(losses)


@pytest.mark.parametrize(("angle", "seed"), [(0.6, 3), (1.1, 5)])
def test_network_against_brute_force(angle, seed):
    """Large initial weights, so that every neuron has a history of its own: all weights, and the loss on the way."""
    m = TwoPointReLU(imbalance=3.2, angle=angle, initial_scale=0.4, output_scale=0.9)
    horizon, step = 90.0, 4e-3
    run = dynamics.simulate(m, width=24, dimension=3, seed=seed, horizon=horizon)
    weights, losses = brute_force(run, horizon, step)
    kinds = np.isfinite(run.network.events).any(axis=0)
    assert kinds[:2].all()
    assert run.network.weights == pytest.approx(weights, abs=10 * step)
    times = step * np.arange(0, len(losses), 50)
    assert run.loss(times) == pytest.approx(losses[::50], rel=2 * step)


def test_network_reaches_the_reduced_flow_as_its_initial_weights_shrink():
    m = TwoPointReLU(imbalance=3.4, angle=0.35)
    gaps = []
    for scale in (1e-2, 1e-3, 1e-4):
        compared = dynamics.compare(m.replace(initial_scale=scale), width=600, dimension=4, seed=11)
        gaps.append([abs(compared.relative_gaps[name]) for name in ("plateau_loss", "reactivation_time")])
        assert abs(compared.relative_gaps["escape_time"]) < scale
        assert abs(compared.relative_gaps["limit_ratio"]) < ROUNDING
    assert np.divide(gaps[0], gaps[1]) == pytest.approx(10, rel=0.2)
    assert np.divide(gaps[1], gaps[2]) == pytest.approx(10, rel=0.05)


def test_plateau_begins_where_the_output_on_the_weaker_point_is_largest():
    """Also where the output hardly rises, and in a network whose condensation ends on a lesser maximum."""
    compared = dynamics.compare(
        TwoPointReLU(imbalance=4.0, angle=1.1, initial_scale=1e-5), width=8000, dimension=10, seed=7
    )
    for part in (compared.at_measured, compared.simulation):
        times = np.geomspace(1e-7, 10, 20001)
        ratio, loss = part.ratio(times), part.loss(times)
        top = np.argmax(loss / (1 + ratio))
        assert part.plateau_time == pytest.approx(times[top], rel=1e-3)
    assert abs(compared.relative_gaps["plateau_loss"]) < 1e-6


@pytest.mark.parametrize(("imbalance", "angle", "dimension"), [(1.7, 0.8, 2), (9.0, 0.3, 7)])
def test_living_fractions(imbalance, angle, dimension):
    compared = dynamics.compare(
        TwoPointReLU(imbalance=imbalance, angle=angle), width=8000, dimension=dimension, seed=2, horizon=1.0
    )
    assert max(map(abs, compared.z_scores.values())) < 4
    fraction, measured = compared.prediction.living_positive, compared.simulation.living_positive
    binomial = math.sqrt(fraction * (1 - fraction) / 4000)
    assert compared.z_scores["living_positive"] == pytest.approx((measured - fraction) / binomial, rel=ROUNDING)
    assert compared.simulation.escape_time is None


def test_weights_at_the_end_are_those_of_the_recorded_loss():
    """Forward pass of the final weights; the living positive neurons lie on the kink of x-, negative ones have left."""
    run = dynamics.simulate(TwoPointReLU(imbalance=3.4, angle=0.35), width=300, dimension=6, seed=4)
    z = run.network.weights @ run.network.inputs.T
    f = run.network.readout @ np.maximum(z, 0)
    p = run.parameters.imbalance
    assert (p * np.exp(-f[0]) + np.exp(f[1])) / (1 + p) == pytest.approx(run.loss(run.end), rel=1e-10)
    lives = np.isinf(run.network.events[:, 0])
    positive = run.network.readout > 0
    assert np.abs(z[lives & positive, 1]).max() < ROUNDING
    assert z[lives & ~positive].min() > 0
    assert z[~lives].max() < ROUNDING
    aside = run.network.weights - run.network.initial_weights
    assert np.all(aside[:, 2:] == 0)  # what is not in the plane of the data is frozen


def test_directions():
    m = TwoPointReLU(imbalance=3.4, angle=0.35, initial_scale=1e-6)
    compared = dynamics.compare(m, width=500, dimension=3, seed=9)
    predicted, run = compared.at_measured, compared.simulation
    at_end = predicted.directions_at(run.end)
    assert run.directions.positive == pytest.approx(at_end.positive, rel=1e-4)
    assert run.directions.negative == pytest.approx(at_end.negative, rel=1e-4)
    assert at_end.positive == pytest.approx(predicted.directions.positive, rel=1e-9)  # exactly, from the escape on
    gaps = [predicted.directions_at(t).negative[0] / predicted.directions.negative[0] - 1 for t in (1e50, 1e100, 1e200)]
    assert gaps[0] / gaps[1] == pytest.approx(2, rel=0.1)  # like 1/log t
    assert gaps[1] / gaps[2] == pytest.approx(2, rel=0.1)
    start = predicted.directions_at(1e-9).positive
    assert start[0] / start[1] == pytest.approx(-m.imbalance, rel=1e-6)


def test_network_that_stays_on_its_plateau():
    """Among few neurons alpha cos(angle) >= 1 may happen: the network agrees that it never escapes."""
    compared = dynamics.compare(TwoPointReLU(imbalance=2.2, angle=0.9, initial_scale=1e-5), width=20, seed=29)
    assert compared.at_measured.parameters.living_ratio * math.cos(0.9) > 1
    assert compared.simulation.escape_time is compared.at_measured.escape_time is None
    assert compared.relative_gaps["limit_ratio"] == pytest.approx(0, abs=ROUNDING)
    assert "the plateau stays" in compared.table()


def test_horizon_cuts_the_same_run():
    m = TwoPointReLU(imbalance=3.4, angle=0.5, initial_scale=0.1)
    whole = dynamics.simulate(m, width=100, seed=3)
    part = dynamics.simulate(m, width=100, seed=3, horizon=40.0)
    times = np.linspace(0, 40, 57)
    assert part.end == pytest.approx(40.0, rel=ROUNDING)
    assert part.loss(times) == pytest.approx(whole.loss(times), rel=ROUNDING)
    with pytest.raises(OutOfDomain, match="the end of the run"):
        part.loss(40.1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("imbalance", 1 / math.cos(0.4)), ("imbalance", math.inf), ("imbalance", "4"), ("angle", 0.0), ("angle", 1e-5),
        ("angle", math.pi / 2), ("initial_scale", 0.0), ("initial_scale", 1.0), ("output_scale", 1.1),
        ("output_scale", math.nan), ("living_positive", 0.0), ("living_negative", 1.01), ("living_negative", True),
        ("field", "width"),
    ],
)  # fmt: skip
def test_parameters_out_of_domain(field, value):
    with pytest.raises(OutOfDomain) as caught:
        TwoPointReLU(imbalance=3.0, angle=0.4).replace(**({"width": 3} if field == "field" else {field: value}))
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("field", "value"),
    [("width", 7), ("width", 0), ("width", 2), ("dimension", 1), ("seed", -1), ("horizon", 0.0), ("horizon", math.inf)],
)
def test_simulation_options_out_of_domain(field, value):
    """Seed 2 of a network of two neurons leaves none alive of one sign."""
    options = {"width": 40, "dimension": 3, "seed": 2} | {field: value}
    with pytest.raises(OutOfDomain) as caught:
        dynamics.simulate(TwoPointReLU(imbalance=3.0, angle=0.4), **options)
    assert caught.value.field == field


NO_TIMES = [-1.0, math.nan, "a", None, 1j, [1.0, -1e-9], [[1.0], [2.0, 3.0]]]


@pytest.mark.parametrize(
    ("method", "t"), [*itertools.product(("loss", "ratio", "phase"), NO_TIMES), ("loss", math.inf)]
)
def test_times_out_of_domain(method, t):
    with pytest.raises(OutOfDomain) as caught:
        getattr(dynamics.predict(ESCAPES), method)(t)
    assert caught.value.field == "t"


def test_times_of_any_number_and_shape():
    predicted = dynamics.predict(ESCAPES)
    assert predicted.loss(10**30) == predicted.loss(1e30)
    assert predicted.loss([]).shape == predicted.phase([]).shape == (0,)


@pytest.mark.parametrize("count", [0, -1, 2.5, math.nan, True, None])
def test_numbers_of_times_out_of_domain(count):
    with pytest.raises(OutOfDomain) as caught:
        dynamics.predict(ESCAPES).times(count)
    assert caught.value.field == "count"


def test_command_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    command = "dynamics two-point --angle 0.3 "
    options = "--imbalance 3 --width 100 --dimension 4 --seed 5 --output a.nc --plot a.png"
    assert main(shlex.split(command + options)) == 0
    table = capsys.readouterr().out
    compared = dynamics.compare(TwoPointReLU(imbalance=3.0, angle=0.3), width=100, dimension=4, seed=5)
    assert table.strip() == compared.table()
    dataset = xarray.load_dataset("a.nc")
    assert dynamics.parameters_from(dataset) == compared.parameters
    assert np.array_equal(dataset.loss_simulation, compared.simulation.loss(dataset.time.values))
    assert (tmp_path / "a.png").stat().st_size > 0
    assert main(shlex.split(command + "--imbalance 3 --living-negative 0.6 --output a.csv")) == 0
    assert "never" in capsys.readouterr().out
    assert main(shlex.split(command + "--imbalance 1")) == 2
    assert "1/cos(angle)" in capsys.readouterr().err


def test_plot_marks_the_phases():
    compared = dynamics.compare(TwoPointReLU(imbalance=3.0, angle=0.3), width=100, seed=5)
    labels = plot_two_point(compared.prediction, compared).get_legend_handles_labels()[1]
    escape = compared.at_measured.escape_time
    assert f"escape, t = {escape:.4g}" in labels
    assert len(labels) == 7
    assert len(plot_two_point(dynamics.predict(STAYS)).get_legend_handles_labels()[1]) == 3
