"""Ridge regression on data sets that ship with scikit-learn: predicted from all rows, measured on random ones."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn import datasets

import rmt_asymptotics as rmt
from rmt_asymptotics.prediction import doubts
from validation.sections import Section

SPLITS, SEED = 40, 11
BEYOND = 2.0  # standard errors of the splits, beyond what is known to remain


@dataclass(frozen=True)
class DataCase:
    """A data set with a ridge, numbers of rows to fit, and the relative error that is known to remain."""

    name: str
    model: Callable[[], rmt.RidgeRegression]
    ridge: float
    samples: tuple[int, ...]
    known: float


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Pixels, and whether the digit is odd."""
    found = datasets.load_digits()
    return found.data, 2.0 * (found.target % 2) - 1


def random_features(x: np.ndarray) -> np.ndarray:
    """300 fixed random features of the pixels."""
    pixels = digits()[0]
    weights = np.random.default_rng(0).standard_normal((pixels.shape[1], 300))
    return np.tanh((x - pixels.mean(axis=0)) @ weights * 1.5 / np.sqrt(np.var(pixels, axis=0).sum()))


def quadratic(x: np.ndarray) -> np.ndarray:
    """The columns and all their products."""
    i, j = np.triu_indices(x.shape[1])
    return np.hstack([x, x[:, i] * x[:, j]])


def on_digits() -> rmt.RidgeRegression:
    return rmt.RidgeRegression.from_data(*digits())


def on_features() -> rmt.RidgeRegression:
    return rmt.RidgeRegression.from_data(*digits(), random_features)


def on_diabetes() -> rmt.RidgeRegression:
    return rmt.RidgeRegression.from_data(*datasets.load_diabetes(return_X_y=True))


def on_quadratic() -> rmt.RidgeRegression:
    x, y = datasets.load_diabetes(return_X_y=True)
    return rmt.RidgeRegression.from_data(x / x.std(axis=0), y, quadratic)


def on_cancer() -> rmt.RidgeRegression:
    x, y = datasets.load_breast_cancer(return_X_y=True)
    return rmt.RidgeRegression.from_data((x - x.mean(axis=0)) / x.std(axis=0), 2.0 * y - 1)


CASES = (
    DataCase("digits, pixels", on_digits, 1.0, (20, 50, 100, 300, 890), 0.04),
    DataCase("digits, pixels", on_digits, 0.01, (20, 50, 100, 300, 890), 0.08),
    DataCase("digits, 300 tanh features", on_features, 1.0, (50, 100, 300, 500, 890), 0.02),
    DataCase("digits, 300 tanh features", on_features, 0.01, (50, 100, 300, 500, 890), 0.08),
    DataCase("diabetes", on_diabetes, 10.0, (12, 20, 50, 100, 220), 0.015),
    DataCase("diabetes", on_diabetes, 0.1, (12, 20, 50, 100, 220), 0.05),
    DataCase("diabetes, 65 quadratic features", on_quadratic, 30.0, (20, 50, 100, 220), 0.035),
    DataCase("diabetes, 65 quadratic features", on_quadratic, 1.0, (20, 50, 100, 220), 0.04),
    DataCase("breast cancer", on_cancer, 10.0, (20, 50, 100, 280), 0.07),
    DataCase("breast cancer", on_cancer, 0.1, (20, 50, 100, 280), 0.17),
)


def real_data() -> Section:
    """Predicted beside measured test errors."""
    rows, holds = [], True
    for case in CASES:
        model = case.model().replace(ridge=case.ridge)
        for n in case.samples:
            found = rmt.compare(
                model.replace(sample_complexity=n / model.own_dimension), replicas=SPLITS, seed=SEED, progress=False
            )
            theory, measured = found.asymptotics.test_error, found.simulation.test_error
            gap, error = measured.mean / theory - 1, measured.standard_error / theory
            within = abs(gap) <= case.known + BEYOND * error
            holds &= within
            warned = "warned" if doubts(found.asymptotics) else ""
            rows.append((
                case.name, f"{case.ridge:g}", f"{n}", f"{theory:.5g}", f"{measured.mean:.5g}",
                f"{100 * gap:+.1f}({100 * error:.1f})", f"{100 * case.known:g}", warned, "yes" if within else "NO",
            ))  # fmt: skip
    explanation = (
        f"Test errors of ridge regression on n random rows, {SPLITS} choices, beside the prediction from all rows; the "
        "gap in per cent with the standard error of the choices. A row holds when the gap is at most what is known to "
        f"remain and {BEYOND:g} standard errors."
    )
    columns = ("data", "ridge", "n", "predicted", "measured", "gap", "known", "warning", "holds")
    return Section("Real data: predicted and measured", explanation, columns, tuple(rows), holds)
