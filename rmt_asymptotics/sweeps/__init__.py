"""Models over axes of their fields, as xarray Datasets."""
