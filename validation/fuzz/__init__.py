"""Seeded fuzz: random models against their error estimates, wrong values against the whole public interface."""
