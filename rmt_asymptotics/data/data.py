"""Data: rows with their summary, as models hold them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy import linalg

from rmt_asymptotics._types import Array
from rmt_asymptotics.checks import flag, real_array
from rmt_asymptotics.data.reading import inputs_and_labels
from rmt_asymptotics.data.rows import Rows
from rmt_asymptotics.data.summary import RANK, Summary, summarise
from rmt_asymptotics.errors import OutOfDomain
from rmt_asymptotics.tables import Shown, Table

FEW = 0.1  # rank over rows, above which spectrum and profile are those of a sample, not of a population
HEAVY = 10.0  # whitened tails, above which data do worse than predicted at small ridges
NEGATIVE = 1e-8  # of an eigenvalue of a kernel to the largest: rounding


@dataclass(frozen=True, eq=False)
class Data(Shown):
    """rows: what was given.  summary: what ridge regression on them depends on.  Data are equal to themselves only."""

    rows: Rows
    summary: Summary

    @classmethod
    def read(cls, X: Any, y: Any, features: Callable[[Array], Any] | None, debias: bool) -> Self:
        """Data of arrays, tables or files, as `RidgeRegression.from_data` takes them."""
        if features is not None and not callable(features):
            raise OutOfDomain("features", features, "a function from rows (m, D) to (m, F), or None")
        rows = Rows(*inputs_and_labels(X, y), features)
        return cls(rows, summarise(rows, flag("debias", debias)))

    @classmethod
    def of_kernel(cls, K: Any, y: Any) -> Self:
        """Data whose features are those of a kernel between all pairs of rows: K = Phi Phi^T."""
        kernel = real_array("K", K)
        if kernel.ndim != 2 or kernel.shape[0] != kernel.shape[1] or not np.isfinite(kernel).all():
            raise OutOfDomain("K", f"of shape {kernel.shape}", "a square array of finite numbers")
        values, vectors = linalg.eigh((kernel + kernel.T) / 2)
        top = float(values[-1])
        if not np.allclose(kernel, kernel.T, atol=NEGATIVE * max(top, 0.0)) or not values[0] >= -NEGATIVE * top:
            raise OutOfDomain("K", f"with an eigenvalue {values[0]:.3g}", "symmetric, without negative eigenvalues")
        kept = values > RANK * top
        return cls.read(vectors[:, kept] * np.sqrt(values[kept]), y, None, False)

    def __repr__(self) -> str:
        return f"Data({self.summary.rows} rows of {self.summary.columns} columns, rank {self.summary.rank})"

    @property
    def warnings(self) -> tuple[str, ...]:
        """Why predictions may fail, in words."""
        s, found = self.summary, []
        if s.rank > FEW * s.rows:
            found.append(f"rank/rows {s.rank / s.rows:.2f}: small ridges see more noise in the spectrum than there is")
        if s.whitened_tails > HEAVY:
            found.append(f"heavy tails: {s.whitened_tails:.3g} times Gaussian; near interpolation data do worse")
        return tuple(found)

    def _table(self) -> Table:
        s = self.summary
        rows = [
            ("rows", s.rows), ("columns", s.columns), ("rank", s.rank), ("rank/rows", s.rank / s.rows),
            ("effective rank", s.effective_rank), ("signal", s.signal), ("noise variance", s.noise_variance),
            ("tails", s.tails), ("whitened tails", s.whitened_tails),
        ]  # fmt: skip
        return Table(("data", ""), rows, repr(self), self.warnings)
