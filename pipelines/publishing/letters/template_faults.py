"""A template of letters that cannot be used."""

from __future__ import annotations

from khrop.model.errors import WrongUse


class TemplateFault(WrongUse):
    """A template that cannot be used; the message names the file, what is wrong and what was expected."""
