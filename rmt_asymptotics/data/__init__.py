"""A user's own data: rows read in chunks, and the spectrum, the profile and the noise that they have."""
