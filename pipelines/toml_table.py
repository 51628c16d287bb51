"""A table of a TOML file that a person wrote, with messages that name the file, the key and what was expected."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

KINDS = {str: "text", date: "a date like 2020-08-31", int: "a whole number", bool: "true or false"}
"""What is expected, for messages; other kinds are numbers."""


class TomlTable:
    """A table of a TOML file."""

    def __init__(self, file: Path, values: Any, fault: type[Exception], within: str = "") -> None:
        """Take the values of a table.

        Args:
            file: The file, for messages.
            values: The table.
            fault: The exception that is raised on a mistake.
            within: The keys that lead to the table, each with a dot after it, for messages.

        Raises:
            Exception: `fault`, where `values` is no table.
        """
        self.file, self.fault, self.within = file, fault, within
        self.values: dict[str, Any] = values
        if not isinstance(values, Mapping):
            name = within.rstrip(".")
            raise fault(f"{file}: {name} is {values!r}, expected a table [{name}]")

    @classmethod
    def read(cls, file: Path, fault: type[Exception]) -> TomlTable:
        """Return the whole of a file.

        Args:
            file: The file, which may begin with a byte order mark.
            fault: The exception that is raised on a mistake.

        Raises:
            Exception: `fault`, where the file cannot be read or is no TOML.
        """
        try:
            return cls(file, tomllib.loads(file.read_text(encoding="utf-8-sig")), fault)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise fault(f"{file}: this is no TOML: {error}") from None
        except OSError as error:
            raise fault(f"{file}: {error.strerror}") from None

    def mistake(self, key: str, text: str) -> Exception:
        """Return the exception of a mistake at a key.

        Args:
            key: The key.
            text: What is wrong, as the message continues after the key.
        """
        return self.fault(f"{self.file}: {self.within}{key} {text}")

    def wrong(self, key: str, expected: str) -> Exception:
        """Return the exception of a key that is missing or has a wrong value.

        Args:
            key: The key.
            expected: What was expected.
        """
        return self.mistake(
            key, f"is {self.values[key]!r}, expected {expected}" if key in self.values else "is missing"
        )

    def only(self, keys: Iterable[str], owner: str) -> None:
        """Refuse unknown keys.

        Args:
            keys: The keys that the table may have.
            owner: What has these keys, for the message: `a campaign`.

        Raises:
            Exception: The fault, where the table has others.
        """
        if unknown := sorted(set(self.values) - set(keys)):
            names = ", ".join(f"{self.within}{key}" for key in unknown)
            raise self.fault(f"{self.file}: unknown key {names}; {owner} has {', '.join(sorted(keys))}")

    def value(self, key: str, kind: Any, default: Any = None) -> Any:
        """Return the value of a key.

        Args:
            key: The key.
            kind: Its type, or several; a text must not be blank.
            default: The value where the key is missing; without it the key is required.

        Raises:
            Exception: The fault, where the value is missing or of another type.
        """
        if default is not None and key not in self.values:
            return default
        value = self.values.get(key)
        # In Python a bool is an int, and a datetime a date.
        disguised = isinstance(value, (bool, datetime)) and kind is not bool
        if not isinstance(value, kind) or disguised or (kind is str and not value.strip()):
            raise self.wrong(key, KINDS.get(kind, "a number"))
        return value

    def texts(self, key: str, default: list[str] | None = None) -> list[str]:
        """Return a list of texts.

        Args:
            key: The key.
            default: The list where the key is missing; without it the key is required. Only where it is empty may the
                list be empty.

        Raises:
            Exception: The fault, where it is missing, or anything else.
        """
        value = self.values.get(key, default)
        empty = value == [] and default != []
        if not isinstance(value, list) or empty or not all(isinstance(text, str) and text.strip() for text in value):
            raise self.wrong(key, "a list of texts")
        return value

    def table(self, key: str) -> TomlTable:
        """Return a table within this one; empty where it is missing.

        Raises:
            Exception: The fault, where it is no table.
        """
        return TomlTable(self.file, self.values.get(key, {}), self.fault, f"{self.within}{key}.")
