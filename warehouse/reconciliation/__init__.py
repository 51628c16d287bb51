"""Two datasets that count the same, compared: `mart.reconciliation`, and what it holds."""

from warehouse.reconciliation.results import Comparison, Difference, comparisons, differences, is_built
from warehouse.reconciliation.table import MART, TABLE, Reconciliation, build, comments, counts, query, version

__all__ = [
    "MART",
    "TABLE",
    "Comparison",
    "Difference",
    "Reconciliation",
    "build",
    "comments",
    "comparisons",
    "counts",
    "differences",
    "is_built",
    "query",
    "version",
]
