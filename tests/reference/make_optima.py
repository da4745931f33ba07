"""Optimal ridges of the published setting of cui24, for `optima.json`.

Run `python -m tests.reference.make_optima` from the root of the repository (minutes).  The root of the derivative of
the test error in log(ridge), a central difference at 25 digits of the errors of `checks/high_precision.py`, by
the secant method from two points that are not the package's.
"""

import json
from pathlib import Path

from mpmath import mp, mpf
from scipy.optimize import root_scalar

import rmt_asymptotics as rmt
from theory_notes.checks.high_precision import NETWORK

STEP = 1e-7  # of log(ridge)
BRACKETS = {0.2: (0.5, 0.7), 0.9: (0.3, 0.4), 1.6: (0.2, 0.3), 2.3: (0.15, 0.2), 3.0: (0.12, 0.16)}


def slope(sample_complexity, ridge):
    """d test error/d log ridge."""
    ridges = [ridge * (1 + sign * STEP) for sign in (1, -1)]
    model = NETWORK.replace(sample_complexity=sample_complexity)
    plus, minus = (rmt.solve(model.replace(ridge=value), digits=25).test_error for value in ridges)
    with mp.workdps(25):
        return float((plus - minus) / (mp.log(mpf(ridges[0])) - mp.log(mpf(ridges[1]))))


def main():
    """Write the optimal ridge for each sample complexity."""
    optima = {}
    for alpha, bracket in BRACKETS.items():
        root = root_scalar(lambda r, a=alpha: slope(a, r), method="secant", x0=bracket[0], x1=bracket[1], xtol=1e-14)
        optima[str(alpha)] = mp.nstr(mpf(root.root), 12)
    (Path(__file__).parent / "optima.json").write_text(json.dumps(optima, indent=1) + "\n")


if __name__ == "__main__":
    main()
