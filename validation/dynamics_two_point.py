"""The phases of the two-point ReLU network over a grid of imbalances and angles, and the stated figures."""

import math

import numpy as np
from scipy.integrate import solve_ivp

from rmt_asymptotics import dynamics
from rmt_asymptotics.dynamics.two_point_relu import Comparison
from validation.sections import Section

WIDTH, DIMENSION, SEED = 8000, 10, 7
SMALL = 1e-5  # initial scale: the network then follows its limit to this order
GRID = [(p, angle) for p in (1.5, 4.0, 20.0) for angle in (0.1, 0.2, 0.5, 1.1) if p * math.cos(angle) > 1]
LARGEST_Z = 3.0
TIMES, LEVEL, LIMIT = 1e-2, 1e-5, 1e-6  # relative: of events, of the plateau loss (5 digits), of P/N (6 digits)
EVENTS = ("escape_time", "reactivation_time")
HORIZON = 1e8  # of the integration; the latest event of the grid is at 1e6
COUNTED = dynamics.TwoPointReLU(imbalance=4.0, angle=0.2, living_positive=254 / 500, living_negative=144 / 500)
STATED = (  # of a network of 1000 neurons with these living fractions: what is stated, and to what accuracy
    ("loss at t = 639.8", 0.265177, 5e-6), ("loss at t = 1244.8", 0.162405, 5e-6),
    ("loss at t = 2214.8", 0.100164, 5e-6), ("escape time", 3201.0, 0.05), ("reactivation time", 3409.6, 1.0),
    ("limit of P/N", 0.9660339, 5e-8),
)  # fmt: skip
FRACTION = ("living negative fraction, p = 4, angle = 0.5", 0.3538, 5e-5)


def two_point() -> Section:
    """Networks of 8000 neurons against the reduced dynamics at their living fractions; stated figures."""
    rows, holds = [], True
    for place, (p, angle) in enumerate(GRID):
        model = dynamics.TwoPointReLU(imbalance=p, angle=angle, initial_scale=SMALL)
        compared = dynamics.compare(model, width=WIDTH, dimension=DIMENSION, seed=SEED + place)
        row, within = _row(compared)
        rows.append((f"p = {p:g}, angle = {angle:g}", *row, "yes" if within else "NO"))
        holds &= within
    for name, stated, computed, tolerance in _stated():
        within = abs(computed - stated) <= tolerance
        holds &= within
        rows.append(
            (name, f"stated {stated:.7g}", f"computed {computed:.7g}", "", "", "", "", "yes" if within else "NO")
        )
    explanation = (
        f"Event-driven simulation of m = {WIDTH} neurons in d = {DIMENSION} from weights of scale {SMALL:g}. z: of the "
        f"living fractions of both signs against their means, at most {LARGEST_Z:g}. Then relative gaps to the reduced "
        f"dynamics at the measured fractions: at most {TIMES:g} for escape and reactivation (where they come; of the "
        f"reduced equations by LSODA), {LEVEL:g} for the plateau loss, {LIMIT:g} for the limit of P/N. Below: figures "
        "stated for single networks: losses to 5 decimals, the reactivation, of a larger scale, to 1, others exactly."
    )
    columns = ("point", "z positive", "z negative", "plateau loss", "escape", "reactivation", "limit of P/N", "holds")
    return Section("Two-point ReLU network", explanation, columns, tuple(rows), holds)


def _row(compared: Comparison) -> tuple[tuple[str, ...], bool]:
    run, z = compared.simulation, compared.z_scores
    reduced = dict(zip(EVENTS, integrated_events(compared.at_measured.parameters), strict=True))
    reduced |= {name: getattr(compared.at_measured, name) for name in ("plateau_loss", "limit_ratio")}
    bounds = {"plateau_loss": LEVEL, "escape_time": TIMES, "reactivation_time": TIMES, "limit_ratio": LIMIT}
    texts, within = [f"{score:+.2f}" for score in z.values()], max(map(abs, z.values())) <= LARGEST_Z
    for name, bound in bounds.items():
        theory, measured = reduced[name], getattr(run, name)
        if theory is None or measured is None:
            texts.append("never" if theory is measured else "DIFFERS")
            within &= theory is measured
        else:
            texts.append(f"{measured / theory - 1:+.1e}")
            within &= abs(measured / theory - 1) <= bound
    return tuple(texts), within


def integrated_events(m: dynamics.TwoPointReLU) -> tuple[float | None, float | None]:
    """Escape and reactivation of the reduced equations in F+, F-, g by an integrator that knows no closed form."""
    p, C, alpha, c = m.imbalance, m.cosine, m.living_ratio, m.rate
    S2 = math.sin(m.angle) ** 2

    def weights(y: np.ndarray) -> tuple[float, float]:
        return p * math.exp(-y[0]), math.exp(y[1] - y[2])

    def together(t: float, y: np.ndarray) -> list[float]:
        P, N = weights(y)
        return [c * (P - C * N), c * (C * P - N), alpha * c * S2 * N]

    def escaped(t: float, y: np.ndarray) -> list[float]:
        P, N = weights(y)
        return [c * S2 * P, 0.0, alpha * c * S2 * N]

    def off(t: float, y: np.ndarray) -> float:
        return y[1]

    def on(t: float, y: np.ndarray) -> float:
        P, N = weights(y)
        return P / N - C

    y, times = np.zeros(3), [0.0]
    for flow, event in ((together, off), (escaped, on)):
        event.terminal, event.direction = True, -1  # type: ignore[attr-defined]
        run = solve_ivp(flow, (times[-1], HORIZON), y, "LSODA", events=event, rtol=1e-10, atol=1e-12)
        if run.status != 1:
            break
        y = run.y[:, -1]
        times.append(float(run.t[-1]))
    escape, reactivation = (*times[1:], None, None)[:2]
    return escape, reactivation


def _stated() -> list[tuple[str, float, float, float]]:
    predicted = dynamics.predict(COUNTED)
    fraction = dynamics.predict(dynamics.TwoPointReLU(imbalance=4.0, angle=0.5)).living_negative
    computed = (
        *predicted.loss([639.8, 1244.8, 2214.8]), predicted.escape_time, predicted.reactivation_time,
        predicted.limit_ratio,
    )  # fmt: skip
    rows = [(name, stated, float(value), tol) for (name, stated, tol), value in zip(STATED, computed, strict=True)]
    return [(FRACTION[0], FRACTION[1], fraction, FRACTION[2]), *rows]
