"""Documents of the Open Data Contract Standard as values, and changed ones."""

from __future__ import annotations

from typing import Any

from khrop.export.odcs import to_odcs


def parsed(text: str) -> Any:
    import yaml

    return yaml.safe_load(text)


def written(document: Any) -> str:
    import yaml

    return str(yaml.safe_dump(document, allow_unicode=True))


def changed(contract: type, change: Any) -> str:
    document = parsed(to_odcs(contract))
    change(document)
    return written(document)
