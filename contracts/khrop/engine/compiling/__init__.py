"""Compile a contract, once for each contract and its parameters, before any frame is known."""
