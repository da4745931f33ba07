"""The vocabulary: what a parameter and an output of a model are, each said once.

Validation, coordinates of searches, labels of plots, options of the command line, attributes of Datasets, docstrings
and the table of theory_notes/conventions.md follow from here.  A new field is an entry of `fields.FIELDS` and an
annotation in its class; a new output is an entry of `quantities.QUANTITIES`.
"""
