"""Random-matrix asymptotics of high-dimensional learning models.

From the parameters of a model to its limiting training and test errors, with a Monte Carlo of the
finite model beside them.  Public names and normalisations: theory_notes/conventions.md.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rmt_asymptotics.activations import (
    Activation,
    centred,
    cos,
    erf,
    gelu,
    hermite_polynomial,
    identity,
    leaky_relu,
    polynomial,
    relu,
    sign,
    silu,
    sin,
    softplus,
    tanh,
)
from rmt_asymptotics.asymptotics import Asymptotics, Solution, solve
from rmt_asymptotics.canonical.regimes import Regime, regime
from rmt_asymptotics.comparison import (
    Comparison,
    compare,
    compare_bias_variance,
    compare_curve,
    compare_ensemble,
    compare_training,
)
from rmt_asymptotics.covariances import Covariance
from rmt_asymptotics.errors import LowEffectiveRank, NotConverged, OutOfDomain
from rmt_asymptotics.labels import LogisticLabels, MixtureNoise, ProbitLabels, Regression, SignLabels
from rmt_asymptotics.laws import ConstantLaw, DiscreteLaw, GaussianLaw, JointLaw, RademacherLaw
from rmt_asymptotics.leading import with_leading_direction
from rmt_asymptotics.losses import (
    AbsoluteLoss,
    ConvexLoss,
    EpsilonInsensitiveLoss,
    ExponentialLoss,
    HardMarginLoss,
    HingeLoss,
    HuberLoss,
    LogisticLoss,
    QuantileLoss,
    SquaredHingeLoss,
    SquareLoss,
)
from rmt_asymptotics.margins import MarginLaw, margin_law
from rmt_asymptotics.models import OneStepNetwork, RandomFeatures, RidgeRegression, SpikedRandomFeatures, TwoStepNetwork
from rmt_asymptotics.montecarlo import (
    BiasVarianceSimulation,
    Estimate,
    Pair,
    Simulation,
    SimulationPlan,
    WeightStatistics,
    feature_eigenvalues,
    simulate,
    simulate_bias_variance,
    simulate_pair,
    simulate_training,
    simulation_curve,
    spiked_equivalent,
    weight_statistics,
)
from rmt_asymptotics.separability import Separability, separability
from rmt_asymptotics.serialisation import model_from
from rmt_asymptotics.state_evolution.refinement import Status
from rmt_asymptotics.steps import FixedStep, MaximalStep, PowerStep
from rmt_asymptotics.sweeps.sweep import learning_curve, open_sweep, sweep
from rmt_asymptotics.targets import MultiIndexTarget

if TYPE_CHECKING:
    from rmt_asymptotics.citations import cite
    from rmt_asymptotics.dataframes import to_pandas, to_polars
    from rmt_asymptotics.explanation import explain
    from rmt_asymptotics.finite import FiniteSize, FiniteValue, finite_size, finite_size_curve
    from rmt_asymptotics.optimisation import (
        Boundary,
        EqualErrors,
        Gradient,
        Optimum,
        OptimumStatus,
        OutlierLeavesBulk,
        Separable,
        VanishingDerivative,
        best_linear_error,
        gradient,
        kernel_limit,
        noise_floor,
        optimal,
        optimal_curve,
        random_features_of,
        square_loss_of,
        trace_boundary,
    )
    from rmt_asymptotics.plotting import plot
    from rmt_asymptotics.spectra import FeatureSpectrum, InputSpectrum, WeightSpectrum, spectrum, weight_spectrum
    from rmt_asymptotics.training import (
        BiasVariance,
        EnsembleErrors,
        OptimalStopping,
        bias_variance,
        bias_variance_curve,
        ensemble,
        optimal_stopping,
        training_curve,
    )

__all__ = [
    "AbsoluteLoss",
    "Activation",
    "Asymptotics",
    "BiasVariance",
    "BiasVarianceSimulation",
    "Boundary",
    "Comparison",
    "ConstantLaw",
    "ConvexLoss",
    "Covariance",
    "DiscreteLaw",
    "EnsembleErrors",
    "EpsilonInsensitiveLoss",
    "EqualErrors",
    "Estimate",
    "ExponentialLoss",
    "FeatureSpectrum",
    "FiniteSize",
    "FiniteValue",
    "FixedStep",
    "GaussianLaw",
    "Gradient",
    "HardMarginLoss",
    "HingeLoss",
    "HuberLoss",
    "InputSpectrum",
    "JointLaw",
    "LogisticLabels",
    "LogisticLoss",
    "LowEffectiveRank",
    "MarginLaw",
    "MaximalStep",
    "MixtureNoise",
    "MultiIndexTarget",
    "NotConverged",
    "OneStepNetwork",
    "OptimalStopping",
    "Optimum",
    "OptimumStatus",
    "OutOfDomain",
    "OutlierLeavesBulk",
    "Pair",
    "PowerStep",
    "ProbitLabels",
    "QuantileLoss",
    "RademacherLaw",
    "RandomFeatures",
    "Regime",
    "Regression",
    "RidgeRegression",
    "Separability",
    "Separable",
    "SignLabels",
    "Simulation",
    "SimulationPlan",
    "Solution",
    "SpikedRandomFeatures",
    "SquareLoss",
    "SquaredHingeLoss",
    "Status",
    "TwoStepNetwork",
    "VanishingDerivative",
    "WeightSpectrum",
    "WeightStatistics",
    "best_linear_error",
    "bias_variance",
    "bias_variance_curve",
    "centred",
    "cite",
    "compare",
    "compare_bias_variance",
    "compare_curve",
    "compare_ensemble",
    "compare_training",
    "cos",
    "ensemble",
    "erf",
    "explain",
    "feature_eigenvalues",
    "finite_size",
    "finite_size_curve",
    "gelu",
    "gradient",
    "hermite_polynomial",
    "identity",
    "kernel_limit",
    "leaky_relu",
    "learning_curve",
    "margin_law",
    "model_from",
    "noise_floor",
    "open_sweep",
    "optimal",
    "optimal_curve",
    "optimal_stopping",
    "plot",
    "polynomial",
    "random_features_of",
    "regime",
    "relu",
    "separability",
    "sign",
    "silu",
    "simulate",
    "simulate_bias_variance",
    "simulate_pair",
    "simulate_training",
    "simulation_curve",
    "sin",
    "softplus",
    "solve",
    "spectrum",
    "spiked_equivalent",
    "square_loss_of",
    "sweep",
    "tanh",
    "to_pandas",
    "to_polars",
    "trace_boundary",
    "training_curve",
    "weight_spectrum",
    "weight_statistics",
    "with_leading_direction",
]

_OPTIMISATION = (
    "Boundary",
    "EqualErrors",
    "Gradient",
    "Optimum",
    "OptimumStatus",
    "OutlierLeavesBulk",
    "Separable",
    "VanishingDerivative",
    "best_linear_error",
    "gradient",
    "kernel_limit",
    "noise_floor",
    "optimal",
    "optimal_curve",
    "random_features_of",
    "square_loss_of",
    "trace_boundary",
)
_TRAINING = (
    "BiasVariance",
    "EnsembleErrors",
    "OptimalStopping",
    "bias_variance",
    "bias_variance_curve",
    "ensemble",
    "optimal_stopping",
    "training_curve",
)
_FINITE = ("FiniteSize", "FiniteValue", "finite_size", "finite_size_curve")
_ELSEWHERE = {"explain": "explanation", "cite": "citations", "to_pandas": "dataframes", "to_polars": "dataframes"}
_SPECTRA = ("FeatureSpectrum", "InputSpectrum", "WeightSpectrum", "spectrum", "weight_spectrum")


def __getattr__(name: str) -> Any:
    """Spectra, optimisation, plots and dynamics load when first used: their imports are slow, and curves need none."""
    if name in _OPTIMISATION:
        return getattr(import_module("rmt_asymptotics.optimisation"), name)
    if name in _TRAINING:
        return getattr(import_module("rmt_asymptotics.training"), name)
    if name in _FINITE:
        return getattr(import_module("rmt_asymptotics.finite"), name)
    if name in _SPECTRA:
        return getattr(import_module("rmt_asymptotics.spectra"), name)
    if name in _ELSEWHERE:
        return getattr(import_module(f"rmt_asymptotics.{_ELSEWHERE[name]}"), name)
    if name == "plot":
        return import_module("rmt_asymptotics.plotting").plot
    if name == "dynamics":
        return import_module("rmt_asymptotics.dynamics")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """All public names, those that load when first used included."""
    return sorted({*globals(), *__all__, "dynamics"})
