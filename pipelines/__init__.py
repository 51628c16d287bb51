"""Khrop's application: takes returns in, checks them against the contract, loads them, and builds the tables."""
