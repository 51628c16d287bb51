"""Datasets of the home that cannot be used, as warnings: they stop no command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.commands.text import echo

if TYPE_CHECKING:
    from pipelines.home import Home


def warn_of_faults(home: Home) -> None:
    """Print, on stderr, why folders of the home's datasets cannot be used; nothing where all can."""
    from pipelines.commands.text import printable
    from pipelines.datasets.registry import faults

    for fault in faults(home.root):
        echo(f"khrop: warning: {printable(str(fault))}", err=True)
