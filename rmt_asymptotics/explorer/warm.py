"""Loads what a worker needs, compiled code too, as soon as it is imported.

The process that workers are forked from imports it, so that a new worker is there in a few hundredths of a second.
"""

from rmt_asymptotics.explorer.answers import answers
from rmt_asymptotics.explorer.beginning import state_of

SIMULATION = {"dimension": 10, "replicas": 2, "seed": 0}

for _ in answers(state_of() | {"simulation": SIMULATION}):
    pass
