"""Spectra of features and of first-layer weights: density, edges, atom, outliers, overlaps."""

from rmt_asymptotics.spectra.features import FeatureSpectrum, spectrum
from rmt_asymptotics.spectra.inputs import InputOutlier, InputSpectrum
from rmt_asymptotics.spectra.outliers import Outlier
from rmt_asymptotics.spectra.rank_one import RankOneSpike, bbp
from rmt_asymptotics.spectra.weight_laws import WeightLaw, weight_law
from rmt_asymptotics.spectra.weights import WeightOutlier, WeightSpectrum, weight_spectrum

__all__ = [
    "FeatureSpectrum",
    "InputOutlier",
    "InputSpectrum",
    "Outlier",
    "RankOneSpike",
    "WeightLaw",
    "WeightOutlier",
    "WeightSpectrum",
    "bbp",
    "spectrum",
    "weight_law",
    "weight_spectrum",
]
