"""Solutions at many digits against more digits and against the ordinary solution."""

import time

from mpmath import mp, mpf

import rmt_asymptotics as rmt
from rmt_asymptotics.vocabulary.quantities import SOLVED_ERRORS
from validation.cases import CASES, SHIFTED_TANH, TARGET, Case
from validation.sections import Section

SLACK = 2  # digits fewer than those asked for that have to agree
ROUNDED = 1e-15  # of the ordinary errors: some units in the last place
NETWORK = rmt.OneStepNetwork(
    activation=SHIFTED_TANH, target=TARGET, sample_complexity=1.6, width_ratio=1.3, ridge=0.06, noise_variance=0.09,
    step=rmt.MaximalStep(1.7), step_sample_complexity=7.0, width=420,
)  # fmt: skip
OTHERS = (
    Case("network", NETWORK),
    Case(
        "network, two readouts without corrections, p = infinity",
        NETWORK.replace(width=None, corrections=False, readout=rmt.DiscreteLaw((-0.8, 1.3), (0.45, 0.55))),
    ),
    Case("constant spike, n = 1.004 p, ridge 1e-9", CASES[2].model.replace(sample_complexity=1.3052, ridge=1e-9)),
)


def of_finitely_many_classes(case: Case) -> bool:
    """Constant, discrete and Rademacher laws of one direction, and steps that leave one class at p = infinity."""
    if case.model.has_several_directions:
        return False
    laws = [law for law in vars(case.model).values() if getattr(law, "continuous", False)]
    return not laws or (case.model.width is None and isinstance(getattr(case.model, "step", None), rmt.PowerStep))


def digits(fewer: int, more: int) -> Section:
    """At every model and law with finitely many values: `fewer` against `more` digits, and the ordinary errors."""
    rows, holds = [], True
    for case in (*filter(of_finitely_many_classes, CASES), *OTHERS):
        ordinary = rmt.solve(case.model)
        start = time.process_time()
        coarse = rmt.solve(case.model, digits=fewer)
        middle = time.process_time()
        fine = rmt.solve(case.model, digits=more)
        seconds = middle - start, time.process_time() - middle
        change, deviation = (_largest_deviation(a, fine, 2 * more) for a in (coarse, ordinary))
        estimate = ordinary.solution.error_estimate
        within = change <= 10.0 ** (SLACK - fewer) and deviation <= estimate + ROUNDED
        holds &= within
        numbers = mp.nstr(fine.test_error, fewer), f"{change:.0e}", f"{deviation:.1e}", f"{estimate:.1e}"
        rows.append((case.name, *numbers, f"{seconds[0]:.1f}, {seconds[1]:.1f}", "yes" if within else "NO"))
    explanation = (
        f"solve(..., digits={fewer}) against digits={more}, and the ordinary solution against it: largest relative "
        f"deviation of the three errors. A row holds when {fewer - SLACK} digits agree and the ordinary solution is "
        "within its error estimate. Seconds of one processor."
    )
    columns = ("point", "test error", f"{fewer} - {more} digits", "ordinary", "its estimate", "seconds", "holds")
    return Section("Any number of digits", explanation, columns, tuple(rows), holds)


def _largest_deviation(a: rmt.Asymptotics, b: rmt.Asymptotics, precision: int) -> float:
    with mp.workdps(precision):
        return float(max(abs(mpf(getattr(a, name)) / mpf(getattr(b, name)) - 1) for name in SOLVED_ERRORS))
