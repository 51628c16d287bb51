"""The command `khrop`: check a file, list, show, export and compare contracts."""

from khrop.cli.app import main

__all__ = ["main"]
