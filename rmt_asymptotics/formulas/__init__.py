"""Formulas in x: trees of elementary functions, their values, slopes, kinks and parity parts."""
