"""The files of `deploy/` as data: what the tests read of the Dockerfile, compose.yaml and kubernetes.yaml."""

from __future__ import annotations

import re
import shlex
from fnmatch import fnmatch
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
Step = tuple[str, str]
"""An instruction of a Dockerfile and what follows it."""


@cache
def compose() -> dict[str, Any]:
    """The compose file, its variables as written."""
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return read


@cache
def manifests() -> dict[tuple[str, str], dict[str, Any]]:
    """The objects of the cluster by kind and name."""
    documents = yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8"))
    return {(document["kind"], document["metadata"]["name"]): document for document in documents}


@cache
def stages() -> list[list[Step]]:
    """The stages of the Dockerfile, each without its FROM; what is before the first FROM is none."""
    lines = [s for s in (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines() if not s.startswith("#")]
    result: list[list[Step]] = []
    for line in re.sub(r"\\\n", "", "\n".join(lines)).splitlines():
        word, _, rest = line.partition(" ")
        if word == "FROM":
            result.append([])
        elif word and result:
            result[-1].append((word, rest.strip()))
    return result


def variables(steps: list[Step], *words: str) -> dict[str, str]:
    """What ENV, or ARG, sets in a stage."""
    pairs = [pair for word, rest in steps if word in (words or ("ENV",)) for pair in shlex.split(rest)]
    return {name: value for name, _, value in (pair.partition("=") for pair in pairs)}


@cache
def _ignored() -> tuple[str, ...]:
    lines = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def in_context(path: str) -> bool:
    """Whether a file of the tree is sent to the builder; the last pattern that fits it or a folder of it decides."""
    kept, places = True, [path, *map(str, PurePosixPath(path).parents)][:-1]
    for line in _ignored():
        pattern = line.removeprefix("!")
        if any(fnmatch(place, pattern) for place in places):
            kept = line.startswith("!")
    return kept


def without(text: str, **known: str) -> str:
    """A text of the compose file with its variables replaced by what is known of them, or by their defaults."""
    return re.sub(r"\$\{(\w+)(?::[-?]([^}]*))?\}", lambda match: known.get(match[1], match[2] or ""), text)
