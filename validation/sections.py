"""The comparisons of the campaign; each returns rows for the report and whether they hold."""

import json
from dataclasses import dataclass
from pathlib import Path

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
        "through second moments (no Jacobian) by theory_notes/checks/high_precision.py, beside the package's own "
        "error estimate. It holds when the deviation is at most twice the estimate."
    )
    columns = ("point", "test error", "deviation", "estimate")
    return Section("High precision", explanation, columns, tuple(rows), holds)


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
