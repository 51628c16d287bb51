"""The command `khrop`: check a file, list, show, export and compare contracts."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command. Ctrl-C while it is being loaded, before there is a command to end, ends it with a message."""
    try:
        from khrop.cli.app import main as run

        run()
    except KeyboardInterrupt:
        print("khrop: interrupted", file=sys.stderr)
        sys.exit(130)
