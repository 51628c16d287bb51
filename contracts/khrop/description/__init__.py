"""A contract as data and as sentences; exports, comparisons and pages are made from it."""
