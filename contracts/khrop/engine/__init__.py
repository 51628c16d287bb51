"""Compile a contract, prepare a frame, run the rules on it, split its rows.

What a backend does in its own way is a module named after that backend.
"""
