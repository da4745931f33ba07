"""Corrections of order 1/d, and the spread of one draw, against many draws of small networks."""

import numpy as np

import rmt_asymptotics as rmt
from rmt_asymptotics.montecarlo.ensemble import default_test_samples
from validation.cases import CASES, STRUCTURED
from validation.sections import LARGEST_Z, Section

HALF = 0.5  # of the limit's root mean square z: what the corrected theory may have at most
SPREAD = 0.05  # relative: of standard deviations, beyond four errors of the sample deviation


def corrected(dimension: int, replicas: int, seed: int) -> Section:
    """Means and standard deviations of many draws, and the theory with and without corrections."""
    rows, limits, scores, holds = [], [], [], True
    for case in (*CASES, *STRUCTURED):
        try:
            finite = rmt.finite_size(case.model, dimension, test_samples=default_test_samples(dimension))
        except rmt.OutOfDomain:  # a network after a step, several directions, a covariance
            continue
        options = {"dimension": dimension, "replicas": replicas, "seed": seed, "progress": False}
        simulation = rmt.simulate(case.model, **options)
        for error in ("test_error", "training_error"):
            theory, draws = getattr(finite, error), np.array(getattr(simulation, error).values)
            measured = draws.std(ddof=1)
            kurtosis = np.mean((draws - draws.mean()) ** 4) / measured**4
            uncertain = np.sqrt((kurtosis - 1) / (4 * replicas))  # of a sample deviation, relative
            off = theory.standard_deviation / measured - 1
            limits.append((draws.mean() - theory.limit) / measured * np.sqrt(replicas))
            scores.append((draws.mean() - theory.mean) / theory.standard_deviation * np.sqrt(replicas))
            holds &= abs(scores[-1]) < LARGEST_Z and (abs(off) < SPREAD + 4 * uncertain or not theory.trusted)
            rows.append(
                (case.name, error.replace("_", " "), f"{theory.limit:.5f}", f"{theory.mean:.5f}", f"{draws.mean():.5f}",
                 f"{limits[-1]:+.1f}", f"{scores[-1]:+.1f}", f"{theory.standard_deviation:.5f}", f"{measured:.5f}")
            )  # fmt: skip
    of_limit, of_corrected = (float(np.sqrt(np.mean(np.square(z)))) for z in (limits, scores))
    rows.append(("root mean square", "", "", "", "", f"{of_limit:.2f}", f"{of_corrected:.2f}", "", ""))
    holds &= of_corrected < HALF * of_limit
    explanation = (
        f"d = {dimension}, {replicas} draws. It holds when every |z| of the corrected theory is below {LARGEST_Z:g}, "
        f"their root mean square below {HALF:g} of the limit's, and trusted spreads are within {SPREAD:.0%} "
        "and what so many draws leave open."
    )
    columns = ("model", "error", "limit", "corrected", "simulated", "z limit", "z", "standard deviation", "simulated")
    return Section("Finite size", explanation, columns, tuple(rows), holds)
