"""The published setting of cui24 at 20 digits, by `solve(..., digits=20)`: an independent route through the equations.

The route (`rmt_asymptotics.digits`, numerics.md [quad.4, refine.2]) shares nothing with the ordinary solution: moments
in the argument of the function, the test error from the second moments Q1, Q2 [q.1, q.2] instead of the Jacobian
[err.1]. Run `python -m theory_notes.checks.high_precision` from the root of the repository.
"""

import time

from mpmath import mp, mpf

import rmt_asymptotics as rmt

# plain theory of cui24's setting: tanh, sin, n0/d = 20, rate 3, p = d, ridge .1, width infinite
PUBLISHED_SETTING = {
    0.2: "0.0484829019195",
    0.9: "0.0425039287213",
    1.6: "0.0373113280789",
    2.3: "0.0343046647450",
    3.0: "0.0325182080146",
}
NETWORK = rmt.OneStepNetwork(
    activation=rmt.tanh, target=rmt.sin, sample_complexity=1.6, width_ratio=1.0, ridge=0.1, step=rmt.MaximalStep(3.0),
    step_sample_complexity=20.0, corrections=False,
)  # fmt: skip


def published_deviation(sample_complexity):
    """Test error minus the published reference value at one sample complexity of PUBLISHED_SETTING."""
    solution = rmt.solve(NETWORK.replace(sample_complexity=sample_complexity), digits=20)
    with mp.workdps(30):
        return float(solution.test_error - mpf(PUBLISHED_SETTING[sample_complexity]))


def main():
    """Print the deviations from the published setting."""
    for sample_complexity in PUBLISHED_SETTING:
        start = time.perf_counter()
        deviation = published_deviation(sample_complexity)
        print(f"n/d = {sample_complexity}: test error off by {deviation:+.1e}   ({time.perf_counter() - start:.1f} s)")


if __name__ == "__main__":
    main()
