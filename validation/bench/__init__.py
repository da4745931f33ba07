"""Speed, as counts and ratios measured in one run: `make bench`."""
