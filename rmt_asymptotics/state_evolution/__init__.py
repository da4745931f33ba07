"""State evolution: the fixed point of the canonical problem and the errors that follow from it."""
