"""Kinds of return. `Dataset` is all that the application knows of one; each lies in a folder of its own.

`dataset`, `kinds` and `registry` are the interface, which everything may import. A dataset's own folder stands above
the application, like an extension: nothing imports it, the registry loads it by its entry point.
"""
