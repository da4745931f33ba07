"""State evolution of convex losses.  Note: theory_notes/convex_losses.md [gl.8]-[gl.14]."""
