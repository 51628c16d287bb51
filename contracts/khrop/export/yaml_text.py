"""YAML of unknown origin: read as plain values, or refused with a message that names the line.

Here belongs what makes YAML safe to read: no objects, no aliases that expand without end, no duplicate key. What a
document means belongs to the caller.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

LONGEST = 20_000_000
"""Characters. The contract of a thousand columns has a tenth of it."""
MOST = 500_000
"""Values, with all that aliases repeat."""
DEEPEST = 100


def write(document: Any) -> str:
    """Return a document of plain values as YAML, its keys in their order."""
    yaml = _yaml()

    class WithoutAnchors(yaml.SafeDumper):  # type: ignore[misc, name-defined]
        """Writes a value that occurs twice in full each time."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    def text(dumper: Any, data: str) -> Any:
        return dumper.represent_scalar("tag:yaml.org,2002:str", data, style="|" if "\n" in data else None)

    def listed(dumper: Any, data: list[Any]) -> Any:
        short = all(not isinstance(item, (list, dict)) for item in data)
        return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=short)

    WithoutAnchors.add_representer(str, text)
    WithoutAnchors.add_representer(list, listed)
    return str(yaml.dump(document, Dumper=WithoutAnchors, allow_unicode=True, sort_keys=False, width=110))


def read(text: str) -> Any:
    """Return the plain values of a text of YAML; None where it is empty.

    Raises:
        ValueError: The text is no YAML, or too large; the message names the line.
    """
    yaml = _yaml()
    if len(text) > LONGEST:
        raise ValueError(f"it is {len(text):,} characters long; no contract has more than {LONGEST:,}")
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        if node is None:
            return None
        _size(node, {}, ())
        return loader.construct_document(node)
    except yaml.YAMLError as error:
        raise ValueError(_message(error)) from error
    except RecursionError:
        raise ValueError(f"it is nested more than {DEEPEST} deep") from None
    except (ArithmeticError, AttributeError, LookupError, TypeError) as error:
        # What PyYAML raises for a value that is not of the type its tag says, like `!!bool perhaps`.
        raise ValueError(f"a value is not of the type that its tag names ({error})") from error


def _yaml() -> Any:
    try:
        return import_module("yaml")
    except ModuleNotFoundError as error:
        message = "contracts in YAML are read and written with PyYAML: pip install 'khrop[odcs]'"
        raise ModuleNotFoundError(message, name=error.name) from error


def _message(error: Any) -> str:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or "it is no YAML"
    return f"{_line_text(mark)}: {what}" if mark else f"it is no YAML: {what}"


def _line_text(mark: Any) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}"


def _size(node: Any, sizes: dict[int, int], above: tuple[int, ...]) -> int:
    """Return how many values a node expands to."""
    if id(node) in sizes:
        return sizes[id(node)]
    where = _line_text(node.start_mark)
    if id(node) in above:
        raise ValueError(f"{where}: it contains itself")
    if len(above) > DEEPEST:
        raise ValueError(f"{where}: it is nested more than {DEEPEST} deep")
    parts: list[Any] = []
    if isinstance(node.value, list):
        parts = [part for item in node.value for part in (item if isinstance(item, tuple) else (item,))]
        _refuse_duplicates([item[0] for item in node.value if isinstance(item, tuple)])
    size = 1 + sum(_size(part, sizes, (*above, id(node))) for part in parts)
    if size > MOST:
        raise ValueError(f"{where}: it unfolds to more than {MOST:,} values")
    sizes[id(node)] = size
    return size


def _refuse_duplicates(keys: list[Any]) -> None:
    seen = set()
    for key in keys:
        if not isinstance(key.value, str):
            raise ValueError(f"{_line_text(key.start_mark)}: a key is a text")
        if key.value in seen:
            raise ValueError(f"{_line_text(key.start_mark)}: {key.value!r} stands here twice")
        seen.add(key.value)
