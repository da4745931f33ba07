"""Theory and simulation side by side: z-scores, finite-size drift and its extrapolation."""

from rmt_asymptotics.comparison.curve import compare_curve
from rmt_asymptotics.comparison.drift import Drift
from rmt_asymptotics.comparison.ensembles import compare_bias_variance, compare_ensemble
from rmt_asymptotics.comparison.point import compare
from rmt_asymptotics.comparison.result import Comparison
from rmt_asymptotics.comparison.sizes import SizeComparison
from rmt_asymptotics.comparison.training import compare_training

__all__ = [
    "Comparison",
    "Drift",
    "SizeComparison",
    "compare",
    "compare_bias_variance",
    "compare_curve",
    "compare_ensemble",
    "compare_training",
]
