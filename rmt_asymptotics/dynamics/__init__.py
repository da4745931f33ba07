"""Theories of training dynamics: frozen parameters -> `predict` -> a result; -> `simulate` -> the same names, measured.

Condensation (`TwoPointReLU`), support learning by the noise of SGD (`SupportLearning`) and Taylor expansions along
a layer-scaled step (`LayerScaledStep`).  Notes: theory_notes/dynamics_*.md.
"""

from rmt_asymptotics.dynamics.actions import compare, predict, simulate

__all__ = ["compare", "predict", "simulate"]
