"""What writes generated files into the tree: pages of the documentation, their pictures, the font of the site's pages.

Each is run as `python -m page_writers.NAME` with `tests/shared` in PYTHONPATH, as the targets of the Makefile do.
"""
