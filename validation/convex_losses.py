"""Convex losses and labels of two values: published numbers, random problems, simulation."""

import warnings

import numpy as np

import rmt_asymptotics as rmt
from validation.convex_problems import FORMULA, OUTLIERS, random_model, solved
from validation.published import loureiro21
from validation.sections import LARGEST_Z, Section

RESIDUAL = 1e-9
FINITE_SIZE = 0.01  # relative gap that is let pass at d = 300
SHIFTED, TWO_THRESHOLDS = FORMULA("tanh(x + 0.7) - 0.45"), FORMULA("x + 0.4*(x**2 - 1)")
SPIKED = rmt.SpikedRandomFeatures(
    activation=SHIFTED, target=TWO_THRESHOLDS, sample_complexity=2.66, width_ratio=1.4, ridge=0.07,
    spike=rmt.ConstantLaw(1.3), alignment=0.75, bulk_variance=1.1, loss=rmt.LogisticLoss(), labels=rmt.SignLabels(0.04),
)  # fmt: skip
NETWORK = rmt.OneStepNetwork(
    activation=SHIFTED, target=TWO_THRESHOLDS, sample_complexity=3.0, width_ratio=1.5, ridge=0.05,
    step=rmt.MaximalStep(1.2), step_sample_complexity=3.0, loss=rmt.LogisticLoss(), labels=rmt.SignLabels(0.05),
)  # fmt: skip
REAL = SPIKED.replace(loss=rmt.HuberLoss(0.6), labels=OUTLIERS, target=FORMULA("tanh(x) + 0.3*(x**2 - 1)"))
CASES = {
    "logistic, flips": SPIKED,
    "hinge, probit, intercept": SPIKED.replace(
        loss=rmt.HingeLoss(), labels=rmt.ProbitLabels(0.4), target=FORMULA("x + 0.8"), intercept=True
    ),
    "squared hinge, logistic labels": SPIKED.replace(loss=rmt.SquaredHingeLoss(), labels=rmt.LogisticLabels(0.5)),
    "exponential": SPIKED.replace(loss=rmt.ExponentialLoss(), ridge=0.3),
    "square, two values": SPIKED.replace(loss=rmt.SquareLoss()),
    "Huber, outliers": REAL,
    "absolute, outliers": REAL.replace(loss=rmt.AbsoluteLoss(), ridge=0.3),
    "quantile": REAL.replace(loss=rmt.QuantileLoss(0.25), labels=rmt.Regression(), noise_variance=0.3, ridge=0.2),
    "epsilon-insensitive, intercept": REAL.replace(loss=rmt.EpsilonInsensitiveLoss(0.3), intercept=True, ridge=0.2),
    "logistic after one step": NETWORK,
    "hinge after one step": NETWORK.replace(loss=rmt.HingeLoss(), ridge=0.2),
}


def published() -> Section:
    """Logistic regression on erf features against the table of loureiro21."""
    rows, holds = [], True
    for ratio, misclassification, training_loss in loureiro21.ROWS:
        found = rmt.solve(loureiro21.model(ratio))
        gaps = found.misclassification / misclassification - 1, found.training_loss / training_loss - 1
        holds &= max(map(abs, gaps)) <= loureiro21.ONE_DRAW
        rows.append((
            f"{ratio:.4g}", f"{misclassification:.5f}", f"{found.misclassification:.5f}", f"{gaps[0]:+.1e}",
            f"{training_loss:.5f}", f"{found.training_loss:.5f}", f"{gaps[1]:+.1e}",
        ))  # fmt: skip
    explanation = (
        "Misclassification and training loss against the published replica solution at the covariances of one finite "
        "draw (d = 1000). It holds within 3e-3, the size of that draw's own deviation."
    )
    columns = ("n/p", "published", "limit", "relative", "published loss", "limit", "relative")
    return Section("Logistic regression on random features (loureiro21)", explanation, columns, tuple(rows), holds)


def random_problems(count: int) -> Section:
    """Cold starts of random problems."""
    steps, failures = [], []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for seed in range(count):
            found = solved(random_model(seed)).iterate
            steps.append(found.iterations)
            if not np.max(np.abs(found.at.residual)) <= RESIDUAL:
                failures.append(seed)
    row = (
        str(count),
        str(len(failures)),
        f"{np.median(steps):.0f}",
        f"{np.percentile(steps, 90):.0f}",
        str(max(steps)),
    )
    explanation = (
        "Random models of all losses and labels, ridges from 1e-6 to 10, from a cold start; Newton steps include those "
        "of the square loss. It holds if every residual is below 1e-9, without a warning."
    )
    columns = ("problems", "failures", "median steps", "90 %", "most")
    return Section("Convex losses: random problems", explanation, columns, (row,), not failures)


def simulation(dimension: int, replicas: int, seed: int) -> Section:
    """Every loss at generic points against simulation."""
    rows, holds = [], True
    for name, model in CASES.items():
        size = rmt.compare(model, dimension=dimension, replicas=replicas, seed=seed, progress=False).sizes[-1]
        outputs = ("test_loss", "training_loss", "misclassification" if model.labels.two_values else "test_error")
        cells = [name]
        for output in outputs:
            theory, gap, z = getattr(size.asymptotics, output), size.gap(output), size.z_scores[output]
            holds &= abs(z) <= LARGEST_Z or abs(gap.mean) <= FINITE_SIZE * theory * 300 / dimension
            cells += [f"{theory:.4f}", f"{getattr(size.simulation, output)}", f"{z:+.1f}"]
        rows.append(tuple(cells))
    explanation = (
        f"Test loss, training loss, and misclassification (real labels: mean squared error) at d = {dimension}, "
        f"{replicas} replicas, theory at that width. It holds where |z| <= 4, or within 1 % at d = 300 (as 1/d)."
    )
    columns = ("case", "test loss", "simulated", "z", "training loss", "simulated", "z", "errors", "simulated", "z")
    return Section("Convex losses: simulation", explanation, columns, tuple(rows), holds)
