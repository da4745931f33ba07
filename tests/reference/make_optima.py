"""Optimal ridges of the published setting of cui24 at 30 digits, for `optima.json`.

Run `python -m tests.reference.make_optima` from the root of the repository (minutes).  The root of the derivative of
the test error in log(ridge), a central difference of the errors of `theory_notes/checks/high_precision.py`, by the
secant method from two points that are not the package's.
"""

import json
from pathlib import Path

from mpmath import mp, mpf

from tests.reference.make import from_above
from theory_notes.checks import high_precision

STEP = mpf("1e-8")
BRACKETS = {0.2: ("0.5", "0.7"), 0.9: ("0.3", "0.4"), 1.6: ("0.2", "0.3"), 2.3: ("0.15", "0.2"), 3.0: ("0.12", "0.16")}


def slope(sample_complexity, ridge, known):
    """d test error/d log ridge."""
    ends = [
        high_precision.solve(
            mp.tanh, mp.sin, probabilities=[1], sample_complexity=sample_complexity, width_ratio=1,
            ridge=ridge * mp.exp(sign * STEP), step=0.15, **known,
        ).test_error
        for sign in (1, -1)
    ]  # fmt: skip
    return (ends[0] - ends[1]) / (2 * STEP)


def main():
    """Write the optimal ridge and the test error there for each sample complexity."""
    high_precision.state_evolution = from_above
    mp.dps = 30
    known, optima = high_precision.published_parameters(), {}
    for alpha, (first, second) in BRACKETS.items():
        ridge = mp.findroot(lambda r, a=alpha: slope(a, r, known), (mpf(first), mpf(second)), tol=1e-24, verify=False)
        optima[str(alpha)] = mp.nstr(ridge, 12)
    (Path(__file__).parent / "optima.json").write_text(json.dumps(optima, indent=1) + "\n")


if __name__ == "__main__":
    main()
