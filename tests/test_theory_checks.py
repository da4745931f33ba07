"""The scripts of theory_notes/checks still find what the notes say."""

import pytest

from theory_notes.checks import closed_span, deterministic_equivalent, free_energy, high_precision

GRADIENTS = 1e-30  # of 40 digits
PRINTED = 5e-14  # half a unit of the last digit of the reference values
NUMBERS_OF_THE_NOTE = 6e-6  # half a unit of the fifth digit, and the float64 iteration


def test_free_energy_is_stationary():
    """K = 2: gradients vanish, the value is the training objective, the training error follows from |a|^2."""
    found = free_energy.discrepancies(2)
    assert abs(found.gradient) < GRADIENTS
    assert abs(found.energy) < GRADIENTS
    assert abs(found.training_error) < GRADIENTS


def test_high_precision_reproduces_a_published_value():
    assert abs(high_precision.published_deviation(1.6)) < PRINTED


@pytest.mark.parametrize(
    ("span", "classes", "offset", "printed"),
    [
        ("kappa and even", 48, 0.0, 0.23981), ("all", 48, 0.0, 0.23006), ("classes", 4, 0.0, 0.25708),
        ("classes", 8, 0.0, 0.24398), ("classes", 8, closed_span.density(0.0), 0.24402),
    ],
)  # fmt: skip
def test_closed_span_numbers(span, classes, offset, printed):
    assert abs(closed_span.limit_error(span, classes, offset) - printed) < NUMBERS_OF_THE_NOTE


def test_random_matrices_approach_the_deterministic_equivalent():
    """The deviation at p = 500 is that of the note, about 2/p."""
    assert deterministic_equivalent.relative_deviation(500, replicas=2) < 8e-3
