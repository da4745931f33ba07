"""The comparisons of the campaign; each returns rows for the report and whether they hold."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import rmt_asymptotics as rmt
from rmt_asymptotics.serialisation import model_from_dict
from validation.cases import Case
from validation.published import cui24

REFERENCE = Path(__file__).parent / "reference" / "high_precision.json"
LARGEST_Z = 4.0
FINITE_SIZE = 0.03  # relative gap that finite-size effects beyond the resolved ones may leave at d = 200


@dataclass(frozen=True)
class Section:
    """A table of the report: what is compared with what, its columns and rows, and whether every row holds."""

    title: str
    explanation: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    holds: bool


def published() -> Section:
    """Theory against the printed digits of the published setting; tolerance half a unit of the last one."""
    rows, holds = [], True
    for alpha, printed in zip(cui24.SAMPLE_COMPLEXITY, cui24.TEST_ERRORS, strict=True):
        value = rmt.solve(cui24.published_model().replace(sample_complexity=alpha)).test_error
        unit = 10.0 ** -len(printed.split(".")[1])
        deviation = (value - float(printed)) / unit
        holds &= abs(deviation) <= 0.5 + 1e-2
        rows.append((f"{alpha}", printed, f"{value:.16f}", f"{deviation:+.2f}"))
    explanation = (
        "Test error of the plain spiked model at p = infinity against the reference digits; "
        "the last column is the deviation in units of the last printed digit."
    )
    return Section(
        "Published setting (cui24)", explanation, ("n/d", "reference", "computed", "units"), tuple(rows), holds
    )


def high_precision() -> Section:
    """Theory against 30-digit solutions by another route; the error estimate must be honest."""
    rows, holds = [], True
    for reference in json.loads(REFERENCE.read_text()):
        result = rmt.solve(model_from_dict(reference["model"]))
        true = max(abs(getattr(result, name) / float(reference[name]) - 1) for name in reference["errors"])
        estimate = result.solution.error_estimate
        holds &= true <= 2 * estimate
        rows.append((reference["name"], f"{result.test_error:.14f}", f"{true:.1e}", f"{estimate:.1e}"))
    explanation = (
        "Largest relative deviation of test error, training error and objective from solutions at 30 digits, computed "
        "through second moments (no Jacobian) by `solve(..., digits=30)`, beside the package's own "
        "error estimate. It holds when the deviation is at most twice the estimate."
    )
    columns = ("point", "test error", "deviation", "estimate")
    return Section("High precision", explanation, columns, tuple(rows), holds)


CORRECTED = {0.2: "0.04812", 0.9: "0.04161", 1.6: "0.03633", 3.0: "0.03151"}  # [net.3], at p = infinity
CORRECTED_UNIT = 2e-5


def corrections(dimension: int, replicas: int, seed: int) -> Section:
    """The network of the published setting against its theory with and without the corrections of [net.3]."""
    network = rmt.OneStepNetwork(
        activation=rmt.tanh, target=rmt.sin, sample_complexity=1.0, width_ratio=1.0, ridge=0.1,
        step=rmt.MaximalStep(cui24.RATE), step_sample_complexity=cui24.ALPHA0,
    )  # fmt: skip
    alphas = list(CORRECTED)
    simulated = rmt.simulation_curve(
        network, sample_complexity=alphas, dimension=dimension, replicas=replicas, seed=seed, progress=False
    )
    limit = rmt.learning_curve(network, sample_complexity=alphas).test_error.values
    at_width = network.replace(width=dimension)
    corrected = rmt.learning_curve(at_width, sample_complexity=alphas).test_error.values
    plain = rmt.learning_curve(at_width.replace(corrections=False), sample_complexity=alphas).test_error.values
    mean, spread = simulated.test_error_simulation.values, simulated.test_error_standard_error.values
    rows = tuple(
        (
            f"{alpha}", CORRECTED[alpha], f"{limit[i]:.6f}", f"{corrected[i]:.5f}", f"{plain[i]:.5f}",
            f"{mean[i]:.5f}({spread[i]:.1e})", f"{(mean[i] - corrected[i]) / spread[i]:+.1f}",
            f"{(mean[i] - plain[i]) / spread[i]:+.1f}",
        )
        for i, alpha in enumerate(alphas)
    )  # fmt: skip
    holds = all(abs(limit[i] - float(CORRECTED[alpha])) <= CORRECTED_UNIT for i, alpha in enumerate(alphas))
    holds &= bool(np.all(np.abs(mean - corrected) <= LARGEST_Z * spread))
    explanation = (
        f"Test error of networks after one real gradient step at p = d = {dimension}, {replicas} replicas, against the "
        "theory at that width with the corrections of [net.3] and without (plain spiked features); first the limit "
        "p = infinity against reference digits. It holds when the limit is within 2e-5 and every corrected |z| <= 4."
    )
    columns = ("n/d", "reference", "limit", "corrected", "plain", "simulation", "z corrected", "z plain")
    return Section("Networks after one step: corrections", explanation, columns, rows, holds)


def simulation(cases: list[tuple[Case, rmt.Comparison]]) -> Section:
    """Theory at the simulated width against simulation."""
    rows, holds = [], True
    for case, comparison in cases:
        for quantity in ("test_error", "training_error"):
            for size in comparison.sizes:
                theory, gap = getattr(size.asymptotics, quantity), size.gap(quantity)
                z = size.z_scores[quantity]
                within = abs(z) <= LARGEST_Z or abs(gap.mean) <= FINITE_SIZE * theory * 200 / size.simulation.dimension
                holds &= within
                rows.append(
                    (
                        case.name,
                        quantity.replace("_", " "),
                        f"{size.simulation.dimension}",
                        f"{theory:.5f}",
                        f"{theory + gap.mean:.5f}({gap.standard_error:.1e})",
                        f"{z:+.1f}",
                        f"{100 * gap.mean / theory:+.2f} %",
                        "yes" if within else "NO",
                    )
                )
            drift = comparison.drift[quantity].extrapolated
            z = drift.mean / drift.standard_error
            holds &= abs(z) <= LARGEST_Z
            rows.append(
                (case.name, quantity.replace("_", " "), "-> infinity", "", f"gap {drift.mean:+.5f}"
                 f"({drift.standard_error:.1e})", f"{z:+.1f}", "", "yes" if abs(z) <= LARGEST_Z else "NO")
            )  # fmt: skip
    explanation = (
        "Theory at the simulated p, n and d against the mean of the replicas (standard error in brackets). "
        f"A row holds when |z| <= {LARGEST_Z:g} or the gap is below {100 * FINITE_SIZE:g} % x 200/d, the size of the "
        "finite-size effects that the theory neglects; the gap extrapolated to d = infinity must vanish within "
        f"{LARGEST_Z:g} standard errors."
    )
    columns = ("model", "quantity", "d", "theory", "simulation", "z", "gap", "holds")
    return Section("Simulation at generic points", explanation, columns, tuple(rows), holds)
