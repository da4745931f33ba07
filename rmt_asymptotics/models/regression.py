"""Ridge regression on the inputs, and on a user's data."""

import dataclasses
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

from rmt_asymptotics._types import Array
from rmt_asymptotics.activations import Activation, identity, polynomial
from rmt_asymptotics.covariances import Covariance
from rmt_asymptotics.data.data import Data
from rmt_asymptotics.errors import OutOfDomain, number, whole_number
from rmt_asymptotics.labels import Labels
from rmt_asymptotics.losses import Loss
from rmt_asymptotics.models.base import RidgeModel, check_ridge_regression
from rmt_asymptotics.models.checks import REAL, SQUARE
from rmt_asymptotics.papers import OfRidgeRegression
from rmt_asymptotics.targets import Target


@dataclass(frozen=True, kw_only=True)
class RidgeRegression(OfRidgeRegression, RidgeModel):
    """Ridge regression on the inputs themselves: f = <a, x>/sqrt(d), of as many features as dimensions.

    The labels are f_*(<theta, x>) + noise.  Penalties of b = a/sqrt(d), as in sum (y - <b, x>)^2 + penalty |b|^2, are
    penalty = d ridge; here ridge is beside |a|^2.  It is the kernel limit of random features that are linear.

    {fields}

    >>> import rmt_asymptotics as rmt
    >>> spectrum = rmt.Covariance.power_law(1.5, 200)
    >>> rmt.RidgeRegression(covariance=spectrum, sample_complexity=0.5, ridge=0.02, noise_variance=0.1).teacher is None
    True
    """

    activation: ClassVar[Activation] = identity  # type: ignore[misc, assignment]  # a field of the others
    width_ratio: ClassVar[float] = math.inf  # type: ignore[misc]
    width: ClassVar[None] = None  # type: ignore[misc]

    target: Target = identity

    if TYPE_CHECKING:  # type checkers do not see that the three are no fields

        def __init__(
            self, *, target: Target = identity, sample_complexity: float, ridge: float, noise_variance: float = 0.0,
            loss: Loss = SQUARE, labels: Labels = REAL, intercept: bool = False, covariance: Covariance | None = None,
            teacher: Sequence[float] | None = None,
        ) -> None: ...  # fmt: skip

    def at_width(self, width: int | None, dimension: int | None = None) -> Self:
        return self

    @staticmethod
    def from_data(
        X: Any,
        y: Any = None,
        features: Callable[[Array], Any] | None = None,
        debias: bool = True,
        *,
        ridge: float | None = None,
        penalty: float | None = None,
        samples: int | None = None,
    ) -> "RegressionOnData":
        """Ridge regression, with an intercept, on n rows of a user's data: predicted from what all rows say.

        X: inputs (N, D), one sample a row: an array (memory-mapped: it is read in chunks), a table of pandas, or the
        name of a .npy, .npz, .csv or .parquet file.
        y: labels (N,), or their name in the table or file ("y" in .npz).
        features: a fixed function from rows (m, D) to (m, F): random features, an embedding.
        debias: give back the noise that the best fit of all rows has fitted.
        samples: n, half of the rows by default.
        penalty: of |b|^2 beside the sum of (y - b0 - <b, x>)^2, in the units of the features; or ridge = penalty/tr
            Sigma, 1 by default.  Errors are in units of y^2.

        `solve` predicts, `simulate` measures on random rows, with the others as test set, `compare` and `compare_curve`
        do both.  `.data` is what was found in the rows, with warnings.  Note: real_data.md [data.1-data.4].
        Raises `OutOfDomain` for what cannot be read, is not finite, differs in length, or does not vary.

        >>> import numpy as np
        >>> import rmt_asymptotics as rmt
        >>> X = np.random.default_rng(0).standard_normal((400, 30))
        >>> model = rmt.RidgeRegression.from_data(X, X[:, 0] + X[:, 1], penalty=3.0, samples=60)
        >>> model.data, round(model.noise_variance, 9), round(model.penalty, 9), model.samples
        (Data(400 rows of 30 columns, rank 30), 0.0, 3.0, 60)
        """
        return RegressionOnData.of(Data.read(X, y, features, debias), ridge, penalty, samples)

    @staticmethod
    def from_kernel(
        K: Any, y: Any, *, ridge: float | None = None, penalty: float | None = None, samples: int | None = None
    ) -> "RegressionOnData":
        """Kernel ridge regression on n of the rows of which K, (N, N), has all kernels: `from_data` of its features.

        No noise is told from what the kernel can fit with all rows; directions that n rows cannot learn act as noise.
        """
        return RegressionOnData.of(Data.of_kernel(K, y), ridge, penalty, samples)


@dataclass(frozen=True, kw_only=True)
class RegressionOnData(RidgeRegression):
    """Ridge regression on rows of data: its theory is that of Gaussian inputs with their spectrum, profile and noise.

    Made by `RidgeRegression.from_data`.  data: the rows, and what they say.
    """

    data: Data

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.data, Data):
            raise OutOfDomain("data", self.data, "what RidgeRegression.from_data has read")
        check_ridge_regression(self)

    @classmethod
    def of(cls, data: Data, ridge: float | None, penalty: float | None, samples: int | None) -> Self:
        """The model of data; raises `OutOfDomain` for wrong numbers, and for a ridge beside a penalty."""
        s = data.summary
        if ridge is not None and penalty is not None:
            raise OutOfDomain("penalty", penalty, "left out where a ridge is given")
        if penalty is not None:
            ridge = number("penalty", penalty, above=0.0) / s.trace
        count = s.rows // 2 if samples is None else whole_number("samples", samples, least=2)
        teacher = s.teacher / s.signal if s.signal else s.eigenvalues / s.trace
        return cls(  # type: ignore[call-arg]  # fields that are fixed
            data=data, ridge=1.0 if ridge is None else ridge, sample_complexity=count / s.rank,
            covariance=Covariance(s.eigenvalues.tolist()), teacher=teacher.tolist(),
            target=polynomial(0.0, math.sqrt(s.signal)), noise_variance=s.noise_variance,
        )  # fmt: skip

    @property
    def samples(self) -> int:
        """n, the rows that are fitted."""
        return round(self.sample_complexity * self.data.summary.rank)

    @property
    def penalty(self) -> float:
        """Of |b|^2 beside the sum of (y - b0 - <b, x>)^2, in the units of the features."""
        return self.ridge * self.data.summary.trace

    @property
    def own_dimension(self) -> int:
        return self.data.summary.rank

    def gaussian(self) -> RidgeRegression:
        """The same without the rows: simulated, it draws Gaussian inputs of the same spectrum."""
        return RidgeRegression(**{f.name: getattr(self, f.name) for f in dataclasses.fields(RidgeRegression)})
