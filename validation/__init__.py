"""The validation campaign: theory against published values, high precision and simulation."""
