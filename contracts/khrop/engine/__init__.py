"""Compile a contract (`compiling`), prepare a frame, run the rules on it, split its rows.

What a backend does in its own way is a module of `backends`.
"""
