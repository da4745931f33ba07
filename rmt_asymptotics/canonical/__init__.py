"""The canonical problem and the translations of models into it."""
