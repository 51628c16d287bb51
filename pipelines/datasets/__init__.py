"""Kinds of return: `Dataset` is all that the application knows about a kind, and each lies in a folder of its own.

`dataset`, `kinds` and `registry` are the interface, which everything may import. A dataset's own folder is an extension
above the application: nothing imports it, the registry loads it by its entry point.
"""
