"""The exit codes of the commands, which a process knows before it has loaded one."""

from __future__ import annotations

OK, BROKEN, WRONG_USE, FAULT = 0, 1, 2, 3
INTERRUPTED = 130
"""Ctrl-C, as shells have it."""
