"""Fuzz: random models and their error estimates, against refinement and against digits; wrong values of any type."""

import numpy as np

import rmt_asymptotics as rmt
from validation.fuzz import surface
from validation.fuzz.honest import ERRORS, ROUNDING, TOO_SMALL, Report, fuzz
from validation.fuzz.random_models import sharp_model, structured_model
from validation.sections import Section

DIGITS = 20
SEED = 2024


def random_models(count: int) -> Section:
    """Any models, and as many tenths with sharp functions and with a covariance, at all tolerances."""
    reports = {
        "any": fuzz(count, SEED), "sharp functions": fuzz(count // 10, SEED, sharp_model),
        "with a covariance": fuzz(count // 10, SEED, structured_model),
    }  # fmt: skip
    rows = [_row(name, report) for name, report in reports.items()]
    rows += [(finding, "", "", "", "", "") for report in reports.values() for finding in report.findings]
    explanation = (
        "Random models of all classes, laws and steps, with ratios up to 1e8 from 1, solved at tolerances from 1e-1 to "
        "the default and compared with a finer refinement. It holds when no error is more than "
        f"{TOO_SMALL:g} times its estimate and nothing raises a bare exception."
    )
    columns = ("models", "tried", "refused", "not converged", "compared", "largest error/estimate")
    holds = not any(report.findings for report in reports.values())
    return Section("Random models", explanation, columns, tuple(rows), holds)


def _row(name: str, report: Report) -> tuple[str, ...]:
    counts = (report.models, report.refused, report.unsolved, report.compared)
    return (name, *map(str, counts), f"{report.worst:.2f}")


def against_digits(count: int) -> Section:
    """A sample of random models against the independent route in mpmath."""
    generator, rows, holds = np.random.default_rng(SEED), [], True
    while len(rows) < count:
        model = sharp_model(generator)
        try:
            found, exact = rmt.solve(model, tolerance=1e-4), rmt.solve(model, digits=DIGITS)
        except rmt.NotConverged:
            continue
        error = max(abs(getattr(found, name) / float(getattr(exact, name)) - 1) for name in ERRORS)
        estimate = found.solution.error_estimate
        holds &= error <= TOO_SMALL * estimate + ROUNDING
        rows.append((str(model.activation), str(model.target), f"{error:.1e}", f"{estimate:.1e}"))
    explanation = f"Models of sharp functions at tolerance 1e-4 against {DIGITS} digits by another route."
    return Section(
        "Random models against digits", explanation, ("activation", "target", "error", "estimate"), tuple(rows), holds
    )


def wrong_values(count: int | None) -> Section:
    """Wrong values of any type in any argument of any public function; None: all of them."""
    tried, found = surface.find(count, SEED)
    rows = [(f"{tried} calls", "", "", f"{len(found)} bare exceptions")]
    rows += [(finding.call, finding.argument, finding.value, finding.error) for finding in found]
    explanation = "It holds when every call succeeds or raises what the package raises on purpose."
    return Section(
        "Wrong values", explanation, ("function", "argument", "value", "what was raised"), tuple(rows), not found
    )
