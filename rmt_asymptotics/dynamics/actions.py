"""What can be done with the parameters of a theory of dynamics: predict, simulate, compare.

Each theory registers its own functions for its own frozen parameters.
"""

from functools import singledispatch
from typing import Any

from rmt_asymptotics.errors import OutOfDomain

EXPECTED = "the parameters of a theory: TwoPointReLU, SupportLearning or LayerScaledStep"


@singledispatch
def predict(parameters: Any, **options: Any) -> Any:
    """What the theory of these parameters predicts; `options` are those of the theory."""
    raise OutOfDomain("parameters", parameters, EXPECTED)


@singledispatch
def simulate(parameters: Any, **options: Any) -> Any:
    """The finite network of these parameters, trained; the result has the names of the prediction."""
    raise OutOfDomain("parameters", parameters, EXPECTED)


@singledispatch
def compare(parameters: Any, **options: Any) -> Any:
    """Prediction and simulation of the same parameters side by side; `options` are those of `simulate`."""
    raise OutOfDomain("parameters", parameters, EXPECTED)
