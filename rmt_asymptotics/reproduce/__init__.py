"""Figures in the style of the papers, regenerated from the package alone, with simulation."""
