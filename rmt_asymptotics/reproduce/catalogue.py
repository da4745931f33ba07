"""All figures by name."""

from rmt_asymptotics.reproduce.alignment import ALIGNMENT
from rmt_asymptotics.reproduce.classification import CLASSIFICATION
from rmt_asymptotics.reproduce.feature_spectrum import FEATURE_SPECTRUM
from rmt_asymptotics.reproduce.figure import Reproduction
from rmt_asymptotics.reproduce.learning_curves import LEARNING_CURVES
from rmt_asymptotics.reproduce.power_laws import POWER_LAWS
from rmt_asymptotics.reproduce.real_data import REAL_DATA
from rmt_asymptotics.reproduce.risk_improvement import RISK_IMPROVEMENT
from rmt_asymptotics.reproduce.staircase import STAIRCASE

CATALOGUE: dict[str, Reproduction] = {
    figure.name: figure
    for figure in (
        LEARNING_CURVES,
        STAIRCASE,
        RISK_IMPROVEMENT,
        FEATURE_SPECTRUM,
        ALIGNMENT,
        CLASSIFICATION,
        POWER_LAWS,
        REAL_DATA,
    )
}
