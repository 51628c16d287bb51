"""Expressions as data: a narwhals expression to a formula tree and back, and its value on NumPy arrays."""
