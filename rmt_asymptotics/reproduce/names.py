"""The figures' names, for help texts: importing the figures themselves is slow."""

NAMES = (
    "learning-curves",
    "staircase",
    "risk-improvement",
    "feature-spectrum",
    "alignment",
    "classification",
    "power-laws",
    "real-data",
)
