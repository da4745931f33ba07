"""Two readouts at once against finite networks: pairs that share more or less, and readouts while they train."""

import numpy as np

import rmt_asymptotics as rmt
from rmt_asymptotics.decomposition import PAIRS
from rmt_asymptotics.estimates import z_score
from rmt_asymptotics.montecarlo.bias_variance import simulated_pairs
from rmt_asymptotics.training.ensembles import pairs
from validation.cases import CASES, STRUCTURED, Case
from validation.sections import LARGEST_Z, Section

WORDS = ("same", "other noise", "other samples", "other weights", "other weights and noise", "nothing shared")
TOLERANCE = 1e-4  # relative, of the theory
TIMES, STEPS = (0.3, 3.0, 30.0), (1, 3, 10, 100, 10_000)
PART, MOMENTUM = 0.45, 0.9  # of the largest stable learning rate
SPREAD = 1.2  # by which the largest eigenvalue of a draw may exceed that of the limit


def _supported() -> list[Case]:
    """Cases of one direction."""
    cases = [case for case in CASES if isinstance(case.model.target, rmt.Activation) and _one_law(case)]
    return [*cases, *STRUCTURED]


def _one_law(case: Case) -> bool:
    return not any(isinstance(value, rmt.JointLaw) for value in vars(case.model).values())


def _sized(case: Case, dimension: int) -> rmt.RandomFeatures | rmt.RidgeRegression | rmt.OneStepNetwork:
    samples = round(case.model.sample_complexity * dimension)
    model = case.model.replace(sample_complexity=samples / dimension)
    if isinstance(model, rmt.RidgeRegression):
        return model
    return model.at_width(round(model.width_ratio * dimension), dimension)


def sharing(dimension: int, replicas: int, seed: int) -> Section:
    """E (y - f1)(y - f2) in the six cases of sharing."""
    rows, holds = [], True
    for case in _supported():
        model = _sized(case, dimension)
        theory = pairs(model, TOLERANCE)
        draws = simulated_pairs(
            model, rmt.SimulationPlan(dimension=dimension, replicas=replicas, seed=seed, progress=False)
        )
        mean, error = draws.mean(1), draws.std(1, ddof=1) / np.sqrt(replicas)
        z = z_score(mean, theory, error, replicas)
        holds &= bool(np.all(np.abs(z) < LARGEST_Z))
        cells = (f"{t:.4f} {m:.4f}({e:.1e}) {each:+.1f}" for t, m, e, each in zip(theory, mean, error, z, strict=True))
        rows.append((case.name, *cells))
    explanation = (
        f"Theory at the simulated width, simulation at d = {dimension} with {replicas} replicas, and z, for pairs of "
        f"readouts that differ in what the column says. It holds when every |z| < {LARGEST_Z:g}."
    )
    assert len(WORDS) == len(PAIRS)
    return Section("Two readouts: what they share", explanation, ("model", *WORDS), tuple(rows), holds)


def trained(dimension: int, replicas: int, seed: int) -> Section:
    """Gradient flow and steps of gradient descent, with and without momentum, against the iteration itself."""
    rows, holds = [], True
    for case in _supported():
        model = _sized(case, dimension)
        limit = rmt.training_curve(model, steps=[1], learning_rate=1e-9, tolerance=TOLERANCE)
        rate = PART / SPREAD * limit.attrs["largest_learning_rate"]
        ways = {
            "flow": {"time": TIMES},
            "steps": {"steps": STEPS, "learning_rate": rate},
            "momentum": {"steps": STEPS, "learning_rate": rate, "momentum": MOMENTUM},
        }
        for name, way in ways.items():
            try:
                theory = rmt.training_curve(model, **way, tolerance=TOLERANCE)
            except rmt.NotConverged as reason:
                rows.append((case.name, name, str(reason), "", "", ""))
                holds = False
                continue
            options = {"dimension": dimension, "replicas": replicas, "seed": seed, "progress": False}
            simulation = rmt.simulate_training(model, **way, **options)
            z = {}
            for error in ("test_error", "training_error"):
                mean, spread = (simulation[f"{error}_{kind}"].values for kind in ("simulation", "standard_error"))
                known = theory[error].values * theory.error_estimate.values  # training errors may go to 0
                z[error] = z_score(mean, theory[error].values, np.hypot(spread, known), replicas)
            largest = max(float(np.max(np.abs(each))) for each in z.values())
            holds &= largest < LARGEST_Z
            shown = (" ".join(f"{each:+.1f}" for each in column) for column in z.values())
            last = f"{theory.test_error.values[-1]:.4f}", f"{simulation.test_error_simulation.values[-1]:.4f}"
            rows.append((case.name, name, *shown, *last))
    explanation = (
        f"z of test and training error at times {TIMES} of the flow and after {STEPS} steps, with a learning rate of "
        f"{PART / SPREAD:.2f} of the limit of stability and momentum 0 and {MOMENTUM:g}; d = {dimension}, {replicas} "
        f"replicas. It holds when every |z| < {LARGEST_Z:g}."
    )
    columns = ("model", "training", "z test", "z training", "last test error", "simulated")
    return Section("Training time", explanation, columns, tuple(rows), holds)
