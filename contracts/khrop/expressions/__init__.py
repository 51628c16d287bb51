"""Expressions as data: narwhals expressions as formula trees and back, and their values on NumPy arrays."""
