"""Type names shared by all layers."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating[Any]]
Numbers: TypeAlias = NDArray[Any]  # real or complex: a ridge off the real axis, or a tangent
