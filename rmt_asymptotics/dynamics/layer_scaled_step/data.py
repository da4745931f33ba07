"""A data set that comes with a package: scikit-learn's handwritten digits, for training runs."""

import numpy as np

from rmt_asymptotics._types import Array
from rmt_asymptotics.errors import OutOfDomain, whole_number

DIGITS = 1797


def digits(samples: int = DIGITS) -> tuple[Array, Array]:
    """The first `samples` of the 1797 images: inputs (samples, 64) and one-hot targets (samples, 10).

    The mean image of the whole set is subtracted, then each image is scaled to |x|^2 = 64.
    Raises `OutOfDomain` for another number of samples, ImportError without scikit-learn.
    """
    try:
        from sklearn.datasets import load_digits  # type: ignore[import-untyped]
    except ImportError as error:
        raise ImportError(
            "the digits come with scikit-learn, which is not installed: pip install scikit-learn"
        ) from error
    if whole_number("samples", samples, least=1) > DIGITS:
        raise OutOfDomain("samples", samples, f"at most {DIGITS}")
    images, labels = load_digits(return_X_y=True)
    centred = images - images.mean(axis=0)
    centred *= np.sqrt(images.shape[1]) / np.linalg.norm(centred, axis=1, keepdims=True)
    return centred[:samples], np.eye(10)[labels[:samples]]
