"""Random-matrix asymptotics of high-dimensional learning models."""
