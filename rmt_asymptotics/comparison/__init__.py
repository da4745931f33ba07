"""Theory and simulation side by side: z-scores, finite-size drift and its extrapolation."""

from rmt_asymptotics.comparison.curve import compare_curve
from rmt_asymptotics.comparison.drift import Drift
from rmt_asymptotics.comparison.point import compare
from rmt_asymptotics.comparison.result import Comparison
from rmt_asymptotics.comparison.sizes import SizeComparison

__all__ = ["Comparison", "Drift", "SizeComparison", "compare", "compare_curve"]
